"""What a ticket's report does to its case.

Theory of operation. Reports arrive in any order and any number of times; `merging` says what they
changed. What follows (paging, waiting, solved) is decided from what changed, never from what was
repeated.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from routing import answers, choosing, judging, merging, paging, placing, promises
from routing.case import Case, State
from routing.event import Reported
from routing.ledger import Ledger
from routing.report import Report, TicketStatus
from routing.value import replace
from routing.words import brief

TRUSTED = timedelta(days=1)
"""A source's instant further back than this (or in the future) starts no clock: ours does."""

COMMENTS_KEPT = 50
ENDED = frozenset({TicketStatus.SOLVED, TicketStatus.CLOSED})
WAITS = frozenset({TicketStatus.PENDING, TicketStatus.ON_HOLD})


def happened(report: Report, now: datetime) -> datetime:
    """When it happened as the source says, if that can be believed; else now (UTC)."""
    comment_at = report.comment.at if report.comment else None
    return _believed(comment_at or report.at, now)


def created(report: Report, now: datetime) -> datetime:
    """When the ticket was created, by the same rule."""
    return _believed(report.created_at or report.at, now)


def _believed(at: datetime | None, now: datetime) -> datetime:
    return at if at is not None and now - TRUSTED <= at <= now else now


def reported(ledger: Ledger, event: Reported) -> None:
    """A later report of the same ticket, in whatever order it came.

    What ends or quiets the case comes first and what wakes it last: nobody is paged for what the
    same report has settled, or by what it has corrected.
    """
    report = event.report
    if report.echo:
        _echo(ledger, report)
        return
    before = ledger.case
    ticket, changed = merging.merge(before.ticket, report)
    ledger.set(ticket=ticket)
    status = TicketStatus(ticket.status) if "status" in changed else None
    author = comment(ledger, report)
    if status in ENDED | WAITS:
        _status(ledger, before, status, report)
    judging.judge(ledger, event.customer, changed)
    if status is not None and status not in ENDED | WAITS:
        _status(ledger, before, status, report)
    if "assignee_email" in changed:
        _assigned(ledger)
    if author == "customer" and status is None and not merging.late(before.ticket, report):
        _customer_wrote(ledger, happened(report, ledger.now))


def _echo(ledger: Ledger, report: Report) -> None:
    """Our own write-back, come home: of all it holds, the status we have set becomes a fact.

    That is `on_hold` while Sustained Engineering has the case, and `open` after it; the clocks
    follow it and nobody is told. What else it holds is left to the report of whoever did it: taken
    from here, under our newer version, that report would move nothing any more. And a write of ours
    that comes late must not quiet a case.
    """
    ledger.say("echo", "our own write-back came home")
    case, status = ledger.case, report.status
    held = case.live and case.ticket.status == TicketStatus.ON_HOLD
    holds = case.state is State.ENGINEERING and status is TicketStatus.ON_HOLD
    if not holds and not (held and status is TicketStatus.OPEN):
        return
    told = Report(
        report.source, report.ticket, report.kind, report.version, report.event_key, status=status
    )
    ticket, changed = merging.merge(case.ticket, told)
    ledger.set(ticket=ticket)
    if "status" in changed:
        promises.status_changed(ledger, happened(report, ledger.now))
        if ledger.case.state is State.WAITING:
            placing.resume(ledger, "the ticket is open again")


def comment(ledger: Ledger, report: Report) -> str | None:
    """Who wrote, if it is a comment not seen before. An automatic one answers nothing (R33)."""
    said = report.comment
    if said is None or said.id in ledger.case.ticket.comments:
        return None
    seen = (*ledger.case.ticket.comments, said.id)[-COMMENTS_KEPT:]
    ledger.set(ticket=replace(ledger.case.ticket, comments=seen))
    at = happened(report, ledger.now)
    words = brief(said.body, 200)
    if said.author == "customer":
        ledger.say("customer_comment", f"the customer wrote: {words}")
        if ledger.case.live:
            promises.customer_wrote(ledger, at)
    elif said.author == "agent":
        ledger.say("agent_comment", f"{'reply' if said.public else 'note'}: {words}")
        answers.still_at_it(ledger, ledger.case.owner)
        if said.public:
            promises.agent_replied(ledger, at)
    else:
        ledger.say("system_comment", f"told without a person: {words}")
    return said.author


def _status(ledger: Ledger, before: Case, status: TicketStatus, report: Report) -> None:
    ledger.say("status", f"the ticket is {status}", was=before.ticket.status)
    at = happened(report, ledger.now)
    if status in ENDED:
        ended(ledger, status)
        return
    if not before.live:
        _reopened(ledger, at)
    promises.status_changed(ledger, at)
    if ledger.case.state is State.ENGINEERING:
        return
    if status in WAITS:
        paging.stand_down(ledger)
        ledger.set(state=State.WAITING)
    elif not before.live:
        _placed_again(ledger, f"the ticket is {status} again")
    elif ledger.case.state is State.WAITING:
        placing.resume(ledger, f"the ticket is {status} again")


def ended(ledger: Ledger, status: TicketStatus) -> None:
    if ledger.case.live:
        answers.end(ledger, f"the ticket is {status}", None)
    if status is TicketStatus.CLOSED and ledger.case.state is State.RESOLVED:
        ledger.set(state=State.CLOSED)
        ledger.say("closed", "the ticket is closed")


def _reopened(ledger: Ledger, at: datetime) -> None:
    """Nobody owns a reopened case: it is as if it were new, in a turn of its own."""
    ledger.set(
        state=State.HELD, owner=None, owner_since=None, engineering=None, reopened_at=ledger.now
    )
    promises.reopened(ledger, at)


def _placed_again(ledger: Ledger, why: str) -> None:
    ledger.say("reopened", why)
    ledger.set(engineering_at=choosing.engineering_due(ledger))
    placing.place(ledger, why)


def _customer_wrote(ledger: Ledger, at: datetime) -> None:
    """A customer's answer wakes what was waiting, and reopens what a responder had resolved."""
    state = ledger.case.state
    if state is State.WAITING:
        placing.resume(ledger, "the customer answered")
    elif state is State.RESOLVED:
        _reopened(ledger, at)
        _placed_again(ledger, "the customer answered after it was resolved")


def _assigned(ledger: Ledger) -> None:
    """Assignment is not an acknowledgement: only an answer to a page is."""
    email = (ledger.case.ticket.assignee_email or "").lower()
    found = next((p for p in ledger.book.people.values() if (p.email or "").lower() == email), None)
    who = found.name if found else "an agent who is not in the directory"
    ledger.say("assigned", f"assigned to {who} in the ticket system", found.id if found else None)
