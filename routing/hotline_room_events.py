"""What can happen in the conference of a caller and a responder, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Starred:
    """The responder pressed `*`; `people` may be brought in, by the policy's order."""

    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HelperJoined:
    """He pressed his key."""

    person: str


@dataclass(frozen=True, slots=True)
class HelperGone:
    """The call to a helper came to nothing; `why` is a clause, as in `was busy`."""

    leg: int
    why: str


@dataclass(frozen=True, slots=True)
class RoomLeft:
    """`who` (customer, responder) left the conference; `number` orders the events of it."""

    who: str
    number: int


@dataclass(frozen=True, slots=True)
class RoomOver:
    """The conference is over, as Twilio tells it: perhaps late."""


@dataclass(frozen=True, slots=True)
class CallHelper:
    """Call a person to join caller and responder. `leg` counts these calls and never resets."""

    person: str
    leg: int


@dataclass(frozen=True, slots=True)
class Met:
    """Caller and responder are led together: a call that the caller was promised is kept."""

    person: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A line for the case and its ticket: `key` of `REMARKS`, about a person."""

    key: str
    person: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class NobodyCame:
    """Nobody could be brought in: the case is escalated and the responder texted."""

    person: str
