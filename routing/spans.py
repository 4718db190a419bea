"""Half-open spans of time as pairs of ticks (microseconds since 1970), and their algebra."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

Span = tuple[int, int]
Piece = tuple[int, int, str, str]
"""A span of a person, and why."""


def union(spans: Iterable[Span]) -> list[Span]:
    """Sorted, without overlaps; spans that touch become one, empty ones vanish."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def without(spans: Iterable[Span], holes: Sequence[Span]) -> list[Span]:
    """What of `spans` lies in none of `holes`, sorted and without overlaps (see union)."""
    return [left for start, end in spans for left in _left(start, end, holes)]


def carve(pieces: Iterable[Piece], holes: Sequence[Span]) -> list[Piece]:
    """What of `pieces` lies in none of `holes` (see without)."""
    if not holes:
        return list(pieces)
    return [
        (*left, person, why)
        for start, end, person, why in pieces
        for left in _left(start, end, holes)
    ]


def _left(start: int, end: int, holes: Sequence[Span]) -> Iterator[Span]:
    """What of one span lies in none of `holes`."""
    for index in range(max(bisect_right(holes, (start, start)) - 1, 0), len(holes)):
        a, b = holes[index]
        if a >= end:
            break
        if start < a:
            yield start, a
        start = max(start, b)
    if start < end:
        yield start, end


def clip(spans: Iterable[Span], start: int, end: int) -> list[Span]:
    """What of `spans` lies between `start` and `end`."""
    return [(max(a, start), min(b, end)) for a, b in spans if a < end and start < b]


def common(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What lies in both. Both sorted and without overlaps."""
    both: list[Span] = []
    left = right = 0
    while left < len(spans) and right < len(others):
        start = max(spans[left][0], others[right][0])
        end = min(spans[left][1], others[right][1])
        if start < end:
            both.append((start, end))
        if spans[left][1] <= others[right][1]:
            left += 1
        else:
            right += 1
    return both
