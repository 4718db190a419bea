"""The values of a hotline call: the call, what can happen to it, what is said and done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from routing.hotline_prompt import Fact, Prompt
from routing.hotline_room_events import CallHelper, Met, NobodyCame, Remark
from routing.hotline_who import Caller, Matter


class State(StrEnum):
    GREETING = "greeting"
    IDENTIFYING = "identifying"
    ENTITLING = "entitling"
    CONFIRMING = "confirming"
    CONNECTING = "connecting"
    BRIDGED = "bridged"
    OFFERING_CALLBACK = "offering_callback"
    RECORDING = "recording"
    ENDED = "ended"


WAITING = frozenset({State.CONNECTING, State.OFFERING_CALLBACK})


class Illegal(Exception):
    """The call's state takes no such event; the call is as it was."""

    def __init__(self, state: State, event: str) -> None:
        super().__init__(f"This call is {state}; it takes no {event} now. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Call:
    """`id` is the provider's (CallSid). All instants are UTC."""

    id: str
    number: str | None
    """E.164; None for a caller who hides it."""
    room: str
    """The conference nobody can guess."""
    started_at: datetime
    state: State = State.GREETING
    turn: int = 0
    """Documents served. A request that names an older one is a repetition."""
    limited: bool = False
    account: str | None = None
    account_name: str = ""
    plan: str = ""
    known_by: str = ""
    entitled: bool = False
    open_cases: tuple[Matter, ...] = ()
    """Those he is offered, each by the key of its place."""
    confirmed: bool = False
    language: str = ""
    """What he is spoken to in, once it is known: a tag of the policy's `languages`."""
    tries: int = 0
    silences: int = 0
    case: str | None = None
    ticket: str | None = None
    """The number of the case's ticket, once it was told to the caller."""
    waiting_since: datetime | None = None
    offer_at: datetime | None = None
    offered: bool = False
    spoken_at: datetime | None = None
    responder: str | None = None
    """The person who pressed the key and waits for, or speaks with, the caller."""
    ready: bool = False
    """The responder is in the conference, so that the caller is never alone in it."""
    met: bool = False
    """The caller was let in."""
    talked: bool = False
    """They have spoken, so that his leaving ends the call and not only a try."""
    left_by: str = ""
    """Who left the conference first: customer or responder; the end of it puts out the other."""
    left_at: int = 0
    """The number Twilio gave that event of the conference."""
    aside: bool = False
    """The responder has left the room by `*`, to bring somebody in."""
    helper: str | None = None
    """Who is being called to join them."""
    helper_at: datetime | None = None
    helpers: tuple[str, ...] = ()
    """Who has joined."""
    others: tuple[str, ...] = ()
    """Who is called if the helper does not take it."""
    help_legs: int = 0
    """Calls to helpers; part of the key of each."""
    help: str = ""
    """What became of bringing somebody in: ringing, taken or nobody."""
    met_at: datetime | None = None
    """When that was, for the first time."""
    legs: int = 0
    """Times an owner was called to the line; part of the key of each call."""
    leg_at: datetime | None = None
    leg_to: str | None = None
    """Whom the last of them is for."""
    recording: str | None = None
    words: str = ""
    """What was texted, where a text began it and not a call."""
    outcome: str | None = None
    ended_at: datetime | None = None
    alarm_doubted_at: datetime | None = None
    """When FALSE ALARM was texted and not yet confirmed."""


@dataclass(frozen=True, slots=True)
class Rang:
    """`caller` is the contact whose number it is. `limited`: blocked, or too many calls lately."""

    caller: Caller | None = None
    limited: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """`caller` is whose PIN the digits are, while one is asked for."""

    digits: str
    caller: Caller | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing was pressed or said in the time given for it."""


@dataclass(frozen=True, slots=True)
class Identified:
    """It is known who calls; what he is entitled to is decided next."""

    caller: Caller
    by: str


@dataclass(frozen=True, slots=True)
class CaseMade:
    """The case is written, or joined."""

    case: str


@dataclass(frozen=True, slots=True)
class Held:
    """The waiting caller's telephone asks what is next; `ticket` once the case has one."""

    ahead: int = 0
    """Callers who have waited for longer."""
    rung: int = 0
    """People who were called about his case so far."""
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """A responder pressed his key: first to be connected, then as he enters the conference."""

    person: str


@dataclass(frozen=True, slots=True)
class Owned:
    """Somebody owns the case and is not on the line: he took it by text or on a page."""

    person: str


@dataclass(frozen=True, slots=True)
class ResponderLeft:
    """He is not heard of any more."""


@dataclass(frozen=True, slots=True)
class DialOver:
    """The caller's part in the conference is over; `gone` when he hung up."""

    gone: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """`url` is where those who may can hear it; `id` is the provider's."""

    url: str
    seconds: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller is gone, as far as can be told."""


class Then(StrEnum):
    """What the telephone does after it has spoken."""

    PIN = "pin"
    """Take keys up to the hash."""
    KEY = "key"
    """Take one key."""
    WAIT = "wait"
    """Play hold music for some seconds, then ask again; a key is taken meanwhile."""
    RECORD = "record"
    JOIN = "join"
    """Enter the conference."""
    CASE = "case"
    """Nothing yet: an act of this step is answered with CaseMade."""
    END = "end"


@dataclass(frozen=True, slots=True)
class OpenCase:
    """`kind`: emergency; join (`case`, which exists); message."""

    kind: str
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Tell:
    """A text to the caller's number, where it can be texted."""

    key: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PromiseCallback:
    deadline: datetime


@dataclass(frozen=True, slots=True)
class Comment:
    """The customer's words for the case."""

    text: str


@dataclass(frozen=True, slots=True)
class KeepRecording:
    """A message, for as long as the policy keeps it."""

    id: str
    seconds: int


@dataclass(frozen=True, slots=True)
class CallResponder:
    """Call a person to the line. `leg` counts the calls for it and never resets."""

    person: str
    leg: int


@dataclass(frozen=True, slots=True)
class HangUpResponder:
    """The `leg`-th of these calls is for nothing now: it is not made, or rings no more."""

    leg: int


Act = (
    OpenCase
    | Tell
    | PromiseCallback
    | Comment
    | CallResponder
    | HangUpResponder
    | KeepRecording
    | CallHelper
    | Met
    | Remark
    | NobodyCame
)


@dataclass(frozen=True, slots=True)
class Step:
    call: Call
    prompts: tuple[Prompt, ...]
    then: Then
    acts: tuple[Act, ...] = ()
    following: Identified | None = None
    """Decided at once within the same step."""
