"""HubSpot, whose webhooks are hints, and Alertmanager in."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from routing.report import ReportKind, TicketStatus
from service.tickets.systems import SYSTEMS
from service.tickets.ticketsystem import Answer, Envelope, Hinting, Unreadable
from tests.service.tickets import signing
from tests.service.tickets.kits import WRITERS, payload, zoho_said
from tests.service.tickets.signing import NOW
from tests.service.tickets.talk import access
from tests.service.tickets.test_desks import THEN, read, reading


def test_hubspot_events() -> None:
    created, changed = reading("hubspot", payload("hubspot_events"))
    assert (created.ticket, created.kind) == ("1246965", ReportKind.CREATED)
    assert (created.event_key, created.at) == ("3816279340", THEN)
    assert (changed.kind, changed.priority) == (ReportKind.UPDATED, "urgent")
    assert created.version < changed.version
    assert changed.fields == {"hs_ticket_priority": "URGENT"}


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ({"propertyName": "hs_pipeline_stage", "propertyValue": "4"}, TicketStatus.SOLVED),
        ({"propertyName": "hs_pipeline_stage", "propertyValue": "88123"}, None),
        ({"subscriptionType": "ticket.deletion"}, TicketStatus.CLOSED),
        ({"subscriptionType": "object.deletion", "objectTypeId": "0-5"}, TicketStatus.CLOSED),
    ],
)
def test_hubspot_stages(event: dict[str, str], status: TicketStatus | None) -> None:
    assert read("hubspot", [payload("hubspot_events")[1] | event]).status is status


def test_other_hubspot_objects_are_ignored() -> None:
    events = [
        {"subscriptionType": "contact.creation", "objectId": 1},
        {"subscriptionType": "object.creation", "objectTypeId": "0-1", "objectId": 1},
    ]
    assert reading("hubspot", events).ignored == "None of the events is about a ticket."


def test_hubspot_and_zoho_desk_are_hints_that_can_be_followed() -> None:
    hinting = {source for source, system in SYSTEMS.items() if isinstance(system, Hinting)}
    assert hinting == {"hubspot", "zoho-desk"}
    kits = {kit.source: kit for kit in WRITERS}
    hubspot, zoho = SYSTEMS["hubspot"], SYSTEMS["zoho-desk"]
    assert isinstance(hubspot, Hinting)
    assert isinstance(zoho, Hinting)
    hint = read("hubspot", [payload("hubspot_events")[0]])
    asked = hubspot.fetch(hint, access(kits["hubspot"]))
    assert asked.path.startswith("/crm/v3/objects/tickets/1246965?properties=subject,")
    properties = {"subject": "Down", "hs_ticket_priority": "HIGH", "hs_pipeline_stage": "1"}
    body = json.dumps({"id": "1246965", "properties": properties}).encode()
    full = hubspot.fetched(hint, Answer(200, {}, body))
    assert (full.subject, full.priority, full.status) == ("Down", "high", TicketStatus.NEW)
    assert (full.event_key, full.version) == (hint.event_key, hint.version)
    hint = read("zoho-desk", zoho_said("customer", "Still down"))
    ticket = payload("zoho_desk_ticket_add")[0]["payload"]
    full = zoho.fetched(hint, Answer(200, {}, json.dumps(ticket).encode()))
    assert (full.subject, full.comment) == ("Checkout down in EU", hint.comment)
    with pytest.raises(Unreadable):
        zoho.fetched(hint, Answer(200, {}, b'{"id": "9"}'))


def test_an_alert() -> None:
    report = read("alertmanager", payload("alertmanager_firing"))
    assert report.ticket == '{}:{alertname="QueueStuck", ticket="4821"}'
    assert (report.kind, report.status) == (ReportKind.CREATED, TicketStatus.OPEN)
    assert (report.priority, report.channel) == ("critical", "api")
    assert report.subject == "Ticket 4821 unowned for 20 min"
    assert report.description == "firing: alertname=QueueStuck, severity=critical, ticket=4821"
    assert report.url == "http://prom.example/graph"
    resolved = read("alertmanager", payload("alertmanager_resolved"))
    assert (resolved.ticket, resolved.status) == (report.ticket, TicketStatus.SOLVED)
    assert resolved.event_key != report.event_key


def test_the_worst_alert_that_still_fires_is_the_groups() -> None:
    body = payload("alertmanager_firing")
    del body["commonLabels"]["severity"]
    alert = body["alerts"][0]
    body["alerts"] = [
        alert | {"labels": {"severity": "warning"}},
        alert | {"labels": {"severity": "critical"}, "status": "resolved"},
        alert | {"labels": {"severity": "info"}},
    ]
    assert read("alertmanager", body).priority == "warning"
    body["groupKey"] = "x" * 5000
    assert read("alertmanager", body).ticket.startswith("sha256:")


def test_a_published_hubspot_signature() -> None:
    """Version 1 and version 2, from HubSpot's page on validating requests."""
    secret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
    body = (
        b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
        b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,'
        b'"changeSource":"CRM","changeFlag":"NEW","appId":54321}]'
    )
    first = "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"
    envelope = Envelope({"x-hubspot-signature": first}, body, NOW)
    SYSTEMS["hubspot"].verify(envelope, [secret], [NOW])
    second = {
        "x-hubspot-signature": "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e",
        "x-hubspot-signature-version": "v2",
    }
    asked = Envelope(second, b"", NOW, "GET", "https://www.example.com/webhook_uri")
    SYSTEMS["hubspot"].verify(asked, [secret], [NOW])


def test_a_hubspot_signature_over_an_encoded_url() -> None:
    envelope = signing.hubspot(b"[]", "s", NOW)
    url = signing.URL.replace("source", "s%6Furce")
    SYSTEMS["hubspot"].verify(replace(envelope, url=url), ["s"], [NOW])
