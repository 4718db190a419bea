"""What every way of reaching a person promises, and what a provider may answer.

A notifier does not decide: it tries once and says truthfully what became of it. Three answers
exist, and the difference between the last two is the whole point:

* `Accepted`: the provider has it and named it (`ref`).
* `Refused`: it certainly did not leave, or the provider certainly will not send it. Repeating
  cannot page twice.
* `Unclear`: nobody knows. `find` looks before anyone repeats.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from notifiers.mask import mask


class Fault(StrEnum):
    """Whose fault a refusal or a failed delivery is, which decides what happens next."""

    NUMBER = "number"
    """The address can never be reached this way: next method now, mark it, tell the admin."""
    LANDLINE = "landline"
    """Voice only: call instead, at once."""
    OPTED_OUT = "opted_out"
    """The person answered STOP: no SMS until START; another channel, and tell the person."""
    BLOCKED = "blocked"
    """Filtered on its way: not the same text again; voice now."""
    CONFIGURATION = "configuration"
    """Account, credentials, sender or webhook: alarm the operator, fail over, blame nobody."""
    THROTTLED = "throttled"
    """Not processed: the same request again, after `retry_after`, within the step."""
    TRANSIENT = "transient"
    """It passes: go on to the next method now and try this one again later."""
    OURS = "ours"
    """The request was never valid: a defect of ours."""
    BENIGN = "benign"
    """The goal was reached another way (already ended, already gone)."""

    @property
    def retryable(self) -> bool:
        return self in {Fault.THROTTLED, Fault.TRANSIENT}

    @property
    def permanent(self) -> bool:
        """The same message to the same address on this channel will never succeed."""
        return not self.retryable and self is not Fault.BENIGN


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A page in pieces, for channels that show more than a text. Every piece is one clean line."""

    case: str
    severity: str
    account: str
    subject: str
    plan: str
    purpose: str
    """page, ask, handover or engineering: what an answer means."""
    due: str
    """A sentence, or empty."""
    why: str
    code: str
    """What names the page in a reply by text."""
    person: str
    """The name of whoever is paged."""
    url: str | None = None
    """The ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One try to tell one person something over one channel. Its repr hides address and text."""

    key: str
    """Natural key of the outbox row."""
    channel: str
    """"sms", "voice", "email", ..."""
    to: str
    """E.164 for sms and voice, RFC 5322 for e-mail."""
    text: str
    """Already worded. A call speaks what `answer_url` serves instead; there it is only a record."""
    callback: str | None = None
    """Absolute URL for delivery receipts."""
    answer_url: str | None = None
    """Absolute URL that serves the TwiML of a call; required for voice."""
    valid_for: timedelta = timedelta(seconds=300)
    """After this long undelivered the provider drops it (a stale page must not arrive)."""
    since: datetime
    """When the first try of this key began (aware, UTC); `find` looks no further back."""
    subject: str = ""
    """One line that stands alone; empty for sms and voice, as the next two are."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Verb (acknowledge, decline, escalate) to the absolute, signed URL whose page does it."""
    card: Card | None = None
    """None for what is not a page."""
    buttons: Mapping[str, str] = field(default_factory=dict)
    """Verb to the token that a click brings back, for channels that tell us who has clicked."""
    known: frozenset[str] = frozenset()
    """Refs that belong to other deliveries; `find` never takes one of them for this one."""

    def __repr__(self) -> str:
        return f"Message({self.key!r}, {self.channel} to {mask(self.to)})"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has it. `ref` is the provider's own name for it (Twilio: a SID)."""

    ref: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It did not leave, for certain. `reason` is a sentence without any address in full."""

    reason: str
    code: int | None = None
    """The provider's error code, if it gave one."""
    fault: Fault = Fault.TRANSIENT
    retry_after: timedelta | None = None
    """The provider's wish (or the code's): do not repeat before this long."""

    @property
    def permanent(self) -> bool:
        return self.fault.permanent

    @property
    def retryable(self) -> bool:
        return self.fault.retryable


@dataclass(frozen=True, slots=True)
class Unclear:
    """It may have left. Ask `find` before repeating."""

    reason: str


Outcome = Accepted | Refused | Unclear


def not_sent(reason: str) -> Refused:
    """The request never left this machine: no connection, no such host."""
    return Refused(reason, fault=Fault.TRANSIENT)


class Delivery(StrEnum):
    """Where a try stands, in our own words, whatever the provider calls it."""

    QUEUED = "queued"
    SENT = "sent"
    """On its way: given to the carrier, or ringing."""
    ANSWERED = "answered"
    """A call was picked up, by whomever or whatever. Never an acknowledgement."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One status report of the provider. Receipts come late, twice and in any order."""

    ref: str
    status: str
    """The provider's own word ("undelivered", "no-answer")."""
    state: Delivery
    rank: int
    """Grows along a delivery's life; a receipt of no higher rank than the one known is old news."""
    code: int | None = None
    fault: Fault | None = None
    """Set when `state` is failed, and whenever the provider names a `code`."""
    reason: str = ""
    answered_by: str | None = None
    """"human", "machine", "fax" or "unknown"; a guess that never decides anything."""
    duration: timedelta | None = None
    at: datetime | None = None
    """When it happened, if the provider says so (UTC)."""
    event_key: str = ""
    """The same for every repetition of this very report."""

    def news(self, known_rank: int) -> bool:
        """Whether this says more than what is known already (start with -1)."""
        return self.rank > known_rank


class Notifier(Protocol):
    """One channel through one sender. Safe for concurrent use within one event loop."""

    @property
    def channel(self) -> str: ...

    @property
    def sender(self) -> str:
        """The number or identity that pacing is counted on."""
        ...

    async def send(self, message: Message) -> Outcome:
        """Try once. Never repeats by itself, never raises for what the network or provider did."""
        ...

    async def find(self, message: Message) -> Accepted | Unclear | None:
        """What became of an unclear try. None: the provider does not have it, repeating is safe."""
        ...

    async def cancel(self, ref: str) -> Refused | Unclear | None:
        """Stop what is queued or ringing. None: it is stopped, or was over already."""
        ...

    async def close(self) -> None:
        """Give back connections. The notifier cannot be used afterwards."""
        ...
