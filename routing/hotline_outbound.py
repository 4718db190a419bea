"""An engineer calls a customer from a case: his own telephone first, then the contact's.

Theory of operation. His key is what lets the contact be rung, so no mailbox of his ever calls a
customer. Both then meet in one conference, which keeps a call that the contact was promised. Each
leg ends with the provider's word for it, and every such end has its sentence: for the timeline, and
for the engineer while he is on the line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from routing.case import Ticket
from routing.event import Refusal
from routing.people import Account, Contact

RING = timedelta(seconds=90)
"""A telephone of which nothing is heard for so long was not reached."""
TALK = timedelta(hours=4)
"""The longest call Twilio bridges by itself."""


class BridgeState(StrEnum):
    CALLING_RESPONDER = "calling_responder"
    CALLING_CONTACT = "calling_contact"
    BRIDGED = "bridged"
    ENDED = "ended"


B = BridgeState


@dataclass(frozen=True, slots=True)
class Bridge:
    """All instants are UTC. `room` is the conference nobody can guess."""

    id: str
    case: str
    person: str
    name: str
    """The engineer's name, for the sentences."""
    contact: str
    number: str
    """The contact's, E.164."""
    room: str
    asked_at: datetime
    state: BridgeState = B.CALLING_RESPONDER
    since: datetime | None = None
    """When the present state began."""
    met_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    """A key of `SAID`."""
    language: str = ""
    """What the contact is spoken to in."""


SAID: Mapping[str, str] = {
    "responder_busy": "{name}'s own telephone was busy, so {contact} was not called.",
    "responder_no_answer": "{name}'s own telephone was not answered, so {contact} was not called.",
    "responder_failed": "{name}'s own telephone could not be called, so {contact} was not.",
    "no_key": "{name}'s own telephone was answered and no key pressed: {contact} was not called.",
    "responder_left": "{name} hung up before {contact} answered; nobody spoke with them.",
    "contact_busy": "The telephone of {contact} was busy.",
    "contact_no_answer": "{contact} did not answer.",
    "contact_failed": "The telephone of {contact} could not be called.",
    "contact_not_met": (
        "The telephone of {contact} was answered, but nobody there could be connected."
    ),
    "spoken": "{contact}'s telephone was answered, and the call with {name} is over.",
}
"""Outcome to its sentence. A mailbox that answered has answered: only {name} heard which it was."""
ENDS: Mapping[str, str] = {
    "busy": "busy", "no-answer": "no_answer", "failed": "failed", "canceled": "failed",
    "dead": "failed", "cancelled": "failed",
}  # fmt: skip
"""The provider's words for the end of a call that was not answered, and ours for an unsent one."""
COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class ResponderTook:
    """He pressed his key."""


@dataclass(frozen=True, slots=True)
class ContactTook:
    """The contact's telephone was answered; by his key, where he was promised a call."""


@dataclass(frozen=True, slots=True)
class LegOver:
    """`leg` is responder or contact, `how` the provider's word: completed, busy, no-answer..."""

    leg: str
    how: str


@dataclass(frozen=True, slots=True)
class Looked:
    """Time has come to look whether anything is heard of it."""


@dataclass(frozen=True, slots=True)
class CallContact:
    """Ring the contact, showing the hotline's number."""


@dataclass(frozen=True, slots=True)
class HangUpContact:
    """Nobody is left to be connected with."""


@dataclass(frozen=True, slots=True)
class KeepPromise:
    """They are connected: a call that was promised to this number for the case is kept."""


@dataclass(frozen=True, slots=True)
class Tell:
    """A line for the case."""

    text: str


Act = CallContact | HangUpContact | KeepPromise | Tell


@dataclass(frozen=True, slots=True)
class Turn:
    bridge: Bridge
    acts: tuple[Act, ...] = ()


def step(bridge: Bridge, event: Any, now: datetime) -> Turn:  # noqa: ANN401 - any event of the table
    """The next state and what follows. What comes late, or twice, changes nothing."""
    cell = TABLE[bridge.state].get(type(event))
    if cell is None:
        return Turn(bridge)
    handler, targets = cell
    turn = handler(bridge, event, now)
    if turn.bridge.state not in targets:
        raise AssertionError(f"{bridge.state} does not lead to {turn.bridge.state}")
    return turn


