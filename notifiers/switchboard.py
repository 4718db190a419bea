"""Which notifier serves a channel."""

from __future__ import annotations

from collections.abc import Iterable

from notifiers.notifier import Notifier


class Switchboard:
    """The channels that are connected, each with its notifier."""

    def __init__(self, notifiers: Iterable[Notifier]) -> None:
        self._by_channel = {n.channel: n for n in notifiers}

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(self._by_channel)

    def get(self, channel: str) -> Notifier | None:
        return self._by_channel.get(channel)

    async def close(self) -> None:
        for notifier in self._by_channel.values():
            await notifier.close()
