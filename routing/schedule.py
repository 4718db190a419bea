"""On-call schedules: layers of rotations, overrides, temporary schedules.

Who is on call is worked out for a span at a time: the layers from the highest priority down, each
in what is left; then what people changed (`routing.override`). Spans are half-open and in ticks;
they become instants at the door.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from routing.layer import Layer, Restriction, pieces
from routing.override import Override, Temporary, changed, swap
from routing.rotation import Rotation
from routing.spans import Piece, Span, carve, union, without
from routing.standing import Ranks, ranks_of, standing
from routing.wall import (
    DAY,
    EARLIEST,
    EPOCH,
    LATEST,
    MICROSECOND,
    require_instant,
    to_ticks,
)

__all__ = [
    "Layer",
    "Override",
    "Restriction",
    "Rotation",
    "Schedule",
    "Shift",
    "Temporary",
    "gaps",
    "on_call",
    "shifts",
    "swap",
]

HORIZON = 400 * DAY
"""How far around an instant a shift is followed; a longer one is cut there."""
_BUCKET = DAY // 4
_PLAIN_FROM, _PLAIN_TO = EARLIEST + 2 * HORIZON, LATEST - 2 * HORIZON


class _Planned:
    """Keeps its lines and people beside a schedule: what is derived is no part of its value."""

    __slots__ = ("_people", "_ranks")
    _ranks: Ranks | None
    _people: frozenset[str]


@dataclass(frozen=True, slots=True)
class Schedule(_Planned):
    id: str
    zone: str
    layers: tuple[Layer, ...] = ()
    overrides: tuple[Override, ...] = ()
    temporary: tuple[Temporary, ...] = ()

    def __post_init__(self) -> None:
        """Compiled once, when it is read, so that the first question is as fast as the next."""
        object.__setattr__(self, "_ranks", ranks_of(self.layers))

    @property
    def ranks(self) -> Ranks | None:
        """The layers as lines; None where some are not plain (see `routing.standing`)."""
        try:
            return self._ranks
        except AttributeError:  # it has come from another process
            self.__post_init__()
            return self._ranks

    @property
    def people(self) -> frozenset[str]:
        """Everybody who may ever be on call by it."""
        try:
            return self._people
        except AttributeError:
            everybody = frozenset(_everybody(self))
            object.__setattr__(self, "_people", everybody)
            return everybody

    def __hash__(self) -> int:
        """By name: every question looks its schedule up."""
        return hash((self.id, self.zone))


def _everybody(schedule: Schedule) -> Iterator[str]:
    for layer in schedule.layers:
        for group in layer.rotation.groups:
            yield from group
    for override in schedule.overrides:
        yield from filter(None, (override.person, override.by))
    for temporary in schedule.temporary:
        yield from (person for person, _, _ in temporary.shifts)


@dataclass(frozen=True, slots=True)
class Shift:
    """One person on call from `start` (inclusive) to `end` (exclusive), and why."""

    person: str
    start: datetime
    end: datetime
    why: str
    """`layer <id>`, `override <id>` or `temporary <id>`."""


def on_call(schedule: Schedule, at: datetime) -> tuple[Shift, ...]:
    """Who is on call at an instant, and why; nobody is an empty answer.

    `start` and `end` bound the whole time that the person is on call for this reason without a
    break, as far as HORIZON before and after. In the order of the layers, what people changed last.
    """
    tick = to_ticks(require_instant(at))
    plain = _standing(schedule, tick)
    return _drawn(schedule, tick) if plain is None else plain


def _standing(schedule: Schedule, tick: int) -> tuple[Shift, ...] | None:
    """Who is on call at a tick by plain layers alone; None where it takes drawing to tell."""
    ranks = schedule.ranks
    if ranks is None or not _PLAIN_FROM <= tick < _PLAIN_TO:
        return None
    bucket = tick // _BUCKET * _BUCKET
    low, high = bucket - HORIZON, bucket + _BUCKET + HORIZON
    found = tuple(
        Shift(person, _instant(max(begin, low)), _instant(min(until, high)), why)
        for begin, until, person, why in standing(ranks, tick)
    )
    if not (schedule.overrides or schedule.temporary):
        return found
    return None if _is_changed(schedule, tick, found) else found


def _is_changed(schedule: Schedule, tick: int, found: tuple[Shift, ...]) -> bool:
    """Whether people changed anything about these shifts, or at this tick."""
    at = _instant(tick)
    start, end = (min(s.start for s in found), max(s.end for s in found)) if found else (at, at)
    changes: tuple[Override | Temporary, ...] = (*schedule.overrides, *schedule.temporary)
    return any(c.start <= at < c.end or (c.start < end and start < c.end) for c in changes)


def _drawn(schedule: Schedule, tick: int) -> tuple[Shift, ...]:
    """Who is on call at a tick, from the spans around it."""
    found, whole = _near(schedule, tick // _BUCKET)
    now = dict.fromkeys((who, why) for a, b, who, why in found if a <= tick < b)
    return tuple(
        _shift(piece)
        for key in now
        for piece in whole
        if piece[2:] == key and piece[0] <= tick < piece[1]
    )


def shifts(schedule: Schedule, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """Everybody's final shifts between two instants, cut to them, merged, in order of start."""
    a, b = to_ticks(require_instant(start)), to_ticks(require_instant(end))
    found = sorted(_merged(_resolved(schedule, a, b)), key=itemgetter(0))
    return tuple([_shift(piece) for piece in found])


