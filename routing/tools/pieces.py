"""Values over time: lists of pieces, each holding one value from its start to its end.

Pieces are half-open, in order, without gaps, and cover the whole span that is looked at; instants
are UTC. Everything the tools say about a year is worked out on these, never by stepping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Generic, TypeVar

V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)
W = TypeVar("W")


@dataclass(frozen=True, slots=True)
class Piece(Generic[V_co]):
    start: datetime
    end: datetime
    value: V_co

    @property
    def length(self) -> timedelta:
        return self.end - self.start


Pieces = Sequence[Piece[V]]


def aligned(lines: Sequence[Pieces[V]], start: datetime, end: datetime) -> Pieces[tuple[V, ...]]:
    """Several lines cut at each other's edges: one value of each per piece."""
    edges = sorted({start, end, *(piece.start for line in lines for piece in line)})
    places = [0] * len(lines)
    found: list[Piece[tuple[V, ...]]] = []
    for begin, until in pairwise(edges):
        for number, line in enumerate(lines):
            while line[places[number]].end <= begin:
                places[number] += 1
        values = tuple(line[place].value for line, place in zip(lines, places, strict=True))
        found.append(Piece(begin, until, values))
    return found


def mapped(line: Pieces[V], change: Callable[[V], W]) -> Pieces[W]:
    """Each value changed; neighbours that become equal are joined."""
    found: list[Piece[W]] = []
    for piece in line:
        value = change(piece.value)
        if found and found[-1].value == value:
            found[-1] = Piece(found[-1].start, piece.end, value)
        else:
            found.append(Piece(piece.start, piece.end, value))
    return found


def flags(
    spans: Iterable[tuple[datetime, datetime]], start: datetime, end: datetime
) -> Pieces[bool]:
    """True within the spans (in order, apart), False between them."""
    found: list[Piece[bool]] = []
    at = start
    for begin, until in spans:
        if begin > at:
            found.append(Piece(at, begin, value=False))
        if until > max(at, begin):
            found.append(Piece(max(at, begin), until, value=True))
            at = until
    if at < end:
        found.append(Piece(at, end, value=False))
    return found
