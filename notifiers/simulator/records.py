"""What the simulator keeps: texts, calls, phones, troubles and alerts."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Direction(StrEnum):
    INBOUND = "inbound"
    API = "outbound-api"
    REPLY = "outbound-reply"
    DIAL = "outbound-dial"


TEXT_OVER = frozenset({"delivered", "undelivered", "failed", "canceled", "received"})
CALL_OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


@dataclass(slots=True, kw_only=True)
class Text:
    sid: str
    direction: Direction
    from_: str
    to: str
    body: str
    status: str
    created: datetime
    updated: datetime
    sent: datetime | None = None
    validity: int = 36000
    """Seconds it may wait before it is dropped (30036)."""
    callback: str | None = None
    service: str | None = None
    error: int | None = None

    @property
    def phone(self) -> str:
        """The number of the person at the other end."""
        return self.from_ if self.direction is Direction.INBOUND else self.to

    @property
    def over(self) -> bool:
        return self.status in TEXT_OVER


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that happened in a call. `kind`: said, played, keys, spoken, note."""

    at: datetime
    kind: str
    text: str


@dataclass(slots=True, kw_only=True)
class Call:
    sid: str
    direction: Direction
    from_: str
    to: str
    status: str
    created: datetime
    updated: datetime
    answered: datetime | None = None
    ended: datetime | None = None
    url: str | None = None
    method: str = "POST"
    fallback_url: str | None = None
    twiml: str | None = None
    callback: str | None = None
    events: tuple[str, ...] = ("completed",)
    timeout: int = 60
    detection: bool = False
    async_amd: bool = False
    amd_callback: str | None = None
    answered_by: str | None = None
    parent: str | None = None
    error: int | None = None
    sequence: int = 0
    gathering: bool = False
    """Whether a key pressed now is listened to."""
    transcript: list[Heard] = field(default_factory=list)

    @property
    def phone(self) -> str:
        """The number of the person at the other end."""
        return self.from_ if self.direction is Direction.INBOUND else self.to

    @property
    def over(self) -> bool:
        return self.status in CALL_OVER

    @property
    def seconds(self) -> int:
        if self.answered is None or self.ended is None:
            return 0
        return max(0, round((self.ended - self.answered).total_seconds()))


class Ailment(StrEnum):
    """What can be wrong with a phone, or with Twilio as a whole."""

    REFUSE = "refuse"
    """The request is refused with `code`."""
    SILENT = "silent"
    """The request is taken, but no answer ever comes."""
    DEAF = "deaf"
    """The request is not taken, and no answer ever comes."""
    SLOW = "slow"
    """The answer comes after `seconds`."""
    UNDELIVERED = "undelivered"
    """Taken, but the carrier does not deliver it, for the reason `code`."""
    LOST = "lost"
    """Taken and sent; no receipt ever comes and nobody sees it."""
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    """It rings until the caller gives up."""
    MACHINE = "machine"
    """An answering machine takes the call."""
    FAILED = "failed"
    """The call cannot be put through."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """`times`: how many requests it spoils before it is gone; None: until it is taken away."""

    ailment: Ailment
    code: int | None = None
    seconds: float = 0
    times: int | None = None
    channel: str = "any"
    """sms, voice or any."""


@dataclass(slots=True)
class Phone:
    number: str
    name: str = ""
    opted_out: set[str] = field(default_factory=set)
    """Our senders this phone has texted STOP to."""
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """An entry of what Twilio calls its debugger: something of ours that Twilio could not use."""

    at: datetime
    code: int
    text: str
    about: str
    """The SID of the text or call."""


Record = Text | Call | Phone | Alert
