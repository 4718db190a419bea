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
