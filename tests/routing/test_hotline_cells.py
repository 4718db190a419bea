"""Every cell of the hotline's table: the state, what is said, what is done, and what is kept.

A cell without a row is noticed, and so is a pair that the table refuses and a row has.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from routing.hotline import TABLE, step
from routing.hotline_call import (
    Call,
    CaseMade,
    DialOver,
    Held,
    HungUp,
    Identified,
    Illegal,
    Joined,
    Keys,
    Owned,
    Rang,
    Recorded,
    ResponderLeft,
    Silence,
    State,
    Then,
)
from routing.hotline_room_events import (
    HelperGone,
    HelperJoined,
    RoomLeft,
    RoomOver,
    Starred,
)
from tests.routing.test_hotline import ADA, NOW, POOR, Talk, with_cases

S, T = State, Then
LATER = timedelta(minutes=4)
WAITS = (Rang(ADA), Keys("1"), CaseMade("ACME-7"))
MEETS = (*WAITS, Joined("carl"), Held())
READY = (*MEETS, Joined("carl"))
TALKS = (*READY, Held())
HELPED = (*TALKS, Starred(("erik", "grace")))
OFFERED = (*WAITS, LATER, Held())
TAPE = Recorded("https://r/1", 9, "RE1")
PROMISE = ("PromiseCallback", "Tell")

Row = tuple[tuple[Any, ...], Any, State, Then, str, tuple[str, ...], dict[str, Any]]
ROWS: list[Row] = [
    ((), Rang(), S.IDENTIFYING, T.PIN, "greeting ask_pin", (), {"limited": False}),
    ((), Rang(limited=True), S.IDENTIFYING, T.PIN, "greeting ask_pin", (), {"limited": True}),
    ((), Rang(ADA), S.CONFIRMING, T.KEY, "greeting confirm", (), {"account": "acme"}),
    ((), Rang(POOR), S.RECORDING, T.RECORD, "greeting not_entitled leave_message", ("Tell",),
     {"account": "borealis", "entitled": False}),
    ((), HungUp(), S.ENDED, T.END, "", (), {"outcome": "abandoned"}),
    ((Rang(),), Keys("1"), S.IDENTIFYING, T.PIN, "wrong_pin ask_pin", (), {"tries": 1}),
    ((Rang(),), Keys("1", ADA), S.CONFIRMING, T.KEY, "confirm", (), {"known_by": "pin"}),
    ((Rang(),), Keys("1", POOR), S.RECORDING, T.RECORD, "not_entitled leave_message", ("Tell",),
     {"known_by": "pin"}),
    ((Rang(),), Silence(), S.IDENTIFYING, T.PIN, "no_pin ask_pin", (), {"tries": 1}),
    ((Rang(), Silence(), Silence()), Silence(), S.RECORDING, T.RECORD,
     "unidentified leave_message", (), {"account": None}),
    ((Rang(limited=True),), Silence(), S.ENDED, T.END, "unidentified reach", (),
     {"outcome": "unidentified", "ended_at": NOW}),
    ((Rang(),), HungUp(), S.ENDED, T.END, "", (), {"outcome": "abandoned"}),
    ((Rang(ADA),), Keys("1"), S.CONFIRMING, T.CASE, "", ("OpenCase",), {"confirmed": True}),
    ((Rang(ADA),), Keys("2"), S.ENDED, T.END, "portal", ("Tell",), {"outcome": "portal"}),
    ((Rang(ADA),), Keys("*"), S.ENDED, T.END, "portal", ("Tell",), {"outcome": "portal"}),
    ((Rang(with_cases("A-1")),), Keys("1"), S.CONFIRMING, T.KEY, "about_case", (),
     {"confirmed": True}),
    ((Rang(with_cases("A-1")), Keys("1")), Silence(), S.CONFIRMING, T.CASE, "", ("OpenCase",), {}),
    ((Rang(with_cases("A-1")), Keys("1")), HungUp(), S.ENDED, T.END, "", ("OpenCase",),
     {"outcome": "abandoned"}),
    ((Rang(ADA),), Silence(), S.CONFIRMING, T.KEY, "confirm", (), {"silences": 1}),
    ((Rang(ADA), Silence(), Silence()), Silence(), S.RECORDING, T.RECORD, "no_keys leave_message",
     (), {"confirmed": False}),
    ((Rang(ADA), Keys("1")), CaseMade("ACME-7"), S.CONNECTING, T.WAIT, "case_number connecting",
     ("Tell",), {"case": "ACME-7", "waiting_since": NOW, "offer_at": NOW + LATER}),
    ((Rang(ADA),), HungUp(), S.ENDED, T.END, "", (), {"outcome": "abandoned"}),
    (WAITS, Held(), S.CONNECTING, T.WAIT, "", (), {}),
    (WAITS, Held(ticket="11"), S.CONNECTING, T.WAIT, "ticket_number", (), {"ticket": "11"}),
    ((*WAITS, LATER), Held(), S.OFFERING_CALLBACK, T.KEY, "offer", (), {"offered": True}),
    (WAITS, Silence(), S.CONNECTING, T.WAIT, "", (), {}),
    ((*WAITS, LATER), Silence(), S.OFFERING_CALLBACK, T.KEY, "offer", (), {"offered": True}),
    (WAITS, Keys("1"), S.CONNECTING, T.WAIT, "", (), {"outcome": None}),
    (WAITS, Keys("2"), S.CONNECTING, T.WAIT, "", (), {"outcome": None}),
    ((*WAITS, Joined("carl")), Keys("9"), S.BRIDGED, T.WAIT, "connected", (), {}),
    ((*WAITS, Joined("carl")), Silence(), S.BRIDGED, T.WAIT, "connected", (), {}),
    (WAITS, Joined("carl"), S.CONNECTING, T.WAIT, "", (), {"responder": "carl", "ready": False}),
    ((*WAITS, Joined("carl")), ResponderLeft(), S.CONNECTING, T.WAIT, "", (),
     {"responder": None}),
    (WAITS, Owned("carl"), S.CONNECTING, T.WAIT, "", ("CallResponder",), {"legs": 1}),
    (WAITS, HungUp(), S.ENDED, T.END, "", PROMISE, {"outcome": "abandoned", "ended_at": NOW}),
    (OFFERED, Keys("1"), S.ENDED, T.END, "promised", PROMISE, {"outcome": "callback"}),
    (OFFERED, Keys("2"), S.RECORDING, T.RECORD, "leave_message", (), {}),
    (OFFERED, Keys("5"), S.CONNECTING, T.WAIT, "stay", (), {"offer_at": NOW + 2 * LATER}),
    ((*OFFERED, Joined("carl")), Keys("1"), S.BRIDGED, T.WAIT, "connected", (), {}),
    ((*OFFERED, Silence()), Keys("1"), S.ENDED, T.END, "promised", PROMISE, {}),
    ((*OFFERED, Silence()), Keys("2"), S.RECORDING, T.RECORD, "leave_message", (), {}),
    (OFFERED, Silence(), S.CONNECTING, T.WAIT, "stay", (), {"offer_at": NOW + 2 * LATER}),
    ((*OFFERED, Joined("carl")), Silence(), S.BRIDGED, T.WAIT, "connected", (), {}),
    (OFFERED, Joined("carl"), S.OFFERING_CALLBACK, T.WAIT, "", (), {"responder": "carl"}),
    ((*OFFERED, Joined("carl")), ResponderLeft(), S.OFFERING_CALLBACK, T.WAIT, "", (),
     {"responder": None}),
    (OFFERED, Owned("carl"), S.OFFERING_CALLBACK, T.WAIT, "", ("CallResponder",), {"legs": 1}),
    (OFFERED, HungUp(), S.ENDED, T.END, "", PROMISE, {"outcome": "abandoned"}),
    (MEETS, Joined("carl"), S.BRIDGED, T.WAIT, "", (), {"ready": True}),
    (MEETS, Held(), S.BRIDGED, T.WAIT, "", (), {"met": False}),
    (MEETS, Silence(), S.BRIDGED, T.WAIT, "", (), {"met": False}),
    (MEETS, Keys("1"), S.BRIDGED, T.WAIT, "", (), {"met": False, "outcome": None}),
    (READY, Held(), S.BRIDGED, T.JOIN, "", ("Met",), {"met": True, "met_at": NOW}),
    (READY, Silence(), S.BRIDGED, T.JOIN, "", ("Met",), {"met": True, "talked": True}),
    (READY, Keys("1"), S.BRIDGED, T.JOIN, "", ("Met",), {"met": True}),
    ((*MEETS, timedelta(seconds=15)), Held(), S.CONNECTING, T.WAIT, "stay", (),
     {"responder": None}),
    (MEETS, ResponderLeft(), S.CONNECTING, T.WAIT, "", (), {"responder": None}),
    (TALKS, ResponderLeft(), S.ENDED, T.END, "over", (), {"outcome": "bridged"}),
    (TALKS, Starred(("erik",)), S.BRIDGED, T.WAIT, "", ("CallHelper",),
     {"aside": True, "helper": "erik", "help": "ringing", "met": False}),
    (TALKS, Starred(), S.BRIDGED, T.WAIT, "", ("NobodyCame",), {"help": "nobody"}),
    (HELPED, HelperJoined("erik"), S.BRIDGED, T.WAIT, "", ("Remark",),
     {"helpers": ("erik",), "help": "taken", "helper": None}),
    (HELPED, HelperGone(1, "was busy"), S.BRIDGED, T.WAIT, "", ("Remark", "CallHelper"),
     {"helper": "grace", "help_legs": 2}),
    (TALKS, HelperGone(1, "was busy"), S.BRIDGED, T.WAIT, "", (), {"helper": None}),
    (TALKS, RoomLeft("customer", 4), S.BRIDGED, T.WAIT, "", (), {"left_by": "customer"}),
    (TALKS, RoomOver(), S.BRIDGED, T.WAIT, "", (), {"met": True}),
    ((*TALKS, LATER), RoomOver(), S.BRIDGED, T.WAIT, "", (), {"met": False, "ready": False}),
    (TALKS, DialOver(gone=True), S.ENDED, T.END, "", (), {"outcome": "bridged"}),
    (TALKS, DialOver(gone=False), S.BRIDGED, T.WAIT, "one_moment", (), {"met": False}),
    (HELPED, DialOver(gone=False), S.BRIDGED, T.WAIT, "colleague", (), {"ready": False}),
    (TALKS, HungUp(), S.ENDED, T.END, "", (), {"outcome": "bridged"}),
    (READY, HungUp(), S.ENDED, T.END, "", PROMISE, {"outcome": "abandoned"}),
    ((Rang(POOR),), TAPE, S.RECORDING, T.CASE, "", ("OpenCase", "KeepRecording"),
     {"recording": TAPE.url}),
    ((Rang(POOR), TAPE), CaseMade("B-1"), S.ENDED, T.END, "thanks", ("Tell",),
     {"case": "B-1", "outcome": "message"}),
    ((Rang(POOR),), Silence(), S.ENDED, T.END, "goodbye", (), {"outcome": "not_entitled"}),
    ((Rang(POOR),), HungUp(), S.ENDED, T.END, "", (), {"outcome": "abandoned"}),
    ((*OFFERED, Keys("2")), TAPE, S.ENDED, T.END, "thanks",
     ("Comment", "KeepRecording", *PROMISE), {"outcome": "message"}),
    ((*OFFERED, Keys("2")), Silence(), S.ENDED, T.END, "goodbye", PROMISE,
     {"outcome": "abandoned"}),
    ((*OFFERED, Keys("2")), HungUp(), S.ENDED, T.END, "", PROMISE, {"outcome": "abandoned"}),
    ((Rang(ADA), Keys("1"), HungUp()), CaseMade("ACME-7"), S.ENDED, T.END, "", PROMISE,
     {"case": "ACME-7", "outcome": "abandoned"}),
    ((*WAITS, HungUp()), HungUp(), S.ENDED, T.END, "", (), {"outcome": "abandoned"}),
    ((*WAITS, HungUp()), Held(), S.ENDED, T.END, "goodbye", (), {}),
    ((*WAITS, HungUp()), Silence(), S.ENDED, T.END, "goodbye", (), {}),
    ((*WAITS, HungUp()), Keys("1"), S.ENDED, T.END, "goodbye", (), {}),
    ((*TALKS, ResponderLeft()), DialOver(gone=False), S.ENDED, T.END, "over", (), {}),
    ((*TALKS, ResponderLeft()), Held(), S.ENDED, T.END, "over", (), {}),
]  # fmt: skip
"""What happened (a span: time passes), the event, and all that follows from it."""


def after(events: tuple[Any, ...]) -> Talk:
    talk = Talk()
    for event in events:
        if isinstance(event, timedelta):
            talk.now += event
        else:
            talk.on(event)
    return talk


@pytest.mark.parametrize(
    "row", ROWS, ids=lambda row: f"{len(row[0])}-{type(row[1]).__name__}-{row[2]}"
)
def test_what_follows_from_each_event_in_each_state(row: Row) -> None:
    events, event, state, then, said, acts, kept = row
    talk = after(events)
    before = talk.call
    made = talk.on(event)
    assert (made.call.state, made.then) == (state, then)
    assert " ".join(talk.said) == said
    assert tuple(type(act).__name__ for act in made.acts) == acts
    assert {name: getattr(made.call, name) for name in kept} == kept
    assert (made.call.id, made.call.room, made.call.turn) == (before.id, before.room, before.turn)


@pytest.mark.parametrize("who", [ADA, POOR])
def test_who_is_identified_is_entitled_or_not_in_the_same_breath(who: Any) -> None:
    call = replace(Call("CA1", None, "room", NOW), state=S.ENTITLING)
    made = step(call, Identified(who, "pin"), Talk().rules, NOW)
    assert made.call.state is (S.CONFIRMING if who.entitled else S.RECORDING)
    assert (made.call.account, made.call.known_by) == (who.account, "pin")


def test_no_cell_of_the_table_is_without_a_row() -> None:
    rows = {(after(events).call.state, type(event)) for events, event, *_ in ROWS}
    cells = {(state, event) for state, events in TABLE.items() for event in events}
    assert cells - rows == {(S.ENTITLING, Identified)}, "above"


EVENTS = (
    Rang(), Keys("1"), Silence(), Identified(ADA, "pin"), CaseMade("ACME-7"), Held(),
    Joined("carl"), Owned("carl"), ResponderLeft(), DialOver(gone=True), TAPE, HungUp(),
    Starred(), HelperJoined("erik"), HelperGone(1, "was busy"), RoomLeft("customer", 1), RoomOver(),
)  # fmt: skip
WAYS = {
    S.GREETING: (), S.IDENTIFYING: (Rang(),), S.CONFIRMING: (Rang(ADA),), S.CONNECTING: WAITS,
    S.OFFERING_CALLBACK: OFFERED, S.BRIDGED: TALKS, S.RECORDING: (Rang(POOR),),
    S.ENDED: (*WAITS, HungUp()),
}  # fmt: skip
TAKEN = {
    S.GREETING: "Rang HungUp",
    S.IDENTIFYING: "Keys Silence HungUp",
    S.CONFIRMING: "Keys Silence CaseMade HungUp",
    S.CONNECTING: "Held Silence Keys Joined Owned ResponderLeft HungUp",
    S.OFFERING_CALLBACK: "Keys Silence Joined Owned ResponderLeft HungUp",
    S.BRIDGED: "Joined Held Silence Keys ResponderLeft Starred HelperJoined HelperGone RoomLeft "
    "RoomOver DialOver HungUp",
    S.RECORDING: "Recorded CaseMade Silence HungUp",
    S.ENDED: "CaseMade HungUp DialOver Held Silence Keys",
}


@pytest.mark.parametrize("state", WAYS)
def test_what_a_state_does_not_take_changes_nothing(state: State) -> None:
    talk = after(WAYS[state])
    assert talk.call.state is state
    taken = set()
    for event in EVENTS:
        with suppress(Illegal):
            step(talk.call, event, talk.rules, talk.now)
            taken.add(type(event).__name__)
    assert taken == set(TAKEN[state].split())


TOLD = [
    (WAITS, HungUp()),
    (OFFERED, HungUp()),
    (TALKS, HungUp()),
    ((*OFFERED, Keys("2")), HungUp()),
    ((Rang(ADA), Keys("1")), HungUp()),
    (WAITS, Joined("carl")),
    (WAITS, Owned("carl")),
    (OFFERED, Owned("carl")),
    (WAITS, ResponderLeft()),
    (MEETS, ResponderLeft()),
    (READY, Joined("carl")),
    (TALKS, RoomLeft("customer", 4)),
    ((*TALKS, LATER), RoomOver()),
    (TALKS, Starred(("erik",))),
    (TALKS, Starred()),
    (HELPED, HelperJoined("erik")),
    (HELPED, HelperGone(1, "was busy")),
    (TALKS, ResponderLeft()),
    (TALKS, DialOver(gone=True)),
]


@pytest.mark.parametrize(("events", "event"), TOLD)
def test_what_is_told_twice_is_done_once(events: tuple[Any, ...], event: Any) -> None:
    talk = after(events)
    first = talk.on(event).call
    try:
        again = step(first, event, talk.rules, talk.now)
    except Illegal:
        return
    assert (again.acts, replace(again.call, turn=first.turn)) == ((), first)
