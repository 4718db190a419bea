"""What the policy says of a case as it is now: its promise, its route, when people are paged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing import sla
from routing.calendar import next_open
from routing.emergency import escalation_by, is_emergency_call
from routing.facts import facts
from routing.ledger import Ledger
from routing.lookup import promise_for
from routing.policy import Promise, Route
from routing.rule import matches
from routing.sla import Clock, ClockState


@dataclass(frozen=True, slots=True)
class Place:
    """`page_at` is when people are paged (UTC; at or before now: at once), None: not by itself."""

    route: Route | None
    page_at: datetime | None
    why: str


def promise_of(ledger: Ledger) -> Promise | None:
    """What the plan promises for this case as it is now."""
    case, policy = ledger.case, ledger.book.policy
    plan, severity = policy.plans.get(case.plan), policy.severity(case.severity)
    if plan is None or severity is None:
        return None
    known = facts(case, ledger.book, ledger.now) if plan.exceptions else None
    return promise_for(policy, plan, severity, known)


def choose(ledger: Ledger) -> Place:
    """The first route that matches, and when it pages."""
    case, policy, now = ledger.case, ledger.book.policy, ledger.now
    route = policy.first_route(facts(case, ledger.book, now))
    if is_emergency_call(case):
        return Place(route, now, "an emergency call")
    if route is None or route.escalation is None or route.page == "never":
        return Place(route, None, "nobody is paged for it")
    if route.page == "now":
        return Place(route, now, "paged at any hour")
    at_risk = _at_risk(ledger, route.at_risk)
    if route.page == "at_risk":
        return Place(route, at_risk, "paged when its SLA is at risk")
    promise = promise_of(ledger)
    if promise is None:
        return Place(route, now, "no coverage is promised, so nothing says to wait")
    opens = next_open(policy.calendars[promise.calendar], now)
    soonest = min((at for at in (opens, at_risk) if at is not None), default=None)
    return Place(route, soonest, f"paged in the hours of {promise.calendar}")


def _at_risk(ledger: Ledger, before: timedelta) -> datetime | None:
    """The first instant at which a promise is at risk; a broken one is while it is covered."""
    instants = [_risk(ledger, c, before) for c in ledger.case.clocks if c.met_at is None]
    return min((at for at in instants if at is not None), default=None)


def _risk(ledger: Ledger, clock: Clock, before: timedelta) -> datetime | None:
    calendars = ledger.book.policy.calendars
    if clock.state is ClockState.BREACHED:
        return next_open(calendars[clock.calendar], ledger.now)
    return sla.at_risk_instant(clock, calendars, before)


def route_of(ledger: Ledger) -> Route | None:
    """The case's route; a case that was never placed takes one now."""
    policy = ledger.book.policy
    if ledger.case.route is None:
        route = policy.first_route(facts(ledger.case, ledger.book, ledger.now))
        ledger.set(route=route.id if route else None)
    return next((r for r in policy.routes if r.id == ledger.case.route), None)


def route_policy(ledger: Ledger) -> str | None:
    """The escalation policy of the case's route; None where the policy pages nobody by itself."""
    return escalation_by(ledger.case, ledger.book.policy, route_of(ledger))


def next_hour(ledger: Ledger, at: datetime) -> datetime:
    """`at` (UTC), or when people may next be paged again for what is paged in its hours only."""
    route, promise = route_of(ledger), promise_of(ledger)
    if is_emergency_call(ledger.case) or route is None or route.page == "now" or promise is None:
        return at
    return next_open(ledger.book.policy.calendars[promise.calendar], at) or at


def engineering_due(ledger: Ledger) -> datetime | None:
    """When the policy sends the case to Sustained Engineering by itself (UTC), or None.

    Time alone sends nothing there whose route pages nobody: engineers would be woken for what
    support is not. A tag, a field or a responder still does.
    """
    rules, policy, case = ledger.book.policy.engineering, ledger.book.policy, ledger.case
    known = facts(case, ledger.book, ledger.now)
    after = next((t for m, t in rules.after if matches(m, known, policy.calendars)), None)
    if after is None:
        return None
    route = policy.first_route(known)
    if route is not None and route.page == "never" and not is_emergency_call(case):
        return None
    return (case.reopened_at or case.opened_at) + after
