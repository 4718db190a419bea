"""A layer at one instant, in closed form: whose turn it is and since when, without drawing spans.

Theory of operation. Most layers are plain: one turn after the other, on every day or on some
weekdays between two hours. Whose turn it is, and where the turn begins and ends, is then a division
on the wall clock, and so is the window of its restriction. A `Line` is such a layer, compiled once;
a layer that is not plain has none, and is drawn as spans by `routing.layer`. Layers limited to the
same hours share them, and what was found of them last. All is in ticks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo
from functools import lru_cache

from routing.grid import Grid, grid_of
from routing.layer import Layer, Restriction, hours
from routing.spans import Span
from routing.turns import FOREVER, Turn
from routing.wall import DAY, WEEKDAY_1970, instant_tick, to_ticks, wall_tick, zone_of

FAR = 800 * DAY
"""Further than anybody follows a shift."""
_WEEKDAYS = 7


@dataclass(slots=True)
class _Last:
    """What was found last: who is asked again is often asked of the same turn, the same day."""

    turn: Turn = (0, 0, 0)
    around: tuple[int, int, bool] = (0, 0, False)


@dataclass(frozen=True, slots=True)
class Line:
    """A plain layer. It is there from `low` to `high`, and on call as `around` says."""

    why: str
    low: int
    high: int
    groups: tuple[tuple[str, ...], ...]
    zone: tzinfo
    grid: Grid
    hours: Hours | None
    last: _Last = field(default_factory=_Last, compare=False, repr=False)

    def around(self, tick: int) -> tuple[bool, int, int]:
        """Whether anybody is on call by this layer at a tick; since and until when that is so."""
        if tick < self.low:
            return False, -FOREVER, self._opening(self.low)
        if tick >= self.high:
            return False, self._closing(self.high), FOREVER
        if self.hours is None:
            return True, self.low, self.high
        on, begin, until = self.hours.around(tick)
        if on:
            return True, max(begin, self.low), min(until, self.high)
        begin = begin if begin > self.low else -FOREVER
        return False, begin, until if until < self.high else FOREVER

    def _opening(self, tick: int) -> int:
        if self.hours is None:
            return tick
        on, _, until = self.hours.around(tick)
        opens = tick if on else until
        return opens if opens < self.high else FOREVER

    def _closing(self, tick: int) -> int:
        if self.hours is None:
            return tick
        on, begin, _ = self.hours.around(tick - 1)
        closes = tick if on else begin
        return closes if closes > self.low else -FOREVER

    def turn(self, tick: int) -> Turn:
        """The turn at a tick, with its number; the last of those that begin at one instant."""
        last = self.last.turn
        if last[0] <= tick < last[1]:
            return last
        number = self.grid.cycle_of(wall_tick(self.zone, tick))
        begin, until = self.begin(number), self.begin(number + 1)
        while begin > tick:
            number, begin, until = number - 1, self.begin(number - 1), begin
        while until <= tick:
            number, begin, until = number + 1, until, self.begin(number + 2)
        self.last.turn = found = (begin, until, number)
        return found

    def begin(self, number: int) -> int:
        """When a turn begins."""
        return instant_tick(self.zone, self.grid.slots(number)[0][0])

    def held(self, turn: Turn, person: str) -> Span:
        """From when until when a person has this turn and those that follow on before and after."""
        count, groups = len(self.groups), self.groups
        begin, until, number = turn
        if all(person in group for group in groups):
            return -FOREVER, FOREVER
        first, last = number, number + 1
        while person in groups[(first - 1) % count]:
            first -= 1
        while person in groups[last % count]:
            last += 1
        return (
            begin if first == number else self.begin(first),
            until if last == number + 1 else self.begin(last),
        )


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the day on some weekdays."""

    zone: tzinfo
    begin: int
    length: int
    after: tuple[int, ...]
    """Weekday to how many days later the hours are there next: none, today."""
    before: tuple[int, ...]
    last: _Last = field(default_factory=_Last, compare=False, repr=False)

    def around(self, tick: int) -> tuple[bool, int, int]:
        """Whether a tick lies in the hours; and the whole span that does, or that does not."""
        since, until, on = self.last.around
        if not since <= tick < until:
            on, since, until = self._around(tick)
            self.last.around = since, until, on
        return on, since, until

    def _around(self, tick: int) -> tuple[bool, int, int]:
        day = (wall_tick(self.zone, tick) - self.begin) // DAY
        while instant_tick(self.zone, (day + 1) * DAY + self.begin) <= tick:
            day += 1
        begin, until, latest = self._latest(day)
        if tick < until:
            return True, self._back(begin, latest), self._on(until, latest)
        return False, until, self._opening(day + 1)

    def _latest(self, day: int) -> tuple[int, int, int]:
        """The last occurrence up to a day that is not skipped by the clock, and its day."""
        while True:
            day -= self.before[_weekday(day)]
            begin, until = self._occurrence(day)
            if begin < until:
                return begin, until, day
            day -= 1

    def _opening(self, day: int) -> int:
        while True:
            day += self.after[_weekday(day)]
            begin, until = self._occurrence(day)
            if begin < until:
                return begin
            day += 1

    def _on(self, until: int, day: int) -> int:
        """The end of what follows on without a break."""
        limit = until + FAR
        while until < limit:
            day += 1
            day += self.after[_weekday(day)]
            begin, end = self._occurrence(day)
            if begin > until:
                break
            until = max(until, end)
        return until

    def _back(self, begin: int, day: int) -> int:
        limit = begin - FAR
        while begin > limit:
            day -= 1
            day -= self.before[_weekday(day)]
            start, end = self._occurrence(day)
            if end < begin:
                break
            begin = min(begin, start)
        return begin

    def _occurrence(self, day: int) -> Span:
        wall = day * DAY + self.begin
        return instant_tick(self.zone, wall), instant_tick(self.zone, wall + self.length)


