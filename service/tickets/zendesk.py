"""Zendesk: event webhooks (`zen:event-type:*`), trigger webhooks, and updates of its tickets.

Signature: developer.zendesk.com, "Verifying webhooks". Events: "Ticket events" of the webhook event
types; every member of `detail` is text there, ids included, and an absent id is "" or "0".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from routing.report import Comment, Report, ReportKind, Requester, TicketStatus
from service.tickets import signature, zendesk_trigger
from service.tickets.channel import channel
from service.tickets.fields import as_text, tags
from service.tickets.marker import TAG, is_ours
from service.tickets.members import Members, read_object
from service.tickets.moment import moment
from service.tickets.text import lower
from service.tickets.ticketsystem import NOBODY, Envelope, Forged, Reading
from service.tickets.zendesk_create import ZendeskCreator
from service.tickets.zendesk_words import delivery, status
from service.tickets.zendesk_write import ZendeskWriter

_EVENT = "zen:event-type:"
_PUBLIC_TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105 - Zendesk's docs
_GONE = frozenset({"soft_deleted", "permanently_deleted", "marked_as_spam"})
_KEPT = (
    "type",
    "assignee_id",
    "group_id",
    "brand_id",
    "form_id",
    "external_id",
    "submitter_id",
    "custom_status",
    "is_public",
)
_TALKERS = {"end_user": "customer", "agent": "agent"}


def verify(envelope: Envelope, secrets: Sequence[str], now: Sequence[datetime]) -> None:
    """base64(HMAC-SHA256(secret as text, timestamp + body)). Raises Forged or Stale."""
    given = signature.header(envelope, "x-zendesk-webhook-signature")
    stamp = signature.header(envelope, "x-zendesk-webhook-signature-timestamp")
    message = stamp.encode("utf-8", "surrogatepass") + envelope.body
    if not any(_fits(given, secret, message) for secret in secrets if secret):
        raise Forged(_why_forged(given, message))
    signed = moment(stamp)
    if signed is None:
        raise Forged("The signature's timestamp is no instant, so nothing proves it is recent.")
    signature.fresh(signed, now)


def _fits(given: str, secret: str, message: bytes) -> bool:
    return signature.same(given, signature.base64_digest(secret, message))


def _why_forged(given: str, message: bytes) -> str:
    if _fits(given, _PUBLIC_TEST_SECRET, message):
        return (
            "Signed with the secret Zendesk uses to test a webhook before it is saved. Zendesk "
            "reaches us; save the webhook and configure the secret it then shows."
        )
    return "The signature does not fit timestamp and body under any configured secret."


class Zendesk(ZendeskCreator, ZendeskWriter):
    """Zendesk Support."""

    def verify(self, envelope: Envelope, secrets: Sequence[str], now: Sequence[datetime]) -> None:
        """See the module's `verify`."""
        verify(envelope, secrets, now)

    def read(self, envelope: Envelope, own: frozenset[str] = NOBODY) -> Reading:
        """An event webhook by its type, else a body an admin wrote. Raises Unreadable."""
        document = read_object(envelope.body)
        written = document.raw("type")
        if type(written) is not str or not written.startswith(_EVENT):
            return Reading((zendesk_trigger.read(envelope, document, own),))
        subject, _, change = written.removeprefix(_EVENT).partition(".")
        if subject not in {"ticket", "messaging_ticket"}:
            return Reading(ignored=f"{written[:120]} is not about a ticket.")
        return Reading((_event(envelope, document, change, own),))


def _event(envelope: Envelope, document: Members, change: str, own: frozenset[str]) -> Report:
    detail, event = document.nested("detail"), document.nested("event")
    at = document.time("time")
    key = document.identifier("id") or delivery(envelope)
    comment = _comment(event, change, key, at)
    updated = detail.time("updated_at") or at or envelope.received_at
    custom = _custom_field(event)
    return Report(
        source="zendesk",
        ticket=_ticket(document, detail),
        kind=_kind(change, comment),
        version=(updated.timestamp(), _position(event)),
        event_key=key,
        at=at,
        created_at=detail.time("created_at"),
        subject=detail.line("subject") or _current(event, change, "subject"),
        description=detail.text("description"),
        status=_status(detail, event, change),
        priority=detail.word("priority") or lower(_current(event, change, "priority")),
        channel=channel(detail.nested("via").line("channel")),
        environment=custom.get("environment"),
        category=custom.get("category"),
        product=custom.get("product"),
        language=custom.get("language"),
        tags=tags(detail, "tags"),
        organization=_id(detail, "organization_id"),
        requester=_requester(detail),
        comment=comment,
        fields=_fields(detail) | custom,
        echo=_echo(detail, event, comment, own),
    )


