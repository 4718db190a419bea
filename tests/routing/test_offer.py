"""What somebody may do with the case that he was asked about."""

from routing.event import Acknowledge
from routing.offer import offer
from tests.routing.story import Story
from tests.routing.test_engineering import at_stage


def offered(story: Story, person: str) -> tuple[str, ...]:
    turn = max(page.turn for page in story.case.pages)
    return offer(story.case, story.book, person, turn, story.now).verbs


def test_who_is_asked_who_has_it_and_who_is_too_late_are_offered_what_they_can_do() -> None:
    story = Story()
    assert offered(story, "anna") == ("acknowledge", "decline", "escalate")
    story.happens(Acknowledge("ben", via="sms"))
    assert offered(story, "ben") == ("decline", "escalate", "resolve")
    assert offered(story, "anna") == ("take_over",)


def test_what_the_engineers_have_already_is_not_given_to_them_again() -> None:
    story = at_stage("reviewing")
    assert offered(story, "eva") == ("decline", "resolve")
