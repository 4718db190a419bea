"""Receipts are ranked, and none goes back."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from notifiers.notifier import Delivery, Fault, Receipt
from notifiers.twilio.errors import CODES
from notifiers.twilio.status import CALL_STATUSES, TEXT_STATUSES, receipt

TEXT = {
    "SmsSid": "SMcccccccccccccccccccccccccccccccc",
    "SmsStatus": "undelivered",
    "MessageStatus": "undelivered",
    "To": "+14155550199",
    "MessageSid": "SMcccccccccccccccccccccccccccccccc",
    "AccountSid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "From": "+14155550100",
    "ApiVersion": "2010-04-01",
    "ErrorCode": "30003",
}
CALL = {
    "AccountSid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "ApiVersion": "2010-04-01",
    "CallSid": "CAbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    "CallStatus": "completed",
    "Direction": "outbound-api",
    "From": "+14155550100",
    "To": "+14155550199",
    "CallDuration": "34",
    "SequenceNumber": "3",
    "Timestamp": "Thu, 01 Jan 2026 00:00:34 +0000",
    "CallbackSource": "call-progress-events",
    "SipResponseCode": "200",
}


def read(form: dict[str, str], **changes: str) -> Receipt:
    read = receipt({**form, **changes})
    assert read is not None
    return read


def test_a_text_that_was_not_delivered() -> None:
    got = read(TEXT)
    assert (got.ref, got.status, got.state) == (TEXT["MessageSid"], "undelivered", Delivery.FAILED)
    assert (got.code, got.fault) == (30003, Fault.TRANSIENT)
    assert "30003" in got.reason


def test_a_call_that_ended() -> None:
    got = read(CALL)
    assert (got.state, got.fault, got.code) == (Delivery.DELIVERED, None, None)
    assert got.duration == timedelta(seconds=34)
    assert got.at == datetime(2026, 1, 1, 0, 0, 34, tzinfo=UTC)
    assert got.event_key == f"{CALL['CallSid']}:completed:3"


def test_the_verdict_of_machine_detection_answers_no_call() -> None:
    got = receipt({"CallSid": "CA1", "AnsweredBy": "machine_start"})
    assert got is not None
    assert (got.state, got.answered_by) == (Delivery.ANSWERED, "machine")
    assert got.rank < CALL_STATUSES["completed"][0]


@pytest.mark.parametrize("code", CODES)
def test_each_code_keeps_its_class_in_a_receipt(code: int) -> None:
    got = read(TEXT, ErrorCode=str(code))
    assert (got.code, got.fault) == (code, CODES[code][0])


@pytest.mark.parametrize("code", [30001, 30003, 30008, 30017, 30036, 30410, 39999])
def test_what_passes_is_never_taken_for_permanent(code: int) -> None:
    fault = read(TEXT, ErrorCode=str(code)).fault
    assert fault is not None
    assert fault.retryable
    assert not fault.permanent


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"MessageSid": "SM1"},
        {"MessageSid": "SM1", "MessageStatus": "received"},
        {"MessageSid": "SM1", "MessageStatus": "flown"},
        {"CallSid": "CA1"},
        {"CallSid": "CA1", "CallStatus": "sung"},
        {"MessageStatus": "sent"},
    ],
)
def test_what_is_no_receipt_is_none(form: dict[str, str]) -> None:
    assert receipt(form) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"ErrorCode": "x"},
        {"ErrorCode": "9" * 400},
        {"ErrorCode": "٣"},
        {"CallDuration": "-1"},
        {"Timestamp": "yesterday"},
        {"Timestamp": ""},
    ],
)
def test_nonsense_in_a_field_spoils_only_the_field(changes: dict[str, str]) -> None:
    assert read(CALL, **changes).state is Delivery.DELIVERED


@pytest.mark.parametrize("statuses", [TEXT_STATUSES, CALL_STATUSES])
def test_in_any_order_the_end_is_the_end(statuses: dict[str, tuple[int, Delivery]]) -> None:
    form = TEXT if statuses is TEXT_STATUSES else CALL
    name = "MessageStatus" if statuses is TEXT_STATUSES else "CallStatus"
    last = "delivered" if statuses is TEXT_STATUSES else "completed"
    steps = [*[s for s in ("queued", "sent", "ringing", "in-progress") if s in statuses], last]
    for order in itertools.permutations(steps):
        rank, status = -1, ""
        for step in order:
            got = read(form, **{name: step})
            if got.news(rank):
                rank, status = got.rank, got.status
        assert status == last


@pytest.mark.parametrize("failure", ["undelivered", "failed", "canceled"])
def test_what_was_delivered_after_all_was_delivered(failure: str) -> None:
    failed, delivered = read(TEXT, MessageStatus=failure), read(TEXT, MessageStatus="delivered")
    assert delivered.news(failed.rank)
    assert not failed.news(delivered.rank)


def test_a_repetition_is_no_news() -> None:
    got = read(TEXT)
    assert got.news(-1)
    assert not got.news(got.rank)


def test_numbers_in_a_reason_are_masked() -> None:
    got = read(TEXT, ErrorMessage="The number +46700000001 is off")
    assert "+4670***01" in got.reason
    assert "+46700000001" not in repr(got)
