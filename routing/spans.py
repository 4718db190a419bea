"""Half-open spans of time as pairs of ticks (microseconds since 1970), and their algebra."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Span = tuple[int, int]


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


def without(spans: Sequence[Span], holes: Sequence[Span]) -> list[Span]:
    """What of `spans` lies in none of `holes`. Both sorted and without overlaps (see union)."""
    left: list[Span] = []
    first = 0
    for start, end in spans:
        begin = start
        while first < len(holes) and holes[first][1] <= begin:
            first += 1
        index = first
        while index < len(holes) and holes[index][0] < end:
            if begin < holes[index][0]:
                left.append((begin, holes[index][0]))
            begin = max(begin, holes[index][1])
            index += 1
        if begin < end:
            left.append((begin, end))
    return left


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