def _ticket(document: Members, detail: Members) -> str:
    found = _id(detail, "id") or (document.line("subject") or "").removeprefix("zen:ticket:")
    if not found or found.startswith("zen:"):
        raise detail.wrong("id", "the ticket's id")
    return found


def _kind(change: str, comment: Comment | None) -> ReportKind:
    if change == "created":
        return ReportKind.CREATED
    return ReportKind.UPDATED if comment is None else ReportKind.COMMENTED


def _position(event: Members) -> int:
    position = event.nested("meta").nested("sequence").raw("position")
    return position if type(position) is int and 0 <= position < 2**31 else 0


def _current(event: Members, change: str, name: str) -> str | None:
    """What the event itself says, for webhooks whose detail leaves the member out."""
    if change != f"{name}_changed" or type(event.raw("current")) is not str:
        return None
    return event.line("current")


def _status(detail: Members, event: Members, change: str) -> TicketStatus | None:
    if change in _GONE:
        return TicketStatus.CLOSED
    word = detail.line("status") or _current(event, change, "status")
    found = status(word)
    if word is not None and found is None:
        raise detail.wrong("status", f"a Zendesk status: {word!r} is none")
    return found


def _id(members: Members, name: str) -> str | None:
    found = members.identifier(name)
    return None if found == "0" else found


def _requester(detail: Members) -> Requester | None:
    found = _id(detail, "requester_id")
    return None if found is None else Requester(id=found)


def _fields(detail: Members) -> dict[str, str]:
    told = ((name, as_text(detail.raw(name))) for name in _KEPT)
    return {name: value for name, value in told if value is not None and value != "0"}


def _custom_field(event: Members) -> dict[str, str]:
    """A changed custom field under its title; titles like "Environment" fill that member too."""
    field = event.raw("custom_field")
    if type(field) is not dict:
        return {}
    title = as_text(field.get("title")) or as_text(field.get("id"))
    current = event.raw("current")
    value = as_text(current.get("value") if type(current) is dict else current)
    if title is None or value is None:
        return {}
    return {title: value, title.lower(): value}


def _comment(event: Members, change: str, key: str, at: datetime | None) -> Comment | None:
    if change == "comment_added" and (said := event.nested("comment")):
        return _said(said, _author(said.nested("author")), key, at)
    if change == "message_added" and (said := event.nested("message")):
        actor = event.nested("actor").word("type") or ""
        return _said(said, _TALKERS.get(actor, "system"), key, at)
    return None


def _author(author: Members) -> str:
    if author.identifier("id") in {"-1", "0"}:
        return "system"
    return "agent" if author.flag("is_staff") else "customer"


def _said(said: Members, author: str, key: str, at: datetime | None) -> Comment:
    public = said.flag("is_public")
    return Comment(
        id=said.identifier("id") or key,
        author=author,
        public=author == "customer" if public is None else public,
        body=said.text("body") or "",
        at=at,
    )


def _echo(detail: Members, event: Members, comment: Comment | None, own: frozenset[str]) -> bool:
    """Whether we are the actor, a staff comment ends in our marker, or only our tags changed.

    The tags a ticket has prove nothing: ours stay on it for good.
    """
    if own and detail.identifier("actor_id") in own:
        return True
    if comment is not None:
        return comment.author != "customer" and is_ours(comment.body)
    moved = (*(tags(event, "tags_added") or ()), *(tags(event, "tags_removed") or ()))
    return bool(moved) and all(tag.startswith(TAG) for tag in moved)
