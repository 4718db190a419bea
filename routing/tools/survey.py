"""What becomes of a plan's tickets, over a span of time, grouped by what is the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from routing.page import usable_rules
from routing.policy import EscalationPolicy, Plan, Policy, Promise, Route, Severity
from routing.preference import preferred
from routing.rule import Facts, Match, matches
from routing.sla import Metric
from routing.tools.pieces import Pieces, aligned, mapped
from routing.tools.reach import People, Roster
from routing.tools.rehearsal import Pacing

Span = tuple[datetime, datetime]
Ladder = tuple[People, ...]
Ground = dict[tuple[object, ...], list[Span]]
"""What is the same (the sun, calendars, who is on call) to the spans it holds in."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a ticket comes to: its route, and how soon people are reached once it pages."""

    route: str
    pages: bool
    people: int = 0
    first: timedelta | None = None
    second: timedelta | None = None
    sleepers: tuple[str, ...] = ()
    """Those of them whose quiet hours may hold the page."""


@dataclass(slots=True)
class Survey:
    """`burst` cases begin at once; each further one waits for the provider's pacing."""

    roster: Roster
    pacing: Pacing
    burst: int = 1
    channel: str = "portal"
    grounds: dict[tuple[tuple[str, ...], str], Ground] = field(default_factory=dict)
    reached: dict[tuple[Ladder, Ladder, str, str], Outcome] = field(default_factory=dict)

    @property
    def policy(self) -> Policy:
        return self.roster.policy

    def outcomes(
        self, plan: Plan, severity: Severity, promise: Promise, home: str
    ) -> list[tuple[Outcome, list[Span]]]:
        """Every outcome within the hours of a promise, and when (UTC)."""
        found: list[tuple[Outcome, list[Span]]] = []
        for value, spans in self._ground(promised_in(promise), home).items():
            facts = self._facts(plan, severity, home, str(value[0]), spans[0][0])
            found.append((self._outcome(severity, promise, value, facts), spans))
        return found

    def _facts(self, plan: Plan, severity: Severity, home: str, region: str, at: datetime) -> Facts:
        return Facts(
            at,
            severity=severity.id,
            plan=plan.id,
            channel=self.channel,
            region=region,
            home_region=home,
            status="active",
        )

    def _ground(self, calendars: tuple[str, ...], home: str) -> Ground:
        key = (calendars, home)
        if key not in self.grounds:
            self.grounds[key] = self._grouped(calendars, home)
        return self.grounds[key]

    def _grouped(self, calendars: tuple[str, ...], home: str) -> Ground:
        roster, policy = self.roster, self.policy
        hours = aligned([roster.open(name) for name in calendars], roster.start, roster.end)
        lines: list[Pieces[object]] = [
            mapped(hours, any),
            roster.sun(home),
            *(roster.ladder(one, home) for one in policy.escalation_policies.values()),
            *(roster.open(name) for name in calendars_asked(policy)),
        ]
        ground: Ground = {}
        for piece in aligned(lines, roster.start, roster.end):
            if piece.value[0]:
                ground.setdefault(piece.value[1:], []).append((piece.start, piece.end))
        return ground

    def _outcome(
        self, severity: Severity, promise: Promise, value: tuple[object, ...], facts: Facts
    ) -> Outcome:
        route = self.policy.first_route(facts)
        if route is None or route.escalation is None or not _pages(route, promise):
            return Outcome(route.id if route else "none", pages=False)
        names = list(self.policy.escalation_policies)
        ladder = value[1 + names.index(route.escalation)]
        return self._ladder(route, severity, ladder, facts)

    def _ladder(self, route: Route, severity: Severity, ladder: object, facts: Facts) -> Outcome:
        policy = self.policy.escalation_policies[route.escalation or ""]
        everybody: Ladder = tuple(
            people if step.when is None or matches(step.when, facts, self.policy.calendars) else ()
            for step, people in zip(policy.steps, _as_ladder(ladder), strict=True)
        )
        steps = tuple(self._preferred(policy, people, facts) for people in everybody)
        key = (steps, everybody, route.id, severity.urgency)
        if key not in self.reached:
            times = self.times(policy, steps, everybody, severity.urgency)
            first, second = ([*sorted(times.values()), None, None])[:2]
            sleepers = self._sleepers(times, severity.urgency)
            self.reached[key] = Outcome(route.id, True, len(times), first, second, sleepers)
        return self.reached[key]

    def _sleepers(self, people: Iterable[str], urgency: str) -> tuple[str, ...]:
        if urgency not in self.policy.quiet_holds:
            return ()
        known = self.roster.directory.people
        return tuple(name for name in people if known[name].quiet_hours)

    def _preferred(self, policy: EscalationPolicy, people: People, facts: Facts) -> People:
        """Whom every round but the last pages of a step."""
        plan = self.policy.plans[facts.plan]
        return preferred(people, plan, self.roster.directory.people, last=policy.rounds <= 1)

    def times(
        self, policy: EscalationPolicy, steps: Ladder, everybody: Ladder, urgency: str
    ) -> dict[str, timedelta]:
        """When each person is first reached, counted from the begin.

        All rounds are alike but the last, which pages `everybody` of a step.
        """
        contacts = [*self._contacts(policy, steps, urgency, timedelta())]
        if everybody != steps:
            waits = (step.wait for step, people in zip(policy.steps, steps, strict=True) if people)
            last = (policy.rounds - 1) * sum(waits, timedelta())
            contacts += self._contacts(policy, everybody, urgency, last)
        ahead = self.burst - 1
        free = {name: ahead * self.pacing.gap(name) for name in ("sms", "voice")}
        first: dict[str, timedelta] = {}
        for due, person, channel in sorted(contacts):
            begins = max(due, free.get(channel, due))
            free[channel] = begins + self.pacing.gap(channel)
            first.setdefault(person, begins)
        return first

    def _contacts(
        self, policy: EscalationPolicy, steps: Ladder, urgency: str, begin: timedelta
    ) -> Iterator[tuple[timedelta, str, str]]:
        for step, people in zip(policy.steps, steps, strict=True):
            for name in people:
                person = self.roster.directory.people[name]
                kinds = {method.id: method.type for method in person.contact_methods}
                for rule in usable_rules(person, urgency):
                    for number in range(1 + rule.repeat):
                        after = rule.after + number * rule.every
                        if after < step.wait:
                            yield begin + after, name, kinds[rule.method]
            if people:
                begin += step.wait


