"""What whoever takes a case over needs to know, in a few sentences."""

from __future__ import annotations

from collections.abc import Iterator

from routing import words
from routing.case import State
from routing.ledger import Ledger

LONGEST = 420
"""Characters: three segments, as a rule."""


def summary(ledger: Ledger, *, until_now: bool = False) -> str:
    """Who has it, how it stands with the customer, what is due, what was found so far.

    `until_now`: for whoever has just taken it.
    """
    return words.brief(" ".join(_sentences(ledger, "had" if until_now else "has")), LONGEST)


def _sentences(ledger: Ledger, has: str) -> Iterator[str]:
    case, now = ledger.case, ledger.now
    since = f" since {words.instant(case.owner_since, now)}" if case.owner_since else ""
    holder = f"{ledger.book.name(case.owner)} {has} it{since}" if case.owner else f"nobody {has} it"
    yield f"{words.label(case)}: {case.severity}, opened {words.instant(case.opened_at, now)}."
    yield f"{holder[0].upper()}{holder[1:]}."
    if case.responders:
        yield f"{', '.join(map(ledger.book.name, case.responders))} helps."
    yield _customer(ledger)
    due = words.next_due(case, now)
    if due:
        yield due
    if case.state is State.ENGINEERING and case.engineering is not None:
        engineer = ledger.book.name(case.engineering.engineer)
        yield f"Sustained Engineering: {case.engineering.stage}, {engineer}."
    if case.noted:
        yield f"Last note: {case.noted}"


def _customer(ledger: Ledger) -> str:
    case, now = ledger.case, ledger.now
    if case.asked_at is not None:
        return f"The customer waits for an answer since {words.instant(case.asked_at, now)}."
    if case.replied_at is None:
        return "The customer has had no answer yet."
    if case.state is State.WAITING:
        return f"The customer is asked since {words.instant(case.replied_at, now)}."
    return f"The customer was answered at {words.instant(case.replied_at, now)}."
