"""PagerDuty's Events API v2 in: what PagerDuty's own schema and Alertmanager send."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.report import Report, ReportKind, TicketStatus
from service.tickets import pagerduty
from service.tickets.ticketsystem import Envelope
from tests.service.tickets.kits import payload
from tests.service.tickets.signing import NOW
from tests.service.tickets.trying import tries

KEY = "e93facc04764012d7bfb002500d5d1a6"
TRIGGER: dict[str, Any] = {
    "payload": {
        "summary": "DISK at 99% on machine prod-datapipe03.example.com",
        "timestamp": "2015-07-17T08:42:58.315+0000",
        "severity": "critical",
        "source": "prod-datapipe03.example.com",
        "component": "mysql",
        "group": "prod-datapipe",
        "class": "disk",
        "custom_details": {"free space": "1%", "load avg": 0.75, "account": "acme"},
    },
    "routing_key": KEY,
    "dedup_key": "srv01/mysql",
    "event_action": "trigger",
    "client": "Sample Monitoring Service",
    "client_url": "https://monitoring.service.com",
    "links": [{"href": "http://pagerduty.example.com", "text": "An example link."}],
}


def enqueue(body: object, at: datetime = NOW) -> pagerduty.Enqueued:
    return pagerduty.read(Envelope({}, json.dumps(body).encode(), at), ["other", KEY])


def errors(body: object) -> tuple[str, ...]:
    with pytest.raises(pagerduty.Invalid) as refusal:
        enqueue(body)
    return refusal.value.errors


def test_the_example_of_the_schema() -> None:
    found = enqueue(TRIGGER)
    assert found.dedup_key == "srv01/mysql"
    assert found.report == Report(
        source="pagerduty",
        ticket="srv01/mysql",
        kind=ReportKind.CREATED,
        version=(NOW.timestamp(), 0),
        event_key=found.report.event_key,
        at=datetime(2015, 7, 17, 8, 42, 58, 315000, tzinfo=UTC),
        url="http://pagerduty.example.com",
        subject="DISK at 99% on machine prod-datapipe03.example.com",
        description="free space: 1%\nload avg: 0.75\naccount: acme",
        status=TicketStatus.OPEN,
        priority="critical",
        channel="api",
        category="disk",
        product="mysql",
        account="acme",
        fields={
            "free space": "1%",
            "load avg": "0.75",
            "account": "acme",
            "source": "prod-datapipe03.example.com",
            "group": "prod-datapipe",
            "client": "Sample Monitoring Service",
        },
    )


def test_alertmanager_through_its_pagerduty_receiver() -> None:
    fired = enqueue(payload("pagerduty_trigger")).report
    resolved = enqueue(payload("pagerduty_resolve"), NOW + timedelta(minutes=9)).report
    assert fired.ticket == resolved.ticket
    assert (fired.status, resolved.status) == (TicketStatus.OPEN, TicketStatus.SOLVED)
    assert fired.version < resolved.version


def test_an_alert_that_comes_back_word_for_word_is_heard_again() -> None:
    first, again = enqueue(TRIGGER), enqueue(TRIGGER, NOW + timedelta(hours=1))
    assert first.report.ticket == again.report.ticket
    assert first.report.event_key != again.report.event_key


def test_a_trigger_without_a_key_is_a_new_alert_each_time() -> None:
    body = {name: value for name, value in TRIGGER.items() if name != "dedup_key"}
    keys = {enqueue(body, NOW + timedelta(seconds=n)).dedup_key for n in range(3)}
    assert len(keys) == 3
    assert all(len(key) == 32 for key in keys)


def test_an_acknowledgement_by_a_tool_is_told_and_changes_nothing() -> None:
    body = {"routing_key": KEY, "event_action": "acknowledge", "dedup_key": "k", "client": "Icinga"}
    report = enqueue(body).report
    assert (report.status, report.priority) == (None, None)
    assert report.comment is not None
    assert (report.comment.author, report.comment.public) == ("system", False)
    assert report.comment.body == "Icinga acknowledged the alert; that stops no page."


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"routing_key": None}, "'routing_key' is missing or blank"),
        ({"routing_key": "x" * 32}, "'routing_key' is not known here"),
        ({"routing_key": ["x"]}, "The member 'routing_key' is a list, not text or a number"),
        ({"event_action": "explode"}, "'event_action' must be trigger, acknowledge or resolve"),
        ({"event_action": "resolve", "dedup_key": ""}, "'dedup_key' is missing or blank"),
        ({"dedup_key": "k" * 256}, "'dedup_key' is longer than 255 characters"),
        ({"payload": None}, "'payload.summary' is missing or blank"),
        ({"payload": {"severity": "critical"}}, "'payload.summary' is missing or blank"),
        (
            {"payload": {"summary": "s", "source": "s", "severity": "CRITICAL"}},
            "'payload.severity' must be critical, error, warning or info",
        ),
        ({"payload": "x"}, "The member 'payload' is text, not an object."),
    ],
)
def test_what_pagerduty_would_refuse(change: dict[str, object], error: str) -> None:
    assert errors(TRIGGER | change)[0].startswith(error)


def test_every_fault_is_named_at_once() -> None:
    assert len(errors(TRIGGER | {"payload": {}, "dedup_key": "k" * 300})) == 4


def test_what_is_no_event() -> None:
    for body in (b"", b"[]", b"{", b"[" * 50_000, b" " * (512 * 1024 + 1)):
        with pytest.raises(pagerduty.Invalid):
            pagerduty.read(Envelope({}, body, NOW), [KEY])
    with pytest.raises(pagerduty.Invalid):
        pagerduty.read(Envelope({}, json.dumps(TRIGGER | {"routing_key": ""}).encode(), NOW), [""])


@tries(50)
@given(
    st.dictionaries(
        st.sampled_from([*TRIGGER, "payload", "images"]),
        st.none() | st.integers() | st.text() | st.lists(st.text()) | st.dictionaries(
            st.sampled_from(list(TRIGGER["payload"])), st.none() | st.integers() | st.text()
        ),
    )
)  # fmt: skip
def test_any_event_is_read_or_invalid(change: dict[str, object]) -> None:
    try:
        found = enqueue(TRIGGER | change)
    except pagerduty.Invalid as invalid:
        sentences = invalid.errors
    else:
        sentences = (found.dedup_key,)
    assert all(sentences)


def test_the_answers() -> None:
    assert pagerduty.accepted("srv01/HTTP") == {
        "status": "success",
        "message": "Event processed",
        "dedup_key": "srv01/HTTP",
    }
    assert pagerduty.refused(("a", "b")) == {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": ["a", "b"],
    }
    assert set(pagerduty.throttled()) == {"status", "message"}
