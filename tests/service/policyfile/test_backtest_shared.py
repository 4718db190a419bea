"""A backtest decides once what is the same under both policies: it comes to the same as twice."""

import random
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from routing.book import Book
from routing.event import Customer
from routing.policy import Policy, PromiseException, StepTarget
from routing.region import Region
from routing.report import Comment, Report, ReportKind, TicketStatus
from routing.rule import Match
from routing.tools.backtest import Backtest, Sides, sides
from routing.tools.course import Habits, Recorded
from routing.tools.tally import Tally, Verdict
from routing.tools.watching import KEPT, PARTS, Seen, watched
from service.matching import Found, customer_of
from service.policyfile.load import read_directory, read_policy, sample
from tests.service.policyfile.edits import edits_of

MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)
DIRECTORY = read_directory(sample("directory.yaml"), "directory.yaml")
PEOPLE = DIRECTORY.people
HABITS = Habits(answer=timedelta(minutes=12))
FOUND = Found({("id", one.id): (one,) for one in DIRECTORY.accounts.values()})


def busy() -> Policy:
    """The sample, and something of whatever it has nothing of."""
    policy = read_policy(sample("policy.yaml"), "policy.yaml")
    premier, support = policy.plans["premier"], policy.escalation_policies["support"]
    first, *others = support.steps
    email = Match(terms=(("channel", frozenset({"email"})),))
    special = PromiseException(email, {"L3": premier.promises["L2"], "L2": premier.promises["L1"]})
    later = replace(others[0], when=email)
    return replace(
        policy,
        plans={**policy.plans, "premier": replace(premier, exceptions=(special,))},
        groups={"heads": ("grace", "anna")},
        after_hours=(StepTarget("person", "ben"),),
        fixed_severity={"api": "L2"},
        escalation_policies={
            **policy.escalation_policies,
            "support": replace(support, steps=(first, later, *others[1:])),
        },
        engineering=replace(policy.engineering, fields={"stage": frozenset({"broken", "lost"})}),
    )


def records(name: str, *told: tuple[float, dict[str, Any]]) -> list[Recorded]:
    """Hours since Monday, and what the ticket's system says then."""
    found = []
    for number, (hours, said) in enumerate(told):
        at = MONDAY + timedelta(hours=hours)
        kind = ReportKind.UPDATED if number else ReportKind.CREATED
        key = f"{name}/{number}"
        found.append((at, Report("standard", name, kind, (float(number), 0), key, at=at, **said)))
    return found


def said(author: str) -> dict[str, Any]:
    return {"comment": Comment(author, author, body="Well.")}


TICKETS = (
    records("1", (0, {"account": "acme", "priority": "urgent", "channel": "portal"})),
    records(
        "2",
        (1, {"account": "borealis", "priority": "normal", "tags": ("sso",)}),
        (3, said("agent")),
        (9, said("customer")),
        (30, {"status": TicketStatus.SOLVED}),
        (40, {"status": TicketStatus.OPEN}),
    ),
    records("3", (5, {"account": "acme", "priority": "normal", "channel": "email"})),
    records(
        "4",
        (20, {"account": "cedar", "priority": "high", "environment": "staging"}),
        (20.1, {"environment": "prod", "priority": "urgent"}),
        (22, {"status": TicketStatus.PENDING}),
    ),
    records(
        "5",
        (100, {"account": "nobody", "channel": "api", "language": "sv"}),
        (101, {"fields": {"stage": "broken"}}),
    ),
)


def customer(report: Report, policy: Policy) -> Customer | None:
    return customer_of(report, policy, FOUND)


def come_to(found: Sides, *tickets: list[Recorded]) -> object:
    zones = {name: person.time_zone for name, person in PEOPLE.items()}
    verdict = Verdict(Tally("old", zones), Tally("new", zones))
    test = Backtest(found, verdict)
    try:
        for ticket in tickets or TICKETS:
            test.ticket(ticket)
    except (KeyError, ValueError) as wrong:
        return repr(wrong)
    return verdict.as_json()


def apart(old: Policy, new: Policy) -> Sides:
    """Both play every ticket wholly."""
    books = [Book(policy, PEOPLE, policy.schedules) for policy in (old, new)]
    return Sides(books[0], books[1], customer, HABITS, Seen(), watching=False)


def compared(old: Policy, new: Policy) -> tuple[object, object, bool]:
    """What it comes to, what it comes to where nothing is shared, and whether anything was."""
    found = sides(old, new, PEOPLE, customer, HABITS)
    return come_to(found), come_to(apart(old, new)), found.watching


REGION = {f"Region.{member.name}" for member in fields(Region)}
TELLING = {
    *("Route.at_risk", "Route.page", "Route.id", "Step.wait", "Step.targets", "Policy.grace"),
    *("Policy.severities", "Severity.id", "Policy.schedules", "Rotation.groups", "Plan.exceptions"),
    *("Target", "Promise.calendar", "Policy.calendars", "Region.calendar", "Region.schedule"),
    *("Policy.routes", "Match.terms", "EngineeringRules.fields", "Policy.acknowledge_timeout"),
}
"""Members whose edits change much; each is tried, besides some of the others."""


