"""The hotline's conversation: who gets where by which keys, and what is left behind."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from routing.hotline import TABLE, diagram, step
from routing.hotline_call import (
    Call,
    CallResponder,
    CaseMade,
    DialOver,
    HangUpResponder,
    Held,
    HungUp,
    Illegal,
    Joined,
    Keys,
    OpenCase,
    Owned,
    PromiseCallback,
    Rang,
    Recorded,
    ResponderLeft,
    Silence,
    State,
    Step,
    Tell,
    Then,
)
from routing.hotline_prompt import prompt
from routing.hotline_telling import worded
from routing.hotline_who import Caller, Matter
from routing.hotline_words import WORDS
from routing.policy import HotlineRules
from tools.hotline import PAGE, printed

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
RULES = HotlineRules(greeting="Small Support.", portal="support.example")
ADA = Caller("acme", "Acme Corp", "premier", entitled=True)
POOR = Caller(
    "borealis", "Borealis Ltd", "e10", entitled=False, why="E10 does not include hotline."
)


class Talk:
    """A call and its clock."""

    def __init__(self, number: str | None = "+14155550101", rules: HotlineRules = RULES) -> None:
        self.call, self.rules, self.now = Call("CA1", number, "room", NOW), rules, NOW
        self.last: Step

    def on(self, *events: Any) -> Step:
        for event in events:
            self.last = step(self.call, event, self.rules, self.now)
            self.call = self.last.call
        return self.last

    @property
    def said(self) -> list[str]:
        return [p.key for p in self.last.prompts]

    def wait(self, **by: float) -> "Talk":
        self.now += timedelta(**by)
        return self


def confirmed(number: str | None = "+14155550101") -> Talk:
    talk = Talk(number)
    talk.on(Rang(ADA), Keys("1"), CaseMade("ACME-7"))
    return talk


def test_a_known_number_is_asked_whether_it_is_an_emergency() -> None:
    talk = Talk()
    talk.on(Rang(ADA))
    assert (talk.call.state, talk.said) == (State.CONFIRMING, ["greeting", "confirm"])
    assert (talk.call.account, talk.call.known_by) == ("acme", "number")


def test_the_case_is_asked_for_before_anybody_is_dialled() -> None:
    talk = Talk()
    talk.on(Rang(ADA), Keys("1"))
    assert (talk.last.then, talk.last.acts) == (Then.CASE, (OpenCase("emergency"),))
    talk.on(CaseMade("ACME-7"))
    assert talk.call.state is State.CONNECTING
    assert talk.said == ["case_number", "connecting"]
    assert talk.last.acts == (Tell("case_text", {"case": "ACME-7"}),)


def test_another_key_means_the_portal_and_no_case() -> None:
    talk = Talk()
    talk.on(Rang(ADA), Keys("2"))
    assert (talk.call.state, talk.call.outcome) == (State.ENDED, "portal")
    assert [type(a) for a in talk.last.acts] == [Tell]


def test_a_pin_identifies_and_three_wrong_ones_make_an_unidentified_caller() -> None:
    talk = Talk()
    talk.on(Rang(), Keys("1111"), Silence(), Keys("482915", ADA))
    assert (talk.call.state, talk.call.known_by) == (State.CONFIRMING, "pin")
    talk = Talk()
    talk.on(Rang(), Keys("1"), Keys("2"))
    assert talk.call.state is State.IDENTIFYING
    talk.on(Keys("3"))
    assert (talk.call.state, talk.said) == (State.RECORDING, ["unidentified", "leave_message"])


@pytest.mark.parametrize(
    ("choice", "state"),
    [("voicemail", State.RECORDING), ("connect", State.CONFIRMING), ("refuse", State.ENDED)],
)
def test_what_becomes_of_an_unidentified_caller_is_the_policys_choice(
    choice: str, state: State
) -> None:
    talk = Talk(rules=replace(RULES, unknown_callers=choice, pin_attempts=1))
    talk.on(Rang(), Silence())
    assert talk.call.state is state
    assert talk.last.prompts


def test_a_number_that_calls_too_often_has_one_try_and_its_pin_still_opens_the_door() -> None:
    talk = Talk()
    talk.on(Rang(limited=True), Keys("1"))
    assert (talk.call.state, talk.said) == (State.ENDED, ["unidentified", "reach"])
    talk = Talk()
    talk.on(Rang(limited=True), Keys("482915", ADA))
    assert talk.call.state is State.CONFIRMING


def test_who_is_not_entitled_hears_why_is_texted_and_may_leave_a_message() -> None:
    talk = Talk()
    talk.on(Rang(POOR))
    assert talk.said == ["greeting", "not_entitled", "leave_message"]
    assert talk.last.then is Then.RECORD
    assert talk.last.acts == (
        Tell("not_entitled_text", {"why": POOR.why, "portal": "support.example"}),
    )
    assert talk.on(Recorded("https://r/1", 9)).acts == (OpenCase("message"),)
    talk.on(CaseMade("B-1"))
    assert (talk.call.outcome, talk.said) == ("message", ["thanks"])


def with_cases(*cases: str) -> Caller:
    """Ada, whose account has these open."""
    return replace(ADA, open_cases=tuple(Matter(case, f"about {case}") for case in cases))


def test_an_open_case_is_offered_and_joined_by_1_only() -> None:
    known = with_cases("ACME-7")
    talk = Talk()
    talk.on(Rang(known), Keys("1"))
    assert talk.said == ["about_case"]
    assert talk.on(Keys("1")).acts == (OpenCase("join", "ACME-7"),)
    talk = Talk()
    talk.on(Rang(known), Keys("1"))
    assert talk.on(Silence()).acts == (OpenCase("emergency"),)


@pytest.mark.parametrize(
    ("key", "joined"),
    [("1", "ACME-7"), ("2", "ACME-9"), ("3", "ACME-3"), ("4", None), ("9", None), ("0", None)],
)
def test_of_several_open_cases_each_has_its_key_and_any_other_is_a_new_emergency(
    key: str, joined: str | None
) -> None:
    talk = Talk()
    talk.on(Rang(with_cases("ACME-7", "ACME-9", "ACME-3", "ACME-1")), Keys("1"))
    assert talk.said == ["about_one"] * 3 + ["about_else"], "no more than three are read out"
    facts = [dict(p.facts) for p in talk.last.prompts]
    assert facts[1] == {"case": "ACME-9", "about": "about ACME-9", "key": "2"}
    wanted = OpenCase("join", joined) if joined else OpenCase("emergency")
    assert talk.on(Keys(key)).acts == (wanted,)


def test_a_key_of_a_place_that_was_not_read_out_is_a_new_emergency() -> None:
    talk = Talk()
    talk.on(Rang(with_cases("ACME-7", "ACME-9")), Keys("1"))
    assert step(talk.call, Keys("3"), RULES, NOW).acts == (OpenCase("emergency"),)
    assert step(talk.call, Silence(), RULES, NOW).acts == (OpenCase("emergency"),)
    assert talk.on(HungUp()).acts == (OpenCase("join", "ACME-7"),), "the worst is the likeliest"


def test_silence_never_loses_a_caller() -> None:
    talk = Talk()
    talk.on(Rang(ADA), Silence(), Silence())
    assert talk.said == ["confirm"]
    talk.on(Silence())
    assert (talk.last.then, talk.said) == (Then.RECORD, ["no_keys", "leave_message"])


def test_whoever_presses_his_key_meets_the_caller() -> None:
    talk = confirmed()
    talk.on(Held())
    assert (talk.said, talk.last.then) == ([], Then.WAIT)
    talk.wait(seconds=31).on(Held())
    assert talk.said == ["progress"]
    talk.on(Joined("anna"), Held())
    assert (talk.call.state, talk.last.then, talk.said) == (State.BRIDGED, Then.WAIT, ["connected"])
    talk.on(Held())
    assert talk.last.then is Then.WAIT, "nobody is alone in a conference"
    assert talk.on(Joined("anna"), Held()).then is Then.JOIN
    talk.on(DialOver(gone=True))
    assert (talk.call.outcome, talk.call.responder, talk.last.acts) == ("bridged", "anna", ())


def test_a_responder_who_drops_before_they_meet_leaves_the_caller_waiting() -> None:
    talk = confirmed()
    talk.on(Joined("anna"), Held(), ResponderLeft())
    assert (talk.call.state, talk.call.responder) == (State.CONNECTING, None)
    talk.on(Joined("ben"), Held())
    talk.wait(seconds=15).on(Held())
    assert (talk.call.state, talk.said) == (State.CONNECTING, ["stay"])


def test_an_owner_who_is_not_on_the_line_is_called_to_it_and_again() -> None:
    talk = confirmed()
    assert talk.on(Owned("anna")).acts == (CallResponder("anna", 1),)
    assert talk.on(Owned("anna")).acts == ()
    assert talk.wait(seconds=75).on(Owned("anna")).acts == (CallResponder("anna", 2),)
    assert talk.on(Owned("ben")).acts == (HangUpResponder(2), CallResponder("ben", 3)), "at once"
    assert talk.wait(seconds=75).on(Owned("anna")).acts == (CallResponder("anna", 4),)


def test_after_the_hold_a_call_back_a_message_or_staying_is_offered() -> None:
    talk = confirmed()
    talk.wait(minutes=4).on(Held())
    assert (talk.call.state, talk.said) == (State.OFFERING_CALLBACK, ["offer"])
    stayed = step(talk.call, Silence(), RULES, talk.now)
    assert stayed.call.state is State.CONNECTING
    assert step(stayed.call, Held(), RULES, talk.now).then is Then.WAIT
    assert step(talk.call, Keys("2"), RULES, talk.now).then is Then.RECORD
    talk.on(Keys("1"))
    assert talk.call.outcome == "callback"
    assert talk.last.acts[0] == PromiseCallback(talk.now + timedelta(minutes=15))
    assert talk.last.prompts[0].facts["deadline"] == "03:19 UTC"


def test_a_hidden_number_is_promised_no_call() -> None:
    talk = confirmed(number=None)
    talk.wait(minutes=4).on(Held())
    assert talk.said == ["offer_message"]
    talk.on(Keys("1"))
    assert talk.call.state is State.CONNECTING


@pytest.mark.parametrize("events", [(), (Held(),), (Joined("anna"),), (Joined("anna"), Held())])
def test_who_hangs_up_after_confirming_holds_a_promise(events: tuple[Any, ...]) -> None:
    talk = confirmed()
    talk.on(*events, HungUp())
    assert talk.call.outcome == "abandoned"
    assert [type(a) for a in talk.last.acts] == [PromiseCallback, Tell]


def test_who_hangs_up_between_confirming_and_the_case_still_gets_one() -> None:
    talk = Talk()
    talk.on(Rang(with_cases("ACME-7")), Keys("1"), HungUp())
    assert talk.last.acts == (OpenCase("join", "ACME-7"),)
    talk.on(CaseMade("ACME-7"))
    assert [type(a) for a in talk.last.acts] == [PromiseCallback, Tell]


def test_who_hangs_up_before_confirming_leaves_nothing() -> None:
    for events in ((), (Rang(),), (Rang(ADA),), (Rang(POOR),)):
        talk = Talk()
        talk.on(*events, HungUp())
        assert (talk.call.outcome, talk.last.acts) == ("abandoned", ())


def test_an_event_that_a_state_does_not_take_changes_nothing() -> None:
    talk = Talk()
    with pytest.raises(Illegal, match="greeting"):
        talk.on(Keys("1"))


def test_every_state_is_reached_and_drawn() -> None:
    drawn = diagram()
    assert set(TABLE) == set(State)
    for state in State:
        assert f"--> {state}" in drawn


def test_the_page_shows_the_table_and_every_prompt() -> None:
    page = PAGE.read_text("utf-8")
    assert printed(page) == page
    assert diagram() in page
    assert [key for key in WORDS if f"`{key}`" not in page] == []


def test_the_policys_words_win_and_a_case_is_spelt() -> None:
    rules = replace(RULES, words={"thanks": "Noted: {case:spelt}."})
    assert worded(rules, prompt("thanks", case="ACME-7")) == "Noted: A C M E 7."
    assert worded(RULES, prompt("reach", portal="a.example")).count("portal, a.example") == 1
    assert all("{" not in worded(RULES, prompt(key)) for key in WORDS)
