"""Schedules against an independent stepper that only ever looks at the local clock.

The stepper reads a wall time as passed when the local clock shows it or has shown anything later,
lists handoffs by plain arithmetic on the wall, and asks of every step alone who is on call.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.schedule import (
    Layer,
    Override,
    Restriction,
    Rotation,
    Schedule,
    Temporary,
    gaps,
    on_call,
    shifts,
)
from routing.wall import instant_of, zone_of
from tests.routing.times import utc

STEP, DAY = timedelta(minutes=30), timedelta(days=1)
SPAN = timedelta(hours=60)
HALF = 0.5
ZONES = ("UTC", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "America/St_Johns")
BEGINS = ("2026-03-07 06:00", "2026-04-03 00:00", "2026-04-23 00:00", "2026-10-31 06:00")
PEOPLE = ("ann", "ben", "cat", "dan")
Reason = tuple[str, str]


def drawn_wall(chance: Random) -> time:
    return time(chance.randrange(24), chance.choice((0, 30)))


def drawn_groups(chance: Random) -> tuple[tuple[str, ...], ...]:
    sizes = chance.choices((1, 2), k=chance.randint(1, 3))
    return tuple(tuple(chance.choices(PEOPLE, k=size)) for size in sizes)


def drawn_rotation(chance: Random, begin: datetime) -> Rotation:
    unit = chance.choice(("hours", "hours", "days", "days", "weeks", "months"))
    every = chance.choice((1, 5, 8, 12) if unit == "hours" else (1, 2))
    zone = chance.choice(ZONES)
    first = datetime.combine(begin.date() - chance.randint(-1, 40) * DAY, drawn_wall(chance))
    start, groups = instant_of(zone_of(zone), first), drawn_groups(chance)
    back = chance.random() < HALF
    if chance.random() < HALF:
        return Rotation(unit, every, start, groups, zone, backwards=back)
    return Rotation(
        unit,
        every,
        start,
        groups,
        zone,
        handoff_days=frozenset(chance.sample(range(7), chance.randint(0, 1))),
        backwards=back,
        length=chance.choice((None, *(timedelta(hours=h) for h in (1, 10, 30)))),
    )


def drawn_restriction(chance: Random) -> Restriction:
    return Restriction(
        frozenset(chance.sample(range(7), chance.randint(0, 4))),
        frozenset(chance.sample((-1, 1, 4, 7, 8, 24), chance.randint(0, 2))),
        chance.choice((None, drawn_wall(chance))),
        chance.choice((None, drawn_wall(chance))),
    )


def drawn_range(chance: Random, begin: datetime) -> tuple[datetime, datetime]:
    start = begin + chance.randint(-10, 110) * STEP
    return start, start + chance.randint(1, 60) * STEP


def drawn_layer(chance: Random, begin: datetime, name: str) -> Layer:
    bounds = drawn_range(chance, begin)
    return Layer(
        name,
        drawn_rotation(chance, begin),
        chance.randint(0, 1),
        tuple(drawn_restriction(chance) for _ in range(chance.randint(0, 2))),
        start=chance.choice((None, bounds[0])),
        until=chance.choice((None, bounds[1])),
        zone=chance.choice((None, chance.choice(ZONES))),
    )


def drawn_override(chance: Random, begin: datetime, name: str) -> Override:
    kind = chance.choice(("add", "replace", "take_over", "remove"))
    person, by = chance.choices(PEOPLE, k=2)
    return Override(name, kind, *drawn_range(chance, begin), person, by)


def drawn_temporary(chance: Random, begin: datetime, name: str) -> Temporary:
    shift = (chance.choice(PEOPLE), *drawn_range(chance, begin))
    return Temporary(name, *drawn_range(chance, begin), (shift,))


def drawn_schedule(seed: int) -> tuple[Schedule, datetime]:
    """The schedule of a seed, which takes a tenth of the time of drawing it part by part."""
    chance = Random(seed)  # noqa: S311 - the same schedule for the same seed
    begin = utc(chance.choice(BEGINS))
    own = [drawn_layer(chance, begin, f"l{n}") for n in range(chance.randint(1, 3))]
    overrides = [drawn_override(chance, begin, f"o{n}") for n in range(chance.randint(0, 3))]
    temporary = [drawn_temporary(chance, begin, f"t{n}") for n in range(chance.randint(0, 1))]
    return Schedule("s", "UTC", tuple(own), tuple(overrides), tuple(temporary)), begin


schedules = st.builds(drawn_schedule, st.integers(0, 2**32))


def handoffs(rotation: Rotation, begin: datetime, end: datetime) -> Iterator[tuple[datetime, int]]:
    """Handoffs on the wall and their numbers, by counting on from the first one."""
    zone = ZoneInfo(rotation.zone)
    first = rotation.start.astimezone(zone).replace(tzinfo=None)
    low, high = (at.astimezone(zone).replace(tzinfo=None) for at in (begin, end))
    number = 0
    while rotation.backwards and nth(rotation, first, number) > low - 5 * DAY:
        number -= 1
    while (wall := nth(rotation, first, number)) < high + DAY:
        yield wall, number
        number += 1


def nth(rotation: Rotation, first: datetime, number: int) -> datetime:
    if rotation.unit == "months":
        years, month = divmod(first.month - 1 + number * rotation.every, 12)
        year = first.year + years
        day = min(first.day, monthrange(year, month + 1)[1])
        return first.replace(year=year, month=month + 1, day=day)
    if rotation.unit != "weeks":
        return first + timedelta(**{rotation.unit: number * rotation.every})
    days = {0} | {(day - first.weekday()) % 7 for day in rotation.handoff_days}
    week, index = divmod(number, len(days))
    return first + week * rotation.every * timedelta(weeks=1) + sorted(days)[index] * DAY


class Walker:
    """The local clock of a zone: the latest wall time it has shown."""

    def __init__(self, zone: str, at: datetime) -> None:
        self.zone = ZoneInfo(zone)
        self.latest = at.astimezone(self.zone).replace(tzinfo=None)

    def see(self, at: datetime) -> datetime:
        self.latest = max(self.latest, at.astimezone(self.zone).replace(tzinfo=None))
        return self.latest


class Stepped:
    """One layer, asked step by step."""

    def __init__(self, layer: Layer, begin: datetime, end: datetime) -> None:
        self.layer, self.rotation = layer, layer.rotation
        self.handoffs = list(handoffs(layer.rotation, begin, end))
        self.turning = Walker(layer.rotation.zone, begin - DAY)
        self.passed = 0
        self.limiting = Walker(layer.zone or layer.rotation.zone, begin - DAY)

    def people(self, at: datetime) -> set[str]:
        turning, limiting = self.turning.see(at), self.limiting.see(at)
        layer = self.layer
        if (layer.start and at < layer.start) or (layer.until and at >= layer.until):
            return set()
        if layer.restrictions and not any(allows(r, limiting) for r in layer.restrictions):
            return set()
        groups, length = self.rotation.groups, self.rotation.length
        while self.passed < len(self.handoffs) and self.handoffs[self.passed][0] <= turning:
            self.passed += 1
        passed = self.handoffs[max(self.passed - 40, 0) : self.passed]
        if length is None:
            return set(groups[passed[-1][1] % len(groups)]) if passed else set()
        running = [number for wall, number in passed if turning < wall + length]
        return {person for number in running for person in groups[number % len(groups)]}


def allows(limit: Restriction, wall: datetime) -> bool:
    """Whether the hours of today, or those that began yesterday, hold at a wall time."""
    return any(holds(limit, wall, wall.date() - number * DAY) for number in (0, 1))


def holds(limit: Restriction, wall: datetime, day: date) -> bool:
    from_end = day.day - monthrange(day.year, day.month)[1] - 1
    if limit.weekdays and day.weekday() not in limit.weekdays:
        return False
    if limit.month_days and not {day.day, from_end} & limit.month_days:
        return False
    begin = datetime.combine(day, limit.start or time())
    end = datetime.combine(day, limit.end or time())
    return begin <= wall < (end if end > begin else end + DAY)


def changed(schedule: Schedule, at: datetime, base: list[Reason]) -> set[Reason]:
    """What people changed, as the page on overrides tells it."""
    near = [o for o in schedule.overrides if o.start <= at < o.end]
    takers = [(o.by or "", f"override {o.id}") for o in near if o.kind == "take_over"]
    found = set(takers or base)
    for override in near:
        theirs = {reason for reason in found if reason[0] == override.person}
        coming = {(override.by or "", f"override {override.id}")}
        if override.kind == "add":
            found |= coming
        elif override.kind == "remove":
            found -= theirs
        elif override.kind == "replace" and theirs:
            found = found - theirs | coming
    fixed = [t for t in schedule.temporary if t.start <= at < t.end]
    kept = {(p, f"temporary {t.id}") for t in fixed for p, a, b in t.shifts if a <= at < b}
    return kept if fixed else found


def stepped(schedule: Schedule, begin: datetime, end: datetime) -> dict[datetime, set[Reason]]:
    walkers = [Stepped(layer, begin, end) for layer in schedule.layers]
    found, at = {}, begin - DAY
    while at < end:
        seen = [(w.layer, w.people(at)) for w in walkers]
        top = max((layer.priority for layer, own in seen if own), default=0)
        base = [(p, f"layer {x.id}") for x, own in seen if x.priority == top for p in own]
        if at >= begin:
            found[at] = changed(schedule, at, base)
        at += STEP
    return found


@settings(max_examples=25)
@given(schedules)
def test_who_is_on_call_agrees_with_the_stepper(drawn: tuple[Schedule, datetime]) -> None:
    schedule, begin = drawn
    end = begin + SPAN
    walked = stepped(schedule, begin, end)
    final = shifts(schedule, begin, end)
    for at, expected in walked.items():
        assert {(s.person, s.why) for s in final if s.start <= at < s.end} == expected, at
    for at in list(walked)[::7]:
        now = on_call(schedule, at)
        assert {(shift.person, shift.why) for shift in now} == walked[at], at
        assert len(now) == len(walked[at])
    open_, left = [at for at in walked if not walked[at]], gaps(schedule, begin, end)
    assert open_ == [at for at in walked if any(a <= at < b for a, b in left)]


@settings(max_examples=25)
@given(schedules, st.integers(0, 119))
def test_a_shift_is_unbroken_and_ends_where_it_says(
    drawn: tuple[Schedule, datetime], step: int
) -> None:
    schedule, begin = drawn
    at = begin + step * STEP
    for shift in on_call(schedule, at):
        assert shift.start <= at < shift.end
        endless = [edge for edge in (shift.start, shift.end) if abs(edge - at) > 390 * DAY]
        if not endless:
            assert shift in shifts(schedule, shift.start - DAY, shift.end + DAY)


def plain_layer(chance: Random, begin: datetime, name: str) -> Layer:
    """A layer whose turns are a division, with hours on some weekdays (see routing.line)."""
    unit, every = chance.choice((("hours", 12), ("days", 1), ("weeks", 2), ("months", 1)))
    first = datetime.combine(begin.date() + chance.randint(-40, 3) * DAY, drawn_wall(chance))
    names = [tuple(chance.sample("abc", chance.randint(1, 2))) for _ in range(chance.randint(1, 3))]
    zone, days = chance.choice(ZONES), frozenset(chance.sample(range(7), chance.randint(0, 5)))
    start = instant_of(zone_of(zone), first)
    limit = Restriction(days, start=drawn_wall(chance), end=drawn_wall(chance))
    return Layer(
        name,
        Rotation(unit, every, start, tuple(names), zone, backwards=chance.random() < HALF),
        chance.randint(0, 2),
        (limit,) if chance.random() < HALF else (),
        until=begin + chance.randint(20, 200) * STEP if chance.random() < HALF / 2 else None,
    )


def test_at_an_instant_plain_layers_give_the_whole_shifts_that_are_drawn() -> None:
    chance = Random(1)  # noqa: S311 - the same schedules in every run
    for number in range(250):
        begin = utc(BEGINS[number % len(BEGINS)])
        own = tuple(plain_layer(chance, begin, f"l{n}") for n in range(chance.randint(1, 3)))
        schedule = Schedule("s", "UTC", own)
        assert schedule.ranks is not None
        drawn = shifts(schedule, begin - 60 * DAY, begin + 60 * DAY)
        for step in chance.sample(range(-100, 400), 5):
            at = begin + step * STEP
            now, told = on_call(schedule, at), [s for s in drawn if s.start <= at < s.end]
            assert {(s.person, s.why) for s in now} == {(s.person, s.why) for s in told}
            assert all(shift in told for shift in now if shift.end - shift.start < 30 * DAY)


@settings(max_examples=25)
@given(schedules, st.integers(1, 119))
def test_a_cut_span_is_the_sum_of_its_parts(drawn: tuple[Schedule, datetime], step: int) -> None:
    schedule, begin = drawn
    middle, end = begin + step * STEP, begin + SPAN
    parts = [*shifts(schedule, begin, middle), *shifts(schedule, middle, end)]
    whole = shifts(schedule, begin, end)
    for moment in (begin, middle - STEP, middle, end - STEP):
        assert {(s.person, s.why) for s in whole if s.start <= moment < s.end} == {
            (s.person, s.why) for s in parts if s.start <= moment < s.end
        }
    assert sum((s.end - s.start for s in parts), timedelta(0)) == sum(
        (s.end - s.start for s in whole), timedelta(0)
    )
