"""What people (and programs) are shown of the simulated phones."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from notifiers.simulator.exchange import Exchange
from notifiers.simulator.records import Ailment, Alert, Call, Direction, Phone, Text, Trouble
from notifiers.twilio.errors import CODES

SHOWN = 60
"""How many texts and calls of one phone are shown, newest last."""

TROUBLES: Mapping[str, tuple[str, Trouble]] = {
    "throttled": ("429: too many requests", Trouble(Ailment.REFUSE, 20429)),
    "error": ("500: server error", Trouble(Ailment.REFUSE, 20500)),
    "silent": ("takes it, never answers", Trouble(Ailment.SILENT)),
    "deaf": ("times out, takes nothing", Trouble(Ailment.DEAF)),
    "slow": ("answers after 5 s", Trouble(Ailment.SLOW, seconds=5)),
    "invalid": ("not a valid number (21211)", Trouble(Ailment.REFUSE, 21211)),
    "landline": ("a landline (21635)", Trouble(Ailment.REFUSE, 21635, channel="sms")),
    "opted-out": ("opted out (21610)", Trouble(Ailment.REFUSE, 21610, channel="sms")),
    "off": ("switched off (30003)", Trouble(Ailment.UNDELIVERED, 30003, channel="sms")),
    "unknown": ("unknown handset (30005)", Trouble(Ailment.UNDELIVERED, 30005, channel="sms")),
    "filtered": ("filtered (30007)", Trouble(Ailment.UNDELIVERED, 30007, channel="sms")),
    "lost": ("lost without a word", Trouble(Ailment.LOST, channel="sms")),
    "busy": ("line is busy", Trouble(Ailment.BUSY, channel="voice")),
    "no-answer": ("rings unanswered", Trouble(Ailment.NO_ANSWER, channel="voice")),
    "machine": ("answering machine", Trouble(Ailment.MACHINE, channel="voice")),
    "failed": ("call fails", Trouble(Ailment.FAILED, channel="voice")),
}
"""What can be chosen for a phone, by name: what the menu says, and what it does."""

STATES: Mapping[str, str] = {
    "accepted": "queued",
    "in-progress": "in call",
    "no-answer": "no answer",
    "canceled": "cancelled",
}
"""Twilio's words that people would stumble over."""


def state(exchange: Exchange, now: datetime) -> dict[str, Any]:
    """Everything, for programs."""
    return {
        "now": now,
        "trouble": trouble_name(exchange.trouble),
        "numbers": [own.number for own in exchange.numbers],
        "phones": [phone_view(exchange, phone) for phone in exchange.phones.values()],
        "alerts": [alert_view(alert) for alert in exchange.alerts],
    }


def phone_view(exchange: Exchange, phone: Phone) -> dict[str, Any]:
    return {
        "number": phone.number,
        "name": phone.name,
        "opted_out": sorted(phone.opted_out),
        "trouble": trouble_name(phone.trouble),
        "texts": [text_view(text) for text in exchange.texts_of(phone.number)[-SHOWN:]],
        "calls": [call_view(call) for call in exchange.calls_of(phone.number)[-SHOWN:]],
    }


def text_view(text: Text) -> dict[str, Any]:
    return {
        "sid": text.sid,
        "mine": text.direction is Direction.INBOUND,
        "from": text.from_,
        "to": text.to,
        "body": text.body,
        "status": text.status,
        "state": STATES.get(text.status, text.status),
        "at": text.created,
        "error": text.error,
        "reason": _reason(text.error),
    }


def call_view(call: Call) -> dict[str, Any]:
    return {
        "sid": call.sid,
        "mine": call.direction is Direction.INBOUND,
        "from": call.from_,
        "to": call.to,
        "status": call.status,
        "state": STATES.get(call.status, call.status),
        "at": call.created,
        "seconds": call.seconds,
        "live": not call.over,
        "gathering": call.gathering,
        "answered_by": call.answered_by,
        "error": call.error,
        "reason": _reason(call.error),
        "transcript": [
            {"at": heard.at, "kind": heard.kind, "text": heard.text} for heard in call.transcript
        ],
    }


def alert_view(alert: Alert) -> dict[str, Any]:
    return {"at": alert.at, "code": alert.code, "text": alert.text, "about": alert.about}


def trouble_name(trouble: Trouble | None) -> str | None:
    """The menu's name of a trouble; one that was made by hand is told by its ailment and code."""
    if trouble is None:
        return None
    for name, (_, known) in TROUBLES.items():
        if known == trouble:
            return name
    return f"{trouble.ailment}{f' {trouble.code}' if trouble.code else ''}"


def _reason(code: int | None) -> str:
    if code is None:
        return ""
    return f"{CODES[code][1]} ({code})" if code in CODES else str(code)
