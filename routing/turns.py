"""Whose turn it is: the turns of a rotation, handed on at wall-clock time.

All is drawn on the wall first and becomes instants last (`routing.wall`), so a turn over a
summer-time change is an hour shorter or longer and the handoff stays where people expect it:

* hourly turns keep the wall grid; a turn that lies wholly in a skipped hour does not happen;
* a month without the day of the first handoff hands off on its last day, and the month after that
  on the day itself again;
* a turn of a given length ends when the wall clock shows start + length.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import compress

from routing.grid import Grid, Slot, grid_of
from routing.rotation import Rotation
from routing.wall import DAY, instant_tick, instant_ticks, wall_tick

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
    return [
        (a, b, turn % count)
        for a, b, turn in _drawn(grid, _slots(grid, start, end))
        if a < b and start < b and a < end
    ]


def _drawn(grid: Grid, slots: Sequence[Slot]) -> Iterable[Turn]:
    """Slots as turns: until the next slot, or as long as a turn lasts."""
    begins = instant_ticks(grid.zone, [wall for wall, _ in slots])
    ends = [*begins[1:], FOREVER][: len(begins)]
    if grid.length is not None:
        ends = instant_ticks(grid.zone, [wall + grid.length for wall, _ in slots])
    found = zip(begins, ends, (turn for _, turn in slots), strict=True)
    if grid.takes is None:
        return found
    return compress(found, [grid.takes(wall) for wall, _ in slots])


def _endless(rotation: Rotation) -> bool:
    """Whether turns follow each other without a break from the first handoff on."""
    return not (rotation.length or rotation.weekdays or rotation.month_days or rotation.months)


def _slots(grid: Grid, start: int, end: int) -> Sequence[Slot]:
    """Slots on the wall, in order: those between two ticks and at least one after them.

    The first is early enough for every turn that lasts past `start`: a slot that the wall clock
    shows or has passed at `start` is not after it.
    """
    cycle = grid.cycle_of(wall_tick(grid.zone, start) - (grid.length or 0)) - grid.slack
    if grid.earliest is not None:
        cycle = max(cycle, 0)
    last = grid.cycle_of(wall_tick(grid.zone, end) + DAY) + 1 + grid.slack
    found = [slot for number in range(cycle, last + 1) for slot in grid.slots(number)]
    if grid.earliest is None:
        return found
    return found[bisect_left(found, (grid.earliest,)) :]
