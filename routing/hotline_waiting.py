"""A hotline call once its case is there: waiting, meeting, promises, messages, hanging up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from routing.hotline_call import (
    Act,
    Call,
    CallResponder,
    CaseMade,
    Comment,
    HangUpResponder,
    Held,
    HungUp,
    Joined,
    KeepRecording,
    Keys,
    OpenCase,
    Owned,
    PromiseCallback,
    Recorded,
    Silence,
    State,
    Step,
    Tell,
    Then,
)
from routing.hotline_facts import minutes, moment, place
from routing.hotline_moves import At, case, end, go
from routing.hotline_prompt import Fact, prompt

PROGRESS = timedelta(seconds=30)
"""How often a waiting caller is spoken to."""
RING = timedelta(seconds=75)
"""An owner whose telephone rang this long in vain is called again."""


def connecting(call: Call, event: CaseMade, at: At) -> Step:
    text = Tell("case_text", {"case": event.case})
    return go(
        call, State.CONNECTING, Then.WAIT, prompt("case_number", case=event.case),
        prompt("connecting"), acts=(text,), case=event.case, waiting_since=at.now,
        offer_at=at.now + at.rules.hold, spoken_at=at.now,
    )  # fmt: skip


def held(call: Call, event: Held | Silence, at: At) -> Step:
    """The waiting caller's telephone asks again: bridged, offered something, or spoken to."""
    if call.responder is not None:
        return go(call, State.BRIDGED, Then.WAIT, prompt("connected"), spoken_at=at.now)
    if isinstance(event, Held) and event.ticket and call.ticket is None:
        said = prompt("ticket_number", ticket=event.ticket)
        ticket = event.ticket
        return go(call, State.CONNECTING, Then.WAIT, said, ticket=ticket, spoken_at=at.now)
    if call.offer_at is not None and call.offer_at <= at.now:
        facts = deadline(at)
        offer = prompt("offer", **facts) if call.number else prompt("offer_message")
        return go(call, State.OFFERING_CALLBACK, Then.KEY, offer, offered=True)
    if not unspoken(call, at.now):
        return go(call, State.CONNECTING, Then.WAIT)
    said = prompt("progress", **_progress(call, event, at))
    return go(call, State.CONNECTING, Then.WAIT, said, spoken_at=at.now)


def unspoken(call: Call, now: datetime) -> bool:
    """Whether a waiting caller has heard no word for long enough."""
    return call.spoken_at is None or now - call.spoken_at >= PROGRESS


def _progress(call: Call, event: Held | Silence, at: At) -> Mapping[str, Fact]:
    ahead, rung = (event.ahead, event.rung) if isinstance(event, Held) else (0, 0)
    return {
        "minutes": minutes(at.now - (call.waiting_since or at.now)),
        "place": place(ahead),
        "whom": prompt("first_engineer" if rung <= 1 else "next_engineer"),
    }


def waiting_key(call: Call, event: Keys, at: At) -> Step:
    if event.digits == "1" and call.offered and call.number and call.responder is None:
        return promised(call, at)
    if event.digits == "2" and call.offered and call.responder is None:
        return go(call, State.RECORDING, Then.RECORD, prompt("leave_message"))
    if call.state is State.CONNECTING:
        return held(call, Held(), at)
    return stay(call, Silence(), at)


def stay(call: Call, _: Silence, at: At) -> Step:
    call = replace(call, offer_at=at.now + at.rules.hold, spoken_at=at.now)
    if call.responder is not None:
        return held(call, Held(), at)
    return go(call, State.CONNECTING, Then.WAIT, prompt("stay"))


def promised(call: Call, at: At) -> Step:
    facts: Mapping[str, Fact] = {"case": call.case or "", **deadline(at)}
    acts = (PromiseCallback(at.now + at.rules.callback), Tell("callback_text", facts))
    return end(call, at, "callback", prompt("promised", **facts), acts=acts)


def joined(call: Call, event: Joined, _: At) -> Step:
    return go(call, call.state, Then.WAIT, responder=event.person)


def owned(call: Call, event: Owned, at: At) -> Step:
    """The owner is called to the line, and again where he did not come; another one at once."""
    rings = call.leg_at is not None and at.now - call.leg_at < RING
    if rings and call.leg_to in {None, event.person}:
        return go(call, call.state, Then.WAIT)
    legs = call.legs + 1
    acts: tuple[Act, ...] = (HangUpResponder(call.legs),) if rings else ()
    acts += (CallResponder(event.person, legs),)
    return go(call, call.state, Then.WAIT, acts=acts, legs=legs, leg_at=at.now, leg_to=event.person)


def gone(call: Call, _: HungUp, at: At) -> Step:
    """A caller who confirmed and dropped holds a case, a page and a promise; others are let go."""
    if not call.confirmed:
        return end(call, at, call.outcome or "abandoned")
    if call.case is None:
        likely = next((one.case for one in call.open_cases), None)
        opened = OpenCase("join", likely) if likely else OpenCase("emergency")
        return end(call, at, "abandoned", acts=(opened,))
    return end(call, at, "abandoned", acts=kept(call, call.case, at))


def late_case(call: Call, event: CaseMade, at: At) -> Step:
    call = replace(call, case=event.case)
    return go(call, State.ENDED, Then.END, acts=kept(call, event.case, at))


def kept(call: Call, case: str, at: At) -> tuple[Act, ...]:
    if call.number is None:
        return ()
    facts: Mapping[str, Fact] = {"case": case, **deadline(at)}
    return PromiseCallback(at.now + at.rules.callback), Tell("dropped_text", facts)


def recorded(call: Call, event: Recorded, at: At) -> Step:
    call = replace(call, recording=event.url)
    keep: tuple[Act, ...] = (KeepRecording(event.id, event.seconds),) if event.id else ()
    if call.case is None:
        made = case(call, OpenCase("message"))
        return replace(made, acts=(*made.acts, *keep))
    acts: tuple[Act, ...] = (Comment(f"The caller left a message: {event.url}"), *keep)
    acts += kept(call, call.case, at) if call.confirmed else ()
    return end(call, at, "message", prompt("thanks", case=call.case), acts=acts)


def message_case(call: Call, event: CaseMade, at: At) -> Step:
    call = replace(call, case=event.case)
    text = Tell("message_text", {"case": event.case})
    return end(call, at, "message", prompt("thanks", case=event.case), acts=(text,))


def said_nothing(call: Call, _: Silence, at: At) -> Step:
    if call.confirmed:
        return replace(gone(call, HungUp(), at), prompts=(prompt("goodbye"),))
    outcome = "not_entitled" if call.account and not call.entitled else "unidentified"
    return end(call, at, outcome, prompt("goodbye"))


def nothing(call: Call, _: HungUp, __: At) -> Step:
    return go(call, State.ENDED, Then.END)


def deadline(at: At) -> Mapping[str, Fact]:
    return {
        "minutes": minutes(at.rules.callback),
        "deadline": moment(at.now + at.rules.callback, at.now),
    }
