"""What a simulator is told when it is put together."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A number we rent from Twilio, and where Twilio reports what arrives there."""

    number: str
    sms_url: str | None = None
    voice_url: str | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take, in seconds of the simulator's clock. `INSTANT` waits for nothing."""

    queue: float = 0.2
    """From accepted to sent; from queued to ringing."""
    carrier: float = 0.5
    """From sent to delivered."""
    words_per_second: float = 2.5
    """How fast a call speaks; 0: in no time."""
    voicemail: float = 8.0
    """How long a phone rings before its answering machine takes the call."""
    detection: float = 2.0
    """How long machine detection thinks."""
    pauses: bool = True
    """Whether a Pause in a call takes the time it asks for."""


INSTANT = Pace(queue=0, carrier=0, words_per_second=0, voicemail=0, detection=0, pauses=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorConfig:
    """`clock` gives the aware UTC instant by which everything here happens."""

    account_sid: str
    auth_token: str = field(repr=False)
    numbers: tuple[OwnNumber, ...]
    clock: Callable[[], datetime]
    messaging_service_sid: str | None = None
    journal: Path | None = None
    """JSON lines of everything that happened, read again at the next start."""
    pace: Pace = Pace()
    title: str = "Heliograph"


async def _no_cases() -> Sequence[Mapping[str, Any]]:
    return ()


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the page shows beside the phones; whoever mounts it may leave all of it out."""

    cases: Callable[[], Awaitable[Sequence[Mapping[str, Any]]]] = _no_cases
    """Each: id, subject, account, severity, state, owner, wake_at, timeline: [{at, text}]."""
    people: Callable[[], Awaitable[Sequence[Mapping[str, Any]]]] = _no_cases
    """Each: name, number. Their phones are shown before anything was sent to them."""
    advance: Callable[[float], Awaitable[None]] | None = None
    """Moves the clock forward by seconds, and with it the service's. None: no clock on the page."""