def sentence(bridge: Bridge) -> str:
    """What is true of it now."""
    if bridge.outcome is not None:
        return SAID[bridge.outcome].format(name=bridge.name, contact=bridge.contact)
    match bridge.state:
        case B.CALLING_RESPONDER:
            return f"Calling {bridge.name} first. {bridge.contact} is called when 1 is pressed."
        case B.CALLING_CONTACT:
            return f"{bridge.name} is on the line. Calling {bridge.contact}."
        case _:
            return f"{bridge.name} speaks with {bridge.contact}."


def _end(bridge: Bridge, outcome: str, now: datetime, *acts: Act) -> Turn:
    ended = replace(bridge, state=B.ENDED, outcome=outcome, ended_at=now, since=now)
    return Turn(ended, (*acts, Tell(sentence(ended))))


def _took(bridge: Bridge, _: ResponderTook, now: datetime) -> Turn:
    return Turn(replace(bridge, state=B.CALLING_CONTACT, since=now), (CallContact(),))


def _answered(bridge: Bridge, _: ContactTook, now: datetime) -> Turn:
    met = replace(bridge, state=B.BRIDGED, met_at=now, since=now)
    told = Tell(f"{bridge.name} called {bridge.contact}, who answered.")
    return Turn(met, (told, KeepPromise()))


def _responder_over(bridge: Bridge, event: LegOver, now: datetime) -> Turn:
    if event.leg != "responder":
        return Turn(bridge)
    how = ENDS.get(event.how)
    return _end(bridge, f"responder_{how}" if how else "no_key", now)


def _either_over(bridge: Bridge, event: LegOver, now: datetime) -> Turn:
    if event.leg == "responder":
        return _end(bridge, "responder_left", now, HangUpContact())
    return _end(bridge, f"contact_{ENDS.get(event.how, 'not_met')}", now)


def _spoken(bridge: Bridge, _: LegOver, now: datetime) -> Turn:
    return _end(bridge, "spoken", now)


def _looked(bridge: Bridge, _: Looked, now: datetime) -> Turn:
    silent = now - (bridge.since or bridge.asked_at)
    if bridge.state is B.BRIDGED:
        return _end(bridge, "spoken", now) if silent >= TALK else Turn(bridge)
    if silent < RING:
        return Turn(bridge)
    if bridge.state is B.CALLING_RESPONDER:
        return _end(bridge, "responder_no_answer", now)
    return _end(bridge, "contact_no_answer", now, HangUpContact())


Handler = Callable[[Bridge, Any, datetime], Turn]
TABLE: Mapping[BridgeState, Mapping[type, tuple[Handler, frozenset[BridgeState]]]] = {
    B.CALLING_RESPONDER: {
        ResponderTook: (_took, frozenset({B.CALLING_CONTACT})),
        LegOver: (_responder_over, frozenset({B.CALLING_RESPONDER, B.ENDED})),
        Looked: (_looked, frozenset({B.CALLING_RESPONDER, B.ENDED})),
    },
    B.CALLING_CONTACT: {
        ContactTook: (_answered, frozenset({B.BRIDGED})),
        LegOver: (_either_over, frozenset({B.ENDED})),
        Looked: (_looked, frozenset({B.CALLING_CONTACT, B.ENDED})),
    },
    B.BRIDGED: {
        LegOver: (_spoken, frozenset({B.ENDED})),
        Looked: (_looked, frozenset({B.BRIDGED, B.ENDED})),
    },
    B.ENDED: {},
}


def contact_of(account: Account | None, ticket: Ticket, index: int | None) -> Contact:
    """Whom to call: by his place in the account's contacts, else the ticket's requester.

    Nobody is dialled who is not a contact of the case's account. Raises Refusal, naming the choice.
    """
    contacts = account.contacts if account else ()
    reachable = {place: c for place, c in enumerate(contacts) if c.phone}
    if index is not None:
        if index not in reachable:
            raise Refusal(f"There is no contact {index} with a telephone. {_choice(reachable)}")
        return reachable[index]
    everybody = list(reachable.values())
    asked = [contact for contact in everybody if _is_requester(contact, ticket)]
    found = asked[:1] or everybody
    if len(found) == 1:
        return found[0]
    raise Refusal(f"Whom to call is not clear, so nobody was called. {_choice(reachable)}")


def _is_requester(contact: Contact, ticket: Ticket) -> bool:
    email = (contact.email or "").casefold()
    same = bool(email) and email == (ticket.requester_email or "").casefold()
    return same or contact.phone == ticket.requester_phone


def _choice(reachable: Mapping[int, Contact]) -> str:
    names = [f"{place} {contact.name}" for place, contact in reachable.items()]
    return f"Give one of: {', '.join(names)}." if names else "No contact of it has a telephone."