def gaps(
    schedule: Schedule, start: datetime, end: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """The spans between two instants in which nobody is on call."""
    a, b = to_ticks(require_instant(start)), to_ticks(require_instant(end))
    covered = union((begin, until) for begin, until, _, _ in _resolved(schedule, a, b))
    return tuple((_instant(x), _instant(y)) for x, y in without([(a, b)], covered))


@lru_cache(maxsize=4096)
def _near(schedule: Schedule, bucket: int) -> tuple[list[Piece], list[Piece]]:
    """The pieces that touch a quarter of a day, in order of rank; and followed to their ends."""
    start, end = bucket * _BUCKET, (bucket + 1) * _BUCKET
    reach = DAY
    while True:
        low, high = max(start - reach, EARLIEST), min(end + reach, LATEST + DAY)
        found = _resolved(schedule, low, high)
        whole = [p for p in _merged(found) if p[0] < end and start < p[1]]
        if reach >= HORIZON or not any(p[0] == low or p[1] == high for p in whole):
            return [p for p in found if p[0] < end and start < p[1]], whole
        reach = min(reach * 8, HORIZON)


def _resolved(schedule: Schedule, start: int, end: int) -> list[Piece]:
    """Who is on call between two ticks, cut to them, in order of rank: layer by layer."""
    if start >= end:
        return []
    found: list[Piece] = []
    taken: list[Span] = []
    by_rank = sorted(schedule.layers, key=lambda layer: -layer.priority)
    for _, layers in groupby(by_rank, key=lambda layer: layer.priority):
        if taken == [(start, end)]:
            break
        own = [piece for layer in layers for piece in pieces(layer, start, end)]
        found += carve(own, taken)
        taken = union([*taken, *((a, b) for a, b, _, _ in own)])
    return changed(found, schedule.overrides, schedule.temporary, start, end)


def _merged(found: Iterable[Piece]) -> list[Piece]:
    """One piece for each unbroken time of a person for a reason."""
    spans: dict[tuple[str, str], list[Span]] = {}
    for a, b, person, why in found:
        spans.setdefault((person, why), []).append((a, b))
    return [(*span, *key) for key, own in spans.items() for span in union(own)]


def _shift(piece: Piece) -> Shift:
    return Shift(piece[2], _instant(piece[0]), _instant(piece[1]), piece[3])


def _instant(tick: int) -> datetime:
    return EPOCH + tick * MICROSECOND
