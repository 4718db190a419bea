"""What a decision may look up: the case's policy, the people, and who is on call right now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from routing import region as regions
from routing.calendar import holds, is_open
from routing.case import Case
from routing.event import Refusal
from routing.people import Person
from routing.policy import Policy, Step, StepTarget
from routing.region import Region
from routing.schedule import Schedule, on_call

LONGEST_SUN = timedelta(days=1)
MOST_SUNS = 1024
"""Days whose sun is remembered."""


@dataclass(frozen=True, slots=True)
class Sunlight:
    """The regions that have the sun, between two openings or closings of any."""

    lit: Mapping[str, Region]
    longest: Region | None
    """Of those, the one that keeps it longest."""
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Book:
    """`policy` is the version the case opened under; `schedules` are live, overrides included."""

    policy: Policy
    people: Mapping[str, Person]
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    suns: dict[int, list[Sunlight]] = field(default_factory=dict, compare=False, repr=False)
    """What `sun` found, by day."""

    def schedule(self, name: str) -> Schedule | None:
        return self.schedules.get(name) or self.policy.schedules.get(name)

    def on_call(self, schedule: str, now: datetime) -> tuple[str, ...]:
        """Ids of the people on call, each once, who are still in the directory."""
        found = self.schedule(schedule)
        if found is None:
            return ()
        return tuple(
            dict.fromkeys(s.person for s in on_call(found, now) if s.person in self.people)
        )

    def on_call_until(self, person: str, now: datetime) -> datetime | None:
        """When a person who is on call now is on call nowhere any more; None for who is not."""
        names = {*self.policy.schedules, *self.schedules}
        found = [one for one in map(self.schedule, names) if one and person in one.people]
        ends = [s.end for one in found for s in on_call(one, now) if s.person == person]
        return max(ends, default=None)

    def sun(self, case: Case, now: datetime) -> Region | None:
        """The region that has the sun for this case (DESIGN: home region first)."""
        return self.sun_at(now, case.home_region)

    def sun_at(self, now: datetime, home: str | None = None) -> Region | None:
        """The region that has the sun: `home` (an id) if it does, else whoever keeps it longest."""
        light = self._sunlight(now)
        return light.lit.get(home or "", light.longest)

    def _sunlight(self, now: datetime) -> Sunlight:
        day = now.toordinal()
        known = self.suns.get(day)
        if known is None:
            if len(self.suns) >= MOST_SUNS:
                self.suns.clear()
            known = self.suns[day] = []
        for light in known:
            if light.since <= now < light.until:
                return light
        found = self._look_up(now)
        known.append(found)
        return found

    def _look_up(self, now: datetime) -> Sunlight:
        all_regions, calendars = self.policy.regions, self.policy.calendars
        hours = [holds(calendars[r.calendar], now) for r in all_regions.values()]
        lit = {r.id: r for r in all_regions.values() if is_open(calendars[r.calendar], now)}
        longest = regions.with_sun(all_regions, calendars, now)
        since = max((since for since, _ in hours), default=now)
        until = min((until for _, until in hours), default=now + LONGEST_SUN)
        return Sunlight(lit, longest, since, until)

    def require(self, person: str) -> None:
        """Raises Refusal for somebody the directory does not know, who can have no case."""
        if person not in self.people:
            raise Refusal(f"There is no person {person} in the directory. Nothing was changed.")

    def name(self, person: str | None) -> str:
        found = self.people.get(person or "")
        return found.name if found else (person or "nobody")


@dataclass(frozen=True, slots=True)
class Found:
    """Who a step's target is now, and the words for why."""

    people: tuple[str, ...]
    why: str


def find(book: Book, case: Case, target: StepTarget, now: datetime) -> Found:
    """The people a target means at this instant; nobody is an answer, not an error."""
    finder = FINDERS.get(target.kind)
    if finder is None:
        return Found((), f"{target.kind} {target.id} cannot be paged")
    return finder(book, case, target.id, now)


def wanted_by(
    step: Step, book: Book, case: Case, now: datetime, declined: tuple[str, ...], why: str
) -> dict[str, str]:
    """Whom a step means now, by the first of its targets that does, to why; not who declined."""
    wanted: dict[str, str] = {}
    for target in step.targets:
        found = find(book, case, target, now)
        for person in found.people:
            if person not in declined:
                wanted.setdefault(person, "; ".join(filter(None, (found.why, why))))
    return wanted


def _person(book: Book, _: Case, name: str, __: datetime) -> Found:
    return Found((name,) if name in book.people else (), f"{book.name(name)} is named in the step")


def _group(book: Book, _: Case, name: str, __: datetime) -> Found:
    people = tuple(p for p in book.policy.groups.get(name, ()) if p in book.people)
    return Found(people, f"in group {name}")


def _schedule(book: Book, _: Case, name: str, now: datetime) -> Found:
    return Found(book.on_call(name, now), f"on call in schedule {name}")


def _engineering(book: Book, _: Case, __: str, now: datetime) -> Found:
    schedule = book.policy.engineering.schedule or ""
    return Found(book.on_call(schedule, now), "on call for Sustained Engineering")


def _duty_manager(book: Book, case: Case, _: str, now: datetime) -> Found:
    return _several(book, case, book.policy.duty_manager, now, "duty manager")


def _several(
    book: Book, case: Case, targets: tuple[StepTarget, ...], now: datetime, why: str
) -> Found:
    direct = tuple(t for t in targets if t.kind != "duty_manager")
    people = (p for t in direct for p in find(book, case, t, now).people)
    return Found(tuple(dict.fromkeys(people)), why)


def _acting(book: Book, case: Case, name: str, now: datetime) -> Region | None:
    wanted = name or (case.round.region if case.round and case.round.region else "")
    return book.policy.regions.get(wanted) if wanted else book.sun(case, now)


def _region(book: Book, case: Case, name: str, now: datetime) -> Found:
    region = _acting(book, case, name, now)
    if region is None:
        return _several(book, case, book.policy.after_hours, now, "after hours: no region has sun")
    why = f"{region.name or region.id} has the sun, on call there"
    return Found(book.on_call(region.schedule, now), why)


def _region_backup(book: Book, case: Case, name: str, now: datetime) -> Found:
    region = _acting(book, case, name, now)
    if region is None or not region.backup:
        return Found((), "no backup schedule")
    return Found(book.on_call(region.backup, now), f"backup in {region.name or region.id}")


FINDERS: Mapping[str, Callable[[Book, Case, str, datetime], Found]] = {
    "person": _person,
    "group": _group,
    "schedule": _schedule,
    "engineering": _engineering,
    "duty_manager": _duty_manager,
    "region": _region,
    "region_backup": _region_backup,
}
