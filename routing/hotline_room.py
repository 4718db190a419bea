"""Caller and responder in one conference: entering it, leaving it, bringing somebody in.

Theory of operation. The conference ends with the caller and with the responder. `*` leads the
responder out of it, and so ends it: the caller holds until the responder is back, who is told
meanwhile what becomes of it, or goes back at once. That needs no request of ours while they talk.
Whether he pressed `*` or hung up is told by his own line; until then the caller is asked to wait.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from routing.hotline_call import (
    Call,
    DialOver,
    Held,
    HungUp,
    Joined,
    Keys,
    ResponderLeft,
    Silence,
    State,
    Step,
    Then,
)
from routing.hotline_moves import At, end, go
from routing.hotline_prompt import prompt
from routing.hotline_room_events import (
    CallHelper,
    HelperGone,
    HelperJoined,
    Met,
    NobodyCame,
    Remark,
    RoomLeft,
    RoomOver,
    Starred,
)
from routing.hotline_waiting import PROGRESS, gone

MEETING = timedelta(seconds=15)
"""How long the responder's way into the conference is waited for."""
STALE = timedelta(seconds=20)
"""The end of a conference that is told sooner after they met is that of the one before."""


def responder_left(call: Call, _: ResponderLeft, at: At) -> Step:
    """He hung up: after they spoke it is over, before they met the caller waits on."""
    if call.talked:
        return end(call, at, "bridged", prompt("over", case=call.case or ""))
    state = State.CONNECTING if call.state is State.BRIDGED else call.state
    return go(call, state, Then.WAIT, responder=None, ready=False, spoken_at=at.now)


def ready(call: Call, event: Joined, _: At) -> Step:
    return go(call, State.BRIDGED, Then.WAIT, responder=event.person, ready=True, aside=False)


def meeting(call: Call, _: Held | Keys | Silence, at: At) -> Step:
    """The caller enters the conference once the responder is in it."""
    if call.ready:
        return _enter(call, at)
    silence = at.now - call.spoken_at if call.spoken_at else timedelta.max
    if call.aside and silence >= PROGRESS:
        return go(call, State.BRIDGED, Then.WAIT, prompt("colleague"), spoken_at=at.now)
    if call.aside or silence < MEETING:
        return go(call, State.BRIDGED, Then.WAIT)
    if call.talked:
        return end(call, at, "bridged", prompt("over", case=call.case or ""))
    return _wait_on(call, at)


def _enter(call: Call, at: At) -> Step:
    first = (Met(call.responder),) if call.responder and call.met_at is None else ()
    return go(
        call, State.BRIDGED, Then.JOIN, acts=first, met=True, talked=True,
        met_at=call.met_at or at.now, spoken_at=at.now, left_by="", left_at=0,
    )  # fmt: skip


def _wait_on(call: Call, at: At) -> Step:
    said = prompt("stay")
    return go(
        call, State.CONNECTING, Then.WAIT, said, responder=None, ready=False, met=False,
        spoken_at=at.now,
    )  # fmt: skip


def left_room(call: Call, event: DialOver, at: At) -> Step:
    """The caller is back from the conference: gone, or waiting for what the responder does."""
    if event.gone:
        return end(call, at, "bridged")
    said = prompt("colleague" if call.aside else "one_moment")
    still = call.ready and not call.met
    return go(call, State.BRIDGED, Then.WAIT, said, met=False, ready=still, spoken_at=at.now)


def room_left(call: Call, event: RoomLeft, _: At) -> Step:
    """Who went out by himself is who went first, in whatever order it is told."""
    if call.left_by and call.left_at <= event.number:
        return go(call, State.BRIDGED, Then.WAIT)
    return go(call, State.BRIDGED, Then.WAIT, left_by=event.who, left_at=event.number)


def room_over(call: Call, _: RoomOver, at: At) -> Step:
    """Nothing may be heard of either line any more: then the silence ends the call."""
    if not call.met or (call.spoken_at is not None and at.now - call.spoken_at < STALE):
        return go(call, State.BRIDGED, Then.WAIT)
    return go(call, State.BRIDGED, Then.WAIT, met=False, ready=False, spoken_at=at.now)


def hung_up(call: Call, event: HungUp, at: At) -> Step:
    return end(call, at, "bridged") if call.talked else gone(call, event, at)


def farewell(call: Call, _: DialOver | Held | Silence | Keys, __: At) -> Step:
    """The call is over and the caller is on the line still."""
    said = prompt("over", case=call.case) if call.case and call.talked else prompt("goodbye")
    return go(call, State.ENDED, Then.END, said)


def starred(call: Call, event: Starred, at: At) -> Step:
    """The responder wants somebody brought in; pressed again while one rings, he is only told.

    Who is aside has pressed it already: then it is Twilio that asks again.
    """
    if call.aside:
        return go(call, State.BRIDGED, Then.WAIT)
    aside = replace(call, aside=True, met=False, ready=False, talked=True, spoken_at=None)
    if call.helper is not None:
        return go(aside, State.BRIDGED, Then.WAIT)
    people = (p for p in event.people if p != call.responder and p not in call.helpers)
    return _ask(aside, tuple(dict.fromkeys(people)), at)


def _ask(call: Call, people: tuple[str, ...], at: At) -> Step:
    if not people:
        acts = (NobodyCame(call.responder or ""),)
        return go(call, State.BRIDGED, Then.WAIT, acts=acts, helper=None, others=(), help="nobody")
    leg = call.help_legs + 1
    return go(
        call, State.BRIDGED, Then.WAIT, acts=(CallHelper(people[0], leg),), helper=people[0],
        others=people[1:], help_legs=leg, helper_at=at.now, help="ringing",
    )  # fmt: skip


def helper_joined(call: Call, event: HelperJoined, _: At) -> Step:
    if event.person in call.helpers:
        return go(call, State.BRIDGED, Then.WAIT)
    return go(
        call, State.BRIDGED, Then.WAIT, acts=(Remark("joined", event.person),), helper=None,
        others=(), helpers=(*call.helpers, event.person), help="taken",
    )  # fmt: skip


def helper_gone(call: Call, event: HelperGone, at: At) -> Step:
    """The next is called; told of an older call, nothing changes."""
    if call.helper is None or event.leg != call.help_legs:
        return go(call, State.BRIDGED, Then.WAIT)
    remark = Remark("helper_missed", call.helper, event.why)
    made = _ask(call, call.others, at)
    return replace(made, acts=(remark, *made.acts))
