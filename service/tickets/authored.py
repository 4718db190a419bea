"""The report that an administrator's body makes, once its system's dialect is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from routing.report import Comment, Report, ReportKind, Requester, TicketStatus
from service.tickets import signature
from service.tickets.channel import channel
from service.tickets.html import plain
from service.tickets.marker import is_ours
from service.tickets.members import checked_identifier
from service.tickets.moment import moment
from service.tickets.text import mail_address, web_address
from service.tickets.ticketsystem import Envelope, Unreadable
from service.tickets.written import Written

_NOT_NAME = re.compile(r"[^a-z0-9]+")
_PUBLIC = frozenset({"true", "1", "yes", "public"})
_CUSTOMER = frozenset({"enduser", "customer", "requester", "user", "contact"})
_AGENT = frozenset({"agent", "staff", "admin", "administrator", "owner", "lightagent"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one system's administrators write.

    `advice` says how to name the ticket, for a body that does not. `key` gives a delivery its
    identity, `signed` the instant its source gives it, if any.
    """

    source: str
    advice: str
    status: Callable[[Written], TicketStatus | None]
    priority: Callable[[str | None], str | None]
    key: Callable[[Envelope, Written], str]
    signed: Callable[[Envelope], datetime | None] = lambda _: None


def read(dialect: Dialect, envelope: Envelope, written: Written, own: frozenset[str]) -> Report:
    """The report of one body. Raises Unreadable."""
    event = written.event()
    at = moment(written.line("updated") or "") or dialect.signed(envelope)
    requester = _requester(written)
    key = dialect.key(envelope, written)
    comment = None if _creates(event) else _comment(written, requester, event)
    return Report(
        source=dialect.source,
        ticket=_ticket(dialect, written),
        kind=_kind(event, comment),
        version=((at or envelope.received_at).timestamp(), _revision(written)),
        event_key=key,
        at=at,
        created_at=moment(written.line("created") or ""),
        url=web_address(written.line("url")),
        subject=written.line("subject"),
        description=plain(written.text("description")),
        status=dialect.status(written),
        priority=dialect.priority(written.line("priority")),
        channel=channel(written.line("channel")),
        environment=written.line("environment"),
        category=written.line("category"),
        product=written.line("product"),
        language=written.line("language"),
        tags=written.tags(),
        organization=written.line("organization"),
        account=written.line("account"),
        requester=requester,
        assignee_email=mail_address(written.line("assignee_email")),
        comment=comment,
        fields=written.extra(),
        echo=_echo(written, comment, own),
    )


def _ticket(dialect: Dialect, written: Written) -> str:
    value = written.line("id")
    if value is None:
        raise Unreadable(f"The body names no ticket. {dialect.advice}")
    if "{{" in value:
        raise Unreadable(f"The placeholder of the ticket's id was not filled: {value[:80]!r}.")
    return checked_identifier("ticket_id", value.removeprefix("#")) or value


def _revision(written: Written) -> int:
    value = written.line("revision") or ""
    return int(value) if value.isdecimal() and len(value) < 10 else 0  # noqa: PLR2004 - fits 32 bits


def _creates(event: str) -> bool:
    return "creat" in event or event in {"new", "insert"}


def _kind(event: str, comment: Comment | None) -> ReportKind:
    if _creates(event):
        return ReportKind.CREATED
    talks = not event or any(word in event for word in ("comment", "repl", "note"))
    return ReportKind.COMMENTED if comment is not None and talks else ReportKind.UPDATED


def _requester(written: Written) -> Requester | None:
    found = Requester(
        name=written.line("requester_name"),
        email=mail_address(written.line("requester_email")),
        phone=written.line("requester_phone"),
        id=written.line("requester_id"),
    )
    return None if found == Requester() else found


def _comment(written: Written, requester: Requester | None, event: str) -> Comment | None:
    """The latest comment. Templates repeat it with every change, so its words are its identity."""
    found = _words(written)
    if found is None:
        return None
    body, said_public = found
    email = mail_address(written.line("comment_author_email"))
    author = _author(written, email, requester) or _by_name(body, event, written, requester)
    flag = written.line("comment_public")
    if flag is not None:
        said_public = flag.lower() in _PUBLIC
    return Comment(
        id=written.line("comment_id") or signature.content_key(body.encode(), author),
        author=author,
        public=author == "customer" if said_public is None else said_public,
        body=body,
        author_email=email,
    )


def _words(written: Written) -> tuple[str, bool | None] | None:
    """What was said, and whether the member's own name tells if the customer sees it."""
    for member, public in (("public_comment", True), ("private_comment", False), ("comment", None)):
        body = plain(written.text(member))
        if body is not None:
            return body, public
    return None


def _author(written: Written, email: str | None, requester: Requester | None) -> str | None:
    """By role, else by being the requester or sharing the requester's domain."""
    said = _NOT_NAME.sub("", (written.line("comment_author_role") or "").lower())
    if said in _AGENT:
        return "agent"
    known = requester or Requester()
    same = known.id is not None and known.id == written.line("comment_author_id")
    colleague = None not in {email, known.email} and _domain(email) == _domain(known.email)
    return "customer" if said in _CUSTOMER or same or colleague else None


def _domain(address: str | None) -> str:
    return (address or "").rpartition("@")[2]


def _by_name(body: str, event: str, written: Written, requester: Requester | None) -> str:
    """Freshdesk puts "Name : " before a comment. Unknown is `system`: it meets no promise."""
    name = body.partition(":")[0].strip().lower()
    if requester is not None and requester.name and name == requester.name.lower():
        return "customer"
    agent = (written.line("assignee_name") or "").lower()
    return "agent" if (agent and name == agent) or "reply:sent" in event else "system"


def _echo(written: Written, comment: Comment | None, own: frozenset[str]) -> bool:
    if own and (written.line("actor") or "").lower() in own:
        return True
    return comment is not None and comment.author != "customer" and is_ours(comment.body)
