"""Freshdesk, Zammad, Zoho Desk and ServiceNow in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from routing.report import Comment, Report, ReportKind, Requester, TicketStatus
from service.tickets.systems import SYSTEMS
from service.tickets.ticketsystem import Envelope, Reading
from tests.service.tickets.kits import freshdesk_said, payload, zammad_said, zoho_said
from tests.service.tickets.signing import NOW

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
