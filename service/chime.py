"""Tells the loops of a process to look now: all of them, or those that have something to do."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection


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
        self._listeners: list[tuple[str, Listener]] = []

    def listener(self, topic: str) -> Listener:
        """One that is woken for a topic: a lane, `cases` or `stored`."""
        made = Listener()
        self._listeners.append((topic, made))
        return made

    def ring(self, topics: Collection[str] | None = None) -> None:
        """Wake who listens for one of these; without topics everybody."""
        for topic, listener in self._listeners:
            if topics is None or topic in topics:
                listener.wake()
