"""What the page shows, gathered from the phones and from the service."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from notifiers.simulator.config import Hooks
from notifiers.simulator.exchange import Exchange
from notifiers.simulator.timers import Timers
from notifiers.simulator.view import (
    TROUBLES,
    alert_view,
    phone_view,
    trouble_name,
)

MAX_PHONES = 60
MAX_CASES = 40
MAX_TIMELINE = 30

_log = logging.getLogger(__name__)

Items = Sequence[Mapping[str, Any]]


class Board:
    def __init__(self, exchange: Exchange, timers: Timers, hooks: Hooks) -> None:
        self.exchange = exchange
        self._timers = timers
        self._hooks = hooks
        self.hushed = False
        """The server is about to end: streams to open pages must not keep it waiting."""

    async def context(self) -> dict[str, Any]:
        people, _ = await _ask(self._hooks.people)
        cases, complaint = await _ask(self._hooks.cases)
        phones = self._phones(people)
        exchange = self.exchange
        return {
            "title": exchange.config.title,
            "now": self._timers.now(),
            "movable": self._hooks.advance is not None,
            "numbers": [
                {"number": own.number, "calls": own.voice_url is not None}
                for own in exchange.numbers
            ],
            "trouble": trouble_name(exchange.trouble),
            "troubles": {name: words for name, (words, _) in TROUBLES.items()},
            "phones": phones[:MAX_PHONES],
            "more_phones": max(0, len(phones) - MAX_PHONES),
            "cases": [_case(case) for case in cases[:MAX_CASES]],
            "more_cases": max(0, len(cases) - MAX_CASES),
            "complaint": complaint,
            "alerts": [alert_view(alert) for alert in reversed(exchange.alerts[-20:])],
        }

    async def digest(self) -> int:
        """Changes when the service's cases do."""
        cases, complaint = await _ask(self._hooks.cases)
        return hash((repr(cases), complaint))

    def _phones(self, people: Items) -> list[dict[str, Any]]:
        """Of the people first, in their order; then every other that something was sent to."""
        ordered: dict[str, None] = {}
        for person in people:
            number = str(person["number"])
            self.exchange.phone(number).name = str(person["name"])
            ordered[number] = None
        ordered |= dict.fromkeys(self.exchange.phones)
        return [phone_view(self.exchange, self.exchange.phones[number]) for number in ordered]


def _case(case: Mapping[str, Any]) -> dict[str, Any]:
    """A case with every member the page names, whatever the hook left out. Newest entry first."""
    names = ("id", "subject", "account", "severity", "state", "owner", "wake_at")
    timeline = list(case.get("timeline") or ())[-MAX_TIMELINE:]
    entries = [{"at": entry.get("at"), "text": str(entry.get("text", ""))} for entry in timeline]
    return {**{name: case.get(name) for name in names}, "timeline": entries[::-1]}


async def _ask(hook: Callable[[], Awaitable[Items]]) -> tuple[Items, str]:
    """The hook's answer, and a sentence if it has none: the phones are shown in any case."""
    try:
        return await hook(), ""
    except Exception as problem:  # noqa: BLE001 - whatever failed over there, the phones ring here
        _log.warning("The service gave no cases or people for the phones' page", exc_info=problem)
        return (), "The service does not answer; the phones are shown all the same."
