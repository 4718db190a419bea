"""Delivery receipts: what Twilio's status callbacks say, in our words and in an order of ranks.

Callbacks come late, twice and in any order, and the initial status comes in none. So each status
has a rank, and a receipt whose rank is not above the known one is old news (`Receipt.news`).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from notifiers.notifier import Delivery, Fault, Receipt
from notifiers.twilio.errors import fault_of, sentence

TEXT_STATUSES: Mapping[str, tuple[int, Delivery]] = {
    "accepted": (0, Delivery.QUEUED),
    "scheduled": (5, Delivery.QUEUED),
    "queued": (10, Delivery.QUEUED),
    "sending": (20, Delivery.QUEUED),
    "sent": (30, Delivery.SENT),
    "undelivered": (50, Delivery.FAILED),
    "failed": (50, Delivery.FAILED),
    "canceled": (50, Delivery.CANCELLED),
    "partially_delivered": (55, Delivery.DELIVERED),
    "delivered": (60, Delivery.DELIVERED),
    "read": (70, Delivery.DELIVERED),
}

CALL_STATUSES: Mapping[str, tuple[int, Delivery]] = {
    "queued": (10, Delivery.QUEUED),
    "initiated": (20, Delivery.QUEUED),
    "ringing": (30, Delivery.SENT),
    "in-progress": (40, Delivery.ANSWERED),
    "answering-machine-detection": (41, Delivery.ANSWERED),
    "busy": (50, Delivery.FAILED),
    "no-answer": (50, Delivery.FAILED),
    "failed": (50, Delivery.FAILED),
    "canceled": (50, Delivery.CANCELLED),
    "completed": (60, Delivery.DELIVERED),
}

_WORDS = {
    "busy": "The line was busy, or the call was declined.",
    "no-answer": "Nobody answered.",
    "failed": "It could not be put through.",
    "undelivered": "The carrier did not deliver it.",
    "canceled": "It was cancelled.",
}


def receipt(form: Mapping[str, str], idempotency_token: str = "") -> Receipt | None:
    """Read a status callback of a text or a call (also the verdict of machine detection).

    `idempotency_token`: the I-Twilio-Idempotency-Token header, if there was one. None: the form
    is no receipt, or of a status nobody has described yet.
    """
    if form.get("CallSid"):
        return _of_call(form, idempotency_token)
    ref = form.get("MessageSid") or form.get("SmsSid") or ""
    status = (form.get("MessageStatus") or form.get("SmsStatus") or "").lower()
    if not ref or status not in TEXT_STATUSES:
        return None
    rank, state = TEXT_STATUSES[status]
    return _receipt(ref, status, rank, state, form, idempotency_token)


def _of_call(form: Mapping[str, str], token: str) -> Receipt | None:
    status = form.get("CallStatus", "").lower()
    if not status and form.get("AnsweredBy"):
        status = "answering-machine-detection"
    if status not in CALL_STATUSES:
        return None
    rank, state = CALL_STATUSES[status]
    return _receipt(form["CallSid"], status, rank, state, form, token)


def _receipt(
    ref: str, status: str, rank: int, state: Delivery, form: Mapping[str, str], token: str
) -> Receipt:
    code = _integer(form.get("ErrorCode"))
    return Receipt(
        ref=ref,
        status=status,
        state=state,
        rank=rank,
        code=code,
        fault=_fault(code, state),
        reason=sentence(code, form.get("ErrorMessage", "")) if code else _WORDS.get(status, ""),
        answered_by=_answered_by(form.get("AnsweredBy", "")),
        duration=_span(form.get("CallDuration")),
        at=_instant(form.get("Timestamp")),
        event_key=token or f"{ref}:{status}:{form.get('SequenceNumber', '')}",
    )


def _fault(code: int | None, state: Delivery) -> Fault | None:
    if code:
        return fault_of(code)
    return Fault.TRANSIENT if state is Delivery.FAILED else None


def _answered_by(word: str) -> str | None:
    """Twilio tells machine_start from machine_end_beep and more; to us each is a machine."""
    return word.partition("_")[0] or None


def _integer(text: str | None) -> int | None:
    """At most nine digits: Twilio's codes have five, and a database's integer ends soon after."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004


def _span(text: str | None) -> timedelta | None:
    seconds = _integer(text)
    return None if seconds is None else timedelta(seconds=seconds)


def _instant(text: str | None) -> datetime | None:
    try:
        at = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
