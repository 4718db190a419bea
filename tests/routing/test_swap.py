"""Asking a colleague to take a shift: what makes sense, until when, and what it becomes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.event import Refusal
from routing.schedule import Override, on_call
from routing.swap import (
    LONGEST,
    MOVES,
    Range,
    Rota,
    Swap,
    SwapState,
    accept,
    ask,
    elsewhere,
    refuse,
    withdraw,
)
from tests.routing.world import ANNA, BEN, CARL, MONDAY, hours, people, schedules, turns, watch

DAY = timedelta(days=1)
FIRST = Range(MONDAY + DAY, MONDAY + 2 * DAY)
SECOND = Range(MONDAY + 3 * DAY, MONDAY + 4 * DAY)
SUPPORT = turns(
    "support",
    ("anna", MONDAY - DAY, MONDAY + 2 * DAY),
    ("ben", MONDAY + 2 * DAY, MONDAY + 5 * DAY),
    ("anna", MONDAY + 5 * DAY, MONDAY + 60 * DAY),
)
MUTE = replace(CARL, contact_methods=())
ROTA = Rota(schedules(SUPPORT, watch("backup", "ben")), people(ANNA, BEN, MUTE))
PLAIN = Swap("s", "support", "anna", "ben", FIRST, MONDAY)


def test_a_request_becomes_overrides_once_it_is_accepted() -> None:
    part = Range(FIRST.start + hours(2), FIRST.end - hours(2))
    asked = ask(replace(PLAIN, wanted=part, given=SECOND, note="  a\nword "), ROTA, MONDAY)
    assert (asked.state, asked.note) == (SwapState.OPEN, "a word")
    done = accept(asked, "ben", ROTA, MONDAY + hours(1))
    assert (done.state, done.settled_at) == (SwapState.ACCEPTED, MONDAY + hours(1))
    # Temporary shifts stand above overrides, so the schedule here is drawn by an override as well.
    base = replace(
        SUPPORT, temporary=(), overrides=(*_drawn("anna", FIRST), *_drawn("ben", SECOND))
    )
    after = replace(base, overrides=(*base.overrides, *done.overrides()))
    for at, who in (
        (part.start - hours(1), "anna"),
        (part.start, "ben"),
        (part.end, "anna"),
        (SECOND.start, "anna"),
    ):
        assert [shift.person for shift in on_call(after, at)] == [who]


def _drawn(person: str, part: Range) -> tuple[Override, ...]:
    return (Override(f"base-{person}", "add", part.start, part.end, person),)


NONSENSE = {
    "no schedule": replace(PLAIN, schedule="none"),
    "nobody": replace(PLAIN, asked="nobody"),
    "are yours already": replace(PLAIN, asked="anna"),
    "cannot be reached": replace(PLAIN, asked="carl"),
    "not after the start": replace(PLAIN, wanted=Range(FIRST.end, FIRST.start)),
    "begun already": replace(PLAIN, wanted=Range(MONDAY, FIRST.end)),
    "more than 31 days": replace(PLAIN, wanted=Range(MONDAY + 6 * DAY, MONDAY + 7 * DAY + LONGEST)),
    "Anna Lind is not on call": replace(PLAIN, wanted=Range(FIRST.start, FIRST.end + hours(1))),
    "Ben Ek is not on call": replace(PLAIN, given=FIRST),
    "Nothing was changed": replace(PLAIN, given=Range(SECOND.end, SECOND.start)),
}


@pytest.mark.parametrize("words", NONSENSE)
def test_what_makes_no_sense_is_refused_with_a_sentence(words: str) -> None:
    with pytest.raises(Refusal, match=words):
        ask(NONSENSE[words], ROTA, MONDAY)


def test_who_is_on_call_there_already_cannot_take_it() -> None:
    both = replace(ROTA, schedules=schedules(watch("support", "anna", "ben")))
    with pytest.raises(Refusal, match="Ben Ek is on call in support then already"):
        ask(PLAIN, both, MONDAY)


def test_it_is_answered_by_the_right_one_once_and_before_a_shift_begins() -> None:
    for act, right, wrong in ((refuse, "ben", "anna"), (withdraw, "anna", "ben")):
        with pytest.raises(Refusal, match="not yours"):
            act(PLAIN, wrong, MONDAY)
        done = act(PLAIN, right, MONDAY)
        assert done.standing(FIRST.end) is done.state
        with pytest.raises(Refusal, match="already"):
            act(done, right, MONDAY)
    with pytest.raises(Refusal, match="not yours"):
        accept(PLAIN, "carl", ROTA, MONDAY)
    last = FIRST.start - timedelta(seconds=1)
    assert accept(PLAIN, "ben", ROTA, last).state is SwapState.ACCEPTED
    assert PLAIN.standing(FIRST.start) is SwapState.EXPIRED
    with pytest.raises(Refusal, match="expired already: a shift it is about has begun"):
        accept(PLAIN, "ben", ROTA, FIRST.start)


def test_the_earlier_of_two_ranges_ends_it() -> None:
    early = replace(PLAIN, wanted=SECOND, given=FIRST)
    assert early.expires_at == FIRST.start


def test_a_schedule_that_changed_meanwhile_is_held_against_it() -> None:
    asked = ask(PLAIN, ROTA, MONDAY)
    moved = replace(ROTA, schedules=schedules(watch("support", "carl")))
    with pytest.raises(Refusal, match="Anna Lind is not on call"):
        accept(asked, "ben", moved, MONDAY)
    gone = replace(ROTA, people=people(ANNA))
    with pytest.raises(Refusal, match="nobody"):
        accept(asked, "ben", gone, MONDAY)


def test_two_roles_on_one_telephone_are_named() -> None:
    assert elsewhere(ROTA, "support", "ben", FIRST) == ("backup",)
    assert elsewhere(ROTA, "backup", "ben", FIRST) == ()


def test_only_an_open_one_moves() -> None:
    assert [state for state in SwapState if MOVES[state]] == [SwapState.OPEN]
