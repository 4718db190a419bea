"""Waiting by a clock that somebody may move."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

_GLANCE = 0.1
"""Seconds of real time after which the clock is looked at again: it may have been moved."""


class Timers:
    """Sleeps that end when the clock says so, however it got there."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._nudged = asyncio.Event()
        self._driver: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        return self._clock()

    async def sleep(self, seconds: float) -> None:
        await self.until(self._clock() + timedelta(seconds=seconds))

    async def until(self, due: datetime) -> None:
        """Return at once, without so much as a turn of the loop, if `due` has come."""
        if due <= self._clock():
            return
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (due, next(self._numbers), sleeper))
        if self._driver is None or self._driver.done():
            self._driver = asyncio.create_task(self._drive())
        self._nudged.set()
        await sleeper

    @property
    def sleeping(self) -> int:
        """How many wait for a time that has not come."""
        return sum(not sleeper.done() for _, _, sleeper in self._sleepers)

    def nudge(self) -> None:
        """Look at the clock now: it was moved."""
        self._nudged.set()

    async def close(self) -> None:
        if self._driver is not None:
            self._driver.cancel()
            with suppress(asyncio.CancelledError):
                await self._driver

    async def _drive(self) -> None:
        while self._sleepers:
            self._wake()
            self._nudged.clear()
            if not self._sleepers:
                return
            left = (self._sleepers[0][0] - self._clock()).total_seconds()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, min(left, _GLANCE))):
                    await self._nudged.wait()

    def _wake(self) -> None:
        now = self._clock()
        while self._sleepers and self._sleepers[0][0] <= now:
            sleeper = heapq.heappop(self._sleepers)[2]
            if not sleeper.done():
                sleeper.set_result(None)


class Tasks:
    """What runs beside the requests. Keeps hold of it, reports what fails, ends it all at once."""

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._failed = failed

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def __len__(self) -> int:
        return len(self._running)

    async def close(self) -> None:
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            self._failed(problem)


async def first(*work: Awaitable[Any]) -> tuple[int, Any]:
    """Wait until one of several is done and end the others: which one it was, and its result.

    What the winner raised is raised here. Of several done at once the first one wins.
    """
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        index = next(i for i, task in enumerate(tasks) if task.done())
        return index, tasks[index].result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
