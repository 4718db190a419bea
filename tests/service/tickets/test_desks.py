"""Freshdesk, Zammad, Zoho Desk, ServiceNow, HubSpot and Alertmanager in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from routing.report import Comment, Report, ReportKind, Requester, TicketStatus
from service.tickets.systems import SYSTEMS
from service.tickets.ticketsystem import Answer, Envelope, Hinting, Reading, Unreadable
from tests.service.tickets import signing
from tests.service.tickets.kits import WRITERS, freshdesk_said, payload, zammad_said, zoho_said
from tests.service.tickets.signing import NOW
from tests.service.tickets.talk import access

THEN = datetime(2026, 1, 1, tzinfo=UTC)


def reading(
    source: str, body: object, own: frozenset[str] = frozenset(), **headers: str
) -> Reading:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    envelope = Envelope(given, json.dumps(body).encode(), NOW)
    return SYSTEMS[source].read(envelope, own)


def read(source: str, body: object, own: frozenset[str] = frozenset(), **headers: str) -> Report:
    (report,) = reading(source, body, own, **headers)
    return report


def test_a_freshdesk_ticket() -> None:
    report = read("freshdesk", payload("freshdesk_ticket_created"))
    assert replace(report, event_key="") == Report(
        source="freshdesk",
        ticket="11",
        kind=ReportKind.CREATED,
        version=(NOW.timestamp(), 0),
        event_key="",
        url="http://test1234zzz.freshdesk.com/helpdesk/tickets/11",
        subject="Test ticket subject ☃",
        description="Test ticket description ☃.",
        status=TicketStatus.PENDING,
        priority="high",
        requester=Requester("Requester ☃ Bob", "requester-bob@example.com"),
        fields={"ticket_type": "Incident"},
    )


@pytest.mark.parametrize(
    ("status", "expected"),
    [("2", TicketStatus.OPEN), (5, TicketStatus.CLOSED), ("Resolved", TicketStatus.SOLVED),
     ("Waiting on Third Party", TicketStatus.ON_HOLD), ("Simmering", None)],
)  # fmt: skip
def test_freshdesk_statuses(status: object, expected: TicketStatus | None) -> None:
    assert read("freshdesk", {"ticket_id": 1, "ticket_status": status}).status is expected


@pytest.mark.parametrize(("priority", "expected"), [(4, "urgent"), ("1", "low"), ("High", "high")])
def test_freshdesk_priorities(priority: object, expected: str) -> None:
    assert read("freshdesk", {"ticket_id": 1, "ticket_priority": priority}).priority == expected


def test_the_same_freshdesk_body_later_is_a_new_event_but_the_same_comment() -> None:
    body = json.dumps(freshdesk_said("customer", "Still down")).encode()
    first, second = (
        SYSTEMS["freshdesk"].read(Envelope({}, body, at)).reports[0]
        for at in (NOW, NOW + timedelta(minutes=5))
    )
    assert first.event_key != second.event_key
    assert first.version < second.version
    assert first.comment is not None
    assert first.comment == second.comment


def test_a_zammad_ticket() -> None:
    report = read("zammad", payload("zammad_ticket"), x_zammad_delivery="d-1")
    assert report == Report(
        source="zammad",
        ticket="81",
        kind=ReportKind.CREATED,
        version=(datetime(2020, 11, 13, 14, 34, 35, 333000, tzinfo=UTC).timestamp(), 0),
        event_key="d-1",
        at=datetime(2020, 11, 13, 14, 34, 35, 333000, tzinfo=UTC),
        created_at=datetime(2020, 11, 13, 14, 34, 35, 282000, tzinfo=UTC),
        subject="Webhook-Test",
        description="This is a simple Webhook Test.",
        status=TicketStatus.OPEN,
        priority="normal",
        channel="hotline",
        category="service desk",
        organization="3",
        requester=Requester("Emily Adams", "emily@example.com", "0061 2 1234 7777", "8"),
        assignee_email="emma@chrispresso.com",
        fields={
            "number": "10081",
            "group_id": "3",
            "owner_id": "5",
            "article_count": "1",
            "group": "service desk",
        },
    )


def test_zammad_articles() -> None:
    report = read("zammad", zammad_said("agent", "<p>We are <b>on it</b>.</p>"))
    assert report.kind is ReportKind.COMMENTED
    assert report.comment is not None
    assert (report.comment.id, report.comment.author) == ("104", "agent")
    assert (report.comment.body, report.comment.public) == ("We are on it.", True)
    body: Any = zammad_said("agent", "x")
    body["article"] = {}
    assert read("zammad", body).kind is ReportKind.UPDATED


def test_zammad_echo_by_whoever_changed_it_last() -> None:
    body = payload("zammad_ticket")
    assert read("zammad", body, frozenset({"chris@chrispresso.com"})).echo
    assert not read("zammad", body, frozenset({"heliograph@acme.example"})).echo


@pytest.mark.parametrize(
    ("state", "status"),
    [("pending reminder", TicketStatus.PENDING), ("closed", TicketStatus.SOLVED),
     ("merged", TicketStatus.CLOSED), ({"name": "new"}, TicketStatus.NEW), ("odd", None)],
)  # fmt: skip
def test_zammad_states(state: object, status: TicketStatus | None) -> None:
    body = payload("zammad_ticket")
    body["ticket"]["state"] = state
    assert read("zammad", body).status is status


def test_a_zoho_desk_ticket() -> None:
    report = read("zoho-desk", payload("zoho_desk_ticket_add"))
    assert report == Report(
        source="zoho-desk",
        ticket="231057000000341092",
        kind=ReportKind.CREATED,
        version=(THEN.timestamp(), 0),
        event_key="Ticket_Add:231057000000341092:1767225600000",
        at=THEN,
        created_at=THEN,
        url="https://desk.zoho.com/support/x/ShowHomePage.do#Cases/dv/231057000000341092",
        subject="Checkout down in EU",
        description="All payments fail",
        status=TicketStatus.OPEN,
        priority="high",
        channel="email",
        organization="231057000000042001",
        requester=Requester(
            "Ada Ops", "ops@customer.example", "+14155550100", "231057000000042003"
        ),
        fields={
            "ticketNumber": "101",
            "departmentId": "231057000000006907",
            "cf_severity": "Sev 1",
            "cf_plan": "Platinum",
        },
    )


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"status": "Escalated", "statusType": "Open"}, TicketStatus.OPEN),
        ({"status": "Waiting on Customer", "statusType": "On Hold"}, TicketStatus.PENDING),
        ({"status": "Parked", "statusType": "On Hold"}, TicketStatus.ON_HOLD),
        ({"status": "Closed", "statusType": "Closed"}, TicketStatus.SOLVED),
        ({"isTrashed": True}, TicketStatus.CLOSED),
    ],
)
def test_zoho_desk_statuses(told: dict[str, object], status: TicketStatus) -> None:
    body = payload("zoho_desk_ticket_add")
    body[0]["payload"] |= told
    assert read("zoho-desk", body).status is status


def test_zoho_desk_threads_and_comments() -> None:
    report = read("zoho-desk", zoho_said("customer", "<div>Still down</div>"))
    assert (report.kind, report.ticket) == (ReportKind.COMMENTED, "231057000000341092")
    assert report.comment == Comment(
        "91", "customer", public=True, body="Still down", author_email="x@y.example"
    )
    who = {"type": "AGENT", "email": "a@b.example"}
    told = {"id": "92", "ticketId": "5", "content": "hm", "isPublic": False, "commenter": who}
    report = read("zoho-desk", {"eventType": "Ticket_Comment_Add", "payload": told})
    assert report.comment is not None
    assert (report.comment.author, report.comment.public) == ("agent", False)
    assert read("zoho-desk", zoho_said("agent", "x"), frozenset({"x@y.example"})).echo


def test_several_zoho_desk_events_in_one_webhook() -> None:
    add = payload("zoho_desk_ticket_add")[0]
    gone = add | {"eventType": "Ticket_Delete"}
    found = reading("zoho-desk", [add, {"eventType": "Contact_Add", "payload": {}}, gone])
    assert [report.status for report in found] == [TicketStatus.OPEN, TicketStatus.CLOSED]
    assert len({report.event_key for report in found}) == 2
    other = reading("zoho-desk", [{"eventType": "Contact_Add"}])
    assert other.ignored == "None of the events is about a ticket."


def test_a_servicenow_incident() -> None:
    report = read("servicenow", payload("servicenow_incident"))
    assert (report.ticket, report.kind) == ("INC0010042", ReportKind.CREATED)
    assert report.version == (THEN.timestamp(), 0)
    assert (report.status, report.priority) == (TicketStatus.NEW, "1")
    assert report.subject == "Checkout down in EU"
    assert report.created_at == THEN
    assert report.organization == "31bea3d53790200044e0bfc8bcbe5dec"
    assert report.requester == Requester(id="681ccaf9c0a8016400b98a06818d57c7")
    assert report.fields["assignment_group"] == "287ebd7da9fe198100f92cc8d1d2154e"


@pytest.mark.parametrize(
    ("columns", "status"),
    [
        ({"state": "2"}, TicketStatus.OPEN),
        ({"state": "On Hold"}, TicketStatus.ON_HOLD),
        ({"state": "3", "hold_reason": "1"}, TicketStatus.PENDING),
        ({"state": "3", "hold_reason": "Awaiting Vendor"}, TicketStatus.ON_HOLD),
        ({"state": "6"}, TicketStatus.SOLVED),
        ({"state": "-5"}, None),
    ],
)
def test_servicenow_states(columns: dict[str, str], status: TicketStatus | None) -> None:
    assert read("servicenow", payload("servicenow_incident") | columns).status is status


def test_servicenow_details() -> None:
    held = {"priority": "1 - Critical", "state": "3", "hold_reason": "Awaiting Caller"}
    report = read("servicenow", {"record": payload("servicenow_incident") | held})
    assert (report.priority, report.status) == ("1", TicketStatus.PENDING)
    columns = {"sys_id": "9d38", "sys_mod_count": "7", "sys_updated_by": "Heliograph"}
    report = read("servicenow", columns, frozenset({"heliograph"}))
    assert (report.ticket, report.version[1], report.echo) == ("9d38", 7, True)
    note = read("servicenow", payload("servicenow_incident") | {"event": "x", "work_notes": "hm"})
    assert note.comment is not None
    assert (note.comment.public, note.comment.author) == (False, "system")


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
