"""Two versions of a policy, in words, with the instants where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.directory import Directory
from routing.language.policy_writer import policy_document
from routing.policy import Policy
from routing.tools.pieces import Pieces, aligned, mapped
from routing.tools.reach import People, Roster

FEW = 5
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Change:
    """One member that differs; a side that has none is None."""

    path: str
    old: object
    new: object

    def __str__(self) -> str:
        if self.old is None:
            return f"+ {self.path}: {_short(self.new)}"
        if self.new is None:
            return f"- {self.path}: {_short(self.old)}"
        return f"~ {self.path}: {_short(self.old)} -> {_short(self.new)}"


@dataclass(frozen=True, slots=True)
class Moved:
    """A span (UTC) in which other people would be reached."""

    what: str
    start: datetime
    end: datetime
    old: People
    new: People

    def __str__(self) -> str:
        old, new = (", ".join(people) or "nobody" for people in (self.old, self.new))
        span = f"{self.start:%a %Y-%m-%d %H:%M} to {self.end:%a %Y-%m-%d %H:%M} UTC"
        return f"  {span}: {old} -> {new}"


@dataclass(frozen=True, slots=True)
class Difference:
    changes: tuple[Change, ...]
    moved: tuple[Moved, ...]
    """The first spans of each schedule and region that differ."""
    moved_hours: Mapping[str, float]
    """What differs, to the hours it differs in all."""

    @property
    def same(self) -> bool:
        return not self.changes and not self.moved

    def as_json(self) -> dict[str, object]:
        return {
            "same": self.same,
            "changes": [{"path": c.path, "old": c.old, "new": c.new} for c in self.changes],
            "moved": [
                {
                    "what": m.what,
                    "from": m.start.isoformat().replace("+00:00", "Z"),
                    "to": m.end.isoformat().replace("+00:00", "Z"),
                    "old": list(m.old),
                    "new": list(m.new),
                }
                for m in self.moved
            ],
            "moved_hours": dict(self.moved_hours),
        }

    def __str__(self) -> str:
        if self.same:
            return "The two are the same."
        lines = [str(change) for change in self.changes]
        for what, hours in self.moved_hours.items():
            lines.append(f"{what}: other people for {hours:g} hours")
            lines += [str(moved) for moved in self.moved if moved.what == what]
        return "\n".join(lines)


def diff(
    old: Policy, new: Policy, directory: Directory, start: datetime, days: int = 90
) -> Difference:
    """What `new` changes, and who else would be reached in the days after `start` (UTC)."""
    changes = tuple(_changes("", policy_document(old), policy_document(new)))
    rosters = [Roster(p, directory, start, start + timedelta(days=days)) for p in (old, new)]
    moved: list[Moved] = []
    hours: dict[str, float] = {}
    for what, spans in _moves(rosters[0], rosters[1]):
        hours[what] = round(sum((m.end - m.start) / timedelta(hours=1) for m in spans), 2)
        moved += spans[:FEW]
    return Difference(changes, tuple(moved), hours)


def _moves(old: Roster, new: Roster) -> Iterator[tuple[str, list[Moved]]]:
    for name in dict.fromkeys((*old.policy.schedules, *new.policy.schedules)):
        what = f"schedule {name}"
        spans = _differing(what, [old.schedule(name), new.schedule(name)], old)
        if spans:
            yield what, spans
    suns = [mapped(roster.sun(""), lambda region: (region,)) for roster in (old, new)]
    spans = _differing("the sun", suns, old)
    if spans:
        yield "the sun", spans


def _differing(what: str, lines: Sequence[Pieces[People]], of: Roster) -> list[Moved]:
    both = mapped(aligned(lines, of.start, of.end), tuple)
    return [
        Moved(what, piece.start, piece.end, piece.value[0], piece.value[1])
        for piece in both
        if piece.value[0] != piece.value[1]
    ]


def _changes(path: str, old: object, new: object) -> Iterator[Change]:
    if old == new and list(_names(old)) == list(_names(new)):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in dict.fromkeys((*old, *new)):
            below = f"{path}.{name}" if path else str(name)
            yield from _changes(below, old.get(name), new.get(name))
        if path == "regions":
            yield from _reordered(path, old, new)
        return
    named = _by_id(old), _by_id(new)
    if named[0] is not None and named[1] is not None:
        yield from _changes(path, *named)
        yield from _reordered(path, named[0], named[1])
        return
    yield Change(path, old, new)


def _reordered(path: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Change]:
    if old.keys() == new.keys() and list(old) != list(new):
        yield Change(f"{path} (order)", list(old), list(new))


def _names(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _by_id(value: object) -> Mapping[str, object] | None:
    """A list of tables that each have an id, by it."""
    if not isinstance(value, list) or not all(isinstance(i, Mapping) and "id" in i for i in value):
        return None
    return {str(item["id"]): item for item in value}


def _written(value: object) -> str:
    """As a policy has it: `{zone: UTC, open: [daily 06:00-14:00]}`."""
    match value:
        case Mapping():
            return f"{{{', '.join(f'{name}: {_written(one)}' for name, one in value.items())}}}"
        case list():
            return f"[{', '.join(map(_written, value))}]"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def _short(value: object) -> str:
    text = ", ".join(map(_written, value)) if isinstance(value, list) else _written(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
