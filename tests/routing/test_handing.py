"""From hand to hand: given, taken over, helped with; everybody concerned is told the truth."""

from dataclasses import replace

import pytest

from routing.case import State
from routing.event import (
    Acknowledge,
    AddResponder,
    Advance,
    Decline,
    Escalate,
    Event,
    Reassign,
    Resolve,
    Snooze,
    TakeOver,
)
from tests.routing import world
from tests.routing.story import Story
from tests.routing.world import book, hours, minutes

LABEL = "ACME-7 (Acme Corp, System down)"


def owned() -> Story:
    """Anna has it, and has written to the customer."""
    story = Story()
    story.acks("anna")
    story.writes("agent", "On it.")
    story.forget()
    return story


def state_of(story: Story, name: str) -> str:
    page = story.case.page_of(name)
    return page.state.value if page else "never paged"


def test_taken_over_it_is_the_others_at_once_and_who_had_it_is_told() -> None:
    story = owned()
    assert story.refuses(Acknowledge("ben", "sms")).startswith(f"Anna Lind has {LABEL} since")
    assert story.happens(TakeOver("ben", "sms")) == (
        f"you have {LABEL}. Anna Lind had it until now. Update due 14:00 UTC."
    )
    assert (story.state, story.case.owner) == ("acknowledged", "ben")
    summary = (
        f"ben: {LABEL}: high, opened 10:00 UTC. Anna Lind had it since 10:00 UTC."
        " The customer was answered at 10:00 UTC. Update due 14:00 UTC."
    )
    assert story.told == [f"anna: Ben Ek has {LABEL} now; it is not yours any more.", summary]
    assert story.written == ["note: Ben Ek has taken ACME-7 over from Anna Lind."]


def test_taking_what_nobody_has_or_what_one_has_already_is_acknowledging() -> None:
    story = Story()
    assert story.happens(TakeOver("ben")) == f"you have {LABEL}. Reply due 11:00 UTC."
    assert (story.case.owner, state_of(story, "anna")) == ("ben", "stood_down")
    assert story.happens(TakeOver("ben")) == f"you have {LABEL}. Reply due 11:00 UTC."
    assert story.told == []


def test_nothing_is_taken_that_is_over_or_by_nobody() -> None:
    story = owned()
    assert story.refuses(TakeOver("ghost")).startswith("There is no person ghost")
    story.happens(Resolve("anna"))
    assert "was resolved" in story.refuses(TakeOver("ben"))
    assert "was resolved" in story.refuses(AddResponder("anna", "ben"))


def test_in_the_queue_an_engineer_takes_the_item_and_support_the_customers_side() -> None:
    story = owned()
    story.happens(Escalate("anna", reason="a fault"))
    story.acks("eva")
    story.forget()
    assert story.happens(TakeOver("enzo")).startswith(f"you have {LABEL}. Eva Moe had it")
    assert story.case.engineering is not None
    assert (story.case.engineering.engineer, story.case.owner) == ("enzo", "anna")
    assert story.happens(TakeOver("ben")).startswith(f"you have {LABEL}. Anna Lind had it")
    assert (story.case.engineering.engineer, story.case.owner) == ("enzo", "ben")
    assert [line.split(":")[0] for line in story.told] == ["eva", "anna", "ben"]


def test_support_takes_the_customers_side_while_engineers_are_still_being_paged() -> None:
    story = owned()
    story.happens(Escalate("anna", reason="a fault"))
    story.happens(TakeOver("ben"))
    assert (story.case.owner, state_of(story, "eva")) == ("ben", "open")
    assert (story.state, story.case.round is not None) == ("engineering", True)


def test_who_is_added_helps_and_the_owner_stays() -> None:
    story = owned()
    assert story.happens(AddResponder("anna", "ben")) == (
        f"Ben Ek is being paged for {LABEL} as well. It stays yours."
    )
    assert (story.paged, story.case.round, story.case.owner) == (["ben sms"], None, "anna")
    assert story.acks("ben") == f"you help Anna Lind, who has {LABEL}."
    assert (story.case.owner, story.case.responders) == ("anna", ("ben",))
    assert story.told == [f"anna: Ben Ek helps you with {LABEL}."]
    assert story.written == ["note: Ben Ek helps Anna Lind with ACME-7."]
    before = story.case
    assert story.acks("ben") == f"you help Anna Lind, who has {LABEL}."
    assert story.case == before
    story.happens(TakeOver("ben"))
    assert (story.case.owner, story.case.responders) == ("ben", ())


def test_help_that_does_not_come_is_told_to_whoever_asked() -> None:
    story = owned()
    story.happens(AddResponder("anna", "ben"))
    story.passes(minutes(6))
    assert (story.paged, story.told) == (["ben sms", "ben voice"], [])
    story.passes(minutes(1))
    assert story.told == [f"anna: Ben Ek did not answer for {LABEL}."]
    assert (story.case.owner, story.state) == ("anna", "acknowledged")
    story.passes(minutes(1))
    assert story.acks("ben").startswith("you help"), "late help is welcome"


