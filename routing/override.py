"""What people change about a schedule: overrides, swaps and temporary schedules.

They are applied in this order, each to what the one before left:

1. absences: whoever is away is on call by no layer (see docs/adr/0019);
2. `take_over`: whoever is on call is relieved; all who take over at an instant share it;
3. `add`, `replace` and `remove`, in the order they are listed;
4. temporary schedules: their range holds their own shifts and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from routing.spans import Piece, Span, carve, union
from routing.wall import to_ticks


@dataclass(frozen=True, slots=True)
class Override:
    """`kind` is add, replace (person -> by), take_over (from everybody), remove or `ABSENT`.

    Who comes on call is `by`, or `person` where there is no `by`; `replace` acts where `person` is
    on call and nowhere else.
    """

    id: str
    kind: str
    start: datetime
    end: datetime
    person: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Temporary:
    """A range that replaces everything with fixed shifts (person, start, end)."""

    id: str
    start: datetime
    end: datetime
    shifts: tuple[tuple[str, datetime, datetime], ...] = ()


KINDS = frozenset({"add", "replace", "take_over", "remove"})
"""What people may ask for by hand."""
ABSENT = "absent"
"""The person is away: as `remove`, but before everything that is asked for by hand."""
_FIRST, _GONE = frozenset({"take_over", ABSENT}), frozenset({"remove", ABSENT})


def swap(
    name: str,
    one: str,
    ones: tuple[datetime, datetime],
    other: str,
    others: tuple[datetime, datetime],
) -> tuple[Override, Override]:
    """A swap: `other` stands in for `one` in the first range, `one` for `other` in the second."""
    return (
        Override(f"{name}-1", "replace", *ones, person=one, by=other),
        Override(f"{name}-2", "replace", *others, person=other, by=one),
    )


def changed(
    pieces: list[Piece],
    overrides: Sequence[Override],
    temporary: Sequence[Temporary],
    start: int,
    end: int,
) -> list[Piece]:
    """The pieces between two ticks after everything people changed.

    Raises ValueError for a kind of override that is not known.
    """
    near = [(o, span) for o in overrides for span in _cut(o, start, end)]
    pieces = _each(pieces, [(o, span) for o, span in near if o.kind == ABSENT])
    takeovers = [(o, span) for o, span in near if o.kind == "take_over"]
    if takeovers:
        pieces = carve(pieces, union(span for _, span in takeovers))
        pieces += [_piece(o, span) for o, span in takeovers if _who(o)]
    pieces = _each(pieces, [(o, span) for o, span in near if o.kind not in _FIRST])
    return _temporarily(pieces, temporary, start, end)


def _each(pieces: list[Piece], near: Iterable[tuple[Override, Span]]) -> list[Piece]:
    """The pieces after one override after the other."""
    for override, span in near:
        pieces = _applied(pieces, override, span)
    return pieces


def _applied(pieces: list[Piece], override: Override, span: Span) -> list[Piece]:
    match override.kind:
        case "add":
            return [*pieces, _piece(override, span)]
        case "remove" | "replace" | "absent":
            return [left for piece in pieces for left in _relieved(piece, override, span)]
    known = ", ".join(sorted(KINDS))
    raise ValueError(f"An override of kind {override.kind!r} is not known: use one of {known}.")


def _relieved(piece: Piece, override: Override, span: Span) -> list[Piece]:
    """What an override leaves of a piece; who comes instead stands in the same place."""
    start, end = max(piece[0], span[0]), min(piece[1], span[1])
    if piece[2] != override.person or start >= end:
        return [piece]
    left = carve([piece], [span])
    return left if override.kind in _GONE else [*left, _piece(override, (start, end))]


def _temporarily(
    pieces: list[Piece], temporary: Iterable[Temporary], start: int, end: int
) -> list[Piece]:
    near = [(t, span) for t in temporary for span in _cut(t, start, end)]
    if not near:
        return pieces
    fixed = [
        (max(begin, a), min(until, b), person, f"temporary {t.id}")
        for t, (a, b) in near
        for person, begin, until in ((p, to_ticks(x), to_ticks(y)) for p, x, y in t.shifts)
        if begin < b and a < until
    ]
    return carve(pieces, union(span for _, span in near)) + fixed


def _cut(change: Override | Temporary, start: int, end: int) -> list[Span]:
    """Its range between two ticks: one span, or none."""
    a, b = max(to_ticks(change.start), start), min(to_ticks(change.end), end)
    return [(a, b)] if a < b else []


def _who(override: Override) -> str:
    return override.by or override.person or ""


def _piece(override: Override, span: Span) -> Piece:
    return (*span, _who(override), f"override {override.id}")