def test_what_is_decided_once_comes_to_the_same_as_decided_twice() -> None:
    chance = random.Random(4)  # noqa: S311 - the same edits in every run
    base = busy()
    edits = edits_of(base)
    chance.shuffle(edits)
    tried = dict(edits)
    assert tried.keys() >= TELLING
    others = chance.sample(sorted(tried.keys() - TELLING), 10)
    untold = set()
    for member in (*sorted(TELLING), *others):
        one, other = chance.sample([base, tried[member]], 2)
        shared, wholly, told = compared(one, other)
        assert shared == wholly, member
        untold |= set() if told else {member}
    # Who has the sun is kept from one question to the next, and so nobody can tell who asked.
    assert {"Region.calendar"} <= untold <= {"Policy.calendars", "Policy.regions", *REGION}


def kept() -> Iterator[tuple[Policy, Policy]]:
    """Edits of what something is derived from and kept."""
    base = busy()
    *gates, last = base.routes
    urgent = next(route for route in gates if route.id == "urgent")
    narrow = replace(urgent, match=Match(terms=(("severity", frozenset({"L3"})),)))
    yield replace(base, routes=tuple(gates)), base
    yield base, replace(base, routes=(*(narrow if r is urgent else r for r in gates), last))
    most, *others = base.severities
    words = {"*": (*most.priorities["*"], "normal")}
    yield base, replace(base, severities=(replace(most, priorities=words), *others))
    yield base, replace(base, severities=(*others, most))
    apac, emea = (base.regions[name].calendar for name in ("apac", "emea"))
    hours = {apac: base.calendars[emea], emea: base.calendars[apac]}
    yield base, replace(base, calendars={**base.calendars, **hours})


def test_what_is_kept_of_a_policy_is_seen_to_be_asked_for_each_time() -> None:
    for one, other in kept():
        found = sides(one, other, PEOPLE, customer, HABITS)
        assert come_to(found, *TICKETS, *TICKETS) == come_to(apart(one, other), *TICKETS, *TICKETS)


def test_what_no_ticket_asks_for_is_not_decided_again() -> None:
    base = busy()
    plan = base.plans["e10"]
    promises = {"L2": replace(plan.promises["L2"], targets={})}
    other = replace(
        base, id="another", plans={**base.plans, "e10": replace(plan, promises=promises)}
    )
    found = sides(base, other, PEOPLE, customer, HABITS)
    nothing = replace(found, new=Book(replace(other, plans={}), PEOPLE))
    acme, cedar = TICKETS[0], TICKETS[3]
    assert come_to(found, acme) == come_to(nothing, acme)
    assert come_to(found, cedar) != come_to(nothing, cedar)


def noticed(old: Policy, new: Policy, read: Callable[[Policy], object]) -> bool:
    seen = Seen()
    found = watched(old, new, seen)
    assert found is not None
    read(found)
    return seen.read


def test_whatever_way_it_is_read_what_differs_is_noticed() -> None:
    base = busy()
    plans, schedules = base.plans, base.schedules
    fewer = replace(base, plans={name: plan for name, plan in plans.items() if name != "e10"})
    turned = replace(base, plans=dict(reversed(list(plans.items()))))
    more = replace(base, schedules={**schedules, "more": replace(schedules["apac"], id="more")})
    first, *others = base.routes
    later = replace(base, routes=(replace(first, at_risk=timedelta(1)), *others))
    for one, other, read in (
        (base, fewer, lambda p: "e10" in p.plans),
        (fewer, base, lambda p: "e10" in p.plans),
        (fewer, base, lambda p: p.plans.get("e10")),
        (base, turned, lambda p: next(iter(p.plans))),
        (base, turned, lambda p: dict(p.plans)),
        (base, more, lambda p: {*p.schedules}),
        (base, more, lambda p: len(p.schedules)),
        (base, more, lambda p: list(p.schedules)),
        (replace(base, groups={}), base, lambda p: bool(p.groups)),
        (base, later, lambda p: p.routes[0].at_risk),
        (base, later, lambda p: p.routes[0] == first),
        (base, later, lambda p: first in p.routes),
        (base, later, lambda p: repr(p.routes[0])),
    ):
        assert noticed(one, other, read)
    assert not noticed(base, fewer, lambda p: p.plans["premier"].promises)
    assert not noticed(base, turned, lambda p: p.plans["e10"])
    assert not noticed(base, later, lambda p: (p.routes[0].id, p.routes[0].page, p.routes[1:]))


def test_whatever_a_part_keeps_beside_its_members_is_watched_with_them() -> None:
    slots = {
        slot for kind in PARTS for base in kind.__mro__ for slot in vars(base).get("__slots__", ())
    }
    members = {member.name for kind in PARTS for member in fields(kind)}
    assert slots - members == {name for kept in KEPT.values() for name in kept}


def test_a_policy_that_is_watched_stays_as_it_is() -> None:
    base = busy()
    plan, ranked = base.plans["e10"], base.plans["e10"].rank
    other = replace(base, plans={**base.plans, "e10": replace(plan, rank=ranked + 1)})
    found = watched(base, other, Seen())
    assert found is not None
    with pytest.raises(AttributeError):
        replace(found.plans["e10"], rank=ranked + 2)
    assert plan.rank == ranked
