"""What a case does next by itself, in words."""

from collections.abc import Callable

import pytest

from routing.case import DEADLINES, State
from service.web.pages.coming import WORDS, coming
from tests.routing.story import Story
from tests.routing.test_decide import IN
from tests.routing.world import minutes


@pytest.mark.parametrize("state", State)
def test_what_is_told_is_what_the_case_wakes_for(state: State) -> None:
    story = IN[state]()
    for _ in range(4):
        told = coming(story.case, story.book)
        assert (told.at if told else None) == story.case.wake_at
        if told is None:
            break
        story.passes(told.at - story.now)


def test_every_deadline_has_its_words() -> None:
    assert set(WORDS) == set(DEADLINES)


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (lambda _: None, "a call to Anna Lind"),
        (lambda s: s.passes(minutes(2)), "Anna Lind passed over, and the next step begins"),
        (lambda s: s.acks("anna"), "a promise to the customer is broken"),
    ],
)
def test_it_is_told_in_words(then: Callable[[Story], object], words: str) -> None:
    story = Story()
    then(story)
    told = coming(story.case, story.book)
    assert told
    assert told.words == words
