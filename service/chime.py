"""Tells every loop of a process to look now."""

from __future__ import annotations

import asyncio
import contextlib


class Listener:
    def __init__(self) -> None:
        self._event = asyncio.Event()

    def wake(self) -> None:
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Until rung, or so many seconds."""
        # Not `wait_for`: before Python 3.12 it may swallow the cancellation that ends a loop.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        self._event.clear()


class Chime:
    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listener(self) -> Listener:
        made = Listener()
        self._listeners.append(made)
        return made

    def ring(self) -> None:
        for listener in self._listeners:
            listener.wake()
