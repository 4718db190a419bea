"""Zoho Desk tickets, threads and comments (desk.zoho.com/support/WebhookDocument.do).

A webhook is a list of events. Its proof covers no body, so a body is a hint: with write access the
ticket is read again from the API (see `Hinting`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote

from routing.report import Comment, Report, ReportKind, Requester, TicketStatus
from service.tickets import hinting, signature, zoho_jwt
from service.tickets.channel import channel
from service.tickets.fields import texts
from service.tickets.html import plain
from service.tickets.marker import is_ours
from service.tickets.members import Members, decode, read_object
from service.tickets.moment import from_epoch
from service.tickets.text import mail_address, web_address
from service.tickets.ticketsystem import (
    NOBODY,
    Access,
    Answer,
    Envelope,
    Following,
    Reading,
    Request,
    Unreadable,
)
from service.tickets.zoho_desk_create import ZohoDeskCreator

_MILLISECOND = timedelta(milliseconds=1)
_MOST = 1000
_KINDS = {"Ticket_Add": ReportKind.CREATED, "Ticket_Update": ReportKind.UPDATED}
_TALKS = frozenset({"Ticket_Thread_Add", "Ticket_Comment_Add"})
_GONE = "Ticket_Delete"
_STATUSES = {
    "on hold": TicketStatus.ON_HOLD,
    "escalated": TicketStatus.OPEN,
    "waiting on customer": TicketStatus.PENDING,
    "pending": TicketStatus.PENDING,
}
_TYPES = {
    "open": TicketStatus.OPEN,
    "on hold": TicketStatus.ON_HOLD,
    "onhold": TicketStatus.ON_HOLD,
    "closed": TicketStatus.SOLVED,
}
_CUSTOMERS = frozenset({"end_user", "enduser", "customer", "contact"})


class ZohoDesk(ZohoDeskCreator):
    """Zoho Desk."""

    def verify(self, envelope: Envelope, secrets: Sequence[str], now: Sequence[datetime]) -> None:
        """See `zoho_jwt.verify`. Raises Forged or Stale."""
        zoho_jwt.verify(signature.header(envelope, "x-zdesk-jwt"), secrets, now)

    def read(self, envelope: Envelope, own: frozenset[str] = NOBODY) -> Reading:
        """One report for each event about a ticket. Raises Unreadable."""
        found = decode(envelope.body)
        events = found if type(found) is list else [found]
        if not events or len(events) > _MOST or any(type(event) is not dict for event in events):
            raise Unreadable("The body is not a list of Zoho Desk's events.")
        named = [
            Members(event, f"[{at}]") for at, event in enumerate(events) if type(event) is dict
        ]
        reports = [_event(envelope, event, own) for event in named if _understood(event)]
        return Reading(tuple(reports), None if reports else "None of the events is about a ticket.")

    def fetch(self, report: Report, access: Access) -> Request:
        """The ticket with its contact and assignee."""
        path = f"/api/v1/tickets/{quote(report.ticket, safe='')}?include=contacts,assignee"
        return Request("GET", path, access.headers)

    def fetched(self, report: Report, answer: Answer) -> Report:
        """The report with what the ticket says of itself. Raises Unreadable."""
        ticket = read_object(answer.body)
        if ticket.identifier("id") != report.ticket:
            raise ticket.wrong("id", "the ticket that was asked for")
        return _filled(report, ticket)

    def follow(self, report: Report, access: Access) -> Following:
        """As `hinting.follow`, under a token that is renewed once if it must be."""
        return self.bearing(hinting.follow(self, report, access), access)


def _understood(event: Members) -> bool:
    kind = event.line("eventType") or ""
    return kind in _KINDS or kind in _TALKS or kind == _GONE


def _event(envelope: Envelope, event: Members, own: frozenset[str]) -> Report:
    kind, told = event.line("eventType") or "", event.nested("payload")
    at = from_epoch(event.raw("eventTime"), _MILLISECOND)
    talks = kind in _TALKS
    name = "ticketId" if talks else "id"
    ticket = told.identifier(name)
    if ticket is None:
        raise told.wrong(name, "the ticket's id")
    comment = _comment(told, kind) if talks else None
    changed = at or told.time("modifiedTime") or envelope.received_at
    report = Report(
        source="zoho-desk",
        ticket=ticket,
        kind=ReportKind.COMMENTED if talks else _KINDS.get(kind, ReportKind.UPDATED),
        version=(changed.timestamp(), 0),
        event_key=_key(envelope, event, kind, told),
        at=at,
        comment=comment,
        echo=_echo(told, comment, own),
    )
    if talks:
        return report
    report = _filled(report, told)
    return replace(report, status=TicketStatus.CLOSED) if kind == _GONE else report


def _key(envelope: Envelope, event: Members, kind: str, told: Members) -> str:
    """Zoho numbers no delivery: the event, what it is about and its time, to the millisecond."""
    stamp, about = event.line("eventTime"), told.identifier("id")
    if stamp and about:
        return f"{kind}:{about}:{stamp}"[:255]
    return signature.content_key(envelope.body, kind)


def _filled(report: Report, ticket: Members) -> Report:
    """The report with what a ticket resource says."""
    who = ticket.nested("contact")
    return replace(
        report,
        created_at=ticket.time("createdTime"),
        url=web_address(ticket.line("webUrl", 2000)),
        subject=ticket.line("subject"),
        description=plain(ticket.text("description")),
        status=_status(ticket),
        priority=ticket.word("priority"),
        channel=channel(ticket.line("channel")),
        category=ticket.line("category"),
        language=ticket.line("language"),
        organization=ticket.identifier("accountId") or who.nested("account").identifier("id"),
        requester=_requester(ticket, who),
        assignee_email=mail_address(ticket.nested("assignee").line("email")),
        fields=_fields(ticket),
    )


def _status(ticket: Members) -> TicketStatus | None:
    """By the name where it says more, else by the type; a trashed ticket is closed."""
    if ticket.flag("isTrashed"):
        return TicketStatus.CLOSED
    by_name = _STATUSES.get(ticket.word("status") or "")
    return by_name or _TYPES.get(ticket.word("statusType") or ticket.word("status") or "")


def _requester(ticket: Members, who: Members) -> Requester | None:
    names = filter(None, (who.line("firstName"), who.line("lastName")))
    found = Requester(
        name=" ".join(names) or None,
        email=mail_address(ticket.line("email") or who.line("email")),
        phone=ticket.line("phone", 64) or who.line("phone", 64),
        id=ticket.identifier("contactId") or who.identifier("id"),
    )
    return None if found == Requester() else found


def _fields(ticket: Members) -> dict[str, str]:
    kept = {name: ticket.line(name) for name in ("ticketNumber", "departmentId", "assigneeId")}
    told = {name: value for name, value in kept.items() if value is not None}
    return told | texts(ticket.nested("cf"))


def _comment(told: Members, kind: str) -> Comment:
    thread = kind == "Ticket_Thread_Add"
    who = told.nested("author" if thread else "commenter")
    public = told.word("visibility") != "private" if thread else told.flag("isPublic") is True
    return Comment(
        id=told.identifier("id") or "",
        author=_author(told, who),
        public=public,
        body=plain(told.text("content") or told.text("summary")) or "",
        author_email=mail_address(who.line("email")),
        at=told.time("createdTime") or told.time("commentedTime"),
    )


def _author(told: Members, who: Members) -> str:
    kind = (who.word("type") or "").replace(" ", "_")
    if kind in _CUSTOMERS or (not kind and told.word("direction") == "in"):
        return "customer"
    return "system" if kind == "system" else "agent"


def _echo(told: Members, comment: Comment | None, own: frozenset[str]) -> bool:
    by = {told.identifier(name) for name in ("commenterId", "modifiedBy", "sourceId")} - {None}
    if own and (own & by or (comment is not None and comment.author_email in own)):
        return True
    return comment is not None and comment.author != "customer" and is_ours(comment.body)
