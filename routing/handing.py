"""A case goes from hand to hand: given to somebody, taken from somebody, help asked for."""

from __future__ import annotations

from dataclasses import replace

from routing import answers, choosing, engineering, escalation, handover, joining, paging, words
from routing.case import Purpose, State
from routing.event import Acknowledge, AddResponder, Reassign, Refusal, Taken, TakeOver
from routing.holder import has_it, relieved
from routing.ledger import Ledger
from routing.page import PageState, usable_rules

SUPPORT = "support"
"""The team whose people have the customer's side of a case that Sustained Engineering has."""


def reassign(ledger: Ledger, event: Reassign) -> None:
    """The other is paged and has the case on acknowledging; until then it stays where it is."""
    before, holder = ledger.case, ledger.case.holder
    _able(ledger, event.to)
    if holder == event.to:
        raise Taken(has_it(ledger))
    give(ledger, event)
    label, taker = words.label(ledger.case), ledger.book.name(event.to)
    if holder is not None and holder != event.person:
        giver = ledger.book.name(event.person)
        text = f"{giver} gives {label} to {taker}. It is yours until {taker} takes it."
        ledger.announce(holder, text)
    keeps = f"{_whose(ledger, holder, event.person)} until {taker} takes it."
    ledger.answer = f"{taker} is being paged for {label}. {keeps}"
    ledger.answer = f"{ledger.answer} {joining.dropped(ledger, before)}".rstrip()


def _able(ledger: Ledger, person: str) -> None:
    """Raises Refusal for somebody who is unknown or whom no page can reach."""
    ledger.book.require(person)
    if not usable_rules(ledger.book.people[person], "urgent"):
        name = ledger.book.name(person)
        raise Refusal(f"{name} has no contact method that works. Nothing was changed.")


def _whose(ledger: Ledger, holder: str | None, person: str) -> str:
    if holder is None:
        return "Nobody has it"
    return "It stays yours" if holder == person else f"{ledger.book.name(holder)} has it"


def give(ledger: Ledger, event: Reassign) -> None:
    """Stand everybody down and page the one it is given to."""
    case = ledger.case
    holder, queued = case.holder, case.state is State.ENGINEERING
    giver, taker = ledger.book.name(event.person), ledger.book.name(event.to)
    paging.stand_down(ledger)
    ledger.say("reassigned", f"{giver} gives it to {taker}", event.person)
    why = f"{giver} gives it to you"
    if queued:
        engineering.page(ledger, why, first=(event.to,))
        return
    purpose = Purpose.HANDOVER if holder else Purpose.PAGE
    ledger.set(state=State.ACKNOWLEDGED if holder else State.PAGING)
    policy = choosing.route_policy(ledger)
    escalation.start(ledger, purpose, policy, why, first=(event.to,), without=holder)


def take_over(ledger: Ledger, event: TakeOver) -> None:
    """The case is the person's at once, whoever had it.

    Of what Sustained Engineering has, support takes the customer's side, anybody else the item.
    """
    ledger.book.require(event.person)
    before = ledger.case
    support = ledger.book.people[event.person].team == SUPPORT
    if before.state is not State.ENGINEERING:
        had = before.owner
        answers.take(ledger, Acknowledge(event.person, event.via))
    elif support:
        had = before.owner
        _take_customer(ledger, event)
    else:
        had = before.holder
        paging.answered(ledger, event.person, PageState.ACKNOWLEDGED)
        engineering.claim(ledger, event.person)
    ledger.answer = _taken(ledger, event.person, had)


def _take_customer(ledger: Ledger, event: TakeOver) -> None:
    """Engineers who are being paged for the item go on being paged."""
    case, name = ledger.case, ledger.book.name(event.person)
    if paging.purpose_of(ledger) is Purpose.HANDOVER or not (case.round or case.remind_at):
        answers.take(ledger, Acknowledge(event.person, event.via))
        return
    ledger.set(owner=event.person, owner_since=ledger.now)
    handover.accepted(ledger, None)
    ledger.say("acknowledged", f"{name} took it over by {event.via}", event.person, via=event.via)
    ledger.write(f"{name} has taken {case.id} over from {ledger.book.name(case.owner)}.")
    relieved(ledger, case.owner, event.person)


def _taken(ledger: Ledger, person: str, had: str | None) -> str:
    said = f"you have {words.label(ledger.case)}."
    if had is not None and had != person:
        said = f"{said} {ledger.book.name(had)} had it until now."
    return f"{said} {words.next_due(ledger.case, ledger.now)}".rstrip()


def add(ledger: Ledger, event: AddResponder) -> None:
    """Page somebody as well: to help whoever has it, or to take what nobody has."""
    _able(ledger, event.to)
    case, name, label = ledger.case, ledger.book.name(event.to), words.label(ledger.case)
    if case.holder == event.to:
        raise Taken(has_it(ledger))
    if event.to in case.responders:
        raise Refusal(f"{name} helps with {label} already.")
    if any(p.person == event.to for p in case.open_pages):
        raise Refusal(f"{name} is being paged for {label} already.")
    _page_too(ledger, event)
    stays = f"{_whose(ledger, ledger.case.holder, event.person)}."
    ledger.answer = f"{name} is being paged for {label} as well. {stays}"


def _page_too(ledger: Ledger, event: AddResponder) -> None:
    case, adder, name = ledger.case, ledger.book.name(event.person), ledger.book.name(event.to)
    ledger.say("added", f"{adder} has {name} paged as well", event.person)
    if case.holder is not None:
        joining.ask(ledger, event.to, event.person)
    elif case.round is not None or case.remind_at is not None:
        _undeclined(ledger, event.to)
        paging.open_pages(ledger, {event.to: f"{adder} asks for you"})
    else:
        give(ledger, Reassign(event.person, event.to))


def _undeclined(ledger: Ledger, person: str) -> None:
    """Who declined and is asked for by name is asked again."""
    if ledger.case.round is not None:
        declined = tuple(p for p in ledger.case.round.declined if p != person)
        ledger.set(round=replace(ledger.case.round, declined=declined))
