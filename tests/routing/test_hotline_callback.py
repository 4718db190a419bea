"""A promised call back: first the engineer, then the customer, and what goes wrong between."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from routing.hotline_call import CallResponder, HangUpResponder
from routing.hotline_callback import (
    AGAIN,
    RING,
    TALK,
    Alarm,
    Callback,
    CallbackState,
    CallOver,
    CustomerReady,
    Inform,
    Looked,
    ResponderReady,
    SpokeElsewhere,
    TooLate,
    Turn,
    step,
)

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
DEADLINE = NOW + timedelta(minutes=15)
PROMISE = Callback("CA1", "ACME-7", "+14155550101", NOW, DEADLINE, DEADLINE)
ANNA = Looked("anna", live=True)


def on(callback: Callback, *events: Any, at: datetime = NOW) -> Turn:
    turn = Turn(callback)
    for event in events:
        turn = step(turn.callback, event, at)
    return turn


def test_the_owner_is_called_first_then_the_customer_and_the_promise_is_kept() -> None:
    turn = on(PROMISE, ANNA)
    assert turn.acts == (CallResponder("anna", 1),)
    turn = on(turn.callback, ResponderReady("anna"), CustomerReady(), CallOver())
    assert (turn.callback.state, turn.callback.outcome) == (CallbackState.DONE, "kept")
    assert turn.callback.wake_at is None


def test_nobody_owns_it_so_nobody_is_called_until_the_deadline_which_is_loud_once() -> None:
    nobody = Looked(None, live=True)
    assert on(PROMISE, nobody).acts == ()
    late = on(PROMISE, nobody, at=DEADLINE)
    assert late.acts == (Alarm(),)
    assert on(late.callback, nobody, at=DEADLINE + AGAIN).acts == ()
    kept = on(late.callback, ANNA, ResponderReady("anna"), CustomerReady(), at=DEADLINE + AGAIN)
    assert on(kept.callback, CallOver(), at=DEADLINE + AGAIN).callback.outcome == "late"


def test_a_responder_who_does_not_take_the_call_is_called_again() -> None:
    ringing = on(PROMISE, ANNA).callback
    assert on(ringing, ANNA, at=NOW + timedelta(seconds=10)).acts == ()
    assert on(ringing, ANNA, at=NOW + RING).acts == (CallResponder("anna", 2),)
    given_back = on(ringing, Looked(None, live=True)).callback
    assert (given_back.state, given_back.wake_at) == (CallbackState.PROMISED, DEADLINE)
    assert on(ringing, Looked(None, live=True)).acts == (HangUpResponder(1),)
    taken_over = on(ringing, Looked("ben", live=True))
    assert taken_over.acts == (HangUpResponder(1), CallResponder("ben", 2)), "at once"
    assert taken_over.callback.person == "ben"


def test_a_customer_who_does_not_answer_is_texted_and_tried_three_times() -> None:
    callback, at = PROMISE, NOW
    for misses in (1, 2):
        turn = on(callback, ANNA, ResponderReady("anna"), CallOver(), at=at)
        assert (turn.callback.misses, turn.acts) == (misses, (Inform("missed_text"),))
        assert on(turn.callback, ANNA, at=at).acts == ()
        callback, at = turn.callback, at + AGAIN
    turn = on(callback, ANNA, ResponderReady("anna"), CallOver(), at=at)
    assert (turn.callback.outcome, turn.acts) == ("unreachable", (Inform("given_up_text"),))


def test_a_missed_customer_is_no_broken_promise() -> None:
    missed = on(PROMISE, ANNA, ResponderReady("anna"), CallOver()).callback
    assert on(missed, Looked(None, live=True), at=DEADLINE).acts == ()


def test_a_line_nobody_hears_of_any_more_ends_by_its_instant() -> None:
    dialling = on(PROMISE, ResponderReady("anna")).callback
    assert on(dialling, ANNA).callback == dialling
    assert on(dialling, ANNA, at=dialling.wake_at or NOW).callback.state is CallbackState.MISSED
    bridged = on(dialling, CustomerReady()).callback
    assert on(bridged, ANNA, at=bridged.wake_at or NOW).callback.outcome == "kept"


def test_a_case_that_is_over_withdraws_the_promise() -> None:
    assert on(PROMISE, Looked("anna", live=False)).callback.outcome == "withdrawn"


def test_what_is_done_takes_nothing_any_more() -> None:
    done = replace(PROMISE, state=CallbackState.DONE)
    with pytest.raises(TooLate, match="done already"):
        step(done, ResponderReady("ben"), NOW)


ELSEWHERE = SpokeElsewhere("carl")


@pytest.mark.parametrize(
    ("before", "hung_up"),
    [
        ((), ()),
        ((ANNA,), (HangUpResponder(1),)),
        ((ResponderReady("anna", "CA9"),), ()),
        ((ResponderReady("anna", "CA9"), CallOver()), ()),
    ],
)
def test_another_call_that_connects_them_keeps_the_promise(
    before: tuple[Any, ...], hung_up: tuple[Any, ...]
) -> None:
    turn = on(PROMISE, *before, ELSEWHERE)
    done = turn.callback
    assert (done.state, done.outcome, done.person) == (CallbackState.DONE, "kept", "carl")
    assert (done.reached_at, done.wake_at) == (NOW, None)
    assert turn.acts == hung_up, "a telephone that rings for it is hung up"
    assert on(on(PROMISE, *before).callback, ELSEWHERE, at=DEADLINE + AGAIN).callback.outcome == (
        "late"
    )


def test_they_speak_by_the_promised_call_itself() -> None:
    bridged = on(PROMISE, ResponderReady("anna"), CustomerReady()).callback
    assert on(bridged, ELSEWHERE) == Turn(bridged)


def test_what_twilio_asks_twice_is_done_once_and_another_line_comes_too_late() -> None:
    dialled = on(PROMISE, ANNA, ResponderReady("anna", "CA9")).callback
    assert on(dialled, ResponderReady("anna", "CA9")) == Turn(dialled)
    for line in ("CA8", ""):
        with pytest.raises(TooLate):
            on(dialled, ResponderReady("anna", line))
    bridged = on(dialled, CustomerReady()).callback
    assert on(bridged, CustomerReady()) == Turn(bridged)


EARLY, LATE = NOW + timedelta(seconds=10), DEADLINE + timedelta(minutes=1)
NOBODY, OVER = Looked(None, live=True), Looked("anna", live=False)
READY = ResponderReady("anna", "CA9")
WAYS: dict[CallbackState, tuple[Any, ...]] = {
    CallbackState.PROMISED: (),
    CallbackState.CALLING_RESPONDER: (ANNA,),
    CallbackState.CALLING_CUSTOMER: (READY,),
    CallbackState.BRIDGED: (READY, CustomerReady()),
    CallbackState.MISSED: (READY, CallOver()),
    CallbackState.DONE: (READY, CustomerReady(), CallOver()),
}
C = CallbackState
ROWS: list[tuple[CallbackState, Any, datetime, CallbackState | None, str | None, str]] = [
    (C.PROMISED, ANNA, EARLY, C.CALLING_RESPONDER, None, "CallResponder"),
    (C.PROMISED, ANNA, LATE, C.CALLING_RESPONDER, None, "Alarm CallResponder"),
    (C.PROMISED, NOBODY, EARLY, C.PROMISED, None, ""),
    (C.PROMISED, NOBODY, LATE, C.PROMISED, None, "Alarm"),
    (C.PROMISED, OVER, EARLY, C.DONE, "withdrawn", ""),
    (C.PROMISED, READY, EARLY, C.CALLING_CUSTOMER, None, ""),
    (C.PROMISED, CustomerReady(), EARLY, None, None, ""),
    (C.PROMISED, CallOver(), EARLY, None, None, ""),
    (C.PROMISED, SpokeElsewhere("ben"), EARLY, C.DONE, "kept", ""),
    (C.CALLING_RESPONDER, ANNA, EARLY, C.CALLING_RESPONDER, None, ""),
    (C.CALLING_RESPONDER, ANNA, NOW + RING, C.CALLING_RESPONDER, None, "CallResponder"),
    (C.CALLING_RESPONDER, ANNA, LATE, C.CALLING_RESPONDER, None, "Alarm CallResponder"),
    (C.CALLING_RESPONDER, NOBODY, EARLY, C.PROMISED, None, "HangUpResponder"),
    (C.CALLING_RESPONDER, OVER, EARLY, C.DONE, "withdrawn", "HangUpResponder"),
    (C.CALLING_RESPONDER, READY, EARLY, C.CALLING_CUSTOMER, None, ""),
    (C.CALLING_RESPONDER, CustomerReady(), EARLY, None, None, ""),
    (C.CALLING_RESPONDER, CallOver(), EARLY, None, None, ""),
    (C.CALLING_RESPONDER, SpokeElsewhere("ben"), EARLY, C.DONE, "kept", "HangUpResponder"),
    (C.CALLING_CUSTOMER, ANNA, EARLY, C.CALLING_CUSTOMER, None, ""),
    (C.CALLING_CUSTOMER, ANNA, LATE, C.MISSED, None, "Inform"),
    (C.CALLING_CUSTOMER, OVER, EARLY, C.CALLING_CUSTOMER, None, ""),
    (C.CALLING_CUSTOMER, READY, EARLY, C.CALLING_CUSTOMER, None, ""),
    (C.CALLING_CUSTOMER, ResponderReady("ben", "CA8"), EARLY, None, None, ""),
    (C.CALLING_CUSTOMER, CustomerReady(), EARLY, C.BRIDGED, None, ""),
    (C.CALLING_CUSTOMER, CallOver(), EARLY, C.MISSED, None, "Inform"),
    (C.CALLING_CUSTOMER, SpokeElsewhere("ben"), LATE, C.DONE, "late", ""),
    (C.BRIDGED, ANNA, EARLY, C.BRIDGED, None, ""),
    (C.BRIDGED, OVER, EARLY, C.BRIDGED, None, ""),
    (C.BRIDGED, ANNA, NOW + TALK, C.DONE, "kept", ""),
    (C.BRIDGED, READY, EARLY, None, None, ""),
    (C.BRIDGED, CustomerReady(), EARLY, C.BRIDGED, None, ""),
    (C.BRIDGED, CallOver(), LATE, C.DONE, "kept", ""),
    (C.BRIDGED, SpokeElsewhere("ben"), EARLY, C.BRIDGED, None, ""),
    (C.MISSED, ANNA, EARLY, C.MISSED, None, ""),
    (C.MISSED, ANNA, NOW + AGAIN, C.CALLING_RESPONDER, None, "CallResponder"),
    (C.MISSED, NOBODY, LATE, C.PROMISED, None, ""),
    (C.MISSED, OVER, EARLY, C.DONE, "withdrawn", ""),
    (C.MISSED, READY, EARLY, C.CALLING_CUSTOMER, None, ""),
    (C.MISSED, CustomerReady(), EARLY, None, None, ""),
    (C.MISSED, CallOver(), EARLY, None, None, ""),
    (C.MISSED, SpokeElsewhere("ben"), EARLY, C.DONE, "kept", ""),
    *((C.DONE, event, EARLY, None, None, "")
      for event in (ANNA, READY, CustomerReady(), CallOver(), SpokeElsewhere("ben"))),
]  # fmt: skip
"""State, event, when; the state it leads to (None: refused), the outcome, what is done."""


@pytest.mark.parametrize(("state", "event", "at", "to", "outcome", "acts"), ROWS)
def test_every_event_in_every_state(
    state: CallbackState, event: Any, at: datetime, to: CallbackState | None,
    outcome: str | None, acts: str,
) -> None:  # fmt: skip
    before = on(PROMISE, *WAYS[state]).callback
    assert before.state is state
    if to is None:
        with pytest.raises(TooLate):
            step(before, event, at)
        return
    turn = step(before, event, at)
    assert (turn.callback.state, turn.callback.outcome) == (to, outcome)
    assert " ".join(type(act).__name__ for act in turn.acts) == acts
    if turn.callback.state is not state:
        assert turn.callback.wake_at is None or turn.callback.wake_at > at


def test_no_pair_is_without_a_row() -> None:
    kinds = (Looked, ResponderReady, CustomerReady, CallOver, SpokeElsewhere)
    assert {(row[0], type(row[1])) for row in ROWS} == {(s, k) for s in C for k in kinds}
