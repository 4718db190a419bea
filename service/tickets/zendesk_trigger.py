"""Trigger webhooks of Zendesk: the body is the administrator's own, so every name is a guess.

Whatever the nesting and the spelling (`ticket_id`, `ticket.id`, `Ticket ID`), a member is looked up
by its letters and digits, without a leading "ticket". Placeholders that Zendesk filled with nothing
arrive as empty text and mean "left as it was"; members nobody asked for are kept as fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from routing.report import Comment, Report, ReportKind, Requester
from service.tickets.channel import channel
from service.tickets.fields import MANY, NAME, as_text, clean_tags
from service.tickets.marker import is_ours
from service.tickets.members import Members, checked_identifier
from service.tickets.moment import moment
from service.tickets.text import lower, mail_address, many_lines, one_line, web_address
from service.tickets.ticketsystem import Envelope, Unreadable
from service.tickets.zendesk_words import delivery, status

_NOT_NAME = re.compile(r"[^a-z0-9]+")
_DEPTH = 4
_MOST = 1000
_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "number", "no", "key"),
    "event": ("event", "eventtype", "type", "action", "kind", "trigger"),
    "subject": ("title", "subject", "summary"),
    "description": ("description", "details"),
    "status": ("status", "state"),
    "priority": ("priority",),
    "channel": ("via", "channel", "viachannel", "source"),
    "url": ("link", "url"),
    "tags": ("tags", "tag", "labels"),
    "updated": (
        "updatedatwithtimestamp",
        "updatedatwithtime",
        "updatedat",
        "updated",
        "timestamp",
        "time",
    ),
    "created": ("createdatwithtimestamp", "createdatwithtime", "createdat", "created"),
    "environment": ("environment", "env"),
    "category": ("category",),
    "product": ("product",),
    "language": ("language", "locale", "requesterlanguage", "requesterlocale"),
    "organization": ("organizationid", "organisationid", "orgid"),
    "account": (
        "organizationexternalid",
        "organisationexternalid",
        "orgexternalid",
        "account",
        "accountexternalid",
    ),
    "requester_id": ("requesterid",),
    "requester_name": ("requestername", "requester", "customername"),
    "requester_email": ("requesteremail", "customeremail", "email"),
    "requester_phone": ("requesterphone", "customerphone", "phone"),
    "assignee_email": ("assigneeemail", "agentemail"),
    "comment": (
        "latestpubliccomment",
        "latestcomment",
        "comment",
        "commentbody",
        "latestcommentbody",
        "latestcommentvalue",
        "commentvalue",
        "latestcommentformatted",
        "latestpubliccommentformatted",
    ),
    "comment_id": ("commentid", "latestcommentid", "latestpubliccommentid"),
    "comment_author_email": ("commentauthoremail", "latestcommentauthoremail", "authoremail"),
    "comment_author_role": ("commentauthorrole", "latestcommentauthorrole", "authorrole", "author"),
    "comment_public": ("commentpublic", "commentispublic", "latestcommentispublic", "ispublic"),
    "actor": ("currentuserid", "currentuseremail", "actorid", "actor"),
}
_LOOKED_UP = frozenset(name for names in _NAMES.values() for name in names)
_PUBLIC = frozenset({"true", "1", "yes", "public"})
_CUSTOMER = frozenset({"enduser", "customer", "requester", "user"})
_AGENT = frozenset({"agent", "staff", "admin", "administrator", "owner", "lightagent"})


class Written:
    """An administrator's body, flat: what each of its members is called, and what it says."""

    __slots__ = ("_bare", "_labels", "_of_ticket")

    def __init__(self, document: Members) -> None:
        self._of_ticket: dict[str, object] = {}
        self._bare: dict[str, object] = {}
        self._labels: dict[str, str] = {}
        for label, value in islice(_leaves(document), _MOST):
            name = _NOT_NAME.sub("", label.lower())
            bare = name.removeprefix("ticket")
            if bare and bare != name:
                self._of_ticket.setdefault(bare, value)
            else:
                self._bare.setdefault(name, value)
            self._labels.setdefault(bare or name, label)

    def raw(self, member: str) -> object:
        """The first filled member of that meaning; one said to be the ticket's comes first."""
        for names in (self._of_ticket, self._bare):
            for name in _NAMES[member]:
                value = names.get(name)
                if _filled(value):
                    return value
        return None

    def line(self, member: str) -> str | None:
        """As text on one line; a wrong type is Unreadable."""
        value = self.raw(member)
        if value is None or type(value) is str:
            return one_line(value) or None if value else None
        told = None if type(value) in {bool, list} else as_text(value)
        if told is None:
            raise Unreadable(f"The member for the ticket's {member} is no text.")
        return told

    def text(self, member: str) -> str | None:
        """As text of many lines."""
        value = self.raw(member)
        return (many_lines(value) or None) if type(value) is str else self.line(member)

    def extra(self) -> dict[str, str]:
        """Every member we have no meaning for, under the administrator's own name."""
        found: dict[str, str] = {}
        for name, value in (self._bare | self._of_ticket).items():
            told = None if name in _LOOKED_UP else as_text(value)
            if told is not None and len(found) < MANY:
                found[one_line(self._labels[name], NAME)] = told
        return found


