"""What is told that the server is to end, before the server waits for its connections."""

from __future__ import annotations

from collections.abc import Callable

_told: list[Callable[[], None]] = []


def at_end(act: Callable[[], None]) -> None:
    """`act` is called from a signal handler: it may set a flag and no more."""
    _told.append(act)


def end() -> None:
    for act in _told:
        act()
