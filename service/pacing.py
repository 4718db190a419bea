"""How long pages wait for the provider's pace, and which providers are passed by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from notifiers.circuit import Circuit
from routing.gsm import MOST_WIDE_SEGMENTS
from routing.tools.rehearsal import Pacing
from service.circuits import read
from service.settings import Settings
from service.store.pool import AnyConnection
from service.store.sql import query

if TYPE_CHECKING:
    from service.wiring import Service

LANES = ("sms", "voice")
SEGMENTS = {"sms": MOST_WIDE_SEGMENTS, "voice": 1}
"""What one page costs at most: segments of a text, or a call."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One paced lane, now. Delays are the worst that can be, bundling not counted on."""

    channel: str
    per_second: float
    """What the slower of number and account lets through; 0 is no limit."""
    waiting: int
    phones: int
    first: float
    """Seconds until everybody who waits has been told of his worst case."""
    last: float
    """Seconds until the last has left; what is bundled leaves sooner."""
    next: float
    """Seconds until a page of the highest severity that came now would leave."""

    def as_json(self) -> dict[str, float]:
        """For `/readyz`."""
        return {
            "waiting": self.waiting,
            "first_page_seconds": self.first,
            "last_page_seconds": self.last,
            "next_urgent_seconds": self.next,
        }


@dataclass(frozen=True, slots=True)
class Passed:
    """A provider that is passed by, or on trial."""

    provider: str
    channel: str
    circuit: Circuit


def slowest(settings: Settings, lane: str) -> float:
    """Segments or calls a second; 0 where nothing limits them."""
    number = {"sms": settings.sms_per_second, "voice": settings.calls_per_second}[lane]
    account = {"sms": settings.account_sms_per_second, "voice": settings.account_calls_per_second}
    return min((rate for rate in (number, account[lane]) if rate > 0), default=0.0)


def paced(settings: Settings, sms: float | None = None, calls: float | None = None) -> Pacing:
    """The pace to reckon with: what is given, else what is set. Per second; 0 is no limit."""
    return Pacing(
        slowest(settings, "sms") if sms is None else sms,
        slowest(settings, "voice") if calls is None else calls,
    )


async def lanes(service: Service, conn: AnyConnection, now: datetime) -> list[Lane]:
    found = {r["lane"]: r for r in await conn.fetch(query("waiting_for_pace"), list(LANES), now)}
    free_at = await conn.fetchval(query("latest_pace"))
    until_free = max(0.0, (free_at - now).total_seconds()) if free_at else 0.0
    made = []
    for lane in LANES:
        row, rate = found.get(lane), slowest(service.settings, lane)
        waiting, phones, worst = (row["waiting"], row["phones"], row["worst"]) if row else (0, 0, 0)
        gap = SEGMENTS[lane] / rate if rate else 0.0
        begins = until_free if rate else 0.0
        made.append(
            Lane(
                lane, rate, waiting, phones,
                begins + phones * gap if phones else 0.0,
                begins + waiting * gap if waiting else 0.0,
                begins + worst * gap,
            )
        )  # fmt: skip
    return made


async def passed_by(conn: AnyConnection) -> list[Passed]:
    """The providers whose circuit is not closed."""
    known: Mapping[tuple[str, str], Circuit] = await read(conn)
    return [Passed(*name, circuit) for name, circuit in sorted(known.items()) if circuit.opened_at]


def sentence(passed: Passed) -> str:
    """For `/readyz`, the log and the duty manager."""
    since = f"{passed.circuit.opened_at:%H:%M} UTC" if passed.circuit.opened_at else "now"
    how = "is on trial" if passed.circuit.on_trial else "is passed by"
    return (
        f"the {passed.provider} provider of {passed.channel} {how} since {since}: "
        f"{passed.circuit.why}"
    )
