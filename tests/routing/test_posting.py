"""A channel hears of a case, and never stands for a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from routing.case import State
from routing.event import Acknowledge, Escalate, Resolve, Snooze
from routing.policy import EngineeringRules, EscalationPolicy, Policy, Step, StepTarget
from routing.rule import Match
from tests.routing import world
from tests.routing.story import Story
from tests.routing.world import book, hours, house, minutes, step

ROOM = StepTarget("channel", "war-room")


def by(*steps: Step, **changes: object) -> Policy:
    return house(escalation_policies={"urgent": EscalationPolicy("urgent", steps, 2)}, **changes)


def beside(target: str) -> Step:
    """The target and the channel in one step."""
    made = step(target)
    return replace(made, targets=(*made.targets, ROOM))


def posted(story: Story) -> list[tuple[str, str, str]]:
    return [(p.channel, p.purpose, p.text) for p in story.posts]


def test_a_channel_beside_people_is_posted_to_once_a_round_and_not_waited_for() -> None:
    story = Story(book(by(beside("schedule first"), step("schedule second"))))
    assert (story.paged, posted(story)) == (["anna sms"], [("war-room", "page", "")])
    assert story.said("posted") == ["posted to war-room: step 1 of urgent"]
    story.passes(minutes(5))
    assert story.paged[-1] == "ben sms"
    assert len(story.posts) == 1
    story.passes(minutes(5))
    assert len(story.posts) == 2, "the second round asks the channel again"


def test_a_step_of_channels_alone_delays_nobody() -> None:
    """Waited for, the channel would be a person that can never be woken."""
    alone = Step((ROOM,), timedelta(minutes=30))
    story = Story(book(by(alone, step("schedule first"))))
    assert story.paged == ["anna sms"]
    assert len(story.posts) == 1


def test_channels_alone_end_loudly_at_once() -> None:
    story = Story(book(by(Step((ROOM,), timedelta(minutes=30)))))
    assert story.case.state is State.EXHAUSTED
    assert story.paged == ["dora sms"]


def test_the_channel_hears_who_has_it_and_only_once() -> None:
    story = Story(book(by(beside("schedule first"))))
    story.acks("anna")
    assert story.posts[-1].text == "Anna Lind has ACME-7 (Acme Corp, System down)."
    assert story.posts[-1].purpose == "news"
    story.happens(Resolve("anna", "sms"))
    assert len(story.posts) == 2


def test_somebody_of_the_channel_who_was_not_paged_may_take_it() -> None:
    story = Story(book(by(beside("schedule first"))))
    assert "you have ACME-7" in story.acks("carl")
    assert story.case.owner == "carl"
    assert story.case.open_pages == ()


def test_the_channel_hears_when_it_is_over_however_it_ended() -> None:
    resolved = Story(book(by(beside("schedule first"))))
    resolved.happens(Resolve("anna", "sms"))
    assert "is resolved now. Nobody is paged" in resolved.posts[-1].text
    asleep = Story(book(by(beside("schedule first"))))
    asleep.happens(Snooze("anna", 30))
    assert asleep.posts[-1].text.startswith("Anna Lind has ACME-7")


def test_the_channel_is_not_told_it_is_over_while_engineers_are_still_asked() -> None:
    story = Story(book(by(beside("schedule first"))))
    story.happens(Escalate("anna", "sms", "stuck"))
    assert len(story.posts) == 1
    story.acks("eva")
    assert story.posts[-1].text.startswith("Eva Moe has ACME-7")


def test_a_duty_managers_channel_is_reminded_with_him() -> None:
    story = Story(book(by(step("nobody"), duty_manager=(StepTarget("person", "dora"), ROOM))))
    assert story.case.state is State.EXHAUSTED
    assert len(story.posts) == 1
    story.passes(minutes(30))
    assert len(story.posts) == 2
    assert story.paged == ["dora sms", "dora voice", "dora sms"]


def test_stakeholders_and_leaders_may_be_channels() -> None:
    told = replace(world.ROUTES[0], stakeholders=(ROOM,))
    rules = EngineeringRules(
        escalation="fix",
        schedule="engineers",
        leadership=((Match(), hours(1)),),
        leaders=(ROOM,),
    )
    story = Story(book(house(routes=(told,), engineering=rules)))
    assert posted(story)[0][1] == "news"
    assert "For your information: ACME-7" in story.posts[0].text
    story.happens(Escalate("anna", "sms", "stuck"))
    story.acks("eva")
    story.passes(hours(1))
    assert "has been with Sustained Engineering since" in story.posts[-1].text
    assert story.said("leaders") == ["leadership is told: war-room"]


def click(story: Story, person: str, number: int = -1) -> str:
    """The person presses the button of a post."""
    return story.happens(Acknowledge(person, "chat", story.posts[number].turn))


def test_an_old_post_of_the_case_takes_nothing_from_the_engineers_queue() -> None:
    """Broken once: Carl of support pressed it and had the engineers' item."""
    story = Story(book(by(beside("schedule first"))))
    story.happens(Escalate("anna", "sms", "stuck"))
    said = story.refuses(Acknowledge("carl", "chat", story.posts[0].turn))
    assert "Sustained Engineering has ACME-7" in said
    assert story.case.engineering is not None
    assert story.case.engineering.engineer is None


def test_who_presses_the_post_of_a_question_to_the_owner_has_the_case() -> None:
    policy = by(beside("schedule second"), acknowledge_timeout=hours(1))
    story = Story(book(policy))
    story.acks("ben")
    first = story.posts[0].turn
    story.passes(hours(1))  # Ben is asked whether he is still on it
    story.passes(minutes(5))  # and then, in the channel, everybody
    assert story.posts[-1].purpose == "ask"
    assert "Ben Ek has" in story.refuses(Acknowledge("carl", "chat", first))
    assert "you have ACME-7" in click(story, "carl")
    assert story.case.owner == "carl"