def promised_in(promise: Promise) -> tuple[str, ...]:
    """The calendars in whose hours somebody must be reached: to be paged, and for a reply's time.

    The times of the other metrics go on while nobody has to be reached.
    """
    return tuple(dict.fromkeys((promise.calendar, promise.counted_in(Metric.FIRST_REPLY))))


def _pages(route: Route, promise: Promise) -> bool:
    """Whether people are ever paged: where nothing is due, nothing can be at risk."""
    return route.page != "never" and not (route.page == "at_risk" and not promise.targets)


def _as_ladder(value: object) -> Ladder:
    return value if isinstance(value, tuple) else ()


def calendars_asked(policy: Policy) -> tuple[str, ...]:
    """The calendars that routes and steps ask about."""
    asked = [route.match for route in policy.routes]
    for escalation in policy.escalation_policies.values():
        asked += [step.when for step in escalation.steps if step.when is not None]
    return tuple(sorted({name for match in asked for name in _calendars(match)}))


def _calendars(match: Match) -> Iterator[str]:
    if match.calendar is not None:
        yield match.calendar
    for part in (*match.all_of, *match.any_of, *match.none_of):
        yield from _calendars(part)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order; those that touch become one."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def total(spans: Iterable[Span]) -> timedelta:
    return sum((end - begin for begin, end in spans), timedelta())
