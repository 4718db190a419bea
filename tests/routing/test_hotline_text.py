"""What customers text to the hotline, and what is asked back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from routing.hotline_text import LIVES, Act, Question, Said, Sender, Turn, Word, decide, read

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
ADA = Sender(known=True, entitled=True)
ONE = replace(ADA, own=("ACME-7",))
TWO = replace(ADA, own=("ACME-7", "ACME-9"))


def said(body: str, sender: Sender = ADA, question: Question | None = None) -> Turn:
    return decide(read(body), sender, question, NOW)


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("Status?", Said(Word.STATUS, "Status?")),
        ("status ACME-7", Said(Word.STATUS, "status ACME-7", "ACME-7")),
        ("acme-7: false alarm!", Said(Word.FALSE_ALARM, "acme-7: false alarm!", "ACME-7")),
        ("FALSE ALARM", Said(Word.FALSE_ALARM, "FALSE ALARM")),
        ("Emergency", Said(Word.EMERGENCY, "Emergency")),
        ("emergency: db down", Said(Word.EMERGENCY, "emergency: db down")),
        ("CANCEL", Said(Word.CARRIER, "CANCEL")),
        ("acme-7 it is the cluster", Said(Word.MORE, "it is the cluster", "ACME-7")),
        ("ACME-7", Said(Word.MORE, "", "ACME-7")),
        ("2.", Said(Word.MORE, "2.", None, 2)),
        ("it is no false alarm", Said(Word.MORE, "it is no false alarm")),
        ("", Said(Word.MORE, "")),
    ],
)
def test_a_text_is_read(body: str, wanted: Said) -> None:
    assert read(body) == wanted


@pytest.mark.parametrize("first", ["Everything is down", "EMERGENCY", "emergency! all is down"])
def test_a_new_emergency_is_asked_for_once_more(first: str) -> None:
    turn = said(first)
    assert (turn.act, turn.key) == (None, "emergency_text")
    assert turn.question is not None
    done = said("Emergency!", ADA, turn.question)
    assert done.act == Act(Word.EMERGENCY, text=first, asked_at=NOW)
    assert done.question is None


def test_what_was_said_between_is_kept_and_a_late_word_confirms_nothing() -> None:
    first = said("All is down").question
    assert first is not None
    more = said("in Frankfurt", ADA, first).question
    assert more is not None
    assert more.text == "All is down\nin Frankfurt"
    late = decide(read("EMERGENCY"), ADA, first, NOW + LIVES + timedelta(seconds=1))
    assert (late.act, late.key) == (None, "emergency_text")
    assert said("yes", ADA, first) == Turn(question=first), "a carrier's word asks nothing anew"


@pytest.mark.parametrize(
    ("sender", "key"),
    [
        (replace(ADA, entitled=False), "not_entitled_text"),
        (Sender(known=False), "no_case_text"),
        (ONE, "emergency_again_text"),
        (replace(ADA, account=("ACME-3",)), "emergency_again_text"),
    ],
)
def test_who_may_begin_one_and_beside_what(sender: Sender, key: str) -> None:
    assert said("EMERGENCY", sender).key == key


def test_more_goes_to_the_one_open_case() -> None:
    assert said("it is the cluster", ONE).act == Act(Word.MORE, ("ACME-7",), "it is the cluster")
    theirs = replace(ADA, account=("ACME-3",))
    assert said("it is the cluster", theirs).act == Act(Word.MORE, ("ACME-3",), "it is the cluster")
    assert said("ACME-3 see log", replace(ONE, account=("ACME-3",))).act == Act(
        Word.MORE, ("ACME-3",), "see log"
    )


@pytest.mark.parametrize("picked", ["2", " 2.", "ACME-9", "acme-9!"])
def test_several_open_cases_are_asked_back(picked: str) -> None:
    turn = said("it is the cluster", TWO)
    assert (turn.key, turn.facts) == ("which_text", {"cases": "1 ACME-7, 2 ACME-9"})
    done = said(picked, TWO, turn.question)
    assert done.act == Act(Word.MORE, ("ACME-9",), "it is the cluster")
    assert said("3", TWO, turn.question).key == "which_text"


def test_each_is_listed_with_what_it_is_about() -> None:
    known = replace(TWO, about={"ACME-7": "system down, opened 03:12 UTC"})
    listed = "1 ACME-7 (system down, opened 03:12 UTC), 2 ACME-9"
    assert said("it is the cluster", known).facts == {"cases": listed}
    again = said("EMERGENCY", known).facts["cases"]
    assert again == "ACME-7 (system down, opened 03:12 UTC), ACME-9", "no list to pick from"


def test_what_one_telephone_began_is_meant_before_what_else_is_open_which_is_named() -> None:
    both = replace(ONE, account=("ACME-7", "ACME-3"))
    assert said("see log", both).act == Act(Word.MORE, ("ACME-7",), "see log", others=("ACME-3",))
    assert said("ACME-7 see log", both).act == Act(Word.MORE, ("ACME-7",), "see log")


@pytest.mark.parametrize(
    ("between", "picked", "text"),
    [
        ("and the relay", "2", "it is the cluster\nand the relay"),
        ("3", "2", "it is the cluster"),
        ("status", "2", "it is the cluster"),
        ("", "ACME-9", "it is the cluster"),
        ("", "ACME-9: and the relay", "it is the cluster\nand the relay"),
    ],
)
def test_what_is_written_before_the_answer_is_kept(between: str, picked: str, text: str) -> None:
    question = said("it is the cluster", TWO).question
    question = said(between, TWO, question).question
    assert said(picked, TWO, question).act == Act(Word.MORE, ("ACME-9",), text)


def test_a_case_that_was_not_listed_may_be_named() -> None:
    known = replace(TWO, account=("ACME-3",))
    question = said("it is the cluster", known).question
    assert said("ACME-3", known, question).act == Act(Word.MORE, ("ACME-3",), "it is the cluster")


def test_the_answer_counts_for_as_long_as_the_text_is_not_noted() -> None:
    question = said("it is the cluster", TWO).question
    late = decide(read("2"), TWO, question, NOW + LIVES + timedelta(seconds=1))
    assert late.act == Act(Word.MORE, ("ACME-9",), "it is the cluster")
    alarm = said("false alarm", TWO).question
    assert decide(read("2"), TWO, alarm, NOW + LIVES + timedelta(seconds=1)).act is None


def test_an_emergency_takes_what_waited_with_it() -> None:
    question = said("it is the cluster", TWO).question
    asked = said("EMERGENCY", TWO, question).question
    assert asked is not None
    assert asked.text == "it is the cluster\nEMERGENCY"


@pytest.mark.parametrize("body", ["", "ACME-7"])
def test_a_text_that_says_nothing_is_answered_how_it_stands(body: str) -> None:
    assert said(body, ONE).act == Act(Word.STATUS, ("ACME-7",))


def test_status_tells_of_all() -> None:
    assert said("status", TWO).act == Act(Word.STATUS, ("ACME-7", "ACME-9"))
    assert said("ACME-9 status", TWO).act == Act(Word.STATUS, ("ACME-9",))
    assert said("status").key == "no_case_text"


def test_only_what_this_telephone_began_is_ended_by_it() -> None:
    assert said("false alarm", ONE).act is not None
    assert said("false alarm", replace(ADA, account=("ACME-3",))).key == "no_case_text"
    assert said("ACME-3 false alarm", replace(ONE, account=("ACME-3",))).act == Act(
        Word.FALSE_ALARM, ("ACME-7",), "ACME-3 false alarm"
    ), "asked once more, by the name of what would end"
    assert said("false alarm", TWO).key == "which_text"


def test_the_name_of_somebody_elses_case_says_nothing() -> None:
    assert said("BETA-1 status", ONE).act == Act(Word.STATUS, ("ACME-7",))