def line_of(layer: Layer) -> Line | None:
    """The layer as a line, made once; None where it is not plain, or makes no sense at all."""
    try:
        line = layer.line
    except AttributeError:
        line = _line(layer)
        object.__setattr__(layer, "line", line)
    return line if isinstance(line, Line) else None


def _line(layer: Layer) -> Line | None:
    if not _plain(layer):
        return None
    try:
        return _compiled(layer)
    except ValueError:  # said to whoever asks who is on call
        return None


def _compiled(layer: Layer) -> Line:
    rotation, limits = layer.rotation, layer.restrictions
    grid = grid_of(rotation)
    low = -FOREVER if rotation.backwards else instant_tick(grid.zone, grid.first)
    high = FOREVER if layer.until is None else to_ticks(layer.until)
    if layer.start is not None:
        low = max(low, to_ticks(layer.start))
    groups = tuple(tuple(dict.fromkeys(group)) for group in rotation.groups)
    limited = _hours(*limits, zone_of(layer.zone or rotation.zone)) if limits else None
    return Line(f"layer {layer.id}", low, max(low, high), groups, grid.zone, grid, limited)


def _plain(layer: Layer) -> bool:
    rotation = layer.rotation
    chosen = rotation.weekdays or rotation.month_days or rotation.months or rotation.handoff_days
    if chosen or rotation.length is not None or not all(rotation.groups or [()]):
        return False
    return len(layer.restrictions) <= 1 and not any(r.month_days for r in layer.restrictions)


@lru_cache(maxsize=2048)
def _hours(limit: Restriction, zone: tzinfo) -> Hours:
    begin, length = hours(limit)
    days = limit.weekdays or frozenset(range(_WEEKDAYS))
    after, before = (
        tuple(
            next(n for n in range(_WEEKDAYS + 1) if (day + way * n) % _WEEKDAYS in days)
            for day in range(_WEEKDAYS)
        )
        for way in (1, -1)
    )
    return Hours(zone, begin, length, after, before)


def _weekday(day: int) -> int:
    return (day + WEEKDAY_1970) % _WEEKDAYS
