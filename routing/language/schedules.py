"""On-call schedules: layers, rotations, overrides and temporary schedules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import pairwise

from routing.language.cursor import Cursor, Members
from routing.language.phrases import parse_turn
from routing.language.tree import Listing, Scalar, Table
from routing.language.windows import parse_days, parse_hours, parse_restriction
from routing.language.words import (
    parse_choice,
    parse_count,
    parse_flag,
    parse_instant,
    parse_wait,
    parse_zone,
)
from routing.schedule import Layer, Override, Restriction, Rotation, Schedule, Temporary, swap
from routing.wall import instant_of, zone_of

FIRST_MONDAY = datetime(2024, 1, 1)  # noqa: DTZ001 - a wall time, made an instant in its zone
"""Turns without a start count from the first handoff in or after the first week of 2024."""
ROTATION_MEMBERS = (
    "people",
    "zone",
    "every",
    "handoff",
    "start",
    "handoff_days",
    "backwards",
    "lasts",
    "weekdays",
    "month_days",
    "months",
    "week_start",
)
LAYER_MEMBERS = ("id", "priority", "rotation", "only", "zone", "from", "until")
OVERRIDE_KINDS = ("add", "replace", "take_over", "remove")


def read_schedules(of: Members) -> dict[str, Schedule]:
    return {name: _schedule(name, at) for name, at in of.named("schedules")}


def _schedule(name: str, at: Cursor) -> Schedule:
    members = at.members("zone", "rotation", "layers", "overrides", "swaps", "temporary")
    members.need("zone")
    zone = members.read("zone", parse_zone, "UTC")
    rotation = members.get("rotation")
    layers = list(_layers(members, zone))
    if rotation is not None:
        if layers:
            rotation.wrong("a schedule has either one `rotation` or `layers`, not both.")
        layers.append(Layer("rotation", _rotation(rotation, zone)))
    temporary = tuple(_temporary(item, n, zone) for n, item in _numbered(members, "temporary"))
    overrides = [_override(item, n, zone) for n, item in _numbered(members, "overrides")]
    if not (layers or temporary or any(map(_brings, overrides))):
        at.wrong("nobody is ever on call here; give it a `rotation`, or `layers`.")
    _refuse_overlap(at, temporary)
    swaps = [part for n, item in _numbered(members, "swaps") for part in _swap(item, n, zone)]
    return Schedule(name, zone, tuple(layers), (*overrides, *swaps), temporary)


def _brings(override: Override) -> bool:
    """Whether somebody is on call by it where nobody was."""
    return override.kind in {"add", "take_over"}


def _numbered(members: Members, name: str) -> Iterator[tuple[int, Cursor]]:
    return enumerate(members.tables(name), 1)


def _layers(members: Members, zone: str) -> Iterator[Layer]:
    seen: set[str] = set()
    for number, at in _numbered(members, "layers"):
        parts = at.members(*LAYER_MEMBERS)
        name = parts.text("id", f"layer-{number}")
        if name in seen:
            at.wrong(f"two layers are called {name!r}.")
        seen.add(name)
        rotation = parts.need("rotation")
        if rotation is not None:
            yield _layer(name, parts, _rotation(rotation, zone), zone)


def _layer(name: str, parts: Members, rotation: Rotation, zone: str) -> Layer:
    instant = parse_instant(zone_of(zone))
    start, until = parts.read("from", instant, None), parts.read("until", instant, None)
    if start is not None and until is not None and until <= start:
        parts.of.wrong("`until` comes before `from`, so this layer never holds.")
    return Layer(
        name,
        rotation,
        parts.read("priority", parse_count(-1000, 1000), 0),
        tuple(_restriction(item) for item in parts.tables("only")),
        start,
        until,
        parts.read("zone", parse_zone, None),
    )


def _restriction(at: Cursor) -> Restriction:
    """`mon-fri 09:00-17:00`, or a table with weekdays, month_days and hours."""
    if isinstance(at.node, Scalar):
        return at.read(parse_restriction, Restriction())
    members = at.members("weekdays", "month_days", "hours")
    start, end = members.read("hours", parse_hours, (None, None))
    days = frozenset(members.read("weekdays", _weekdays, ()))
    return Restriction(days, _month_days(members), start, end)


def _month_days(members: Members) -> frozenset[int]:
    """`[1, 15, -1]`; -1 is the last day of the month."""
    days = [(item, item.read(parse_count(-31, 31), 1)) for item in members.items("month_days")]
    for item, day in days:
        if day == 0:
            item.wrong("a month has no day 0; its last day is -1.")
    return frozenset(day for _, day in days)


def _weekdays(text: str) -> tuple[int, ...]:
    return parse_days(text.casefold())


def _rotation(at: Cursor, zone: str) -> Rotation:
    members = at.members(*ROTATION_MEMBERS)
    zone = members.read("zone", parse_zone, zone)
    groups = tuple(_groups(members))
    unit, every = members.read("every", parse_turn, ("weeks", 1))
    started = members.get("start") is not None
    start = members.read("start", parse_instant(zone_of(zone)), None)
    if started and members.get("handoff") is not None:
        at.wrong("`start` already says when turns are handed off; leave `handoff` out.")
    if start is None:
        if unit == "months":
            at.wrong("turns of months need a `start`, such as 2026-01-01 09:00.")
        start = instant_of(zone_of(zone), members.read("handoff", _handoff, FIRST_MONDAY))
    backwards = members.read("backwards", parse_flag, default=not started)
    plain = Rotation(unit, every, start, groups, zone, backwards=backwards)
    return _chosen(members, plain)


def _chosen(members: Members, plain: Rotation) -> Rotation:
    """The days on which turns start, and how long they last, where that is said."""
    handoffs = frozenset(members.read("handoff_days", _weekdays, ()))
    weekdays = frozenset(members.read("weekdays", _weekdays, ()))
    month_days = _month_days(members)
    month = parse_count(1, 12)
    months = frozenset(item.read(month, 1) for item in members.items("months"))
    (week_start,) = members.read("week_start", _weekday, (0,))
    if handoffs and (plain.unit != "weeks" or weekdays):
        members.of.wrong("`handoff_days` belong to turns of weeks, and not beside `weekdays`.")
    if month_days and plain.unit != "months":
        members.of.wrong("`month_days` belong to turns of months; a layer is limited by `only`.")
    return replace(
        plain,
        handoff_days=handoffs,
        length=members.read("lasts", parse_wait, None),
        weekdays=weekdays,
        month_days=month_days,
        months=months,
        week_start=week_start,
    )


def _weekday(text: str) -> tuple[int]:
    days = _weekdays(text)
    if len(days) != 1:
        raise ValueError(f"{text!r} is not one day of the week; write mon.")
    return (days[0],)


def _handoff(text: str) -> datetime:
    """`mon 09:00` or `09:00`: the first such moment of 2024, as a wall time."""
    day, _, clock = text.casefold().strip().rpartition(" ")
    try:
        at = time.fromisoformat(clock)
        (weekday,) = parse_days(day) if day else (0,)
    except ValueError as wrong:
        raise ValueError(f"{text!r} is no handoff; write mon 09:00, or 09:00.") from wrong
    return datetime.combine(FIRST_MONDAY.date(), at) + timedelta(days=weekday)


def _groups(members: Members) -> Iterator[tuple[str, ...]]:
    """Who takes turns: a list of people, in which a list stands for people who share a turn."""
    people = members.need("people")
    items = list(people.items()) if people is not None else []
    found = [_group(item) for item in items]
    if people is not None and not any(found):
        people.wrong("the rotation is empty; name at least one person.")
        return
    for item, group in zip(items, found, strict=True):
        if not group:
            item.wrong("nobody has this turn; name somebody, or leave it out.")
    yield from (group for group in found if group)


def _group(at: Cursor) -> tuple[str, ...]:
    if isinstance(at.node, Table):
        at.wrong("a person, or a list of people who share a turn, belongs here.")
        return ()
    together = tuple(item.refer("person") for item in at.items())
    if isinstance(at.node, Listing) and len(together) != len(set(together)):
        at.wrong("somebody is named twice in one turn.")
    return together


def _override(at: Cursor, number: int, zone: str) -> Override:
    members = at.members("id", "kind", "person", "by", "from", "to")
    kind = members.read("kind", parse_choice(*OVERRIDE_KINDS), "replace")
    start, end = _range(members, zone)
    person, by = members.refer("person", "person"), members.refer("by", "person")
    if kind != "take_over" and not person:
        at.wrong(f"`person` is missing: whom does it {kind}?")
    if (kind in {"replace", "take_over"}) != bool(by):
        at.wrong(
            "`by` says who comes instead; it belongs to replace and take_over, and only there."
        )
    return Override(
        members.text("id", f"override-{number}"), kind, start, end, person or None, by or None
    )


def _swap(at: Cursor, number: int, zone: str) -> tuple[Override, ...]:
    """Two people stand in for each other: the second in the first one's range, and back."""
    members = at.members("id", "one", "other")
    sides = [members.need("one"), members.need("other")]
    people, ranges = [], []
    for side in sides:
        if side is None:
            return ()
        parts = side.members("person", "from", "to")
        parts.need("person")
        people.append(parts.refer("person", "person"))
        ranges.append(_range(parts, zone))
    if people[0] == people[1]:
        at.wrong("nobody swaps with himself; name two people.")
    name = members.text("id", f"swap-{number}")
    return swap(name, people[0], ranges[0], people[1], ranges[1])


