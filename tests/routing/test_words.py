"""Small pieces of wording that decisions and notifiers share."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.sla import ClockState
from routing.words import brief, instant, label, next_due
from tests.routing.story import ACME, Story
from tests.routing.times import utc
from tests.routing.world import MONDAY, hours


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-03-02 14:05", "14:05 UTC"),
        ("2026-03-02 00:00", "00:00 UTC"),
        ("2026-03-03 09:00", "3 Mar 09:00 UTC"),
        ("2026-02-28 23:59", "28 Feb 23:59 UTC"),
    ],
)
def test_an_instant_has_its_date_when_it_is_not_today_s(at: str, said: str) -> None:
    assert instant(utc(at), MONDAY) == said


@pytest.mark.parametrize(
    ("text", "limit", "said"),
    [
        ("short", 10, "short"),
        ("  two\n lines\t here ", 40, "two lines here"),
        ("exactly ten", 11, "exactly ten"),
        ("Login fails for everyone", 16, "Login fails.."),
        ("Donaudampfschifffahrtsgesellschaft", 12, "Donaudampf.."),
        ("", 5, ""),
    ],
)
def test_brief_is_one_line_cut_at_a_word(text: str, limit: int, said: str) -> None:
    assert brief(text, limit) == said


@given(st.text(max_size=80), st.integers(3, 60))
def test_brief_is_never_longer_than_its_limit(text: str, limit: int) -> None:
    assert len(brief(text, limit)) <= limit


def test_a_label_names_case_customer_and_subject() -> None:
    assert label(Story().case) == "ACME-7 (Acme Corp, System down)"
    assert label(Story(subject="").case) == "ACME-7 (Acme Corp, no subject)"
    long = Story(subject="Nobody can sign in " * 9, customer=replace(ACME, name="A" * 90))
    assert len(label(long.case)) < 90


def test_the_earliest_promise_still_open_is_the_one_that_is_said() -> None:
    story = Story()
    assert next_due(story.case, story.now) == "Reply due 11:00 UTC."
    assert next_due(story.case, MONDAY + hours(1)) == "Reply was due 11:00 UTC."
    assert next_due(story.case, MONDAY + hours(20)) == "Reply was due 2 Mar 11:00 UTC."
    story.writes("agent", "On it.")
    assert next_due(story.case, story.now) == "Update due 14:00 UTC."
    story.ticket(status="pending")
    assert {c.state for c in story.case.clocks} == {ClockState.MET, ClockState.PAUSED}
    assert next_due(story.case, story.now) == ""
