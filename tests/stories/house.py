"""The web process and the worker: in threads of the test, or as processes that can be killed."""

import asyncio
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self, TypeVar

from notifiers.simulator.server import Served
from service.settings import read_settings
from service.wiring import open_service
from service.worker import work
from tests.forks import Fork, clean
from tests.lending import lent

T = TypeVar("T")
PATIENCE = 40.0
"""Seconds of real time a test waits for what must come: less than a lease lasts."""
OFTEN, SELDOM = 0.005, 0.05
"""Seconds between looks at the start and in the end: whoever looks takes from who works."""
WEB = (
    "uvicorn.main:main", "--factory", "tests.ahead:web", "--log-level", "warning",
    "--no-access-log", "--port",
)  # fmt: skip


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def wait_until(look: Callable[[], T | None], complaint: Callable[[], str]) -> T:
    """What `look` finds, as soon as it finds anything but None or False."""
    deadline, pause = time.monotonic() + PATIENCE, OFTEN
    while True:
        found = look()
        if found is not None and found is not False:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(complaint())
        time.sleep(pause)
        pause = min(pause * 1.2, SELDOM)


def listens(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


class Loop:
    """An event loop in a thread of its own, for what a blocking test has to await."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def do(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(PATIENCE * 2)


class ThreadedWeb:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._settings = read_settings(environment)
        self._running = ExitStack()

    def start(self) -> None:
        with ExitStack() as stack:
            app = stack.enter_context(lent(self._settings))
            stack.enter_context(Served(app, self._settings.port))
            self._running = stack.pop_all()

    def stop(self) -> None:
        self._running.close()


class ThreadedWorker:
    """A worker in the test's own loop. Made in it too: its asyncio things belong to one loop."""

    def __init__(self, environment: Mapping[str, str], loop: Loop) -> None:
        self._settings, self._loop = read_settings(environment), loop
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._loop.do(self._start())

    async def _start(self) -> None:
        settings = self._settings
        assert settings.database_url, "a worker needs a database"
        assert settings.redis_url, "a worker needs a Redis"
        self._stopping = asyncio.Event()
        service = await open_service(
            settings, settings.database_url, settings.redis_url, name="worker", size=6
        )
        self._task = asyncio.create_task(work(service, settings.redis_url, self._stopping))

    def stop(self) -> None:
        if self._task is not None:
            self._loop.do(self._stop(self._task))
            self._task = None

    async def _stop(self, task: asyncio.Task[None]) -> None:
        self._stopping.set()
        await task


class Process:
    """One of our processes, as production runs it; what it logs is in `log`."""

    def __init__(self, command: tuple[str, ...], environment: Mapping[str, str], log: Path) -> None:
        self.command, self.environment, self.log = command, environment, log
        self.child: Fork | None = None

    def start(self) -> None:
        self.begin()
        self.ready()

    def ready(self) -> None:
        """Wait until it does its work."""
        raise NotImplementedError

    def begin(self) -> None:
        """Start it, and do not wait."""
        entry, *arguments = self.command
        self.child = Fork(entry, arguments, clean(self.environment), self.log)

    @property
    def alive(self) -> bool:
        return self.child is not None and self.child.poll() is None

    @property
    def pid(self) -> int | None:
        """Of the running process; None for one that has ended."""
        return self.child.pid if self.child is not None and self.alive else None

    def kill(self) -> None:
        """As a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As a deployment would; it must end by itself, and in time."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.child is None:
            return
        self.child.send_signal(how)
        try:
            self.child.wait(PATIENCE * 2)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise AssertionError(f"it did not end:\n{self.said()[-4000:]}") from None
        finally:
            self.child = None

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def stuck(self) -> str:
        """What it said, and where it stands; it does not go on from there."""
        if self.child is not None and self.alive:
            self.child.send_signal(signal.SIGABRT)
            self.child.wait(PATIENCE)
        return self.said()


class WebProcess(Process):
    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.port = int(environment["HELIOGRAPH_PORT"])
        super().__init__((*WEB, str(self.port)), environment, log)

    def ready(self) -> None:
        wait_until(lambda: listens(self.port), self.stuck)


class WorkerProcess(Process):
    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        super().__init__(("service.worker:main",), environment, log)

    def begin(self) -> None:
        self._before = self.starts
        super().begin()

    def ready(self) -> None:
        wait_until(lambda: self.starts > self._before, self.stuck)

    @property
    def starts(self) -> int:
        return self.said().count("worker_started") if self.log.exists() else 0
