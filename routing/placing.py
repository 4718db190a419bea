"""Where a case belongs now: paged, or held until it may be or must be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing import calendar, escalation, sla, words
from routing.book import find
from routing.case import Purpose, State
from routing.facts import facts
from routing.ledger import Ledger
from routing.lookup import promise_for
from routing.policy import Promise, Route, StepTarget
from routing.region import sunset
from routing.rule import matches
from routing.sla import ClockState


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
    opens = calendar.next_open(policy.calendars[promise.calendar], now)
    soonest = min((at for at in (opens, at_risk) if at is not None), default=None)
    return Place(route, soonest, f"paged in the hours of {promise.calendar}")


def _at_risk(ledger: Ledger, before: timedelta) -> datetime | None:
    instants = [
        sla.at_risk_instant(c, ledger.book.policy.calendars, before)
        for c in ledger.case.clocks
        if c.state is ClockState.RUNNING
    ]
    return min((i for i in instants if i is not None), default=None)


def place(ledger: Ledger, why: str) -> None:
    """Page for the case or hold it, by its route; a running round of the same route goes on."""
    chosen = choose(ledger)
    case = ledger.case
    route = chosen.route.id if chosen.route else None
    if chosen.page_at is not None and chosen.page_at <= ledger.now:
        _page(ledger, chosen, why)
    else:
        escalation.stand_down(ledger)
        ledger.set(state=State.HELD, route=route, hold_until=chosen.page_at)
        if case.state is not State.HELD or case.route != route:
            ledger.say("held", f"{why}; {chosen.why}", route=route or "")
    if chosen.route is not None:
        tell(ledger, chosen.route)


def _page(ledger: Ledger, chosen: Place, why: str) -> None:
    case = ledger.case
    wanted = chosen.route.escalation if chosen.route else None
    going = case.state is State.PAGING and case.round is not None and case.round.policy == wanted
    ledger.set(route=chosen.route.id if chosen.route else None, hold_until=None)
    if going:
        return
    if case.open_pages:
        escalation.stand_down(ledger)
    ledger.set(state=State.PAGING, owner=None, owner_since=None, owner_due=None)
    escalation.start(ledger, Purpose.PAGE, wanted, why)


def tell(ledger: Ledger, route: Route) -> None:
    """Stakeholders hear of the case, and a ticket nobody is paged for gets its reply: once each."""
    for target in route.stakeholders:
        for person in _stakeholders(ledger, target):
            if f"{route.id}/{person}" not in ledger.case.told:
                ledger.set(told=(*ledger.case.told, f"{route.id}/{person}"))
                due = words.next_due(ledger.case, ledger.now)
                ledger.announce(
                    person,
                    f"For your information: {words.label(ledger.case)}, {ledger.case.severity}."
                    f" {due}".rstrip(),
                )
                ledger.say("told", f"{ledger.book.name(person)} is told", person, as_=target.kind)
    if route.reply and route.page == "never" and f"{route.id}/reply" not in ledger.case.told:
        ledger.set(told=(*ledger.case.told, f"{route.id}/reply"))
        ledger.write(route.reply, public=True)


def _stakeholders(ledger: Ledger, target: StepTarget) -> tuple[str, ...]:
    case = ledger.case
    named = {"account_manager": case.account_manager, "csm": case.csm}
    if target.kind in named:
        person = named[target.kind]
        return (person,) if person in ledger.book.people and person is not None else ()
    return find(ledger.book, case, target, ledger.now).people


def route_policy(ledger: Ledger) -> str | None:
    """The escalation policy of the case's route."""
    routes = ledger.book.policy.routes
    return next((r.escalation for r in routes if r.id == ledger.case.route), None)


def resume(ledger: Ledger, why: str) -> None:
    """Back to work: its owner is asked first; without one it is placed anew."""
    owner = ledger.case.owner
    ledger.set(snooze_until=None)
    if owner is None or owner not in ledger.book.people:
        ledger.set(state=State.HELD, owner=None, owner_since=None)
        place(ledger, why)
        return
    ledger.set(state=State.ACKNOWLEDGED)
    escalation.start(ledger, Purpose.ASK, route_policy(ledger), why, first=(owner,))


def engineering_due(ledger: Ledger) -> datetime | None:
    """When the policy sends the case to Sustained Engineering by itself (UTC), or None."""
    rules, policy = ledger.book.policy.engineering, ledger.book.policy
    known = facts(ledger.case, ledger.book, ledger.now)
    after = next((t for m, t in rules.after if matches(m, known, policy.calendars)), None)
    return None if after is None else ledger.case.opened_at + after


def handover_due(ledger: Ledger) -> datetime | None:
    """Some minutes before the acting region's sun sets, where the policy hands over (UTC)."""
    case, policy = ledger.case, ledger.book.policy
    region = policy.regions.get(case.acting_region or "")
    if region is None or case.severity not in policy.handover_severities:
        return None
    closes = sunset(region, policy.calendars, ledger.now)
    if closes is None or closes - policy.handover_before <= ledger.now:
        return None
    return closes - policy.handover_before
