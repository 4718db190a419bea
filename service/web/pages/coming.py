"""What a case does next by itself, in words: true if nobody does anything before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from routing.book import Book
from routing.case import Case, State
from routing.page import Page

WORDS: Mapping[str, str] = {
    "hold_until": "paging begins",
    "snooze_until": "the snooze ends, and {holder} is asked",
    "owner_due": "{holder} is asked whether it goes on",
    "shift_at": "{holder} is asked, because the shift ends",
    "handover_at": "the next region is asked to take it over",
    "remind_at": "the duty manager is paged",
    "engineering_at": "it goes to Sustained Engineering",
    "leaders_at": "leadership is told",
    "close_at": "it is closed",
    "clocks_at": "a promise to the customer is broken",
    "review_at": "it is looked at again",
}
"""Of each deadline of a case."""
CONTACTS: Mapping[str, str] = {"sms": "a text", "voice": "a call", "email": "a mail"}


@dataclass(frozen=True, slots=True)
class Coming:
    at: datetime
    words: str


def coming(case: Case, book: Book) -> Coming | None:
    """The first of what is due (UTC); None for what only somebody else can move."""
    if case.state is State.CLOSED:
        return None
    found = [*_deadlines(case, book), *_contacts(case, book), *_step(case, book)]
    return min(found, key=lambda one: one.at, default=None)


def _deadlines(case: Case, book: Book) -> Iterator[Coming]:
    holder = book.name(case.holder) if case.holder else "its owner"
    for deadline, words in WORDS.items():
        at = getattr(case, deadline)
        if at is not None:
            yield Coming(at, words.format(holder=holder))


def _contacts(case: Case, book: Book) -> Iterator[Coming]:
    for page in case.open_pages:
        name = book.name(page.person)
        for planned in page.planned:
            how = _channel(page, planned.method, book)
            yield Coming(planned.due_at, f"{CONTACTS.get(how, how)} to {name}")
        if page.until and page.asked_by:
            asker = book.name(page.asked_by)
            yield Coming(page.until, f"{asker} is told that {name} did not answer")


def _channel(page: Page, method: str, book: Book) -> str:
    person = book.people.get(page.person)
    known = person.contact_methods if person else ()
    return next((m.type for m in known if m.id == method), method)


def _step(case: Case, book: Book) -> Iterator[Coming]:
    if case.round is None:
        return
    asked = ", ".join(book.name(page.person) for page in case.waited_for)
    passed = f"{asked} passed over, and " if asked else ""
    yield Coming(case.round.due_at, f"{passed}the next step begins")