def _range(members: Members, zone: str) -> tuple[datetime, datetime]:
    instant = parse_instant(zone_of(zone))
    somewhen = instant_of(zone_of(zone), FIRST_MONDAY)
    members.need("from")
    members.need("to")
    start = members.read("from", instant, somewhen)
    end = members.read("to", instant, start + timedelta(days=1))
    if end <= start:
        members.of.wrong("it ends before it begins.")
    return start, end


def _temporary(at: Cursor, number: int, zone: str) -> Temporary:
    members = at.members("id", "from", "to", "shifts")
    start, end = _range(members, zone)
    shifts = tuple(_shift(item, zone) for item in members.tables("shifts"))
    for person, begin, finish in shifts:
        if begin < start or finish > end:
            at.wrong(f"{person}'s shift lies outside the days this replaces.")
    return Temporary(members.text("id", f"temporary-{number}"), start, end, shifts)


def _shift(at: Cursor, zone: str) -> tuple[str, datetime, datetime]:
    members = at.members("person", "from", "to")
    members.need("person")
    return (members.refer("person", "person"), *_range(members, zone))


def _refuse_overlap(at: Cursor, temporary: tuple[Temporary, ...]) -> None:
    ordered = sorted(temporary, key=lambda one: one.start)
    for one, other in pairwise(ordered):
        if other.start < one.end:
            at.wrong(f"temporary schedules {one.id!r} and {other.id!r} overlap.")
