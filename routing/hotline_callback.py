"""A promised call back: the engineer who took the case is called first, then the customer.

Theory of operation. Every wait is an absolute instant (`wake_at`), so a restart forgets nothing.
The case pages on by itself; once somebody owns it he is called (or stays on the line he took it
on), and only when he presses his key is the customer dialled, who presses one too: mailboxes never
count. A customer who does not answer is told by text and tried again. A deadline that passes before
anybody tried is said loudly, once, and the promise stays. Whichever call brings the customer and an
engineer together keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from routing.hotline_call import CallResponder, HangUpResponder

RING = timedelta(seconds=75)
"""A responder's telephone that rang this long in vain is tried again."""
TALK = timedelta(hours=4)
"""The longest call Twilio bridges by itself."""
DIALLING = timedelta(minutes=2)
AGAIN = timedelta(minutes=5)
"""Between two tries to reach a customer."""
MOST_MISSES = 3


class CallbackState(StrEnum):
    PROMISED = "promised"
    CALLING_RESPONDER = "calling_responder"
    CALLING_CUSTOMER = "calling_customer"
    BRIDGED = "bridged"
    MISSED = "missed"
    DONE = "done"


C = CallbackState


@dataclass(frozen=True, slots=True)
class Callback:
    """`id` is that of the call it was promised in. All instants are UTC."""

    id: str
    case: str
    number: str
    promised_at: datetime
    deadline: datetime
    wake_at: datetime | None
    state: CallbackState = C.PROMISED
    account: str | None = None
    account_name: str = ""
    plan: str = ""
    language: str = ""
    """What the customer is spoken to in."""
    person: str | None = None
    line: str = ""
    """The telephone call on which he pressed his key (CallSid)."""
    legs: int = 0
    """Times a responder was called for it; part of the key of each call."""
    misses: int = 0
    broken_at: datetime | None = None
    reached_at: datetime | None = None
    outcome: str | None = None
    """kept, late, unreachable or withdrawn."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Time has come, or the case changed: who owns it now, and whether it is still open."""

    owner: str | None
    live: bool


@dataclass(frozen=True, slots=True)
class ResponderReady:
    """He pressed his key; his line waits for the customer. Told twice by one line, it is once."""

    person: str
    line: str = ""


@dataclass(frozen=True, slots=True)
class CustomerReady:
    """The customer pressed his key."""


@dataclass(frozen=True, slots=True)
class CallOver:
    """The responder's line is back from the customer's: they spoke, or nobody answered."""


@dataclass(frozen=True, slots=True)
class SpokeElsewhere:
    """The customer was connected with an engineer by another call: his own, or one from the case.

    `person` is the engineer.
    """

    person: str


@dataclass(frozen=True, slots=True)
class Inform:
    """A text to the customer."""

    key: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """The promise is broken: the case's people and the duty manager are to hear of it."""


Act = CallResponder | HangUpResponder | Inform | Alarm


class TooLate(Exception):
    """The promise is in a state that takes no such event. The text can be spoken."""


@dataclass(frozen=True, slots=True)
class Turn:
    callback: Callback
    acts: tuple[Act, ...] = ()
    reason: str = ""


def too_late(callback: Callback) -> TooLate:
    return TooLate(f"The call back for {callback.case} is {callback.state} already.")


def step(callback: Callback, event: Any, now: datetime) -> Turn:  # noqa: ANN401 - any class of the table
    """The next state and what follows. Raises TooLate."""
    cell = TABLE[callback.state].get(type(event))
    if cell is None:
        raise too_late(callback)
    handler, targets = cell
    turn = handler(callback, event, now)
    if turn.callback.state not in targets:
        raise AssertionError(f"{callback.state} does not lead to {turn.callback.state}")
    return turn


def _looked(callback: Callback, event: Looked, now: datetime) -> Turn:
    if not event.live:
        gone = replace(callback, state=C.DONE, outcome="withdrawn", wake_at=None)
        return Turn(gone, _ringing(callback), "the case is over, so nobody is called back")
    callback, acts = _broken(callback, now)
    due = callback.wake_at is None or callback.wake_at <= now or callback.state is C.PROMISED
    if callback.state is C.CALLING_RESPONDER and event.owner != callback.person:
        due, acts = True, (*acts, *_ringing(callback))
    if event.owner is None:
        return Turn(_rest(replace(callback, person=None), now), acts)
    if not due:
        return Turn(callback, acts)
    legs = callback.legs + 1
    calling = replace(
        callback, state=C.CALLING_RESPONDER, person=event.owner, legs=legs, wake_at=now + RING
    )
    return Turn(calling, (*acts, CallResponder(event.owner, legs)), "the owner is called first")


def _ringing(callback: Callback) -> tuple[Act, ...]:
    """A telephone that rings for it, or is about to, is for nothing."""
    return (HangUpResponder(callback.legs),) if callback.state is C.CALLING_RESPONDER else ()


