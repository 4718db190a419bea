"""Prometheus Alertmanager's webhook, version 4: a group of alerts is one ticket.

Nothing in it counts up, and one Alertmanager sends a group's notifications one after another, so
the order of arrival is their order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from routing.report import Report, ReportKind, TicketStatus
from service.tickets import signature
from service.tickets.fields import clean_tags, texts
from service.tickets.members import Members, read_object
from service.tickets.moment import moment
from service.tickets.oneway import OneWay
from service.tickets.text import IDENTIFIER, many_lines, web_address
from service.tickets.ticketsystem import NOBODY, Envelope, Reading

_WORST_FIRST = ("critical", "page", "error", "high", "warning", "medium", "info", "low", "none")
_MOST = 500
_SHOWN = 20


class Alertmanager(OneWay):
    """Alertmanager, and Grafana's alerting, which posts the same shape."""

    source = "alertmanager"

    def verify(self, envelope: Envelope, secrets: Sequence[str], now: Sequence[datetime]) -> None:  # noqa: ARG002 - nothing is dated
        """The secret as bearer token or as password, by `http_config`. Raises Forged."""
        signature.shared_token(envelope, secrets)

    def read(self, envelope: Envelope, own: frozenset[str] = NOBODY) -> Reading:  # noqa: ARG002 - we never write there
        """The group as it is now. Raises Unreadable."""
        document = read_object(envelope.body)
        found = document.many("alerts") or []
        if any(type(alert) is not dict for alert in found):
            raise document.wrong("alerts", "a list of alerts")
        alerts = [Members(alert, "alerts") for alert in found[:_MOST] if type(alert) is dict]
        state = document.word("status")
        if state not in {"firing", "resolved"}:
            raise document.wrong("status", "firing or resolved")
        return Reading((_report(envelope, document, alerts, state == "firing"),))


def _report(envelope: Envelope, document: Members, alerts: list[Members], firing: bool) -> Report:
    common = document.nested("commonLabels")
    notes = document.nested("commonAnnotations")
    starts = [at for alert in alerts if (at := moment(alert.line("startsAt") or ""))]
    return Report(
        source="alertmanager",
        ticket=_ticket(document, common),
        kind=ReportKind.CREATED if firing else ReportKind.UPDATED,
        version=(envelope.received_at.timestamp(), 0),
        event_key=signature.content_key(envelope.body),
        at=max(starts, default=None) if firing else None,
        created_at=min(starts, default=None),
        url=_url(document, alerts, notes),
        subject=_subject(document, common, notes),
        description=_description(alerts, notes),
        status=TicketStatus.OPEN if firing else TicketStatus.SOLVED,
        priority=_priority(common, alerts),
        channel="api",
        environment=common.line("environment") or common.line("env"),
        category=common.line("category"),
        product=common.line("service") or common.line("job"),
        tags=clean_tags(f"{name}={value}" for name, value in texts(common).items()),
        organization=common.line("tenant") or common.line("customer"),
        fields=texts(common),
    )


def _ticket(document: Members, common: Members) -> str:
    key = document.line("groupKey", 20_000) or common.line("alertname")
    if key is None:
        raise document.wrong("groupKey", "the group's key")
    return key if len(key) <= IDENTIFIER else f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def _subject(document: Members, common: Members, notes: Members) -> str | None:
    title = notes.line("summary") or document.line("title") or common.line("alertname")
    return title or document.line("receiver")


def _description(alerts: list[Members], notes: Members) -> str | None:
    lines = [notes.text("description"), notes.text("message")]
    for alert in alerts[:_SHOWN]:
        labels = ", ".join(f"{k}={v}" for k, v in texts(alert.nested("labels")).items())
        lines.append(f"{alert.word('status') or 'firing'}: {labels}")
    return many_lines("\n".join(filter(None, lines))) or None


def _priority(common: Members, alerts: list[Members]) -> str | None:
    """The group's severity, or the worst of those still firing."""
    shared = common.word("severity")
    if shared is not None:
        return shared
    words = {
        word
        for alert in alerts
        if alert.word("status") != "resolved"
        and (word := alert.nested("labels").word("severity")) is not None
    }
    return next((word for word in _WORST_FIRST if word in words), min(words, default=None))


def _url(document: Members, alerts: list[Members], notes: Members) -> str | None:
    first = alerts[0].line("generatorURL", 2000) if alerts else None
    links = (notes.line("runbook_url", 2000), first, document.line("externalURL", 2000))
    return next((link for link in map(web_address, links) if link), None)
