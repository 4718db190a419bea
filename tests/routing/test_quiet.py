"""Quiet hours and repeated contacts: what is held, what breaks through, and that it is said."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from routing.calendar import Window
from routing.event import ChangeSeverity, ContactRefused, Reassign
from routing.people import ContactRule, Person
from routing.policy import Plan, Policy, Promise, Route
from routing.rule import Match
from routing.sla import Metric, Target
from tests.routing import world
from tests.routing.story import Story
from tests.routing.times import utc
from tests.routing.world import book, hours, minutes, nightly

NIGHT = utc("2026-03-02 23:00")
BY_NIGHT: tuple[Window, ...] = nightly(22, 7)
SLOW = Promise("24x7", {Metric.FIRST_REPLY: Target(minutes=60 * 20)})
PLAN = Plan("premier", promises={"high": world.ROUND_THE_CLOCK, "low": SLOW, "medium": SLOW})
URGENT = replace(world.URGENT, rounds=1)


def policy(**changes: Any) -> Policy:
    """Whatever comes is paged at once; what is low is of normal urgency."""
    wanted = {
        "routes": (Route("all", Match(), "urgent", page="now"),),
        "plans": {"premier": PLAN, "unknown": Plan("unknown", rank=9)},
    }
    return world.house(**(wanted | changes))


def quiet(person: Person) -> Person:
    return replace(person, quiet_hours=BY_NIGHT)


def night(priority: str = "low", **changes: Any) -> Story:
    """Anna sleeps from 22:00 to 07:00; a ticket comes at 23:00."""
    known = {**world.EVERYBODY, "anna": quiet(world.ANNA)}
    return Story(book(policy(**changes), known), at=NIGHT, priority=priority)


def test_what_may_wait_is_held_until_the_quiet_hours_are_over_and_that_is_said() -> None:
    story = night()
    assert story.paged == []
    assert story.said("quiet") == [
        "the page to Anna Lind is held until 3 Mar 07:00 UTC, by quiet hours"
    ]
    story.until("06:59")
    assert (story.paged, story.state) == ([], "paging")
    story.until("07:00")
    assert story.paged == ["anna sms"]
    story.until("07:05")
    assert story.paged == ["ben sms"], "the step has had its time"


def test_what_is_urgent_breaks_through_and_that_is_said() -> None:
    story = night("urgent")
    assert story.paged == ["anna sms"]
    assert story.said("quiet") == ["Anna Lind's quiet hours do not hold this page: it is urgent"]


@pytest.mark.parametrize(
    ("holds", "priority", "paged"),
    [
        ({"normal", "urgent"}, "normal", []),
        ({"normal"}, "normal", ["anna sms"]),
        (set(), "low", ["anna sms"]),
    ],
)
def test_the_policy_says_what_is_held(holds: set[str], priority: str, paged: list[str]) -> None:
    assert night(priority, quiet_holds=frozenset(holds)).paged == paged


def test_a_promise_that_falls_due_in_quiet_hours_breaks_through() -> None:
    """Whatever is held is never held over a promise."""
    soon = Promise("24x7", {Metric.FIRST_REPLY: Target(minutes=120)})
    plan = replace(PLAN, promises={"low": soon})
    story = night(plans={"premier": plan, "unknown": Plan("unknown", rank=9)})
    assert story.paged == ["anna sms"]
    assert story.said("quiet") == [
        "Anna Lind's quiet hours do not hold this page: a promise is due at 3 Mar 01:00 UTC"
    ]


def test_a_held_page_that_becomes_urgent_is_begun_at_once() -> None:
    story = night()
    story.passes(hours(1))
    story.happens(ChangeSeverity("dora", "high"))
    assert story.paged == ["anna sms"]
    assert story.said("quiet")[-1] == (
        "Anna Lind's quiet hours hold this page no longer: it is urgent"
    )
    story.passes(minutes(5))
    assert story.paged == ["anna voice", "ben sms"], "and the step lasts as long as any"


def test_rule_5_who_is_gone_when_the_hold_ends_early_is_not_waited_for() -> None:
    story = night()
    mute = replace(quiet(world.ANNA), contact_methods=())
    story.book = replace(story.book, people={**world.EVERYBODY, "anna": mute})
    story.happens(ChangeSeverity("dora", "high"))
    assert story.paged == ["ben sms"]


def test_where_somebody_else_of_the_step_is_awake_the_step_does_not_wait() -> None:
    known = {**world.EVERYBODY, "anna": quiet(world.ANNA)}
    watches = {**world.SCHEDULES, "first": world.watch("first", "anna", "carl")}
    story = Story(book(policy(), known, watches), at=NIGHT, priority="low")
    assert story.paged == ["carl sms"]
    story.passes(minutes(5))
    assert story.paged == ["ben sms"]
    assert "Anna Lind was not reached in quiet hours" in story.said("expired")


def test_the_loud_end_is_never_held() -> None:
    known = {name: quiet(p) if name == "dora" else p for name, p in world.EVERYBODY.items()}
    story = Story(
        book(policy(escalation_policies={"urgent": URGENT}), known), at=NIGHT, priority="low"
    )
    story.passes(minutes(25))
    assert story.state == "exhausted"
    assert "dora sms" in story.paged
    assert story.said("quiet")[-1].endswith("nobody else has answered")


def test_quiet_hours_are_those_of_the_persons_own_clock() -> None:
    tokyo = replace(quiet(world.ANNA), time_zone="Asia/Tokyo")
    known = {**world.EVERYBODY, "anna": tokyo}
    at = utc("2026-03-02 14:00")
    story = Story(book(policy(), known), at=at, priority="low")
    assert story.paged == []
    assert "held until 22:00 UTC" in story.said("quiet")[0]


def test_given_by_name_it_is_held_all_the_same() -> None:
    known = {**world.EVERYBODY, "carl": quiet(world.CARL)}
    story = Story(book(policy(), known), at=NIGHT, priority="low")
    story.acks("anna")
    story.forget()
    story.happens(Reassign("anna", "carl"))
    assert (story.paged, story.case.owner) == ([], "anna")
    story.until("07:00")
    assert story.paged == ["carl sms"]


THRICE = {
    "urgent": (
        ContactRule("sms", timedelta()),
        ContactRule("voice", minutes(1), repeat=2, every=minutes(3)),
    )
}
LONG = replace(world.URGENT, steps=(world.step("schedule first", 30),), rounds=1)


def insistent() -> Story:
    """Anna is texted, and rung three times, three minutes apart."""
    known = {**world.EVERYBODY, "anna": replace(world.ANNA, contact_rules=THRICE)}
    return Story(book(policy(escalation_policies={"urgent": LONG}), known))


def test_a_contact_is_repeated_until_somebody_answers() -> None:
    story = insistent()
    story.passes(minutes(7))
    assert story.paged == ["anna sms", "anna voice", "anna voice", "anna voice"]
    story.passes(minutes(20))
    assert story.paged == []
    other = insistent()
    other.passes(minutes(2))
    other.acks("anna")
    other.forget()
    other.passes(minutes(20))
    assert other.paged == []


def test_a_refusal_hurries_another_method_but_no_repetition() -> None:
    story = insistent()
    story.fails("anna sms", "undelivered")
    assert story.paged == ["anna sms", "anna voice"]
    story.fails("anna voice", "busy")
    assert (story.paged, story.state) == ([], "paging")
    story.passes(minutes(4))
    assert story.paged == ["anna voice"]


def test_a_dead_number_is_not_repeated_and_the_next_step_is_at_once() -> None:
    story = insistent()
    story.fails("anna sms", "undelivered")
    page = story.case.page_of("anna")
    assert page is not None
    story.happens(ContactRefused(page.turn, "anna", "voice", 1, "no such number", dead=True))
    assert (story.case.page_of("anna") or page).state.value == "unreachable"
    assert story.state == "exhausted"