def _broken(callback: Callback, now: datetime) -> tuple[Callback, tuple[Act, ...]]:
    if now < callback.deadline or callback.broken_at or callback.misses:
        return callback, ()
    return replace(callback, broken_at=now), (Alarm(),)


def _rest(callback: Callback, now: datetime) -> Callback:
    """Nobody has it: the case pages on, and the next thing that happens here is the deadline."""
    later = callback.deadline if callback.deadline > now else None
    return replace(callback, state=C.PROMISED, wake_at=later)


def _dialling(callback: Callback, event: ResponderReady, now: datetime) -> Turn:
    calling = replace(
        callback, state=C.CALLING_CUSTOMER, person=event.person, line=event.line,
        wake_at=now + DIALLING,
    )  # fmt: skip
    return Turn(calling, reason="the engineer is on the line; the customer is dialled")


def _dialled(callback: Callback, event: ResponderReady, _: datetime) -> Turn:
    """The same line asks again, since our answer was lost; another one comes too late."""
    if not event.line or event.line != callback.line:
        raise too_late(callback)
    return Turn(callback)


def _same(callback: Callback, _: CustomerReady, __: datetime) -> Turn:
    return Turn(callback)


def _bridged(callback: Callback, _: CustomerReady, now: datetime) -> Turn:
    bridged = replace(callback, state=C.BRIDGED, reached_at=now, wake_at=now + TALK)
    return Turn(bridged, reason="the customer took the call")


def _over(callback: Callback, _: CallOver | Looked, __: datetime) -> Turn:
    late = callback.reached_at is not None and callback.reached_at > callback.deadline
    outcome = "late" if late else "kept"
    done = replace(callback, state=C.DONE, outcome=outcome, wake_at=None)
    return Turn(done, reason=f"they have spoken; the promise was {outcome}")


def _elsewhere(callback: Callback, event: SpokeElsewhere, now: datetime) -> Turn:
    """Nobody is called for it any more; a telephone that rings for it is hung up."""
    reached = replace(callback, person=event.person, reached_at=now)
    return replace(_over(reached, CallOver(), now), acts=_ringing(callback))


def _together(callback: Callback, _: SpokeElsewhere, __: datetime) -> Turn:
    return Turn(callback)


def _missed(callback: Callback, _: CallOver | Looked, now: datetime) -> Turn:
    misses = callback.misses + 1
    if misses >= MOST_MISSES:
        done = replace(callback, state=C.DONE, misses=misses, outcome="unreachable", wake_at=None)
        return Turn(done, (Inform("given_up_text"),), "the customer could not be reached")
    missed = replace(callback, state=C.MISSED, misses=misses, wake_at=now + AGAIN)
    return Turn(missed, (Inform("missed_text"),), "the customer did not answer; tried again later")


def _late(callback: Callback, event: Looked, now: datetime) -> Turn:
    """Nothing was heard of the customer's line for too long."""
    if callback.wake_at is not None and callback.wake_at > now:
        return Turn(callback)
    return _missed(callback, event, now)


def _talking(callback: Callback, event: Looked, now: datetime) -> Turn:
    if callback.wake_at is not None and callback.wake_at > now:
        return Turn(callback)
    return _over(callback, event, now)


Handler = Callable[[Callback, Any, datetime], Turn]
_OPEN = frozenset({C.PROMISED, C.CALLING_RESPONDER, C.MISSED, C.DONE})
_WAITING: Mapping[type, tuple[Handler, frozenset[CallbackState]]] = {
    Looked: (_looked, _OPEN),
    ResponderReady: (_dialling, frozenset({C.CALLING_CUSTOMER})),
    SpokeElsewhere: (_elsewhere, frozenset({C.DONE})),
}
TABLE: Mapping[CallbackState, Mapping[type, tuple[Handler, frozenset[CallbackState]]]] = {
    C.PROMISED: _WAITING,
    C.CALLING_RESPONDER: _WAITING,
    C.CALLING_CUSTOMER: {
        ResponderReady: (_dialled, frozenset({C.CALLING_CUSTOMER})),
        CustomerReady: (_bridged, frozenset({C.BRIDGED})),
        CallOver: (_missed, frozenset({C.MISSED, C.DONE})),
        SpokeElsewhere: (_elsewhere, frozenset({C.DONE})),
        Looked: (_late, frozenset({C.CALLING_CUSTOMER, C.MISSED, C.DONE})),
    },
    C.BRIDGED: {
        CustomerReady: (_same, frozenset({C.BRIDGED})),
        CallOver: (_over, frozenset({C.DONE})),
        SpokeElsewhere: (_together, frozenset({C.BRIDGED})),
        Looked: (_talking, frozenset({C.BRIDGED, C.DONE})),
    },
    C.MISSED: _WAITING,
    C.DONE: {},
}
