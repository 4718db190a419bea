"""Seeing whether a decision asked for anything in which two policies differ.

Theory of operation. `watched` gives the one policy anew: the same values, but whatever differs from
the other notes when it is read. What a decision does that has read nothing of it, it would do under
the other policy as well. Members are told apart in the parts that are only ever asked (PARTS), keys
in mappings, places in tuples; of anything else the whole is watched that differs. No case holds a
part or a mapping of a policy, and what is derived from a member once and kept is either watched
too (KEPT) or derived from members that must not differ (FIXED, and the hours of regions).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from routing.hotline_rules import HotlineRules
from routing.policy import (
    EngineeringRules,
    EscalationPolicy,
    Plan,
    Policy,
    Promise,
    PromiseException,
    Route,
    Severity,
    Step,
)

PARTS = frozenset(
    {
        *(Policy, Severity, Plan, Promise, PromiseException, Route, EscalationPolicy, Step),
        *(EngineeringRules, HotlineRules),
    }
)
FIXED: Mapping[type, frozenset[str]] = {
    Policy: frozenset({"regions"}),
    Severity: frozenset({"id", "priorities"}),
    Route: frozenset({"match"}),
}
"""Members of which something is kept: where they differ, the part as a whole does."""
KEPT: Mapping[str, tuple[str, ...]] = {
    "severities": ("_severities", "_words"),
    "routes": ("_index",),
}
"""What a policy keeps of a member."""
_KEPT = frozenset(itertools.chain(*KEPT.values()))


class Seen:
    """Whether anything was read in which the policies differ."""

    __slots__ = ("read",)

    def __init__(self) -> None:
        self.read = False


class _Whole(Exception):
    """It cannot be told in which of its parts it differs."""


class _Items(Mapping[Any, Any]):
    """A mapping that notes the reading of the items in which it differs, and of their order."""

    __slots__ = ("differing", "held", "ordered", "seen")

    def __init__(self, one: Mapping[Any, Any], other: Mapping[Any, Any], seen: Seen) -> None:
        self.seen = seen
        self.held = dict(one)
        self.ordered = list(one) == list(other)
        self.differing = set(one.keys() ^ other.keys())
        for key in one.keys() & other.keys():
            try:
                self.held[key] = _walk(one[key], other[key], seen)
            except _Whole:
                self.differing.add(key)

    def __getitem__(self, key: object) -> object:
        if key in self.differing:
            self.seen.read = True
        return self.held[key]

    def __iter__(self) -> Iterator[object]:
        return iter(self._as_a_whole())

    def __len__(self) -> int:
        return len(self._as_a_whole())

    def _as_a_whole(self) -> dict[Any, Any]:
        if not self.ordered:
            self.seen.read = True
        return self.held


def watched(one: Policy, other: Policy, seen: Seen) -> Policy | None:
    """The one, noting in `seen` what is read of it that differs; None where that cannot be told."""
    hours = {region.calendar for region in one.regions.values()}
    if not all(alike(one.calendars.get(name), other.calendars.get(name)) for name in hours):
        return None
    try:
        found: Policy = _walk(one, other, seen)
    except _Whole:
        return None
    return found


def alike(one: object, other: object) -> bool:
    """Whether they are equal, and mappings in the same order: what comes first may decide."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return alike(tuple(one.items()), tuple(other.items()))
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if is_dataclass(one):
        names = [member.name for member in fields(one)]
        return all(alike(getattr(one, name), getattr(other, name)) for name in names)
    return one == other


def _walk(one: Any, other: Any, seen: Seen) -> Any:  # noqa: ANN401 - whatever a policy is made of
    """The one, watched where it differs. Raises _Whole where nothing in it can be told apart."""
    if alike(one, other):
        return one
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return _Items(one, other, seen)
    if type(one) is not type(other):
        raise _Whole
    if isinstance(one, tuple) and len(one) == len(other):
        return tuple(_walk(a, b, seen) for a, b in zip(one, other, strict=True))
    if type(one) in PARTS:
        return _part(one, other, seen)
    raise _Whole


def _part(one: Any, other: Any, seen: Seen) -> object:  # noqa: ANN401 - one of PARTS
    """The same part, noting when a member is read that differs."""
    kind = type(one)
    members: dict[str, object] = {}
    noting: list[str] = []
    for name in (member.name for member in fields(one)):
        old, new = getattr(one, name), getattr(other, name)
        if name in FIXED.get(kind, ()) and not alike(old, new):
            raise _Whole
        try:
            members[name] = _walk(old, new, seen)
        except _Whole:
            noting += (name, *(KEPT.get(name, ()) if kind is Policy else ()))
    twin: object = object.__new__(_noting(one, noting, seen))
    for name, value in members.items():
        object.__setattr__(twin, name, value)
    return twin


def _noting(one: object, names: Sequence[str], seen: Seen) -> type:
    """A kind of its own for the part, with these members read from it; comparing it reads all."""

    def equals(twin: object, other: object) -> bool:
        seen.read = True
        return twin is other or one == other

    def number(_: object) -> int:
        seen.read = True
        return hash(one)

    members = {name: _member(one, name, seen) for name in names}
    own = {"__slots__": (), "__eq__": equals, "__hash__": number, **members}
    return type(type(one).__name__, (type(one),), own)


def _member(one: object, name: str, seen: Seen) -> property:
    """Only what is kept of a part is ever written to it: it is others' as well."""

    def read(_: object) -> object:
        seen.read = True
        return getattr(one, name)

    def keep(_: object, value: object) -> None:
        object.__setattr__(one, name, value)

    return property(read, keep if name in _KEPT else None)