def test_help_that_is_declined_beforehand_or_afterwards_is_told() -> None:
    story = owned()
    story.happens(AddResponder("anna", "ben"))
    assert story.declines("ben") == f"you do not help with {LABEL}. Anna Lind has it and is told."
    assert story.told == [f"anna: Ben Ek does not help with {LABEL}."]
    story.happens(AddResponder("anna", "ben"))
    story.acks("ben")
    story.declines("ben")
    assert (story.case.responders, story.case.owner) == ((), "anna")


def test_who_is_added_while_nobody_has_it_may_take_it() -> None:
    story = Story()
    assert story.happens(AddResponder("dora", "carl")) == (
        f"Carl Berg is being paged for {LABEL} as well. Nobody has it."
    )
    assert story.paged == ["anna sms", "carl sms"]
    assert story.acks("carl").startswith(f"you have {LABEL}")
    assert (story.case.owner, state_of(story, "anna")) == ("carl", "stood_down")


def test_who_is_added_to_a_case_that_waits_for_its_hours_is_paged_at_once() -> None:
    story = Story(priority="low")
    assert story.state == "held"
    story.happens(AddResponder("dora", "carl"))
    assert (story.state, story.paged) == ("paging", ["carl sms"])


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("anna", f"Anna Lind has {LABEL} since"),
        ("ben", f"Ben Ek helps with {LABEL} already."),
        ("carl", f"Carl Berg is being paged for {LABEL} already."),
        ("mute", "Mute Man has no contact method that works. Nothing was changed."),
        ("ghost", "There is no person ghost in the directory. Nothing was changed."),
    ],
)
def test_who_cannot_be_added(who: str, why: str) -> None:
    mute = replace(world.person("Mute Man"), contact_methods=())
    story = Story(book(everybody={**world.EVERYBODY, "mute": mute}))
    story.acks("anna")
    story.happens(AddResponder("anna", "ben"))
    story.acks("ben")
    story.happens(AddResponder("anna", "carl"))
    assert story.refuses(AddResponder("anna", who)).startswith(why)


def test_nobody_is_given_a_case_who_cannot_be_reached() -> None:
    mute = replace(world.person("Mute Man"), contact_methods=())
    story = Story(book(everybody={**world.EVERYBODY, "mute": mute}))
    assert story.refuses(Reassign("anna", "mute")) == (
        "Mute Man has no contact method that works. Nothing was changed."
    )


def test_the_owner_hears_of_it_when_somebody_else_gives_his_case_away() -> None:
    story = owned()
    assert story.happens(Reassign("dora", "carl")) == (
        f"Carl Berg is being paged for {LABEL}. Anna Lind has it until Carl Berg takes it."
    )
    assert story.told == [
        f"anna: Dora Holm gives {LABEL} to Carl Berg. It is yours until Carl Berg takes it."
    ]
    story.acks("carl")
    assert story.told[0] == f"anna: Carl Berg has {LABEL} now; it is not yours any more."


def test_snoozing_does_not_take_it_from_somebody_else() -> None:
    story = owned()
    assert story.refuses(Snooze("ben", 30)).startswith(f"Anna Lind has {LABEL}")
    assert story.case.owner == "anna"


ENDS: list[tuple[Event, str]] = [
    (Acknowledge("anna"), "acknowledged"),
    (Snooze("anna", 30), "snoozed"),
    (Resolve("anna"), "resolved"),
    (Escalate("anna"), "engineering"),
    (Reassign("anna", "dora"), "paging"),
    (TakeOver("dora"), "acknowledged"),
]


@pytest.mark.parametrize(("event", "state"), ENDS)
def test_what_ends_the_paging_stands_down_everybody_at_once(event: Event, state: str) -> None:
    """All that is queued or ringing is cancelled in the same decision."""
    first = world.watch("first", "anna", "carl")
    story = Story(book(watches={**world.SCHEDULES, "first": first}))
    story.happens(AddResponder("dora", "ben"))
    story.stood_down = 0
    story.happens(event)
    assert (story.state, story.stood_down) == (state, 1)
    assert {state_of(story, name) for name in ("carl", "ben")} == {"stood_down"}


def test_a_decline_stands_nobody_else_down() -> None:
    first = world.watch("first", "anna", "carl")
    story = Story(book(watches={**world.SCHEDULES, "first": first}))
    story.happens(Decline("anna", "sms"))
    assert (state_of(story, "anna"), state_of(story, "carl")) == ("declined", "open")


def test_help_asked_for_is_dropped_when_the_case_is_stood_down_and_that_is_said() -> None:
    story = Story(book(world.house(acknowledge_timeout=hours(1))))
    story.acks("anna")
    story.writes("agent", "On it.")
    story.passes(minutes(59))
    story.happens(AddResponder("anna", "ben"))
    story.passes(minutes(1))
    assert story.acks("anna").endswith("Ben Ek is not asked to help any more.")
    assert story.refuses(Acknowledge("ben")).startswith("Anna Lind has")


def test_an_item_that_is_claimed_from_another_engineer_is_told_to_him() -> None:
    story = owned()
    story.happens(Escalate("anna", reason="a fault"))
    story.acks("eva")
    story.forget()
    story.happens(Advance("enzo", "claim"))
    assert story.told == [f"eva: Enzo Riva has {LABEL} now; it is not yours any more."]
    assert story.case.state is State.ENGINEERING
