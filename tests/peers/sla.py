"""Worked examples of published support policies: when a promise is due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from routing import sla
from routing.calendar import Calendar
from routing.sla import Clock, Metric, Target
from tests.peers.verdict import Verdict, compared, opt_utc
from tests.routing.times import calendar_of, utc

Case = Mapping[str, Any]


def played(case: Case, calendars: Mapping[str, Calendar]) -> Clock:
    """The clock after everything that happened, in the order it happened."""
    target = Target(**case["target"])
    start = utc(case["clock_start"])
    clock = sla.start(Metric.RESOLUTION, target, calendars[case["calendar"]], start)
    happened = [(utc(event["at"]), event) for event in case.get("events", ())]
    if change := case.get("change"):
        happened.append((utc(change["at"]), change))
    for at, event in sorted(happened, key=lambda pair: pair[0]):
        if "strategy" in event:
            clock = retargeted(clock, event, calendars)
        elif event["type"] == "status":
            still = event["to"] in case["pause_statuses"]
            clock = sla.pause(clock, at) if still else sla.resume(clock, calendars, at)
    return clock


def retargeted(clock: Clock, change: Case, calendars: Mapping[str, Calendar]) -> Clock:
    facts = {key: change[key] for key in ("minutes", "business_days", "rule") if key in change}
    calendar = calendars[change.get("calendar", clock.calendar)]
    at, strategy = utc(change["at"]), change["strategy"]
    return sla.retarget(clock, calendars, calendar, Target(**facts), at, strategy)


def judge(facts: Any) -> Callable[[Case], Verdict]:
    calendars = {name: calendar_of(name, own) for name, own in facts["calendars"].items()}

    def due(case: Case) -> Verdict:
        clock, expected = played(case, calendars), case["expected"]
        due_at = opt_utc(expected["due_at"])
        breaches = [utc(at) for at in expected.get("breaches", ())]
        kept = [at for at in breaches if at not in clock.breaches]
        return compared((clock.due_at, kept), (due_at, []))

    return due
