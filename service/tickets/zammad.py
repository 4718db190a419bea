"""Zammad, as tickets and articles (admin-docs.zammad.org, "Webhook"; docs.zammad.org, "API").

The default payload names everything; a custom payload is read as far as it keeps those names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from routing.report import Comment, Report, ReportKind, Requester, TicketStatus
from service.tickets import signature
from service.tickets.channel import channel
from service.tickets.fields import as_text, tags
from service.tickets.html import plain
from service.tickets.marker import is_ours, signed
from service.tickets.members import Members, read_object
from service.tickets.text import mail_address
from service.tickets.ticketsystem import (
    NOBODY,
    Access,
    Change,
    Conversation,
    Done,
    Envelope,
    Reading,
    Request,
)
from service.tickets.writing import and_then, still
from service.tickets.writing import tags as tags_of
from service.tickets.zammad_create import ZammadCreator, without_number

_AUTHORS = {"customer": "customer", "agent": "agent", "system": "system"}
_STATES = {
    "new": TicketStatus.NEW,
    "open": TicketStatus.OPEN,
    "pending reminder": TicketStatus.PENDING,
    "pending close": TicketStatus.PENDING,
    "on hold": TicketStatus.ON_HOLD,
    "closed": TicketStatus.SOLVED,
    "merged": TicketStatus.CLOSED,
    "removed": TicketStatus.CLOSED,
}
_WORDS = {
    TicketStatus.NEW: "open",
    TicketStatus.OPEN: "open",
    TicketStatus.SOLVED: "closed",
    TicketStatus.CLOSED: "closed",
}
_ENDED = frozenset({"closed", "merged"})
_KEPT = ("number", "group_id", "owner_id", "article_count")


class Zammad(ZammadCreator):
    """Zammad. ZAMMAD_ON_HOLD names the state for on hold, which a fresh Zammad has not."""

    source = "zammad"
    name = "Zammad"
    settings = ("ZAMMAD_URL", "ZAMMAD_API_TOKEN")
    optional = ("ZAMMAD_LOGIN", "ZAMMAD_ON_HOLD", "ZAMMAD_NEW_TICKET")
    own_from = ("ZAMMAD_LOGIN",)

    def verify(self, envelope: Envelope, secrets: Sequence[str], now: Sequence[datetime]) -> None:  # noqa: ARG002 - Zammad dates nothing
        """HMAC-SHA1 of the body in X-Hub-Signature, which is what Zammad has. Raises Forged."""
        signature.hub_signature(envelope, "x-hub-signature", "sha1", secrets)

    def read(self, envelope: Envelope, own: frozenset[str] = NOBODY) -> Reading:
        """The ticket, and the article that came with it. Raises Unreadable."""
        document = read_object(envelope.body)
        ticket = document.nested("ticket")
        number = ticket.identifier("id")
        if number is None:
            raise ticket.wrong("id", "the ticket's id")
        return Reading((_report(envelope, ticket, document.nested("article"), number, own),))

    def credentials(self, values: Sequence[str]) -> Mapping[str, str]:
        """An access token with the permission `ticket.agent`."""
        (token,) = values
        return {"authorization": f"Token token={token}"}

    def search(self, change: Change, access: Access, page: int = 1) -> Request:  # noqa: ARG002 - all come at once
        """Every article of the ticket."""
        path = f"/api/v1/ticket_articles/by_ticket/{quote(change.ticket, safe='')}"
        return Request("GET", path, access.headers)

    def steps(self, change: Change, access: Access) -> Conversation:
        """Tags, then the state, then the note, which starts no escalation of Zammad's own."""
        verdict, ticket = yield from self.seen(Request("GET", _path(change), access.headers))
        if not isinstance(verdict, Done):
            return verdict
        told = still(change, ticket.word("state") in _ENDED)
        requests, shortfall = _requests(told, access)
        return and_then((yield from self.in_turn(requests)), shortfall)


def _report(
    envelope: Envelope, ticket: Members, article: Members, number: str, own: frozenset[str]
) -> Report:
    updated = ticket.time("updated_at")
    comment = _comment(article)
    first = ticket.line("article_count") in {"0", "1"}
    return Report(
        source="zammad",
        ticket=number,
        kind=_kind(first, comment),
        version=((updated or envelope.received_at).timestamp(), 0),
        event_key=signature.delivery(envelope, "x-zammad-delivery")
        or signature.content_key(envelope.body),
        at=updated,
        created_at=ticket.time("created_at"),
        subject=ticket.line("title"),
        description=comment.body if comment is not None and first else None,
        status=_STATES.get(_name(ticket, "state") or ""),
        priority=_priority(ticket),
        channel=channel(ticket.line("create_article_type")),
        environment=ticket.line("environment"),
        category=ticket.line("category") or _name(ticket, "group"),
        product=ticket.line("product"),
        tags=tags(ticket, "tags"),
        organization=_organization(ticket),
        requester=_requester(ticket),
        assignee_email=_owner(ticket),
        comment=None if first else comment,
        fields=_fields(ticket),
        echo=_echo(ticket, comment, own),
    )


