"""Who could be reached, over a span of time: by schedules, regions, steps, whole escalations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from routing import calendar as coverage
from routing.directory import Directory
from routing.page import usable_rules
from routing.policy import EscalationPolicy, Policy, StepTarget
from routing.region import with_sun
from routing.schedule import shifts
from routing.tools.pieces import Piece, Pieces, aligned, flags, mapped

People = tuple[str, ...]
NOBODY: People = ()


@dataclass(slots=True)
class Roster:
    """Answers about one span [start, end) in UTC; what was worked out once is kept."""

    policy: Policy
    directory: Directory
    start: datetime
    end: datetime
    kept: dict[tuple[str, ...], Pieces[People]] = field(default_factory=dict)
    suns: dict[str, Pieces[str]] = field(default_factory=dict)
    opens: dict[str, Pieces[bool]] = field(default_factory=dict)

    def always(self, people: People) -> Pieces[People]:
        return [Piece(self.start, self.end, tuple(p for p in people if self.reachable(p)))]

    def reachable(self, person: str) -> bool:
        """Whether a page to this person would begin at least one contact."""
        found = self.directory.people.get(person)
        return found is not None and bool(usable_rules(found, "urgent"))

    def open(self, calendar: str) -> Pieces[bool]:
        """When a calendar of the policy is open."""
        if calendar not in self.opens:
            spans = coverage.spans(self.policy.calendars[calendar], self.start, self.end)
            self.opens[calendar] = flags(spans, self.start, self.end)
        return self.opens[calendar]

    def sun(self, home: str) -> Pieces[str]:
        """The region that acts for a case at home in `home`; empty where none has the sun."""
        if home not in self.suns:
            regions, calendars = self.policy.regions, self.policy.calendars
            names = sorted({region.calendar for region in regions.values()})
            edges = aligned([self.open(name) for name in names], self.start, self.end)
            acting = (with_sun(regions, calendars, piece.start, home or None) for piece in edges)
            self.suns[home] = [
                Piece(piece.start, piece.end, region.id if region else "")
                for piece, region in zip(edges, acting, strict=True)
            ]
        return self.suns[home]

    def schedule(self, name: str) -> Pieces[People]:
        """Who of a schedule can be reached; nobody where nobody is on call."""
        key = ("schedule", name)
        if key not in self.kept:
            self.kept[key] = self._schedule(name)
        return self.kept[key]

    def _schedule(self, name: str) -> Pieces[People]:
        schedule = self.policy.schedules.get(name)
        if schedule is None:
            return self.always(NOBODY)
        turns: dict[str, list[tuple[datetime, datetime]]] = {}
        for shift in shifts(schedule, self.start, self.end):
            if self.reachable(shift.person):
                turns.setdefault(shift.person, []).append((shift.start, shift.end))
        people = sorted(turns)
        lines = [flags(sorted(turns[person]), self.start, self.end) for person in people]
        return mapped(
            aligned(lines, self.start, self.end),
            lambda on: tuple(p for p, here in zip(people, on, strict=True) if here),
        )

    def target(self, target: StepTarget, home: str) -> Pieces[People]:
        key = (target.kind, target.id, home)
        if key not in self.kept:
            self.kept[key] = self._target(target, home)
        return self.kept[key]

    def _target(self, target: StepTarget, home: str) -> Pieces[People]:
        finders: dict[str, Callable[[], Pieces[People]]] = {
            "person": lambda: self.always((target.id,)),
            "group": lambda: self.always(self.policy.groups.get(target.id, NOBODY)),
            "schedule": lambda: self.schedule(target.id),
            "engineering": lambda: self.schedule(self.policy.engineering.schedule or ""),
            "duty_manager": lambda: self._duty_manager(home),
            "region": lambda: self._region(target, home),
            "region_backup": lambda: self._region(target, home),
        }
        finder = finders.get(target.kind)
        return self.always(NOBODY) if finder is None else finder()

    def _duty_manager(self, home: str) -> Pieces[People]:
        direct = (t for t in self.policy.duty_manager if t.kind != "duty_manager")
        return self.several(tuple(direct), home)

    def _region(self, target: StepTarget, home: str) -> Pieces[People]:
        backup = target.kind == "region_backup"
        names = {r.id: r.backup if backup else r.schedule for r in self.policy.regions.values()}
        if target.id:
            return self.schedule(names.get(target.id, ""))
        after = self.always(NOBODY) if backup else self.several(self.policy.after_hours, home)
        acting = mapped(self.sun(home), lambda region: (region,))
        places = {region: place for place, region in enumerate(names, 1)}
        lines = [acting, *(self.schedule(schedule) for schedule in names.values()), after]
        return mapped(
            aligned(lines, self.start, self.end),
            lambda found: found[places.get(found[0][0], len(found) - 1)],
        )

    def several(self, targets: tuple[StepTarget, ...], home: str) -> Pieces[People]:
        """Everybody of several targets, each once."""
        lines = [self.target(target, home) for target in targets]
        return mapped(
            aligned(lines, self.start, self.end) if lines else [Piece(self.start, self.end, ())],
            lambda found: tuple(dict.fromkeys(person for people in found for person in people)),
        )

    def ladder(self, policy: EscalationPolicy, home: str) -> Pieces[tuple[People, ...]]:
        """For every step of an escalation policy, who it would reach."""
        lines = [self.several(step.targets, home) for step in policy.steps]
        return mapped(aligned(lines, self.start, self.end), lambda steps: steps)
