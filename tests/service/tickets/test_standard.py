"""Our own schema under Standard Webhooks signatures."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from routing.report import Comment, Report, ReportKind, Requester, TicketStatus
from service.tickets.marker import signed
from service.tickets.standard import Standard
from service.tickets.ticketsystem import Envelope, Forged, Stale, Unreadable
from tests.service.tickets.signing import NOW, standard

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TICKET: dict[str, Any] = {
    "id": "4711",
    "version": 3,
    "url": "https://desk.example/4711",
    "subject": "Login fails for everyone",
    "description": "Since 09:40.\nNobody can log in.",
    "status": "open",
    "priority": "Urgent",
    "channel": "portal",
    "environment": "production",
    "category": "Authentication & Provisioning",
    "product": "Server",
    "language": "en",
    "tags": ["sso"],
    "organization": {"id": "acme"},
    "requester": {"name": "Ada Byron", "email": "Ada@acme.example", "phone": "+14155550101"},
    "assignee": {"email": "anna@support.example"},
    "comment": {"id": "9", "author": "customer", "public": True, "body": "Still down"},
    "fields": {"server_version": "9.5", "nodes": 3, "nested": {"a": 1}},
}


def read(kind: object = "ticket.updated", /, **members: object) -> Report:
    body = {"type": kind, "timestamp": "2026-03-02T10:00:00Z", "data": TICKET | members}
    (report,) = Standard().read(standard(json.dumps(body).encode(), SECRET))
    return report


def test_every_member() -> None:
    assert read("ticket.commented") == Report(
        source="standard",
        ticket="4711",
        kind=ReportKind.COMMENTED,
        version=(3.0, 0),
        event_key="msg_1",
        at=NOW,
        url="https://desk.example/4711",
        subject="Login fails for everyone",
        description="Since 09:40.\nNobody can log in.",
        status=TicketStatus.OPEN,
        priority="urgent",
        channel="portal",
        environment="production",
        category="Authentication & Provisioning",
        product="Server",
        language="en",
        tags=("sso",),
        organization="acme",
        account="acme",
        requester=Requester(name="Ada Byron", email="ada@acme.example", phone="+14155550101"),
        assignee_email="anna@support.example",
        comment=Comment(id="9", author="customer", body="Still down", at=NOW),
        fields={"server_version": "9.5", "nodes": "3"},
    )


def test_type_and_id_are_enough() -> None:
    body = b'{"type": "ticket.created", "data": {"id": 7}}'
    (report,) = Standard().read(standard(body, SECRET))
    assert report == Report(
        source="standard",
        ticket="7",
        kind=ReportKind.CREATED,
        version=(NOW.timestamp(), 0),
        event_key="msg_1",
    )


def test_other_types_are_ignored_and_unknown_members_tolerated() -> None:
    reading = Standard().read(standard(b'{"type": "user.created"}', SECRET))
    assert (reading.reports, reading.ignored) == ((), "'user.created' is not about a ticket.")
    assert read(colour="red").ticket == "4711"


@pytest.mark.parametrize(
    ("version", "expected"), [(3, 3.0), ("12", 12.0), (1.5, 1.5), (None, NOW.timestamp())]
)
def test_versions(version: object, expected: float) -> None:
    assert read(version=version).version == (expected, 0)


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"id": None}, "data.id"),
        ({"id": ""}, "data.id"),
        ({"id": {}}, "data.id"),
        ({"version": "next"}, "data.version"),
        ({"version": True}, "data.version"),
        ({"version": 10**30}, "data.version"),
        ({"status": "frozen"}, "data.status"),
        ({"channel": "fax"}, "data.channel"),
        ({"subject": ["a"]}, "data.subject"),
        ({"description": 5}, "data.description"),
        ({"tags": "a"}, None),
        ({"tags": {"a": 1}}, "data.tags"),
        ({"tags": ["a", 1]}, "data.tags"),
        ({"organization": "acme"}, "data.organization"),
        ({"requester": {"email": 1.0e9}}, None),
        ({"requester": {"name": []}}, "data.requester.name"),
        ({"comment": {"id": "1"}}, "data.comment.author"),
        ({"comment": {"author": "robot"}}, "data.comment.author"),
        ({"comment": {"author": "agent", "public": "maybe"}}, "data.comment.public"),
        ({"fields": []}, "data.fields"),
        ({"created_at": "soon"}, "data.created_at"),
    ],
)
def test_a_member_of_the_wrong_type_is_named(members: dict[str, object], named: str | None) -> None:
    if named is None:
        assert read(**members).ticket == "4711"
        return
    with pytest.raises(Unreadable, match=named):
        read(**members)


@pytest.mark.parametrize("kind", ["", "ticket.deleted", None, 5])
def test_a_type_that_is_none_of_ours(kind: object) -> None:
    with pytest.raises(Unreadable, match="type"):
        read(kind)


def test_our_own_words_are_an_echo() -> None:
    ours = {"id": "9", "author": "agent", "body": signed("Anna has it.", "k")}
    assert read(comment=ours).echo
    assert not read(comment=ours | {"author": "customer"}).echo


def test_the_published_vector() -> None:
    """From the test suite of the standard-webhooks libraries."""
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    at = datetime.fromtimestamp(1614265330, UTC)
    Standard().verify(Envelope(headers, b'{"test": 2432232314}', at), [SECRET], [at])


def test_the_library_signs_as_we_verify() -> None:
    body = json.dumps({"type": "ticket.created", "data": {"id": "ä"}}, ensure_ascii=False)
    stamp = str(int(NOW.timestamp()))
    proof = Webhook(SECRET).sign("msg_2", NOW, body)
    headers = {"webhook-id": "msg_2", "webhook-timestamp": stamp, "webhook-signature": proof}
    Standard().verify(Envelope(headers, body.encode(), NOW), [SECRET], [NOW])


def test_one_of_several_signatures_is_enough() -> None:
    envelope = standard(b"{}", SECRET)
    good = envelope.headers["webhook-signature"]
    offered = f"v1a,abc v1,bm9uZQ== {good}"
    several = replace(envelope, headers={**envelope.headers, "webhook-signature": offered})
    Standard().verify(several, [SECRET], [NOW])
    none = replace(envelope, headers={**envelope.headers, "webhook-signature": "v1a,abc"})
    with pytest.raises(Forged):
        Standard().verify(none, [SECRET], [NOW])


def test_a_secret_without_its_prefix_and_one_that_is_no_base64() -> None:
    Standard().verify(standard(b"{}", SECRET), [SECRET.removeprefix("whsec_")], [NOW])
    with pytest.raises(Forged):
        Standard().verify(standard(b"{}", SECRET), ["not base64!"], [NOW])


@pytest.mark.parametrize("text", ["not base64!", "looksLikeBase64="])
def test_a_secret_that_says_nothing_of_base64_may_be_its_own_text(text: str) -> None:
    envelope = standard(b"{}", "whsec_" + base64.b64encode(text.encode()).decode())
    Standard().verify(envelope, [text], [NOW])


def test_a_secret_that_says_it_is_base64_is_nothing_else() -> None:
    text = "looksLikeBase64="
    envelope = standard(b"{}", "whsec_" + base64.b64encode(text.encode()).decode())
    with pytest.raises(Forged):
        Standard().verify(envelope, [f"whsec_{text}"], [NOW])


@pytest.mark.parametrize("stamp", ["soon", "", "1e9", "9" * 30, "-5"])
def test_a_timestamp_that_is_none(stamp: str) -> None:
    envelope = standard(b"{}", SECRET)
    broken = replace(envelope, headers={**envelope.headers, "webhook-timestamp": stamp})
    with pytest.raises(Forged):
        Standard().verify(broken, [SECRET], [NOW])


def test_fresh_against_any_of_two_clocks() -> None:
    later = NOW + timedelta(hours=9)
    Standard().verify(standard(b"{}", SECRET), [SECRET], [later, NOW])
    with pytest.raises(Stale, match="may be a replay"):
        Standard().verify(standard(b"{}", SECRET), [SECRET], [later])
