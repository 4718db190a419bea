"""The decision, per event: in conversions of a case to JSON and back, which every change costs too.

Ratios hold on any machine; the microseconds are of this one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import process_time

from routing.book import Book
from routing.calendar import Calendar
from routing.case import Case
from routing.decide import decide, open_case
from routing.event import (
    Acknowledge,
    ContactRefused,
    Customer,
    Decline,
    Escalate,
    Event,
    Reported,
    Resolve,
    Tick,
)
from routing.people import Account, ContactMethod, ContactRule, Person
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
from routing.report import Comment, Report, ReportKind, TicketStatus
from routing.rule import Match
from routing.schedule import Layer, Rotation, Schedule
from routing.sla import Metric, Target
from service.store import codec

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
LIMIT = 25.0
"""Most conversions that the dearest event may take."""
ROUTES = 50


def people() -> dict[str, Person]:
    methods = tuple(ContactMethod(m, m, "+46700000000", verified=True) for m in ("sms", "voice"))
    rules = {
        "urgent": (
            ContactRule("sms", timedelta(0)),
            ContactRule("voice", timedelta(minutes=2)),
        )
    }
    names = [f"p{n}" for n in range(12)]
    return {n: Person(n, n, contact_methods=methods, contact_rules=rules) for n in names}


def rotation(name: str, *names: str) -> Schedule:
    turns = Rotation("days", 7, NOW - timedelta(days=70), tuple((n,) for n in names), "UTC")
    return Schedule(name, "UTC", (Layer("weekly", turns),))


def policy() -> Policy:
    """Fifty routes, of which the last fits; three steps; three promises."""
    targets = {m: Target(minutes=60) for m in (Metric.FIRST_REPLY, Metric.UPDATE)}
    lanes = tuple(
        Route(f"r{n}", Match((("tags", frozenset({f"t{n}"})),)), None) for n in range(ROUTES)
    )
    watches = [
        rotation("first", "p0", "p1", "p2"),
        rotation("second", "p3", "p4"),
        rotation("engineers", "p5", "p6"),
    ]
    steps = tuple(
        Step((target,), timedelta(minutes=5))
        for target in (
            StepTarget("schedule", "first"),
            StepTarget("schedule", "second"),
            StepTarget("engineering"),
        )
    )
    return Policy(
        "p",
        "Benchmark",
        (Severity("high", 0, priorities={"*": ("urgent",)}), Severity("low", 1)),
        {"premier": Plan("premier", promises={"high": Promise("24x7", targets)})},
        {"24x7": Calendar("24x7", always=True)},
        schedules={w.id: w for w in watches},
        escalation_policies={"urgent": EscalationPolicy("urgent", steps, 2)},
        routes=(*lanes, Route("all", Match(), "urgent", page="now")),
        engineering=EngineeringRules(schedule="engineers"),
        duty_manager=(StepTarget("person", "p9"),),
        default_severity={"*": "low"},
    )


BOOK = Book(policy(), people())
CUSTOMER = Customer(
    "acme", "Acme", "premier", "its organisation", record=Account("acme", "Acme", "premier")
)


def report(version: int, **said: object) -> Report:
    return Report("desk", "4711", ReportKind.UPDATED, (version, 0), f"k{version}", **said)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Measured:
    name: str
    case: Case | None
    event: Event
    now: datetime

    def decide(self) -> object:
        if self.case is None:
            if not isinstance(self.event, Reported):
                raise TypeError("a case is opened by a report alone")
            return open_case("ACME-7", self.event, BOOK, self.now)
        return decide(self.case, self.event, BOOK, self.now)


def events() -> Iterator[Measured]:
    """One of each, on a case that it fits."""
    opening = Reported(
        report(1, subject="System down", priority="urgent", status=TicketStatus.NEW), CUSTOMER
    )
    paging = open_case("ACME-7", opening, BOOK, NOW).case
    owned = decide(paging, Acknowledge("p0"), BOOK, NOW).case
    words = Comment("c1", "agent", body="We are on it.")
    yield Measured("a new ticket", None, opening, NOW)
    yield Measured("a comment", owned, Reported(report(2, comment=words)), NOW)
    yield Measured("solved", owned, Reported(report(2, status=TicketStatus.SOLVED)), NOW)
    yield Measured("nothing new", owned, Reported(report(1, status=TicketStatus.NEW)), NOW)
    yield Measured("the next contact", paging, Tick(), NOW + timedelta(minutes=2))
    yield Measured("the next step", paging, Tick(), NOW + timedelta(minutes=5))
    yield Measured("acknowledged", paging, Acknowledge("p0", "sms"), NOW)
    yield Measured("declined", paging, Decline("p0", "sms"), NOW)
    yield Measured("refused", paging, ContactRefused(1, "p0", "sms", 1, "busy"), NOW)
    yield Measured("to engineering", owned, Escalate("p0", "sms"), NOW)
    yield Measured("resolved", owned, Resolve("p0"), NOW)


def best(action: Callable[[], object], *, runs: int = 9, times: int = 200) -> float:
    """Processor seconds of one action, the best of several runs: neighbours do not count."""
    found = []
    for _ in range(runs):
        begin = process_time()
        for _ in range(times):
            action()
        found.append((process_time() - begin) / times)
    return min(found)


def conversion(case: Case) -> float:
    return best(lambda: codec.decode_case(codec.encode(case)))


def main() -> bool:
    """Print the figures; True when the bound holds."""
    known = list(events())
    unit = conversion(next(e.case for e in known if e.case is not None))
    print(f"decide: a case to JSON and back takes {unit * 1e6:.0f} us")
    worst = 0.0
    for event in known:
        took = best(event.decide)
        worst = max(worst, took / unit)
        print(f"  {event.name:<18} {took * 1e6:6.0f} us  {took / unit:5.2f} conversions")
    print(f"  the dearest takes {worst:.2f} conversions (at most {LIMIT})")
    return worst <= LIMIT


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
