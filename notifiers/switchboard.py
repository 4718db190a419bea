"""Which notifiers serve a channel: the first, and a second that takes over while that fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from notifiers.notifier import Notifier

FIRST, SECOND = "first", "second"
"""What the providers are called in the database, the log and the metrics."""


@dataclass(frozen=True, slots=True)
class Line:
    """One channel of one provider."""

    provider: str
    notifier: Notifier

    @property
    def channel(self) -> str:
        return self.notifier.channel

    def __str__(self) -> str:
        return f"the {self.provider} provider of {self.channel}"


class Switchboard:
    """The channels that are connected, each with its lines in the order they are to be used in."""

    def __init__(self, notifiers: Iterable[Notifier], second: Iterable[Notifier] = ()) -> None:
        self._lines: dict[str, tuple[Line, ...]] = {}
        lines = [Line(FIRST, n) for n in notifiers] + [Line(SECOND, n) for n in second]
        for line in lines:
            self._lines[line.channel] = (*self._lines.get(line.channel, ()), line)

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(self._lines)

    @property
    def all(self) -> tuple[Line, ...]:
        return tuple(line for lines in self._lines.values() for line in lines)

    def get(self, channel: str) -> Notifier | None:
        """The first one's notifier."""
        lines = self.lines(channel)
        return lines[0].notifier if lines else None

    def lines(self, channel: str) -> tuple[Line, ...]:
        return self._lines.get(channel, ())

    def line(self, channel: str, provider: str | None) -> Line | None:
        """The line of that provider; the first where the provider is not (or no more) known."""
        lines = self.lines(channel)
        named = (line for line in lines if line.provider == provider)
        return next(named, lines[0] if lines else None)

    async def close(self) -> None:
        for line in self.all:
            await line.notifier.close()