def _filled(value: object) -> bool:
    return bool(value) if type(value) is list else value not in {None, "", "-"}


def _leaves(members: Members, prefix: str = "", depth: int = 1) -> Iterator[tuple[str, object]]:
    for name, value in members.items():
        label = f"{prefix}{name[:NAME]}"
        if type(value) is dict:
            if depth < _DEPTH:
                yield from _leaves(Members(value), f"{label}_", depth + 1)
        else:
            yield label, value


def read(envelope: Envelope, document: Members, own: frozenset[str]) -> Report:
    """The report of one trigger webhook. Raises Unreadable."""
    written = Written(document)
    event = (written.line("event") or "").lower()
    at = _updated(envelope, written)
    requester = _requester(written)
    key = delivery(envelope)
    comment = None if _creates(event) else _comment(written, requester, key)
    return Report(
        source="zendesk",
        ticket=_ticket(written),
        kind=_kind(event, comment),
        version=(at.timestamp(), 0),
        event_key=key,
        at=at,
        created_at=moment(written.line("created") or ""),
        url=web_address(written.line("url")),
        subject=written.line("subject"),
        description=written.text("description"),
        status=status(written.line("status")),
        priority=lower(written.line("priority")),
        channel=channel(written.line("channel")),
        environment=written.line("environment"),
        category=written.line("category"),
        product=written.line("product"),
        language=written.line("language"),
        tags=_tags(written),
        organization=written.line("organization"),
        account=written.line("account"),
        requester=requester,
        assignee_email=mail_address(written.line("assignee_email")),
        comment=comment,
        fields=written.extra(),
        echo=_echo(written, comment, own),
    )


def _ticket(written: Written) -> str:
    value = written.line("id")
    if value is None:
        raise Unreadable(
            'The body names no ticket: add "ticket_id": "{{ticket.id}}" to the trigger\'s body.'
        )
    if "{{" in value:
        raise Unreadable(f"The placeholder of the ticket's id was not filled: {value[:80]!r}.")
    return checked_identifier("ticket_id", value.removeprefix("#")) or value


def _creates(event: str) -> bool:
    return "creat" in event or event == "new"


def _kind(event: str, comment: Comment | None) -> ReportKind:
    if _creates(event):
        return ReportKind.CREATED
    if comment is not None and ("comment" in event or "repl" in event or not event):
        return ReportKind.COMMENTED
    return ReportKind.UPDATED


def _updated(envelope: Envelope, written: Written) -> datetime:
    """When the ticket last changed; where the body does not say, when Zendesk signed."""
    signed = envelope.headers.get("x-zendesk-webhook-signature-timestamp", "")
    return moment(written.line("updated") or "") or moment(signed) or envelope.received_at


def _tags(written: Written) -> tuple[str, ...] | None:
    value = written.raw("tags")
    if type(value) is list:
        return clean_tags(tag for tag in value if type(tag) is str)
    line = written.text("tags")
    return None if line is None else clean_tags(line.replace(",", " ").split())


def _requester(written: Written) -> Requester | None:
    found = Requester(
        name=written.line("requester_name"),
        email=mail_address(written.line("requester_email")),
        phone=written.line("requester_phone"),
        id=written.line("requester_id"),
    )
    return None if found == Requester() else found


def _comment(written: Written, requester: Requester | None, key: str) -> Comment | None:
    body = written.text("comment")
    if body is None:
        return None
    email = mail_address(written.line("comment_author_email"))
    author = _author(written.line("comment_author_role"), email, requester)
    said = written.line("comment_public")
    public = author == "customer" if said is None else said.lower() in _PUBLIC
    return Comment(
        id=written.line("comment_id") or key,
        author=author,
        public=public,
        body=body,
        author_email=email,
    )


def _author(role: str | None, email: str | None, requester: Requester | None) -> str:
    """Who spoke. Unknown is `system`, which neither meets a promise nor starts one."""
    said = _NOT_NAME.sub("", (role or "").lower())
    if said in _CUSTOMER or (email and requester and email == requester.email):
        return "customer"
    return "agent" if said in _AGENT else "system"


def _echo(written: Written, comment: Comment | None, own: frozenset[str]) -> bool:
    if own and (written.line("actor") or "").lower() in own:
        return True
    return comment is not None and comment.author != "customer" and is_ours(comment.body)
