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
