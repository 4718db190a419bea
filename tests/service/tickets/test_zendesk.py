"""Zendesk in: event webhooks and the bodies administrators write."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from routing.report import Report, ReportKind, Requester, TicketStatus
from service.tickets.marker import signed
from service.tickets.ticketsystem import Envelope, Forged, Unreadable
from service.tickets.written import NAMES
from service.tickets.zendesk import Zendesk
from tests.service.tickets.signing import NOW, zendesk

PAYLOADS = Path(__file__).parent / "payloads"
COMMENTED: dict[str, Any] = json.loads((PAYLOADS / "zendesk_comment_added.json").read_bytes())
TRIGGER: dict[str, Any] = json.loads((PAYLOADS / "zendesk_trigger.json").read_bytes())


def read(body: object, own: frozenset[str] = frozenset()) -> Report:
    (report,) = Zendesk().read(zendesk(json.dumps(body).encode(), "s", NOW), own)
    return report


def event(kind: str, detail: dict[str, Any] | None = None, **event: object) -> dict[str, Any]:
    return COMMENTED | {
        "type": f"zen:event-type:ticket.{kind}",
        "detail": COMMENTED["detail"] | (detail or {}),
        "event": event,
    }


def test_an_event_tells_the_whole_ticket() -> None:
    report = read(event("created"))
    assert report.ticket == "5158"
    assert report.kind is ReportKind.CREATED
    assert report.event_key == "d4f5c389-8f4a-4c2e-a1b9-8e4f39c71d52"
    assert report.at == datetime(2025, 1, 8, 14, 25, 30, 123456, tzinfo=UTC)
    assert report.created_at == datetime(2025, 1, 8, 10, 12, 7, tzinfo=UTC)
    assert report.version == (datetime(2025, 1, 8, 14, 25, 30, tzinfo=UTC).timestamp(), 0)
    assert report.status is TicketStatus.OPEN
    assert (report.priority, report.channel) == ("high", "portal")
    assert report.subject == "Cannot login to mobile app"
    assert report.tags == ("mobile", "login")
    assert report.organization == "8447346622462"
    assert report.requester == Requester(id="8447388090494")
    assert report.comment is None
    assert report.fields["group_id"] == "8447320466430"
    assert report.echo is False


def test_a_shortened_event_leaves_the_rest_as_it_was() -> None:
    body = json.loads((PAYLOADS / "zendesk_ticket_created.json").read_bytes())
    report = read(body)
    assert (report.ticket, report.status) == ("35436", TicketStatus.OPEN)
    assert report.priority is None
    assert report.organization is None
    assert report.tags is None
    assert report.requester is None


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("NEW", TicketStatus.NEW),
        ("Open", TicketStatus.OPEN),
        ("pending", TicketStatus.PENDING),
        ("HOLD", TicketStatus.ON_HOLD),
        ("Solved", TicketStatus.SOLVED),
        ("CLOSED", TicketStatus.CLOSED),
        ("DELETED", TicketStatus.CLOSED),
    ],
)
def test_status_words(word: str, status: TicketStatus) -> None:
    assert read(event("status_changed", {"status": word})).status is status


@pytest.mark.parametrize("kind", ["soft_deleted", "permanently_deleted", "marked_as_spam"])
def test_a_ticket_that_is_gone_is_closed(kind: str) -> None:
    assert read(event(kind)).status is TicketStatus.CLOSED


@pytest.mark.parametrize(
    ("via", "channel"),
    [
        ("web_form", "portal"),
        ("helpcenter", "portal"),
        ("mail", "email"),
        ("phone_call_inbound", "hotline"),
        ("voicemail", "hotline"),
        ("web_service", "api"),
        ("whatsapp", "whatsapp"),
    ],
)
def test_channels(via: str, channel: str) -> None:
    assert read(event("created", {"via": {"channel": via}})).channel == channel


@pytest.mark.parametrize("missing", ["", "0", None, 0])
def test_an_id_of_nothing_is_none(missing: object) -> None:
    report = read(event("created", {"organization_id": missing, "requester_id": missing}))
    assert report.organization is None
    assert report.requester is None


def test_the_event_fills_in_for_a_detail_that_leaves_it_out() -> None:
    body = event("priority_changed", {"priority": None}, current="URGENT", previous="LOW")
    assert read(body).priority == "urgent"
    body = event("status_changed", {"status": ""}, current="SOLVED", previous="OPEN")
    assert read(body).status is TicketStatus.SOLVED


def test_the_sequence_orders_events_of_one_second() -> None:
    versions = [
        read(event("tags_changed", meta={"sequence": {"id": "A", "position": n}})).version
        for n in (2, 1)
    ]
    assert versions[0] > versions[1]


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ({"id": "9", "is_staff": True}, "agent"),
        ({"id": "9", "is_staff": False}, "customer"),
        ({"id": "-1", "is_staff": False}, "system"),
    ],
)
def test_who_wrote_a_comment(author: dict[str, object], expected: str) -> None:
    comment = COMMENTED["event"]["comment"] | {"author": author}
    report = read(event("comment_added", comment=comment))
    assert report.kind is ReportKind.COMMENTED
    assert report.comment is not None
    assert report.comment.author == expected
    assert report.comment.id == "9876543210"
    assert report.comment.body == "We are investigating."
    assert report.comment.public is True


def test_a_message_of_a_conversation_is_a_comment() -> None:
    body = {
        "type": "zen:event-type:messaging_ticket.message_added",
        "id": "01JQ",
        "subject": "zen:ticket:141",
        "time": "2026-03-02T10:00:00Z",
        "detail": {"id": "141"},
        "event": {"actor": {"type": "end_user"}, "message": {"id": "67", "body": "Still down"}},
    }
    report = read(body)
    assert (report.ticket, report.kind) == ("141", ReportKind.COMMENTED)
    assert report.comment is not None
    assert (report.comment.author, report.comment.body) == ("customer", "Still down")


def test_a_custom_field_by_its_title() -> None:
    field = {"id": "36", "title": "Environment", "type": "tagger"}
    report = read(event("custom_field_changed", custom_field=field, current={"value": "staging"}))
    assert report.environment == "staging"
    assert report.fields["Environment"] == "staging"


def test_events_of_others_are_ignored_with_a_reason() -> None:
    body = (PAYLOADS / "zendesk_user_active_changed.json").read_bytes()
    reading = Zendesk().read(zendesk(body, "s", NOW))
    assert len(reading) == 0
    assert reading.ignored == "zen:event-type:user.active_changed is not about a ticket."


def test_our_own_comment_is_an_echo_and_a_quoted_one_is_not() -> None:
    ours = COMMENTED["event"]["comment"] | {"body": signed("Anna has it.", "k")}
    assert read(event("comment_added", comment=ours)).echo
    quoting = ours | {"body": "> " + signed("Anna has it.", "k").replace("\n", "\n> ")}
    assert not read(event("comment_added", comment=quoting)).echo
    customer = ours | {"author": {"id": "9", "is_staff": False}}
    assert not read(event("comment_added", comment=customer)).echo


def test_our_own_actor_and_our_own_tags_are_echoes() -> None:
    assert read(event("status_changed"), frozenset({"8447388090500"})).echo
    assert not read(event("status_changed"), frozenset({"1"})).echo
    assert read(event("tags_changed", tags_added=["heliograph"], tags_removed=[])).echo
    assert not read(event("tags_changed", tags_added=["heliograph", "sso"], tags_removed=[])).echo
    assert not read(event("created", {"tags": ["heliograph"]})).echo


def test_a_trigger_body_as_our_documentation_has_it() -> None:
    report = read(TRIGGER)
    assert (report.ticket, report.kind) == ("35436", ReportKind.CREATED)
    assert report.event_key == "01HINVOCATION"
    assert report.version == (NOW.timestamp(), 0)
    assert (report.status, report.priority) == (TicketStatus.ON_HOLD, "urgent")
    assert report.url == "https://acme.zendesk.com/agent/tickets/35436"
    assert report.tags == ("sso", "login")
    assert report.account == "acme"
    assert report.requester == Requester(name="Ada Byron", email="ada@acme.example")
    assert report.channel == "portal"
    assert report.environment == "Production"
    assert report.fields == {"organization": "Acme Corp", "group": "Support"}


@pytest.mark.parametrize(
    "body",
    [
        {"id": 35436, "title": "Down", "tags": ["a", "b"], "requester": {"email": "A@x.example"}},
        {"ticket": {"id": "35436", "subject": "Down", "requester": {"email": "a@x.example"}}},
        {"Ticket ID": "35436", "Ticket Title": "Down", "Requester Email": "a@x.example"},
        {"id": "event-7", "ticketId": "#35436", "summary": "Down", "customer_email": "a@x.example"},
        {"data": "", "ticket.id": "35436", "ticket.title": "Down", "email": "a@x.example"},
    ],
)
def test_administrators_name_things_as_they_like(body: object) -> None:
    report = read(body)
    assert (report.ticket, report.subject) == ("35436", "Down")
    assert report.requester is not None
    assert report.requester.email == "a@x.example"


def test_no_name_means_two_things() -> None:
    named = [name for names in NAMES.values() for name in names]
    assert len(named) == len(set(named))


def test_empty_placeholders_are_absent() -> None:
    report = read(dict.fromkeys(TRIGGER, "") | {"ticket_id": "1"})
    assert report.priority is None
    assert report.status is None
    assert report.tags is None
    assert report.requester is None
    assert report.account is None
    assert report.version == (NOW.timestamp(), 0), "the instant of the signature"


@pytest.mark.parametrize(
    ("members", "author", "public"),
    [
        ({"author_email": "ada@acme.example"}, "customer", True),
        ({"comment_author_role": "End-user"}, "customer", True),
        ({"author_email": "bob@acme.example"}, "customer", True),
        ({"author_email": "anna@support.example"}, "system", False),
        ({"requester_id": "7", "comment": {"author_id": 7, "body": "x"}}, "customer", True),
        ({"comment_author_role": "Agent", "comment_is_public": "true"}, "agent", True),
        ({"comment_author_role": "Admin"}, "agent", False),
        ({}, "system", False),
    ],
)
def test_a_comment_in_a_trigger_body(members: dict[str, str], author: str, public: bool) -> None:
    body = TRIGGER | {"event": "ticket_commented", "latest_comment": "Hello\nthere"} | members
    report = read(body)
    assert report.kind is ReportKind.COMMENTED
    assert report.comment is not None
    assert (report.comment.author, report.comment.public) == (author, public)
    assert report.comment.body == "Hello\nthere"


def test_a_trigger_body_with_raw_line_breaks_is_read() -> None:
    body = b'{"ticket_id": "7", "description": "first\nsecond\tthird"}'
    (report,) = Zendesk().read(zendesk(body, "s", NOW))
    assert report.description == "first\nsecond\tthird"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"event": "x"}, "names no ticket"),
        ({"ticket_id": "{{ticket.id}}"}, "was not filled"),
        ({"ticket_id": ["1"]}, "ticket's id is no text"),
        ({"ticket_id": "1" * 300}, "over 255 characters"),
        (event("created", {"id": ""}) | {"subject": "zen:user:1"}, "'detail.id' is text, not"),
        (event("created", {"status": "Frobnicated"}), "'detail.status'"),
        (event("created", {"priority": {}}), "'detail.priority' is an object"),
        (event("created", {"updated_at": "yesterday"}), "'detail.updated_at'"),
        (event("created", {"tags": [1]}), "'detail.tags'"),
        ([], "not a JSON object"),
    ],
)
def test_what_cannot_be_read_is_named(body: object, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        read(body)


def test_the_secret_of_zendesks_own_test_is_refused_with_advice() -> None:
    public = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
    with pytest.raises(Forged, match="save the webhook"):
        Zendesk().verify(zendesk(b"{}", public, NOW), ["mine"], [NOW])


def test_the_documented_signature() -> None:
    """The formula of developer.zendesk.com on its own test secret, computed independently."""
    headers = {
        "x-zendesk-webhook-signature": "Sf4TOQLSBv2JEGp2EXEfpUqEjC1bWpCJQ1y9HO2n+UA=",
        "x-zendesk-webhook-signature-timestamp": "2021-03-25T05:09:27Z",
    }
    body = b'{"type":"zen:event-type:ticket.created","subject":"zen:ticket:35436"}'
    at = datetime(2021, 3, 25, 5, 9, 27, tzinfo=UTC)
    secret = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
    Zendesk().verify(Envelope(headers, body, at), [secret], [at])
