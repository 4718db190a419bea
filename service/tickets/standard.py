"""Our own ticket schema, signed as Standard Webhooks 1.0 (standardwebhooks.com) lays down."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from routing.report import Comment, Report, ReportKind, Requester, TicketStatus
from service.tickets import signature
from service.tickets.fields import tags, texts
from service.tickets.marker import is_ours
from service.tickets.members import Members, read_object
from service.tickets.moment import from_epoch
from service.tickets.oneway import OneWay
from service.tickets.text import mail_address, web_address
from service.tickets.ticketsystem import NOBODY, Envelope, Forged, Reading, Unreadable

_TOO_LARGE, _DIGITS = 2**63, 18
_SECOND = timedelta(seconds=1)
_KINDS = {
    "ticket.created": ReportKind.CREATED,
    "ticket.updated": ReportKind.UPDATED,
    "ticket.commented": ReportKind.COMMENTED,
}
_STATUSES: Mapping[str, TicketStatus] = {status.value: status for status in TicketStatus}
_CHANNELS = frozenset({"portal", "email", "hotline", "api"})
_AUTHORS = frozenset({"customer", "agent", "system"})


def verify(envelope: Envelope, secrets: Sequence[str], now: Sequence[datetime]) -> None:
    """One of the `v1` signatures must fit id, timestamp and body. Raises Forged or Stale."""
    message_id = signature.header(envelope, "webhook-id")
    stamp = signature.header(envelope, "webhook-timestamp")
    given = signature.header(envelope, "webhook-signature")
    signed = from_epoch(stamp, _SECOND)
    if signed is None:
        raise Forged("The webhook-timestamp header is no count of seconds since 1970.")
    message = f"{message_id}.{stamp}.".encode("utf-8", "surrogatepass") + envelope.body
    offered = [part[3:] for part in given.split(" ", 20)[:20] if part.startswith("v1,")]
    if not any(_fits(message, secret, offered) for secret in secrets if secret):
        raise Forged("No v1 signature in webhook-signature fits under any configured secret.")
    signature.fresh(signed, now)


def _fits(message: bytes, secret: str, offered: list[str]) -> bool:
    expected = [signature.base64_digest(key, message) for key in _keys(secret)]
    return any(signature.same(given, right) for given in offered for right in expected)


def _keys(secret: str) -> Iterator[bytes]:
    """`whsec_` and base64; a secret that does not say so, or is none, may be its own text."""
    bare = secret.removeprefix("whsec_")
    try:
        yield base64.b64decode(bare, validate=True)
    except (binascii.Error, ValueError):
        yield bare.encode()
    else:
        if bare == secret:
            yield bare.encode()


class Standard(OneWay):
    """Any system that can post our schema. Nothing is written back: we know no address."""

    source = "standard"

    def verify(self, envelope: Envelope, secrets: Sequence[str], now: Sequence[datetime]) -> None:
        """See the module's `verify`."""
        verify(envelope, secrets, now)

    def read(self, envelope: Envelope, own: frozenset[str] = NOBODY) -> Reading:
        """One report; only `type` and `data.id` must be there. Raises Unreadable."""
        document = read_object(envelope.body)
        kind = _kind(document)
        if kind is None:
            return Reading(ignored=f"{document.line('type')!r} is not about a ticket.")
        data = document.nested("data")
        ticket = data.identifier("id")
        if ticket is None:
            raise data.wrong("id", "the ticket's id")
        at = document.time("timestamp")
        return Reading((_report(envelope, kind, ticket, at, data, own),))


def _kind(document: Members) -> ReportKind | None:
    written = document.line("type")
    if written is None or type(document.raw("type")) is not str:
        raise document.wrong("type", "ticket.created, ticket.updated or ticket.commented")
    kind = _KINDS.get(written)
    if kind is None and written.startswith("ticket."):
        names = ", ".join(_KINDS)
        raise Unreadable(f"The member 'type' is {written!r}, not one of {names}.")
    return kind


def _report(
    envelope: Envelope,
    kind: ReportKind,
    ticket: str,
    at: datetime | None,
    data: Members,
    own: frozenset[str],
) -> Report:
    organization = data.nested("organization").identifier("id")
    key = signature.delivery(envelope, "webhook-id") or signature.content_key(envelope.body)
    comment = _comment(data.nested("comment"), key, at)
    return Report(
        source="standard",
        ticket=ticket,
        kind=kind,
        version=_version(data, at or envelope.received_at),
        event_key=key,
        at=at,
        created_at=data.time("created_at"),
        url=web_address(data.line("url", 2000)),
        subject=data.line("subject"),
        description=data.text("description"),
        status=_status(data),
        priority=data.word("priority"),
        channel=_one_of(data, "channel", _CHANNELS),
        environment=data.line("environment"),
        category=data.line("category"),
        product=data.line("product"),
        language=data.line("language"),
        tags=tags(data, "tags"),
        organization=organization,
        account=organization,
        requester=_requester(data.nested("requester")),
        assignee_email=mail_address(data.nested("assignee").line("email")),
        comment=comment,
        fields=texts(data.nested("fields")),
        echo=_echo(comment, own),
    )


def _version(data: Members, at: datetime) -> tuple[float, int]:
    value = data.raw("version")
    if isinstance(value, str) and value.isdecimal() and len(value) <= _DIGITS:
        value = int(value)
    if value is None or value == "":
        return (at.timestamp(), 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= _TOO_LARGE:
        raise data.wrong("version", "a number that grows with every change")
    return (float(value), 0)


def _status(data: Members) -> TicketStatus | None:
    word = _one_of(data, "status", _STATUSES)
    return None if word is None else _STATUSES[word]


def _one_of(data: Members, name: str, words: Mapping[str, object] | frozenset[str]) -> str | None:
    word = data.word(name)
    if word is None or word in words:
        return word
    sentence = f"The member {data.path(name)!r} is {word!r}, not one of {', '.join(sorted(words))}."
    raise Unreadable(sentence)


def _requester(data: Members) -> Requester | None:
    if not data:
        return None
    return Requester(
        name=data.line("name"),
        email=mail_address(data.line("email")),
        phone=data.line("phone", 64),
        id=data.identifier("id"),
    )


def _comment(data: Members, event_key: str, at: datetime | None) -> Comment | None:
    if not data:
        return None
    author = _one_of(data, "author", _AUTHORS)
    if author is None:
        raise data.wrong("author", "customer, agent or system")
    public = data.flag("public")
    return Comment(
        id=data.identifier("id") or event_key,
        author=author,
        public=public is not False,
        body=data.text("body") or "",
        author_email=mail_address(data.line("author_email")),
        at=data.time("created_at") or at,
    )


def _echo(comment: Comment | None, own: frozenset[str]) -> bool:
    if comment is None or comment.author == "customer":
        return False
    return comment.author_email in own or is_ours(comment.body)
