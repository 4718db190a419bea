"""What is said to somebody who is reached by a page that need not be answered any more."""

from __future__ import annotations

from datetime import datetime

from routing.book import Book
from routing.case import Case
from routing.decide import decide
from routing.event import Acknowledge, Refusal
from routing.page import PageState
from routing.words import label, next_due


def instead(case: Case, book: Book, person: str, turn: int, now: datetime) -> str | None:
    """The sentence that takes the place of asking for an answer; None where one is wanted.

    It is what an answer would be refused with: the case is over, or somebody has it. `now` is UTC.
    """
    try:
        decide(case, Acknowledge(person), book, now)
    except Refusal as refusal:
        return str(refusal)
    if any(p.person == person for p in case.open_pages):
        return None
    if case.holder == person:
        return f"You have {label(case)} already. {next_due(case, now)}".rstrip()
    page = next((p for p in case.pages if (p.turn, p.person) == (turn, person)), None)
    if page is not None and page.state is PageState.STOOD_DOWN:
        return f"{label(case)} is {case.state} now. Nobody has to answer this page any more."
    return None
