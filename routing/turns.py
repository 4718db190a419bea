"""Whose turn it is: the turns of a rotation, handed on at wall-clock time.

All is drawn on the wall first and becomes instants last (`routing.wall`), so a turn over a
summer-time change is an hour shorter or longer and the handoff stays where people expect it:

* hourly turns keep the wall grid; a turn that lies wholly in a skipped hour does not happen;
* a month without the day of the first handoff hands off on its last day, and the month after that
  on the day itself again;
* a turn of a given length ends when the wall clock shows start + length.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, pairwise

from routing.grid import Grid, grid_of
from routing.rotation import Rotation
from routing.wall import DAY, instant_tick, wall_tick

FOREVER = 10**18
"""Ticks beyond every instant that is kept here."""

Turn = tuple[int, int, int]
"""Start and end in ticks, half-open, and the number of the group that has it."""


def turns(rotation: Rotation, start: int, end: int) -> list[Turn]:
    """The turns that touch the span from `start` to `end` (ticks), in order, not cut to it.

    Raises ValueError for a unit that is not known, or less than one of it.
    """
    grid, count = grid_of(rotation), len(rotation.groups)
    if count == 0:
        return []
    if count == 1 and _endless(rotation):
        begin = -FOREVER if rotation.backwards else instant_tick(grid.zone, grid.first)
        return [(begin, FOREVER, 0)] if begin < end else []
    found = _until_next(grid, start, end) if grid.length is None else _lasting(grid, start, end)
    return [(a, b, turn % count) for a, b, turn in found if a < b and start < b and a < end]


def _endless(rotation: Rotation) -> bool:
    """Whether turns follow each other without a break from the first handoff on."""
    return not (rotation.length or rotation.weekdays or rotation.month_days or rotation.months)


def _until_next(grid: Grid, start: int, end: int) -> Iterator[Turn]:
    """Turns that last until the next slot; the last before the end of all years has none."""
    edge = (FOREVER, FOREVER, 0)
    for (wall, begin, turn), (_, until, _) in pairwise(chain(_slots(grid, start, end), [edge])):
        if grid.takes is None or grid.takes(wall):
            yield begin, until, turn


def _lasting(grid: Grid, start: int, end: int) -> Iterator[Turn]:
    """Turns of a given length."""
    length = grid.length or 0
    for wall, begin, turn in _slots(grid, start, end):
        if grid.takes is None or grid.takes(wall):
            yield begin, instant_tick(grid.zone, wall + length), turn


def _slots(grid: Grid, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Slots on the wall, as instants, and their turns: as far as the first at or after `end`.

    The first is early enough for every turn that lasts past `start`: a slot that the wall clock
    shows or has passed at `start` is not after it.
    """
    zone, earliest = grid.zone, grid.earliest
    cycle = grid.cycle_of(wall_tick(zone, start) - (grid.length or 0)) - grid.slack
    if earliest is not None:
        cycle = max(cycle, 0)
    last = grid.cycle_of(wall_tick(zone, end) + DAY) + 1 + grid.slack
    for number in range(cycle, last + 1):
        for wall, turn in grid.slots(number):
            if earliest is None or wall >= earliest:
                instant = instant_tick(zone, wall)
                yield wall, instant, turn
                if instant >= end:
                    return
