"""What comparing one recorded case came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.routing.times import utc

CHOICES: Mapping[str, str] = {
    "first of two": "a wall time that exists twice is its first, not its second",
    "end of gap": "a skipped wall time is the first instant after the gap, not moved by the gap",
    "midnight change": "the peer errs where clocks change at midnight; handoffs stay on the wall",
    "month end": "a month after the 31st hands off on its last day; the peer overflows or skips",
    "until cuts": "`until` cuts a running turn; the peer lets a turn that began before it run on",
    "peer bug": "recorded as the peer's bug; we give the wall-clock answer recorded beside it",
    "peer quirk": "recorded as the peer's bug or quirk, without another answer beside it",
    "peer fails": "the peer cannot compute it; we answer",
    "all day": "a date is local midnight to midnight; the peer ends it a second early",
}
"""Where we differ on purpose (docs/adr/0010-readings-of-time.md)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind` is agrees, choice (differs by one of CHOICES), outside (not our task) or differs."""

    kind: str
    why: str = ""


AGREES = Verdict("agrees")


def choice(name: str) -> Verdict:
    return Verdict("choice", CHOICES[name])


def outside(why: str) -> Verdict:
    return Verdict("outside", why)


def compared(ours: object, theirs: object) -> Verdict:
    return AGREES if ours == theirs else Verdict("differs", f"ours {ours}, recorded {theirs}")


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """One verdict for a case of several questions."""
    order = ("agrees", "outside", "choice", "differs")
    return max(verdicts, key=lambda verdict: order.index(verdict.kind), default=AGREES)


def opt_utc(text: str | None) -> datetime | None:
    return utc(text) if text else None


def clock_changes(
    zone: str, start: datetime, end: datetime
) -> Sequence[tuple[datetime, timedelta]]:
    """Where the offset of a zone changes between two instants (to the minute), and by how much."""
    local, found = ZoneInfo(zone), []
    at = start.replace(second=0, microsecond=0)
    before = at.astimezone(local).utcoffset()
    while at < end:
        step = timedelta(hours=1)
        after = (at + step).astimezone(local).utcoffset()
        while before != after and step > timedelta(minutes=1):
            step /= 60
            after = (at + step).astimezone(local).utcoffset()
            while after == before:
                at += step
                after = (at + step).astimezone(local).utcoffset()
        at += step
        if before is not None and after is not None and before != after:
            found.append((at, after - before))
        before = after
    return found
