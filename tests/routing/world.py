"""A small support organisation as values: its people, its policy and the book of every test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from routing.book import Book
from routing.calendar import Calendar, Window
from routing.people import ContactMethod, ContactRule, Person
from routing.policy import (
    EngineeringRules,
    EscalationPolicy,
    Plan,
    Policy,
    Promise,
    Route,
    Severity,
    Step,
    StepTarget,
)
from routing.region import Region
from routing.rule import Match
from routing.schedule import Schedule, Temporary
from routing.sla import Metric, Target
from tests.routing.times import daily, utc

MONDAY = utc("2026-03-02 10:00")
"""A Monday, in business hours, the sun over emea."""
EVER = (utc("2020-01-01 00:00"), utc("2040-01-01 00:00"))


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def person(name: str, **changes: Any) -> Person:
    """Somebody with a verified mobile: a text at once, a call two minutes later."""
    word = name.split(maxsplit=1)[0].lower()
    made = Person(
        word,
        name,
        f"{word}@support.example",
        contact_methods=tuple(ContactMethod(m, m, "+46700000000", True) for m in ("sms", "voice")),
        contact_rules={
            "urgent": (ContactRule("sms", minutes(0)), ContactRule("voice", minutes(2))),
            "normal": (ContactRule("sms", minutes(0)),),
        },
    )
    return replace(made, **changes)


def people(*everybody: Person) -> dict[str, Person]:
    return {p.id: p for p in everybody}


ANNA, BEN, CARL, DORA = (person(n) for n in ("Anna Lind", "Ben Ek", "Carl Berg", "Dora Holm"))
EVA, ENZO = (person(n, team="sustained-engineering") for n in ("Eva Moe", "Enzo Riva"))
EVERYBODY = people(ANNA, BEN, CARL, DORA, EVA, ENZO)


def watch(schedule: str, *names: str) -> Schedule:
    """On call at any hour, all of them together."""
    return turns(schedule, *((name, *EVER) for name in names))


def turns(schedule: str, *shifts: tuple[str, datetime, datetime]) -> Schedule:
    return Schedule(schedule, "UTC", temporary=(Temporary("fixed", *EVER, shifts),))


def schedules(*of_them: Schedule) -> dict[str, Schedule]:
    return {s.id: s for s in of_them}


def step(target: str, wait: float = 5, when: Match | None = None) -> Step:
    """`step("schedule first")`, `step("engineering")`; the wait in minutes."""
    kind, _, name = target.partition(" ")
    return Step((StepTarget(kind, name),), minutes(wait), when)


def is_a(fact: str, *values: str) -> Match:
    return Match(((fact, frozenset(values)),))


def nightly(start: int, end: int) -> tuple[Window, ...]:
    return tuple(Window(day, time(start), (day + 1) % 7, time(end)) for day in range(7))


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
CALENDARS = {
    c.id: c
    for c in (
        Calendar("24x7", always=True),
        Calendar("business", windows=daily("09:00", "17:00", WEEKDAYS)),
        Calendar("never"),
        Calendar("emea-hours", windows=daily("06:00", "14:00")),
        Calendar("amer-hours", windows=daily("14:00", "22:00")),
        Calendar("apac-hours", windows=nightly(22, 6)),
    )
}
REGIONS = {
    name: Region(name, "UTC", f"{name}-hours", f"{name}-watch", name.upper())
    for name in ("emea", "amer", "apac")
}
ROUND_THE_CLOCK = Promise(
    "24x7",
    {
        Metric.FIRST_REPLY: Target(minutes=60),
        Metric.NEXT_REPLY: Target(minutes=60),
        Metric.UPDATE: Target(minutes=240),
    },
)
IN_HOURS = Promise("business", {Metric.FIRST_REPLY: Target(minutes=240)})
PREMIER = Plan("premier", promises={"high": ROUND_THE_CLOCK, "medium": IN_HOURS, "low": IN_HOURS})
STANDARD = Plan("standard", rank=1, promises={"high": IN_HOURS, "medium": IN_HOURS})
SEVERITIES = (
    Severity("high", 0, priorities={"*": ("urgent",)}),
    Severity("medium", 1, priorities={"*": ("normal",)}),
    Severity("low", 2, urgency="normal", priorities={"*": ("low",)}),
)
URGENT = EscalationPolicy(
    "urgent", (step("schedule first"), step("schedule second"), step("engineering", 10)), rounds=2
)
CALM = EscalationPolicy("calm", (step("schedule first", 15),))
FIX = EscalationPolicy("fix", (step("engineering", 15), step("schedule lead", 15)))
ROUTES = (
    Route("outage", is_a("severity", "high"), "urgent", page="now"),
    Route("everyday", is_a("severity", "medium"), "calm", page="covered"),
    Route("idle", Match(), None, page="never"),
)
ENGINEERING = EngineeringRules(
    escalation="fix", schedule="engineers", tags=frozenset({"engineering"})
)
SCHEDULES = schedules(
    watch("first", "anna"),
    watch("second", "ben"),
    watch("engineers", "eva"),
    watch("lead", "enzo"),
    watch("emea-watch", "anna"),
    watch("amer-watch", "ben"),
    watch("apac-watch", "carl"),
)


def house(**changes: Any) -> Policy:
    """Three regions that share the day; Anna, then Ben, then Eva of Sustained Engineering."""
    made = Policy(
        "house-1",
        "House",
        SEVERITIES,
        {p.id: p for p in (PREMIER, STANDARD, Plan("unknown", rank=9))},
        CALENDARS,
        REGIONS,
        escalation_policies={e.id: e for e in (URGENT, CALM, FIX)},
        routes=ROUTES,
        engineering=ENGINEERING,
        duty_manager=(StepTarget("person", "dora"),),
        default_severity={"*": "medium"},
        pauses=dict.fromkeys(Metric, frozenset({"pending", "on_hold"})),
    )
    return replace(made, **changes)


def sunny(**changes: Any) -> Policy:
    """Outages go to whoever has the sun, and are handed over when it sets."""
    follow = EscalationPolicy("sun", (step("region"), step("schedule lead")))
    wanted = {
        "escalation_policies": {e.id: e for e in (follow, CALM, FIX)},
        "routes": (replace(ROUTES[0], escalation="sun"), *ROUTES[1:]),
        "handover_severities": frozenset({"high"}),
    }
    return house(**(wanted | changes))


def book(
    policy: Policy | None = None,
    everybody: Mapping[str, Person] = EVERYBODY,
    watches: Mapping[str, Schedule] = SCHEDULES,
) -> Book:
    return Book(policy or house(), everybody, watches)
