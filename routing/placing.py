"""A case takes its place: paged, or held until it may be or must be."""

from __future__ import annotations

from routing import escalation, paging, posting, words
from routing.book import find
from routing.case import Purpose, State
from routing.choosing import Place, choose, route_policy
from routing.emergency import escalation_by
from routing.ledger import Ledger
from routing.policy import Route, StepTarget


def place(ledger: Ledger, why: str, without: str | None = None) -> None:
    """Page for the case or hold it, by its route; a running round of the same route goes on.

    `without` is not paged in the first round: who has just given it back.
    """
    chosen = choose(ledger)
    route = chosen.route.id if chosen.route else None
    pages = chosen.page_at is not None and chosen.page_at <= ledger.now
    if _going(ledger, chosen) and (pages or route == ledger.case.route):
        ledger.set(route=route)
    elif pages:
        _page(ledger, chosen, why, without)
    else:
        _hold(ledger, chosen, route, why)
    if chosen.route is not None:
        tell(ledger, chosen.route)


def _going(ledger: Ledger, chosen: Place) -> bool:
    """Whether people are being paged by the very policy that would page them now."""
    case = ledger.case
    wanted = escalation_by(ledger.case, ledger.book.policy, chosen.route)
    if case.state is State.PAGING:
        return case.round is not None and case.round.policy == wanted
    return case.state is State.EXHAUSTED and route_policy(ledger) == wanted


def _page(ledger: Ledger, chosen: Place, why: str, without: str | None) -> None:
    _stand_down(ledger)
    ledger.set(
        state=State.PAGING,
        route=chosen.route.id if chosen.route else None,
        owner=None,
        owner_since=None,
    )
    wanted = escalation_by(ledger.case, ledger.book.policy, chosen.route)
    escalation.start(ledger, Purpose.PAGE, wanted, why, without=without)


def _hold(ledger: Ledger, chosen: Place, route: str | None, why: str) -> None:
    """It is said where that is news: a case that is held already by this route stays as it is."""
    case = ledger.case
    if case.state is not State.HELD or case.route != route:
        ledger.say("held", f"{why}; {chosen.why}", route=route or "")
    _stand_down(ledger)
    ledger.set(state=State.HELD, route=route, hold_until=chosen.page_at)


def _stand_down(ledger: Ledger) -> None:
    case = ledger.case
    if case.round or case.open_pages or case.remind_at:
        paging.stand_down(ledger)


def tell(ledger: Ledger, route: Route) -> None:
    """Stakeholders hear of the case, and a ticket nobody is paged for gets its reply: once each."""
    for channel in posting.channels(route.stakeholders):
        if f"{route.id}/channel {channel}" not in ledger.case.told:
            ledger.set(told=(*ledger.case.told, f"{route.id}/channel {channel}"))
            posting.news(ledger, channel, _for_your_information(ledger))
            ledger.say("told", f"the channel {channel} is told", as_="channel")
    for target in route.stakeholders:
        for person in _stakeholders(ledger, target):
            if f"{route.id}/{person}" not in ledger.case.told:
                ledger.set(told=(*ledger.case.told, f"{route.id}/{person}"))
                ledger.announce(person, _for_your_information(ledger))
                ledger.say("told", f"{ledger.book.name(person)} is told", person, as_=target.kind)
    if route.reply and route.page == "never" and f"{route.id}/reply" not in ledger.case.told:
        ledger.set(told=(*ledger.case.told, f"{route.id}/reply"))
        ledger.write(route.reply, public=True)


def _for_your_information(ledger: Ledger) -> str:
    case, due = ledger.case, words.next_due(ledger.case, ledger.now)
    return f"For your information: {words.label(case)}, {case.severity}. {due}".rstrip()


def _stakeholders(ledger: Ledger, target: StepTarget) -> tuple[str, ...]:
    case = ledger.case
    named = {"account_manager": case.account_manager, "csm": case.csm}
    if target.kind in named:
        person = named[target.kind]
        return (person,) if person in ledger.book.people and person is not None else ()
    return find(ledger.book, case, target, ledger.now).people


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
