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
from itertools import pairwise

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
    """Turns that last until the next slot."""
    edges = [(wall, instant_tick(grid.zone, wall), turn) for wall, turn in _slots(grid, start, end)]
    for (wall, begin, turn), (_, until, _) in pairwise(edges):
        if grid.takes is None or grid.takes(wall):
            yield begin, until, turn


def _lasting(grid: Grid, start: int, end: int) -> Iterator[Turn]:
    """Turns of a given length."""
    length = grid.length or 0
    for wall, turn in _slots(grid, start, end):
        if grid.takes is None or grid.takes(wall):
            yield instant_tick(grid.zone, wall), instant_tick(grid.zone, wall + length), turn


def _slots(grid: Grid, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Slots and their turns, from one that is early enough to the first that is late enough."""
    cycle = grid.cycle_of(wall_tick(grid.zone, start) - grid.reach)
    if grid.earliest is not None:
        cycle = max(cycle, 0)
    # A wall clock is set back by a day at most.
    limit = wall_tick(grid.zone, end) + DAY
    for number in range(cycle, grid.cycle_of(limit + grid.reach) + 2):
        slots = grid.slots(number)
        for index, wall in enumerate(slots):
            if grid.earliest is None or wall >= grid.earliest:
                yield wall, grid.turn(number, index, len(slots))
                if wall > limit:
                    return
