"""Who is on call at one instant by layers that are plain, and since and until when.

The layers from the highest priority down: the first with anybody on call decides, from where the
ones above it were last on call until they are next. See `routing.line`.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from routing.layer import Layer
from routing.line import Line, line_of
from routing.spans import Piece
from routing.turns import FOREVER

Ranks = tuple[tuple[Line, ...], ...]
"""Lines of one priority together, the highest first."""


def ranks_of(layers: Iterable[Layer]) -> Ranks | None:
    """The layers as lines; None where one of them is not plain, or two bear one name."""
    known = [layer for layer in layers if layer.rotation.groups]
    lines = [line_of(layer) for layer in known]
    named = {layer.id for layer in known}
    if None in lines or len(named) < len(known):
        return None
    pairs = sorted(zip(known, lines, strict=True), key=lambda pair: -pair[0].priority)
    by_rank = groupby(pairs, key=lambda pair: pair[0].priority)
    return tuple(tuple(line for _, line in rank if line is not None) for _, rank in by_rank)


def standing(ranks: Ranks, tick: int) -> list[Piece]:
    """The whole pieces that hold at a tick, in the order of the layers."""
    since, until = -FOREVER, FOREVER
    for rank in ranks:
        found: list[Piece] = []
        low, high = since, until
        for line in rank:
            on, begin, end = line.around(tick)
            if on:
                found += _held(line, tick, max(since, begin), min(until, end))
            elif not found:
                low, high = max(low, begin), min(high, end)
        if found:
            return found
        since, until = low, high
    return []


def _held(line: Line, tick: int, since: int, until: int) -> list[Piece]:
    turn = line.turn(tick)
    found = []
    for person in line.groups[turn[2] % len(line.groups)]:
        begin, end = line.held(turn, person)
        found.append((max(since, begin), min(until, end), person, line.why))
    return found
