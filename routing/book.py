"""What a decision may look up: the case's policy, the people, and who is on call right now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from routing import region as regions
from routing.case import Case
from routing.people import Person
from routing.policy import Policy, StepTarget
from routing.region import Region
from routing.schedule import Schedule, on_call


@dataclass(frozen=True, slots=True)
class Book:
    """`policy` is the version the case opened under; `schedules` are live, overrides included."""

    policy: Policy
    people: Mapping[str, Person]
    schedules: Mapping[str, Schedule] = field(default_factory=dict)

    def schedule(self, name: str) -> Schedule | None:
        return self.schedules.get(name) or self.policy.schedules.get(name)

    def on_call(self, schedule: str, now: datetime) -> tuple[str, ...]:
        """Ids of the people on call, each once, who are still in the directory."""
        found = self.schedule(schedule)
        if found is None:
            return ()
        return tuple(dict.fromkeys(s.person for s in on_call(found, now) if s.person in self.people))

    def sun(self, case: Case, now: datetime) -> Region | None:
        """The region that has the sun for this case (DESIGN: home region first)."""
        return regions.with_sun(
            self.policy.regions, self.policy.calendars, now, home=case.home_region
        )

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
    match target.kind:
        case "person":
            people = (target.id,) if target.id in book.people else ()
            return Found(people, f"{book.name(target.id)} is named in the step")
        case "group":
            people = tuple(p for p in book.policy.groups.get(target.id, ()) if p in book.people)
            return Found(people, f"in group {target.id}")
        case "schedule":
            return Found(book.on_call(target.id, now), f"on call in schedule {target.id}")
        case "engineering":
            schedule = book.policy.engineering.schedule or ""
            return Found(book.on_call(schedule, now), "on call for Sustained Engineering")
        case "duty_manager":
            return _several(book, case, book.policy.duty_manager, now, "duty manager")
        case "region":
            return _region(book, case, target.id, now)
    return Found((), f"{target.kind} {target.id} cannot be paged")


def _several(
    book: Book, case: Case, targets: tuple[StepTarget, ...], now: datetime, why: str
) -> Found:
    direct = tuple(t for t in targets if t.kind != "duty_manager")
    people = (p for t in direct for p in find(book, case, t, now).people)
    return Found(tuple(dict.fromkeys(people)), why)


def _region(book: Book, case: Case, name: str, now: datetime) -> Found:
    wanted = name or (case.round.region if case.round and case.round.region else "")
    region = book.policy.regions.get(wanted) if wanted else book.sun(case, now)
    if region is None:
        return _several(book, case, book.policy.after_hours, now, "after hours, no region has the sun")
    return Found(
        book.on_call(region.schedule, now), f"{region.name or region.id} has the sun, on call there"
    )
