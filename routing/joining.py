"""Help for whoever has a case: another person is paged as well, and the owner stays.

Theory of operation. Such a page has `asked_by`; no round waits for it, and answering it takes
nothing. It ends by itself some minutes after its last contact, and whoever asked is told so.
Whatever stands a case down stands it down too.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from routing import page as pages
from routing import paging, words
from routing.case import Case
from routing.event import Acknowledge, Decline
from routing.ledger import Ledger
from routing.page import Page, PageState

PATIENCE = timedelta(minutes=5)
"""How long after the last contact an answer is waited for."""
_GONE = frozenset({PageState.STOOD_DOWN})


def ask(ledger: Ledger, person: str, by: str) -> None:
    """Page a person to help whoever has the case."""
    name = ledger.book.name(by)
    paging.open_pages(ledger, {person: f"{name} asks for help"}, asked_by=by)
    opened = ledger.case.page_of(person)
    if opened is not None and opened.open:
        last = max((p.due_at for p in opened.planned), default=ledger.now)
        paging.put(ledger, replace(opened, until=max(last, ledger.now) + PATIENCE))


def asked(case: Case, person: str) -> Page | None:
    """The latest page of a person who is asked to help and not to take the case."""
    page = case.page_of(person)
    if page is None or page.asked_by is None or page.state in _GONE:
        return None
    return page if case.holder not in (None, person) else None


def joined(ledger: Ledger, event: Acknowledge) -> None:
    """The person helps; the case stays with whoever has it."""
    case, name = ledger.case, ledger.book.name(event.person)
    holder = ledger.book.name(case.holder)
    if event.person not in case.responders:
        paging.answered(ledger, event.person, PageState.ACKNOWLEDGED)
        ledger.set(responders=(*case.responders, event.person))
        ledger.say("joined", f"{name} helps {holder} by {event.via}", event.person, via=event.via)
        ledger.write(f"{name} helps {holder} with {case.id}.")
        ledger.announce(case.holder or "", f"{name} helps you with {words.label(case)}.")
    ledger.answer = f"you help {holder}, who has {words.label(ledger.case)}."


def declined(ledger: Ledger, event: Decline, page: Page) -> None:
    """The person does not help, or not any more; whoever has the case is told."""
    case, name = ledger.case, ledger.book.name(event.person)
    paging.answered(ledger, event.person, PageState.DECLINED)
    ledger.set(responders=tuple(p for p in case.responders if p != event.person))
    ledger.say("declined", f"{name} declined to help by {event.via}", event.person, via=event.via)
    ledger.announce(page.asked_by or "", f"{name} does not help with {words.label(case)}.")
    holder = ledger.book.name(case.holder)
    ledger.answer = f"you do not help with {words.label(case)}. {holder} has it and is told."


def lapse(ledger: Ledger) -> None:
    """Nobody answered who was asked to help: whoever asked is told."""
    for page in ledger.case.pages:
        if page.until is not None and page.until <= ledger.now and page.open:
            paging.put(ledger, pages.close(page, PageState.EXPIRED, ledger.now))
            name = ledger.book.name(page.person)
            text = f"{name} was asked to help and did not answer"
            ledger.say("expired", text, page.person, page.until, turn=str(page.turn))
            label = words.label(ledger.case)
            ledger.announce(page.asked_by or "", f"{name} did not answer for {label}.")


def settle(ledger: Ledger) -> None:
    """Whoever has the case helps nobody with it."""
    case = ledger.case
    if case.responders and case.holder in case.responders:
        ledger.set(responders=tuple(p for p in case.responders if p != case.holder))


def dropped(ledger: Ledger, before: Case) -> str:
    """A sentence about those whose help was asked for until now; empty when there are none."""
    asked = [p for p in before.open_pages if p.asked_by is not None]
    if not asked:
        return ""
    still = {(p.turn, p.person) for p in ledger.case.open_pages}
    gone = [ledger.book.name(p.person) for p in asked if (p.turn, p.person) not in still]
    return f"{', '.join(gone)} is not asked to help any more." if gone else ""
