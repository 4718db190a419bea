"""How good a schedule is: what it covers, and how evenly it burdens people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from routing.schedule import Schedule, gaps, shifts


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures of a schedule over a span of time."""

    coverage: float
    """The part of the time in which somebody is on call: 0 to 1."""
    balance: float
    """How alike the burdens are: the mean, over all pairs, of the smaller by the larger; 0 to 1."""
    burden: Mapping[str, timedelta]
    """Time on call by person, the most burdened first; twice at once counts once."""


def quality(schedule: Schedule, start: datetime, end: datetime) -> Quality:
    """Coverage and balance between two instants; ValueError if there is no time between them."""
    if end <= start:
        raise ValueError("The span to judge by is empty: let it end after its start.")
    uncovered = sum((b - a for a, b in gaps(schedule, start, end)), timedelta(0))
    burden = _burden(schedule, start, end)
    pairs = list(combinations(burden.values(), 2))
    balance = sum(low / high for high, low in pairs) / len(pairs) if pairs else 1.0
    return Quality(1 - uncovered / (end - start), balance, burden)


def _burden(schedule: Schedule, start: datetime, end: datetime) -> Mapping[str, timedelta]:
    total: dict[str, timedelta] = {}
    until: dict[str, datetime] = {}
    for shift in shifts(schedule, start, end):
        begin = max(shift.start, until.get(shift.person, shift.start))
        if begin < shift.end:
            total[shift.person] = total.get(shift.person, timedelta(0)) + (shift.end - begin)
            until[shift.person] = shift.end
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))
