"""An engineer calls a customer from a case: every status of both lines, and whom he may call."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from routing.case import Ticket
from routing.event import Refusal
from routing.hotline_outbound import (
    SAID,
    TABLE,
    Bridge,
    BridgeState,
    CallContact,
    ContactTook,
    HangUpContact,
    KeepPromise,
    LegOver,
    Looked,
    ResponderTook,
    Tell,
    Turn,
    contact_of,
    sentence,
    step,
)
from routing.people import Account, Contact

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
NEW = Bridge("b1", "ACME-7", "carl", "Carl Ek", "Ada Byron", "+14155550101", "room", NOW)
MAC = Contact("Mac", "mac@acme.example")
ADA = Contact("Ada Byron", "ada@acme.example", "+14155550101")
BOB = Contact("Bob", "bob@acme.example", "+14155550102")


def after(*events: Any, at: datetime = NOW) -> Turn:
    turn = Turn(NEW)
    for event in events:
        turn = step(turn.bridge, event, at)
    return turn


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ([LegOver("responder", "busy")], "responder_busy"),
        ([LegOver("responder", "no-answer")], "responder_no_answer"),
        ([LegOver("responder", "failed")], "responder_failed"),
        ([LegOver("responder", "canceled")], "responder_failed"),
        ([LegOver("responder", "dead")], "responder_failed"),
        ([LegOver("responder", "completed")], "no_key"),
        ([ResponderTook(), LegOver("responder", "completed")], "responder_left"),
        ([ResponderTook(), LegOver("contact", "busy")], "contact_busy"),
        ([ResponderTook(), LegOver("contact", "no-answer")], "contact_no_answer"),
        ([ResponderTook(), LegOver("contact", "failed")], "contact_failed"),
        ([ResponderTook(), LegOver("contact", "dead")], "contact_failed"),
        ([ResponderTook(), LegOver("contact", "completed")], "contact_not_met"),
        ([ResponderTook(), ContactTook(), LegOver("contact", "completed")], "spoken"),
        ([ResponderTook(), ContactTook(), LegOver("responder", "completed")], "spoken"),
    ],
)
def test_every_end_of_either_line_has_its_sentence(events: list[Any], outcome: str) -> None:
    turn = after(*events)
    assert (turn.bridge.state, turn.bridge.outcome) == (BridgeState.ENDED, outcome)
    assert Tell(sentence(turn.bridge)) in turn.acts
    assert "{" not in sentence(turn.bridge)
    assert (HangUpContact() in turn.acts) == (outcome == "responder_left")
    again = step(turn.bridge, events[-1], NOW)
    assert (again.bridge, again.acts) == (turn.bridge, ()), "told again"


def test_his_key_and_nothing_else_rings_the_contact() -> None:
    assert CallContact() in after(ResponderTook()).acts
    assert after(ContactTook()).bridge == NEW, "nobody was rung yet"
    assert after(LegOver("contact", "busy")).bridge == NEW
    assert after(ResponderTook(), ResponderTook()).acts == ()


def test_being_connected_and_nothing_else_keeps_a_promise() -> None:
    spoken = after(ResponderTook(), ContactTook())
    assert KeepPromise() in spoken.acts
    assert step(spoken.bridge, ContactTook(), NOW).acts == (), "Twilio asks again"
    for event in (LegOver("contact", "completed"), LegOver("responder", "completed")):
        assert KeepPromise() not in after(ResponderTook(), event).acts


def test_what_nothing_is_heard_of_ends() -> None:
    late = NOW + timedelta(seconds=90)
    assert after(Looked(), at=late).bridge.outcome == "responder_no_answer"
    turn = step(after(ResponderTook()).bridge, Looked(), late)
    assert (turn.bridge.outcome, HangUpContact() in turn.acts) == ("contact_no_answer", True)
    spoke = after(ResponderTook(), ContactTook()).bridge
    assert step(spoke, Looked(), late).bridge == spoke
    assert step(spoke, Looked(), NOW + timedelta(hours=4)).bridge.outcome == "spoken"


def test_every_state_has_its_sentence_and_every_outcome_is_reached() -> None:
    assert set(TABLE) == set(BridgeState)
    states = [after(), after(ResponderTook()), after(ResponderTook(), ContactTook())]
    assert len({sentence(turn.bridge) for turn in states}) == 3
    assert len(SAID) == 10


def test_whom_to_call_is_a_contact_of_the_account_or_nobody() -> None:
    account = Account("acme", "Acme", "premier", contacts=(MAC, ADA, BOB))
    asked = Ticket(requester_email="ADA@acme.example")
    assert contact_of(account, asked, None) == ADA
    assert contact_of(account, Ticket(requester_phone="+14155550102"), None) == BOB
    assert contact_of(account, asked, 2) == BOB
    for index in (0, 3, -1):
        with pytest.raises(Refusal, match="1 Ada Byron, 2 Bob"):
            contact_of(account, asked, index)
    with pytest.raises(Refusal, match="not clear"):
        contact_of(account, Ticket(requester_phone="+15005550999"), None)
    with pytest.raises(Refusal, match="No contact"):
        contact_of(None, asked, None)
    one = Account("acme", "Acme", "premier", contacts=(MAC, ADA))
    assert contact_of(one, Ticket(), None) == ADA


B = BridgeState
STATUSES = ("busy", "no-answer", "failed", "canceled", "completed", "dead", "cancelled")
FAILED = ("busy", "no_answer", "failed", "failed", None, "failed", "failed")
"""What each is called in an outcome; a call that was answered has no name of its own."""
WAYS: dict[BridgeState, tuple[Any, ...]] = {
    B.CALLING_RESPONDER: (),
    B.CALLING_CONTACT: (ResponderTook(),),
    B.BRIDGED: (ResponderTook(), ContactTook()),
    B.ENDED: (LegOver("responder", "busy"),),
}


def ends(state: BridgeState, leg: str, name: str | None) -> str | None:
    """The outcome of the end of one line, written down anew; None where it changes nothing."""
    if state is B.ENDED or (state is B.CALLING_RESPONDER and leg == "contact"):
        return None
    if state is B.BRIDGED:
        return "spoken"
    if state is B.CALLING_RESPONDER:
        return f"responder_{name}" if name else "no_key"
    return f"contact_{name or 'not_met'}" if leg == "contact" else "responder_left"


@pytest.mark.parametrize("leg", ["responder", "contact"])
@pytest.mark.parametrize("state", BridgeState)
@pytest.mark.parametrize(("status", "name"), tuple(zip(STATUSES, FAILED, strict=True)))
def test_every_status_of_every_line_in_every_state(
    state: BridgeState, leg: str, status: str, name: str | None
) -> None:
    before = after(*WAYS[state]).bridge
    assert before.state is state
    turn, outcome = step(before, LegOver(leg, status), NOW), ends(state, leg, name)
    if outcome is None:
        assert turn == Turn(before)
        return
    assert (turn.bridge.state, turn.bridge.outcome) == (B.ENDED, outcome)
    assert turn.bridge.ended_at == NOW
    assert (HangUpContact() in turn.acts) == (outcome == "responder_left")


@pytest.mark.parametrize(
    ("state", "event", "to"),
    [
        (B.CALLING_RESPONDER, ResponderTook(), B.CALLING_CONTACT),
        (B.CALLING_RESPONDER, ContactTook(), B.CALLING_RESPONDER),
        (B.CALLING_RESPONDER, Looked(), B.CALLING_RESPONDER),
        (B.CALLING_CONTACT, ResponderTook(), B.CALLING_CONTACT),
        (B.CALLING_CONTACT, ContactTook(), B.BRIDGED),
        (B.CALLING_CONTACT, Looked(), B.CALLING_CONTACT),
        (B.BRIDGED, ResponderTook(), B.BRIDGED),
        (B.BRIDGED, ContactTook(), B.BRIDGED),
        (B.BRIDGED, Looked(), B.BRIDGED),
        (B.ENDED, ResponderTook(), B.ENDED),
        (B.ENDED, ContactTook(), B.ENDED),
        (B.ENDED, Looked(), B.ENDED),
    ],
)
def test_keys_that_come_late_or_twice_change_nothing(
    state: BridgeState, event: Any, to: BridgeState
) -> None:
    before = after(*WAYS[state]).bridge
    turn = step(before, event, NOW)
    assert turn.bridge.state is to
    if to is state:
        assert turn == Turn(before)
