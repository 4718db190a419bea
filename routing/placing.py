"""Where a case belongs now: paged, or held until it may be or must be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing import calendar, escalation, sla, words
from routing.book import find
from routing.case import Purpose, State
from routing.emergency import escalation_by, escalation_of, is_emergency_call
from routing.facts import facts
from routing.ledger import Ledger
from routing.lookup import promise_for
from routing.policy import Promise, Route, StepTarget
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
    opens = calendar.next_open(policy.calendars[promise.calendar], now)
    soonest = min((at for at in (opens, at_risk) if at is not None), default=None)
    return Place(route, soonest, f"paged in the hours of {promise.calendar}")


def _at_risk(ledger: Ledger, before: timedelta) -> datetime | None:
    """The first instant at which a promise is at risk; one that is broken has been for long."""
    instants = [
        c.breached_at
        if c.state is ClockState.BREACHED
        else sla.at_risk_instant(c, ledger.book.policy.calendars, before)
        for c in ledger.case.clocks
        if c.met_at is None
    ]
    return min((i for i in instants if i is not None), default=None)


def place(ledger: Ledger, why: str, without: str | None = None) -> None:
    """Page for the case or hold it, by its route; a running round of the same route goes on.

    `without` is not paged in the first round: who has just given it back.
    """
    chosen, case = choose(ledger), ledger.case
    route = chosen.route.id if chosen.route else None
    pages = chosen.page_at is not None and chosen.page_at <= ledger.now
    if _going(ledger, chosen) and (pages or route == case.route):
        ledger.set(route=route)
    elif pages:
        _page(ledger, chosen, why, without)
    else:
        if case.state is not State.HELD or case.route != route:
            ledger.say("held", f"{why}; {chosen.why}", route=route or "")
        if case.round or case.open_pages or case.remind_at:
            escalation.stand_down(ledger)
        ledger.set(state=State.HELD, route=route, hold_until=chosen.page_at)
    if chosen.route is not None:
        tell(ledger, chosen.route)


def _going(ledger: Ledger, chosen: Place) -> bool:
    """Whether people are being paged by the very policy that would page them now."""
    case = ledger.case
    wanted = escalation_by(case, ledger.book.policy, chosen.route)
    if case.state is State.PAGING:
        return case.round is not None and case.round.policy == wanted
    return case.state is State.EXHAUSTED and route_policy(ledger) == wanted


def _page(ledger: Ledger, chosen: Place, why: str, without: str | None) -> None:
    case = ledger.case
    if case.open_pages or case.round or case.remind_at:
        escalation.stand_down(ledger)
    ledger.set(
        state=State.PAGING,
        route=chosen.route.id if chosen.route else None,
        owner=None,
        owner_since=None,
    )
    wanted = escalation_by(ledger.case, ledger.book.policy, chosen.route)
    escalation.start(ledger, Purpose.PAGE, wanted, why, without=without)


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
    """The escalation policy of the case's route; a case that was never placed takes one now."""
    policy = ledger.book.policy
    if ledger.case.route is None:
        route = policy.first_route(facts(ledger.case, ledger.book, ledger.now))
        ledger.set(route=route.id if route else None)
    return escalation_of(ledger.case, policy)


def resume(ledger: Ledger, why: str) -> None:
    """Back to work: its owner is asked first; without one it is placed anew."""
    owner = ledger.case.owner
    if owner is None or owner not in ledger.book.people:
        if owner is not None:
            ledger.say("owner", f"{owner}, who had it, is not in the directory any more")
        ledger.set(owner=None, owner_since=None)
        place(ledger, why)
        return
    ledger.set(state=State.ACKNOWLEDGED)
    escalation.start(ledger, Purpose.ASK, route_policy(ledger), why, first=(owner,))


def engineering_due(ledger: Ledger) -> datetime | None:
    """When the policy sends the case to Sustained Engineering by itself (UTC), or None."""
    rules, policy, case = ledger.book.policy.engineering, ledger.book.policy, ledger.case
    known = facts(case, ledger.book, ledger.now)
    after = next((t for m, t in rules.after if matches(m, known, policy.calendars)), None)
    return None if after is None else (case.reopened_at or case.opened_at) + after
