"""One live call: the wires between whoever holds the phone and what Twilio does with the call."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from notifiers.simulator.records import Call, Heard
from notifiers.simulator.webhook import Fields


@dataclass(frozen=True, slots=True)
class Source:
    """Where the next instructions of a call come from: an address, or a document at hand."""

    url: str = ""
    method: str = "POST"
    document: str | None = None
    extra: tuple[tuple[str, str], ...] = ()
    """Fields that go with the request: Digits, DialCallStatus and so on."""


class HangUpError(Exception):
    """A verb ends the call."""


class LeaveError(Exception):
    """The Leave verb: the caller leaves the queue he waits in."""


class CallFailedError(Exception):
    """Twilio cannot go on with a call. `code` is what its debugger shows."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(slots=True, eq=False)
class Leg:
    call: Call
    picked: asyncio.Future[str] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    """How the phone was taken up: person, machine, or decline."""
    keys: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    speech: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    """What the person says, heard by Record and by whoever is bridged."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody hung up: the person, or we through the REST API."""
    verdict: str = "completed"
    """The status the call ends in, once it is over."""
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)
    instead: Source | None = None
    """New instructions given through the REST API."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Reports of one call are sent one after the other."""
    partners: list["Leg"] = field(default_factory=list)
    """Who hears what this person says."""

    def hear(self, at: datetime, kind: str, text: str) -> None:
        self.call.transcript.append(Heard(at, kind, text))

    def end(self, verdict: str = "completed") -> None:
        if not self.over.is_set():
            self.verdict = verdict
            self.over.set()

    def pick(self, how: str) -> bool:
        """Whether there was anything left to take up."""
        if self.picked.done() or self.over.is_set():
            return False
        self.picked.set_result(how)
        return True


def voice_fields(call: Call, account: str) -> list[tuple[str, str]]:
    """What every request about a call carries."""
    fields = [
        ("AccountSid", account),
        ("ApiVersion", "2010-04-01"),
        ("CallSid", call.sid),
        ("CallStatus", call.status),
        ("Direction", call.direction.value),
        ("From", call.from_),
        ("To", call.to),
        ("Caller", call.from_),
        ("Called", call.to),
    ]
    if call.parent:
        fields.append(("ParentCallSid", call.parent))
    if call.answered_by:
        fields.append(("AnsweredBy", call.answered_by))
    return fields


def progress_fields(call: Call, account: str, status: str, sequence: int, now: datetime) -> Fields:
    """What a status callback carries; `status` may be `initiated`, which no call ever has."""
    fields = [
        (name, status if name == "CallStatus" else value)
        for name, value in voice_fields(call, account)
    ]
    fields += [
        ("SequenceNumber", str(sequence)),
        ("Timestamp", format_datetime(now)),
        ("CallbackSource", "call-progress-events"),
    ]
    if call.over:
        fields += [("CallDuration", str(call.seconds)), ("Duration", str(-(-call.seconds // 60)))]
    if call.error:
        fields.append(("ErrorCode", str(call.error)))
    return fields
