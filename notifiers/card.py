"""A page for channels that have room: in pieces, as one line, as two sentences."""

from __future__ import annotations

from notifiers.notifier import Card
from notifiers.wording import ASK, PageFacts, clean

BUTTONS = {
    "acknowledge": "I have it",
    "decline": "I cannot take it",
    "escalate": "Hand to Sustained Engineering",
    "resolve": "It is resolved",
    "take_over": "Take it over",
    "verify": "This address is mine",
}
"""Verb to what the link or the button to it is called, wherever it is."""
LONGEST_SUBJECT = 120
"""Characters of the customer's words in one line."""


def card_of(facts: PageFacts) -> Card:
    """The facts, each as one line without what nobody should see."""
    return Card(
        case=facts.case,
        severity=clean(facts.severity).upper(),
        account=clean(facts.account),
        subject=clean(facts.subject) or "no subject",
        plan=clean(facts.plan),
        purpose=facts.purpose,
        due=clean(facts.due),
        why=clean(facts.why),
        code=facts.code,
        person=clean(facts.person),
        url=facts.url,
    )


def headline(card: Card) -> str:
    """One line, the most urgent fact first: `SEV1 Acme Corp: login fails (ACME-7)`."""
    subject = card.subject
    if len(subject) > LONGEST_SUBJECT:
        subject = subject[: LONGEST_SUBJECT - 2].rstrip() + ".."
    return f"{ASK.get(card.purpose, '')}{card.severity} {card.account}: {subject} ({card.case})"


def plain(card: Card) -> str:
    """The headline and when it is due: for a channel whose links say how to answer."""
    return f"{headline(card)}. {card.due}".rstrip()
