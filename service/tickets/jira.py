"""Jira and Jira Service Management, Cloud and Data Center (developer.atlassian.com, "Webhooks").

An issue's key is the ticket, because people and the API both use it; an issue moved to another
project gets a new key and becomes a new ticket.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from routing.report import Comment, Report, ReportKind, Requester, TicketStatus
from service.tickets import signature
from service.tickets.adf import plain
from service.tickets.fields import MANY, NAME, as_text, tags
from service.tickets.jira_create import JiraCreator
from service.tickets.jira_write import JiraWriter
from service.tickets.marker import is_ours
from service.tickets.members import Members, read_object
from service.tickets.moment import from_epoch
from service.tickets.text import mail_address, one_line
from service.tickets.ticketsystem import NOBODY, Envelope, Reading

_MILLISECOND = timedelta(milliseconds=1)
_STATUSES = {
    "on hold": TicketStatus.ON_HOLD,
    "escalated": TicketStatus.ON_HOLD,
    "pending": TicketStatus.ON_HOLD,
    "waiting for customer": TicketStatus.PENDING,
    "waiting for reporter": TicketStatus.PENDING,
    "waiting for support": TicketStatus.OPEN,
    "open": TicketStatus.OPEN,
    "reopened": TicketStatus.OPEN,
    "in progress": TicketStatus.OPEN,
    "resolved": TicketStatus.SOLVED,
    "done": TicketStatus.SOLVED,
    "closed": TicketStatus.CLOSED,
    "canceled": TicketStatus.CLOSED,
    "cancelled": TicketStatus.CLOSED,
}
_CATEGORIES = {
    "new": TicketStatus.NEW,
    "indeterminate": TicketStatus.OPEN,
    "done": TicketStatus.SOLVED,
}
_IGNORED = frozenset({"comment_updated", "comment_deleted"})


class Jira(JiraCreator, JiraWriter):
    """Jira."""

    def verify(self, envelope: Envelope, secrets: Sequence[str], now: Sequence[datetime]) -> None:  # noqa: ARG002 - Jira dates nothing
        """X-Hub-Signature with sha256; without it, the secret shown by an automation rule's header.

        Raises Forged.
        """
        if "x-hub-signature" in envelope.headers:
            signature.hub_signature(envelope, "x-hub-signature", "sha256", secrets)
        else:
            signature.shared_token(envelope, secrets)

    def read(self, envelope: Envelope, own: frozenset[str] = NOBODY) -> Reading:
        """Issue events and new comments. Raises Unreadable."""
        document = read_object(envelope.body)
        event = (document.word("webhookEvent") or "").removeprefix("jira:")
        if event in _IGNORED:
            return Reading(ignored=f"{event} changes nothing about the ticket.")
        if not event.startswith(("issue_", "comment_")) or "link" in event:
            return Reading(ignored=f"Events of type {event[:80]!r} are not about an issue.")
        return Reading((_report(envelope, document, event, own),))


def _report(envelope: Envelope, document: Members, event: str, own: frozenset[str]) -> Report:
    issue = document.nested("issue")
    fields = issue.nested("fields")
    key = issue.identifier("key")
    if key is None:
        raise issue.wrong("key", "the issue's key")
    at = from_epoch(document.raw("timestamp"), _MILLISECOND)
    updated = fields.time("updated") or at or envelope.received_at
    comment = _comment(document.nested("comment"), fields)
    return Report(
        source="jira",
        ticket=key,
        kind=_kind(event, comment),
        version=(updated.timestamp(), _revision(document)),
        event_key=_key(envelope),
        at=at or fields.time("updated"),
        created_at=fields.time("created"),
        url=_url(issue, key),
        subject=fields.line("summary"),
        description=plain(fields.raw("description")),
        status=TicketStatus.CLOSED if event == "issue_deleted" else _status(fields),
        priority=fields.nested("priority").word("name"),
        channel="portal",
        environment=plain(fields.raw("environment")),
        category=_first_name(fields, "components"),
        product=fields.nested("project").line("name"),
        tags=tags(fields, "labels"),
        organization=_organization(fields),
        requester=_requester(fields),
        assignee_email=mail_address(fields.nested("assignee").line("emailAddress")),
        comment=comment,
        fields=_custom(fields),
        echo=_echo(document, comment, own),
    )


def _kind(event: str, comment: Comment | None) -> ReportKind:
    if comment is not None:
        return ReportKind.COMMENTED
    return ReportKind.CREATED if event == "issue_created" else ReportKind.UPDATED


def _revision(document: Members) -> int:
    """The changelog's id grows with every change of a site."""
    value = document.nested("changelog").line("id") or ""
    return int(value) if value.isdecimal() and len(value) < 16 else 0  # noqa: PLR2004 - fits 53 bits


