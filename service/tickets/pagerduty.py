"""PagerDuty's Events API v2, for whatever can already alert PagerDuty: `POST /v2/enqueue`.

The schema is PagerDuty's own (github.com/PagerDuty/api-schema). An `acknowledge` by a tool is told
on the case but stops no page: only a known person's answer does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from routing.report import Comment, Report, ReportKind, TicketStatus
from service.tickets import signature
from service.tickets.fields import texts
from service.tickets.members import Members, read_object
from service.tickets.moment import moment
from service.tickets.text import IDENTIFIER, web_address
from service.tickets.ticketsystem import NOBODY, Envelope, Reading, Unreadable

SOURCE = "pagerduty"
LARGEST = 512 * 1024
"""Bytes that PagerDuty takes."""

_ACTIONS = {
    "trigger": (ReportKind.CREATED, TicketStatus.OPEN),
    "acknowledge": (ReportKind.COMMENTED, None),
    "resolve": (ReportKind.UPDATED, TicketStatus.SOLVED),
}
_SEVERITIES = frozenset({"critical", "error", "warning", "info"})


class Invalid(Exception):
    """Answer 400 with `refused(self.errors)`."""

    def __init__(self, *errors: str) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Enqueued:
    """An event that was understood; `dedup_key` goes into the answer.

    `kept` is the event as it may be stored: with its `dedup_key`, without the key that proves it.
    """

    report: Report
    dedup_key: str
    kept: bytes


def accepted(dedup_key: str) -> dict[str, str]:
    """The body of the 202."""
    return {"status": "success", "message": "Event processed", "dedup_key": dedup_key}


def refused(errors: Sequence[str]) -> dict[str, object]:
    """The body of the 400."""
    return {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": list(errors),
    }


def throttled() -> dict[str, object]:
    """The body of the 429."""
    return {"status": "throttle exceeded", "message": "Too many events; send this one again later."}


def read(envelope: Envelope, secrets: Sequence[str]) -> Enqueued:
    """One event whose `routing_key` is one of the secrets. Raises Invalid."""
    if len(envelope.body) > LARGEST:
        raise Invalid("The event is larger than 512 KB")
    try:
        return _read(envelope, read_object(envelope.body), secrets)
    except Unreadable as unreadable:
        raise Invalid(str(unreadable)) from None
    except RecursionError:
        raise Invalid("The event is nested too deeply") from None


def _read(envelope: Envelope, event: Members, secrets: Sequence[str]) -> Enqueued:
    key = event.line("routing_key")
    if key is None:
        raise Invalid("'routing_key' is missing or blank")
    if not any(signature.same(key, secret) for secret in secrets if secret):
        raise Invalid("'routing_key' is not known here")
    return _understood(envelope, event)


def reread(envelope: Envelope, own: frozenset[str] = NOBODY) -> Reading:  # noqa: ARG001 - we write nothing there
    """An event that was kept (`Enqueued.kept`): it was proved when it came. Raises Unreadable."""
    try:
        return Reading((_understood(envelope, read_object(envelope.body)).report,))
    except Invalid as invalid:
        raise Unreadable(str(invalid)) from None


def _understood(envelope: Envelope, event: Members) -> Enqueued:
    action, payload = event.line("event_action") or "", event.nested("payload")
    errors = tuple(_faults(event, action, payload))
    if errors:
        raise Invalid(*errors)
    dedup_key = event.line("dedup_key", IDENTIFIER + 1) or _made_up(envelope)
    kept = json.dumps({**dict(event.items()), "routing_key": "not kept", "dedup_key": dedup_key})
    return Enqueued(_report(envelope, event, payload, dedup_key, action), dedup_key, kept.encode())


def _faults(event: Members, action: str, payload: Members) -> Sequence[str]:
    faults = []
    if action not in _ACTIONS:
        faults.append("'event_action' must be trigger, acknowledge or resolve")
    dedup_key = event.line("dedup_key", IDENTIFIER + 1)
    if dedup_key is not None and len(dedup_key) > IDENTIFIER:
        faults.append("'dedup_key' is longer than 255 characters")
    if action != "trigger":
        return faults if dedup_key else [*faults, "'dedup_key' is missing or blank"]
    missing = (name for name in ("summary", "source") if payload.line(name) is None)
    faults.extend(f"'payload.{name}' is missing or blank" for name in missing)
    if payload.line("severity") not in _SEVERITIES:
        faults.append("'payload.severity' must be critical, error, warning or info")
    return faults


def _made_up(envelope: Envelope) -> str:
    """A trigger without a key is a new alert each time, even if it says the same."""
    arrived = envelope.received_at.isoformat().encode()
    return hashlib.sha256(arrived + envelope.body).hexdigest()[:32]


def _report(
    envelope: Envelope, event: Members, payload: Members, ticket: str, action: str
) -> Report:
    kind, status = _ACTIONS[action]
    details = payload.raw("custom_details")
    told = texts(Members(details)) if type(details) is dict else {}
    arrived = envelope.received_at
    return Report(
        source=SOURCE,
        ticket=ticket,
        kind=kind,
        version=(arrived.timestamp(), 0),
        event_key=signature.content_key(envelope.body, arrived.isoformat()),
        at=moment(payload.line("timestamp") or ""),
        url=_url(event),
        subject=payload.line("summary", 1024),
        description=_description(told),
        status=status,
        priority=payload.word("severity"),
        channel="api",
        environment=told.get("environment") or told.get("env"),
        category=payload.line("class"),
        product=payload.line("component"),
        account=told.get("account"),
        comment=_acknowledged(event, arrived.isoformat()) if action == "acknowledge" else None,
        fields=told | _fields(event, payload),
        opens=action == "trigger",
    )


def _url(event: Members) -> str | None:
    found = event.many("links") or ()
    links = [Members(link).line("href", 2000) for link in found if type(link) is dict]
    addresses = map(web_address, (*links[:1], event.line("client_url", 2000)))
    return next((address for address in addresses if address), None)


def _description(told: dict[str, str]) -> str | None:
    return "\n".join(f"{name}: {value}" for name, value in told.items())[:20_000] or None


def _fields(event: Members, payload: Members) -> dict[str, str]:
    found = {name: payload.line(name) for name in ("source", "group")}
    found["client"] = event.line("client")
    return {name: value for name, value in found.items() if value is not None}


def _acknowledged(event: Members, arrived: str) -> Comment:
    client = event.line("client") or "The monitoring tool"
    return Comment(
        id=f"acknowledge:{arrived}",
        author="system",
        public=False,
        body=f"{client} acknowledged the alert; that stops no page.",
    )
