"""target/goalert (Apache-2.0): editing temporary schedules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from routing.schedule import Schedule, shifts
from tests.peers.goalert_oncall import EARLY, LATE, Case, spans, temporary
from tests.peers.verdict import Verdict, compared
from tests.routing.times import utc


def temporaries(before: Sequence[Case], after: Sequence[Case], *spans_: tuple[str, str]) -> Verdict:
    """What the peer's editing leaves must mean what ours means, within what was kept."""
    old = Schedule("s", "UTC", temporary=tuple(temporary(n, t) for n, t in enumerate(before)))
    new = Schedule("s", "UTC", temporary=tuple(temporary(n, t) for n, t in enumerate(after)))
    kept = [s for a, b in spans_ for s in shifts(old, utc(a), utc(b)) if utc(a) < utc(b)]
    return compared(spans(kept), spans(shifts(new, EARLY, LATE)))


def trim_end(case: Case) -> Verdict:
    at = case["at"]
    expected = [case["expected"]] if case["expected"].get("start") else []
    return temporaries([case["temp"]], expected, (case["temp"]["start"], at))


def trim_start(case: Case) -> Verdict:
    expected = [case["expected"]] if case["expected"].get("start") else []
    return temporaries([case["temp"]], expected, (case["at"], case["temp"]["end"]))


def merge(case: Case) -> Verdict:
    return temporaries(case["temps"], case["expected"], (EARLY.isoformat(), LATE.isoformat()))


def delete_range(case: Case) -> Verdict:
    first = (EARLY.isoformat(), case["delete_start"])
    second = (case["delete_end"], LATE.isoformat())
    return temporaries(case["temps"], case["expected"], first, second)


FUNCTIONS: Mapping[str, Callable[[Case], Verdict]] = {
    "temp_schedule_trim_end": trim_end,
    "temp_schedule_trim_start": trim_start,
    "temp_schedules_merge": merge,
    "temp_schedules_delete_range": delete_range,
}
