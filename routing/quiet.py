"""Quiet hours: pages of an urgency that the policy lets wait are held until a person's hours end.

Never in silence: the timeline says that a page was held, or that it broke through and why. What is
urgent is not held unless the policy says so, nothing is held that a promise falls due in, and the
loud end of an escalation is never held.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from routing import page as pages
from routing import promises
from routing.calendar import Calendar, is_open, next_close
from routing.case import State
from routing.ledger import Ledger
from routing.page import Page
from routing.people import Person
from routing.sla import ClockState
from routing.words import instant


def ends(person: Person, now: datetime) -> datetime | None:
    """When the quiet hours that run now (UTC) are over; None outside them."""
    if not person.quiet_hours:
        return None
    hours = Calendar(f"quiet hours of {person.id}", person.time_zone, person.quiet_hours)
    return next_close(hours, now) if is_open(hours, now) else None


def held(ledger: Ledger, page: Page, person: Person, urgency: str) -> Page:
    """The page as it is begun: at once, or when the person's quiet hours are over."""
    until = ends(person, ledger.now) if page.open else None
    if until is None:
        return page
    why = _breaks(ledger, urgency, until)
    if why:
        words = f"{person.name}'s quiet hours do not hold this page: {why}"
        ledger.say("quiet", words, person.id, turn=str(page.turn))
        return page
    when = instant(until, ledger.now)
    words = f"the page to {person.name} is held until {when}, by quiet hours"
    ledger.say("quiet", words, person.id, turn=str(page.turn))
    return pages.held(page, until)


def _breaks(ledger: Ledger, urgency: str, until: datetime) -> str:
    """Why a page is not held; empty where it is."""
    if urgency not in ledger.book.policy.quiet_holds:
        return f"it is {urgency}"
    if ledger.case.state is State.EXHAUSTED:
        return "nobody else has answered"
    if any(c.state is ClockState.BREACHED and c.met_at is None for c in ledger.case.clocks):
        return "a promise to the customer was broken"
    due = promises.next_due(ledger.case.clocks)
    if due is not None and due <= until:
        return f"a promise is due at {instant(due, ledger.now)}"
    return ""


def wait(ledger: Ledger) -> None:
    """A step of which every page is held lasts until the first of them has had its time."""
    current, waiting = ledger.case.round, ledger.case.waited_for
    instants = [p.held_until for p in waiting if p.held_until is not None]
    if current is None or not instants or len(instants) < len(waiting):
        return
    due = min(instants) + (current.due_at - ledger.now)
    ledger.set(round=replace(current, due_at=max(current.due_at, due)))


def released(ledger: Ledger, urgency: str) -> bool:
    """What may be held no longer begins now: it has become urgent, or a promise falls due."""
    broken = False
    for page in ledger.case.open_pages:
        if page.held_until is None or page.tried or page.held_until <= ledger.now:
            continue
        why = _breaks(ledger, urgency, page.held_until)
        if why:
            broken = True
            _release(ledger, page, urgency, why)
    return broken


def _release(ledger: Ledger, page: Page, urgency: str, why: str) -> None:
    """Planned anew: what has become urgent goes by the rules for that."""
    early = (page.held_until or ledger.now) - ledger.now
    person = ledger.book.people.get(page.person)
    anew = pages.begin(person, page.turn, urgency, page.why, ledger.now) if person else page
    planned = anew.planned or tuple(replace(p, due_at=p.due_at - early) for p in page.planned)
    freed = replace(page, planned=planned, held_until=None)
    same = (page.turn, page.person)
    kept = (freed if (p.turn, p.person) == same else p for p in ledger.case.pages)
    ledger.set(pages=tuple(kept))
    current = ledger.case.round
    if current is not None and current.due_at - early > ledger.now:
        ledger.set(round=replace(current, due_at=current.due_at - early))
    words = f"{ledger.book.name(page.person)}'s quiet hours hold this page no longer: {why}"
    ledger.say("quiet", words, page.person, turn=str(page.turn))