def _kind(first: bool, comment: Comment | None) -> ReportKind:
    if first:
        return ReportKind.CREATED
    return ReportKind.UPDATED if comment is None else ReportKind.COMMENTED


def _name(ticket: Members, member: str) -> str | None:
    """The default payload has an object with a name in some places and the name in others."""
    value = ticket.raw(member)
    return Members(value).word("name") if type(value) is dict else ticket.word(member)


def _priority(ticket: Members) -> str | None:
    word = _name(ticket, "priority")
    return None if word is None else without_number(word)


def _person(ticket: Members, member: str) -> Members:
    value = ticket.raw(member)
    return Members(value) if type(value) is dict else Members({})


def _requester(ticket: Members) -> Requester | None:
    who = _person(ticket, "customer")
    names = filter(None, (who.line("firstname"), who.line("lastname")))
    found = Requester(
        name=" ".join(names) or None,
        email=mail_address(who.line("email")),
        phone=who.line("phone", 64) or who.line("mobile", 64),
        id=who.identifier("id") or ticket.identifier("customer_id"),
    )
    return None if found == Requester() else found


def _owner(ticket: Members) -> str | None:
    """Nobody is user 1 in Zammad, and has no address."""
    return mail_address(_person(ticket, "owner").line("email"))


def _organization(ticket: Members) -> str | None:
    return _person(ticket, "organization").identifier("id") or ticket.identifier("organization_id")


def _fields(ticket: Members) -> dict[str, str]:
    told = {name: as_text(ticket.raw(name)) for name in _KEPT}
    told["group"] = _name(ticket, "group")
    return {name: value for name, value in told.items() if value is not None}


def _comment(article: Members) -> Comment | None:
    """A trigger without an article sends an empty one."""
    number = article.identifier("id")
    if number is None:
        return None
    return Comment(
        id=number,
        author=_AUTHORS.get(article.word("sender") or "", "system"),
        public=article.flag("internal") is not True,
        body=plain(article.text("body")) or "",
        author_email=mail_address(article.line("origin_by")),
        at=article.time("created_at"),
    )


def _echo(ticket: Members, comment: Comment | None, own: frozenset[str]) -> bool:
    """The last to change the ticket, or the last words on it, are ours."""
    by = _person(ticket, "updated_by")
    if own and own & {by.word("login"), by.word("email")}:
        return True
    return comment is not None and comment.author != "customer" and is_ours(comment.body)


def _path(change: Change) -> str:
    return f"/api/v1/tickets/{quote(change.ticket, safe='')}"


def _requests(change: Change, access: Access) -> tuple[list[Request], str | None]:
    headers = access.headers
    requests = [
        Request(
            "POST",
            "/api/v1/tags/add",
            headers,
            {"object": "Ticket", "o_id": change.ticket, "item": tag},
        )
        for tag in tags_of(change)
    ]
    state, shortfall = _state(change, access)
    if state is not None:
        requests.append(Request("PUT", _path(change), headers, {"state": state}))
    if change.note is not None:
        requests.append(Request("POST", "/api/v1/ticket_articles", headers, _article(change)))
    return requests, shortfall


def _state(change: Change, access: Access) -> tuple[str | None, str | None]:
    if change.status is TicketStatus.ON_HOLD:
        own = access.options.get("ZAMMAD_ON_HOLD")
        missing = "Zammad has no state for on hold until HELIOGRAPH_ZAMMAD_ON_HOLD names one."
        return own, None if own else missing
    if change.status is TicketStatus.PENDING:
        return None, "Zammad wants a time for pending, and we have none; the rest is written."
    return (None if change.status is None else _WORDS[change.status]), None


def _article(change: Change) -> dict[str, object]:
    return {
        "ticket_id": int(change.ticket) if change.ticket.isdecimal() else change.ticket,
        "body": signed(change.note or "", change.key),
        "content_type": "text/plain",
        "type": "note",
        "internal": not change.public,
    }