def _key(envelope: Envelope) -> str:
    delivery = signature.delivery(envelope, "x-atlassian-webhook-identifier")
    return delivery or signature.content_key(envelope.body)


def _url(issue: Members, key: str) -> str | None:
    """Where people see the issue; the payload only has the address for programs."""
    base, found, _ = (issue.line("self", 2000) or "").partition("/rest/")
    return f"{base}/browse/{key}" if found and base.startswith("http") else None


def _status(fields: Members) -> TicketStatus | None:
    """By the status's name where JSM has given it a meaning, else by its category."""
    found = fields.nested("status")
    by_name = _STATUSES.get(found.word("name") or "")
    return by_name or _CATEGORIES.get(found.nested("statusCategory").word("key") or "")


def _first_name(fields: Members, name: str) -> str | None:
    found = fields.many(name) or ()
    return next((Members(one).line("name") for one in found if type(one) is dict), None)


def _requester(fields: Members) -> Requester | None:
    who = fields.nested("reporter") or fields.nested("creator")
    if not who:
        return None
    return Requester(
        name=who.line("displayName"),
        email=mail_address(who.line("emailAddress")),
        id=who.identifier("accountId") or who.identifier("name"),
    )


def _organization(fields: Members) -> str | None:
    """The first organisation of a service project: a custom field whose items link to one."""
    for value in fields.values():
        first = value[0] if type(value) is list and value else None
        if type(first) is not dict or type(links := first.get("_links")) is not dict:
            continue
        if "/servicedeskapi/organization/" in str(links.get("self", ""))[:500]:
            return Members(first).identifier("id")
    return None


def _custom(fields: Members) -> dict[str, str]:
    """The issue type, and every custom field that has a plain value, a name or a chosen option."""
    found: dict[str, str] = {}
    kind = fields.nested("issuetype").line("name")
    if kind is not None:
        found["issuetype"] = kind
    for name, value in fields.items():
        if not name.startswith("customfield_") or len(found) >= MANY:
            continue
        told = as_text(value)
        if type(value) is dict:
            told = as_text(value.get("value")) or as_text(value.get("name"))
        if told is not None:
            found[one_line(name, NAME)] = told
    return found


def _comment(said: Members, fields: Members) -> Comment | None:
    if not said:
        return None
    author = said.nested("author")
    public = said.flag("jsdPublic")
    return Comment(
        id=said.identifier("id") or "",
        author=_author(author, fields),
        public=public is not False,
        body=plain(said.raw("body")) or "",
        author_email=mail_address(author.line("emailAddress")),
        at=said.time("created"),
    )


def _author(author: Members, fields: Members) -> str:
    kind = author.word("accountType")
    if kind == "app":
        return "system"
    asked = {fields.nested("reporter").line(name) for name in ("accountId", "name")} - {None}
    mine = author.line("accountId") or author.line("name")
    return "customer" if kind == "customer" or mine in asked else "agent"


def _echo(document: Members, comment: Comment | None, own: frozenset[str]) -> bool:
    user = document.nested("user")
    who = {user.word("accountId"), user.word("name"), user.word("emailAddress")} - {None}
    if own & who:
        return True
    return comment is not None and comment.author != "customer" and is_ours(comment.body)
