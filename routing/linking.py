"""A case that a caller began, and the ticket that was made for it.

Theory of operation. The case is there before its ticket is, and lives on without one. Once the
ticket is known the case is that ticket's: its webhooks lead here and open no second case. What the
caller's words were worth stays: the channel he came by, and the severity he confirmed.
"""

from __future__ import annotations

from dataclasses import replace

from routing import answers, judging
from routing.case import Case, Ticket
from routing.event import Linked, Refusal, Superseded, TellCustomer, Unticketed
from routing.ledger import Ledger
from routing.lookup import HOTLINE
from routing.words import label

FOR_GOOD = (1e15, 0)
"""A version no report has: the system would say that an API made it, but the customer rang."""


def linked(ledger: Ledger, event: Linked) -> None:
    """The ticket is known. Told again, nothing changes; another ticket than ours is refused."""
    case = ledger.case
    if (case.source, case.ticket_id) == (event.source, event.ticket):
        return
    if case.source != HOTLINE:
        raise Refusal(f"{label(case)} is ticket {case.ticket_id} of {case.source} already.")
    ledger.set(source=event.source, ticket_id=event.ticket, ticket=_told(case.ticket, event))
    if judging.severity(ledger)[0] != case.severity:
        ledger.set(severity_fixed=True)
    number = event.number or event.ticket
    ledger.say("ticket", f"it is ticket {number} of {event.source}", ticket=event.ticket)
    ledger.do(TellCustomer("ticket_text", {"case": case.id, "ticket": number}))


def _told(ticket: Ticket, event: Linked) -> Ticket:
    versions = {**ticket.versions, "channel": FOR_GOOD}
    return replace(
        ticket, url=event.url, number=event.number, subject=event.subject or ticket.subject,
        priority=event.priority, first_priority=event.priority, versions=versions,
    )  # fmt: skip


def unticketed(ledger: Ledger, event: Unticketed) -> None:
    """The case goes on without a ticket; whoever has it is told that nobody else sees its notes."""
    case = ledger.case
    if case.source != HOTLINE:
        return
    ledger.say("ticket", f"it has no ticket: {event.said}", source=event.source)
    if case.holder is not None:
        words = f"{label(case)} has no ticket in {event.source}: {event.said}"
        ledger.announce(case.holder, words)


def superseded(ledger: Ledger, event: Superseded) -> None:
    """Two cases of one ticket: the caller's goes on, this one ends and gives the ticket up."""
    case = ledger.case
    ledger.set(ticket_id=f"{case.ticket_id.removesuffix(f' ({case.id})')} ({case.id})")
    if case.live:
        answers.end(ledger, f"its ticket is that of {event.by}, which goes on", None)
    if case.owner is not None:
        ledger.announce(case.owner, f"{label(case)} goes on as {event.by}: it is one ticket.")


def of_another(case: Case, account: str | None) -> bool:
    """Whether a report names another customer than the one who proved on the line who he is."""
    return case.emergency and case.account is not None and account != case.account
