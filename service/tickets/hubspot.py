"""HubSpot tickets (developers.hubspot.com, "Webhooks" and "Validating requests").

A webhook is a list of up to a hundred events, each with an id and at most one property; the ticket
itself has to be asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote, unquote

from routing.report import Report, ReportKind, Requester, TicketStatus
from service.tickets import hinting, signature
from service.tickets.channel import channel
from service.tickets.fields import as_text
from service.tickets.hubspot_create import HubSpotCreator
from service.tickets.hubspot_write import HubSpotWriter
from service.tickets.members import Members, decode, read_object
from service.tickets.moment import from_epoch
from service.tickets.text import lower, many_lines, one_line
from service.tickets.ticketsystem import (
    NOBODY,
    Access,
    Answer,
    Envelope,
    Following,
    Forged,
    Reading,
    Request,
    Unreadable,
)

_MILLISECOND = timedelta(milliseconds=1)
_TICKETS = "0-5"
_MOST = 1000
_STAGES = {
    "1": TicketStatus.NEW,
    "2": TicketStatus.PENDING,
    "3": TicketStatus.OPEN,
    "4": TicketStatus.SOLVED,
}
"""The stages of HubSpot's own support pipeline; those of others are kept as a field."""
_ASKED = (
    "subject,content,hs_ticket_priority,hs_pipeline_stage,hs_ticket_category,source_type,"
    "hs_primary_company_id,hubspot_owner_id,createdate,hs_lastmodifieddate"
)


def verify(envelope: Envelope, secrets: Sequence[str], now: Sequence[datetime]) -> None:
    """Signature version 3, else version 1 or 2 by its header. Raises Forged or Stale."""
    if "x-hubspot-signature-v3" in envelope.headers:
        _verify_dated(envelope, secrets, now)
    else:
        _verify_undated(envelope, secrets)


def _verify_dated(envelope: Envelope, secrets: Sequence[str], now: Sequence[datetime]) -> None:
    given = envelope.headers["x-hubspot-signature-v3"]
    stamp = signature.header(envelope, "x-hubspot-request-timestamp")
    spellings = dict.fromkeys((envelope.url, unquote(envelope.url)))
    messages = [
        f"{envelope.method}{url}".encode("utf-8", "surrogatepass")
        + envelope.body
        + stamp.encode("utf-8", "surrogatepass")
        for url in spellings
    ]
    if not any(
        signature.same(given, signature.base64_digest(secret, message))
        for secret in secrets
        if secret
        for message in messages
    ):
        raise Forged(
            "The signature fits under no configured secret. HubSpot also signs the URL, so "
            "HELIOGRAPH_PUBLIC_URL must be the very address that HubSpot calls."
        )
    signed = from_epoch(stamp, _MILLISECOND)
    if signed is None:
        raise Forged("The signature's timestamp is no count of milliseconds since 1970.")
    signature.fresh(signed, now)


def _verify_undated(envelope: Envelope, secrets: Sequence[str]) -> None:
    """Versions 1 and 2 hash the secret in front of the message, as HubSpot laid down."""
    given = signature.header(envelope, "x-hubspot-signature").lower()
    message = envelope.body
    if envelope.headers.get("x-hubspot-signature-version", "v1").lower() == "v2":
        message = f"{envelope.method}{envelope.url}".encode("utf-8", "surrogatepass") + message
    for secret in filter(None, secrets):
        if signature.same(given, hashlib.sha256(secret.encode() + message).hexdigest()):
            return
    raise Forged("The signature does not fit the body under any configured secret.")


class HubSpot(HubSpotCreator, HubSpotWriter):
    """HubSpot Service Hub."""

    def verify(self, envelope: Envelope, secrets: Sequence[str], now: Sequence[datetime]) -> None:
        """See the module's `verify`."""
        verify(envelope, secrets, now)

    def read(self, envelope: Envelope, own: frozenset[str] = NOBODY) -> Reading:
        """One report for each event about a ticket. Raises Unreadable."""
        found = decode(envelope.body)
        events = found if type(found) is list else [found]
        if not events or len(events) > _MOST or any(type(event) is not dict for event in events):
            raise Unreadable("The body is not a list of HubSpot's events.")
        reports = [
            _report(envelope, Members(event, f"[{at}]"), own)
            for at, event in enumerate(events)
            if type(event) is dict and _about_a_ticket(event)
        ]
        return Reading(tuple(reports), None if reports else "None of the events is about a ticket.")

    def fetch(self, report: Report, access: Access) -> Request:
        """The ticket with the properties we understand."""
        path = f"/crm/v3/objects/tickets/{quote(report.ticket, safe='')}?properties={_ASKED}"
        return Request("GET", path, access.headers)

    def fetched(self, report: Report, answer: Answer) -> Report:
        """The report with the ticket's own properties. Raises Unreadable."""
        told = read_object(answer.body).nested("properties")
        owner = told.line("hubspot_owner_id")
        return replace(
            report,
            created_at=told.time("createdate"),
            subject=told.line("subject"),
            description=told.text("content"),
            status=_status(told.line("hs_pipeline_stage")) or report.status,
            priority=told.word("hs_ticket_priority"),
            channel=channel(told.line("source_type")),
            category=told.line("hs_ticket_category"),
            organization=told.identifier("hs_primary_company_id"),
            fields={**report.fields, **({"hubspot_owner_id": owner} if owner else {})},
        )

    def follow(self, report: Report, access: Access) -> Following:
        """See `hinting.follow`."""
        return hinting.follow(self, report, access)


def _about_a_ticket(event: Mapping[str, object]) -> bool:
    kind = str(event.get("subscriptionType", ""))[:80]
    return kind.startswith("ticket.") or (
        kind.startswith("object.") and event.get("objectTypeId") == _TICKETS
    )


def _report(envelope: Envelope, event: Members, own: frozenset[str]) -> Report:
    ticket = event.identifier("objectId")
    if ticket is None:
        raise event.wrong("objectId", "the ticket's id")
    change = (event.line("subscriptionType") or "").partition(".")[2]
    at = from_epoch(event.raw("occurredAt"), _MILLISECOND)
    name, value = event.line("propertyName"), as_text(event.raw("propertyValue"))
    told = {name: value} if name is not None and value is not None else {}
    return Report(
        source="hubspot",
        ticket=ticket,
        kind=ReportKind.CREATED if change == "creation" else ReportKind.UPDATED,
        version=((at or envelope.received_at).timestamp(), 0),
        event_key=event.identifier("eventId")
        or signature.content_key(envelope.body, ticket, change),
        at=at,
        subject=_line(told.get("subject")),
        description=_text(told.get("content")),
        status=_told_status(change, told),
        priority=lower(told.get("hs_ticket_priority")),
        category=told.get("hs_ticket_category"),
        channel=channel(told.get("source_type")),
        organization=told.get("hs_primary_company_id"),
        requester=_requester(told),
        fields=told,
        echo=bool(own and (event.word("sourceId") or "") in own),
    )


def _told_status(change: str, told: Mapping[str, str]) -> TicketStatus | None:
    return TicketStatus.CLOSED if change == "deletion" else _status(told.get("hs_pipeline_stage"))


def _status(stage: str | None) -> TicketStatus | None:
    return None if stage is None else _STAGES.get(stage)


def _line(value: str | None) -> str | None:
    return None if value is None else one_line(value)


def _text(value: str | None) -> str | None:
    return None if value is None else many_lines(value)


def _requester(told: Mapping[str, str]) -> Requester | None:
    contact = told.get("hs_primary_contact_id")
    return None if contact is None else Requester(id=contact)
