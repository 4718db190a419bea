"""What the page of a link shows: the case, and in plain words what each button does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from notifiers.card import BUTTONS
from notifiers.wording import clean
from routing.book import Book
from routing.case import Case, Purpose
from routing.offer import Offer
from routing.words import next_due

DOES = {
    "acknowledge": "You own the case, and nobody else is paged for it.",
    "decline": "Somebody else is asked instead of you.",
    "escalate": "Their engineer on call is paged, and the case is theirs.",
    "take_over": "The case is yours from then on, and whoever has it now is told.",
    "resolve": "The case ends, and nobody is paged for it any more.",
}
"""Verb to what a press of its button does."""
ASKED = {
    Purpose.ASK: ("Still on it", "You keep the case, and nobody else is paged for it."),
    Purpose.HANDOVER: ("I take it over", "The case is yours from then on."),
    Purpose.ENGINEERING: ("I have it", "The item of the engineering queue is yours."),
}
GIVE_BACK = ("Give it back", "You do not own it any more, and others are paged.")


@dataclass(frozen=True, slots=True)
class Choice:
    """A button. A press does what it `does`, and nothing else."""

    verb: str
    label: str
    does: str
    first: bool
    """Shown as what is most likely meant."""


def choices_of(offer: Offer, asked: str) -> list[Choice]:
    """The buttons, what the link was opened for first."""
    leading = asked if asked in offer.verbs else "acknowledge"
    verbs = sorted(offer.verbs, key=lambda verb: verb != leading)
    return [
        Choice(verb, *_words(offer, verb), first=verb == leading and offer.late is None)
        for verb in verbs
    ]


def _words(offer: Offer, verb: str) -> tuple[str, str]:
    if verb == "acknowledge" and offer.purpose in ASKED:
        return ASKED[offer.purpose]
    if verb == "decline" and offer.mine:
        return GIVE_BACK
    return BUTTONS[verb], DOES[verb]


def facts_of(case: Case, book: Book, now: datetime) -> Iterator[tuple[str, str]]:
    """Terms and words, the most urgent first."""
    found = book.policy.severity(case.severity)
    yield "Severity", (found.name or found.id) if found else case.severity
    yield "Customer", f"{clean(case.account_name)}, {clean(case.plan)}"
    if due := next_due(case, now):
        yield "Promised", due
    holder = case.holder
    yield "State", f"{case.state}, {book.name(holder) if holder else 'nobody'} has it"


def title_of(case: Case) -> str:
    return f"{case.id}: {clean(case.ticket.subject) or 'no subject'}"
