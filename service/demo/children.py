"""Child processes that are started again when they end, with growing pauses in between."""

from collections.abc import Callable, Sequence

from service.clock import monotonic
from service.embedded.process import ServerProcess

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
STEADY = 60.0
"""A child that lived this many seconds starts again after the first pause."""


class Child:
    """`start` makes the process; nothing runs before the first `tend`."""

    def __init__(self, name: str, start: Callable[[], ServerProcess]) -> None:
        self.name, self._start = name, start
        self._process: ServerProcess | None = None
        self._started = 0.0
        self._pause = FIRST_PAUSE
        self._due = 0.0
        self.failures = 0

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.alive

    def tend(self) -> str | None:
        """Starts it when it is due. Returns a sentence when it is found to have ended."""
        if self.alive:
            return None
        ended = self._process
        if ended is not None:
            self._process = None
            self._plan_restart()
            tail = ended.log_tail(4)
            return f"{self.name} ended and starts again in {self._pause:g} s. It said:\n{tail}"
        if monotonic() >= self._due:
            self._process = self._start()
            self._started = monotonic()
        return None

    def _plan_restart(self) -> None:
        lived = monotonic() - self._started
        self.failures += 1
        self._pause = FIRST_PAUSE if lived > STEADY else min(self._pause * 2, LONGEST_PAUSE)
        self._due = monotonic() + self._pause

    def ask(self) -> None:
        if self._process is not None:
            self._process.ask()

    def stop(self) -> None:
        """SIGTERM, and half a minute to finish what it does."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()


def stop_all(children: Sequence[Child]) -> None:
    """All of them at once, so that the slowest alone is waited for."""
    for child in children:
        child.ask()
    for child in children:
        child.stop()
