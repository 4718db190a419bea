"""Ctrl-C, SIGTERM and a closed terminal: once to end in order, twice to end at once."""

import signal
from collections.abc import Callable
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """Raised in the main thread by the first signal, so that everything opened is closed."""


def listen(at_once: Callable[[], None]) -> None:
    """From now on the first signal raises Interrupted and later ones call `at_once`."""
    seen = False

    def handle(_number: int, _frame: FrameType | None) -> None:
        nonlocal seen
        if seen:
            at_once()
            return
        seen = True
        raise Interrupted

    for number in SIGNALS:
        signal.signal(number, handle)
