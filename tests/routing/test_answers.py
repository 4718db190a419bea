"""What responders answer, and what they are answered."""

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.case import State
from routing.event import (
    Acknowledge,
    ChangeSeverity,
    Decline,
    Escalate,
    Note,
    Reassign,
    Refusal,
    Resolve,
    Snooze,
)
from routing.page import PageState
from routing.policy import EscalationPolicy
from tests.routing import world
from tests.routing.story import Story
from tests.routing.world import SCHEDULES, book, hours, house, minutes, step, turns, watch

PATIENT = house(acknowledge_timeout=hours(1))


def page_state(story: Story, name: str) -> str:
    page = story.case.page_of(name)
    return page.state.value if page else "never paged"


def test_acknowledging_takes_the_case_and_stands_everybody_down() -> None:
    story = Story(book(watches={**SCHEDULES, "first": watch("first", "anna", "carl")}))
    assert story.acks("carl") == "you have ACME-7 (Acme Corp, System down). Reply due 11:00 UTC."
    assert (story.state, story.case.owner, story.case.owner_since) == (
        "acknowledged",
        "carl",
        world.MONDAY,
    )
    assert (page_state(story, "carl"), page_state(story, "anna")) == (
        "acknowledged",
        "stood_down",
    )
    assert story.written == ["note: Carl Berg has acknowledged ACME-7 and owns it."]
    story.forget()
    story.passes(minutes(59))
    assert story.paged == []


def test_acknowledging_twice_is_said_twice_and_done_once() -> None:
    story = Story()
    first = story.acks("anna")
    before = story.case
    assert story.acks("anna") == first
    assert story.case == before
    assert story.written == ["note: Anna Lind has acknowledged ACME-7 and owns it."]


def test_a_late_answer_is_told_the_truth() -> None:
    story = Story(at=world.MONDAY.replace(hour=3, minute=10))
    story.passes(minutes(5))
    story.now = story.now.replace(minute=16)
    story.acks("ben")
    assert story.refuses(Acknowledge("anna", "sms")) == (
        "Ben Ek has ACME-7 (Acme Corp, System down) since 03:16 UTC."
    )
    assert story.refuses(Decline("anna", "sms")) == (
        "Ben Ek has ACME-7 (Acme Corp, System down) since 03:16 UTC."
    )


def test_a_late_answer_while_nobody_has_it_takes_it() -> None:
    story = Story()
    story.passes(minutes(6))
    story.acks("anna")
    assert story.case.owner == "anna"
    assert (page_state(story, "anna"), page_state(story, "ben")) == (
        "acknowledged",
        "stood_down",
    )


def test_who_declined_may_think_better_of_it() -> None:
    story = Story()
    story.declines("anna")
    story.acks("anna")
    assert (story.case.owner, page_state(story, "anna")) == ("anna", "acknowledged")


def test_a_late_answer_to_a_solved_case_is_told_so() -> None:
    story = Story()
    story.passes(minutes(1))
    story.happens(Resolve("anna", "sms"))
    story.passes(minutes(30))
    assert story.refuses(Acknowledge("ben")) == (
        "ACME-7 (Acme Corp, System down) was resolved at 10:01 UTC. There is nothing left to do."
    )
    story.passes(timedelta(days=3))
    assert story.state == "closed"
    assert story.refuses(Acknowledge("ben")) == (
        "ACME-7 (Acme Corp, System down) was resolved. There is nothing left to do."
    )


def test_the_owner_gives_it_back_and_is_not_the_one_paged_for_it() -> None:
    story = Story()
    story.acks("anna")
    assert story.paged == ["anna sms"]
    assert story.declines("anna") == "declined ACME-7 (Acme Corp, System down). Paging Ben Ek now."
    assert (story.state, story.case.owner) == ("paging", None)
    assert story.paged == ["ben sms"]
    assert story.written[-1] == "note: Anna Lind gave ACME-7 back."
    story.passes(minutes(15))
    assert story.paged[-1] == "anna sms", "in the second round everybody is asked"


def test_given_back_out_of_hours_it_is_held_as_its_route_says() -> None:
    story = Story(priority="normal")
    story.acks("anna")
    story.writes("agent", "On it.")
    story.until("20:00")
    story.declines("anna")
    assert story.state == "held"
    story.until("09:00")
    assert story.paged == ["anna sms", "anna sms"]


def test_given_back_while_the_customer_is_waited_for_nobody_is_woken() -> None:
    story = Story()
    story.acks("anna")
    story.ticket(status="pending")
    story.forget()
    story.declines("anna")
    assert (story.state, story.case.owner, story.paged) == ("waiting", None, [])
    story.ticket(status="open")
    assert (story.state, story.paged) == ("paging", ["anna sms"])


def test_declining_what_nobody_asked_of_you_changes_nothing() -> None:
    story = Story(priority="low")
    assert story.state == "held"
    story.declines("carl")
    assert (story.state, story.paged) == ("held", [])


def test_snoozed_it_sleeps_and_its_owner_is_asked_when_it_wakes() -> None:
    story = Story()
    assert story.happens(Snooze("anna", 45)) == (
        "ACME-7 (Acme Corp, System down) is yours and sleeps until 10:45 UTC."
    )
    assert (story.state, story.case.owner) == ("snoozed", "anna")
    story.forget()
    story.passes(minutes(44))
    assert story.paged == []
    story.passes(minutes(1))
    assert (story.state, story.paged) == ("acknowledged", ["anna sms"])
    assert story.said("escalation")[-1] == "the snooze is over"
    story.acks("anna")
    assert story.said("acknowledged") == ["Anna Lind is still on it by sms"]
    assert story.case.owner_since == world.MONDAY


def test_a_snooze_ends_when_a_promise_is_broken() -> None:
    story = Story()
    story.happens(Snooze("anna", 600))
    story.forget()
    story.passes(hours(1))
    assert (story.state, story.paged) == ("acknowledged", ["anna sms"])
    assert story.said("escalation")[-1] == "a promise to the customer was broken"


def test_acknowledging_a_snoozed_case_wakes_it_for_its_owner_alone() -> None:
    story = Story()
    story.happens(Snooze("anna", 60))
    assert story.refuses(Acknowledge("ben")).startswith("Anna Lind has ACME-7")
    story.acks("anna")
    assert (story.state, story.case.snooze_until) == ("acknowledged", None)


@pytest.mark.parametrize("wrong", [0, -5, 7 * 24 * 60 + 1])
def test_a_snooze_has_bounds(wrong: int) -> None:
    assert Story().refuses(Snooze("anna", wrong)) == (
        "A case can be snoozed for 1 to 10080 minutes. Nothing was changed."
    )


def test_reassigned_the_other_is_paged_and_the_owner_keeps_it_until_then() -> None:
    story = Story()
    story.acks("anna")
    story.forget()
    story.passes(minutes(5))
    assert story.happens(Reassign("anna", "carl")) == (
        "Carl Berg is being paged for ACME-7 (Acme Corp, System down)."
        " It stays yours until Carl Berg takes it."
    )
    assert (story.state, story.case.owner, story.paged) == ("acknowledged", "anna", ["carl sms"])
    story.acks("carl")
    assert (story.case.owner, story.case.owner_since) == ("carl", story.now)
    assert story.written[-1] == "note: Carl Berg has taken ACME-7 over from Anna Lind."


def test_reassigned_in_vain_others_are_asked_and_the_owner_keeps_it() -> None:
    story = Story()
    story.acks("anna")
    story.happens(Reassign("anna", "carl"))
    story.forget()
    story.passes(minutes(5))
    assert story.paged == ["carl voice", "ben sms"], "not Anna, who gave it away"
    story.declines("ben")
    story.declines("eva")
    assert story.paged[1] == "anna sms"
    story.acks("anna")
    assert (story.case.owner, story.state) == ("anna", "acknowledged")
    assert story.said("acknowledged")[-1] == "Anna Lind is still on it by sms"


def test_nobody_but_who_was_asked_takes_a_case_that_is_being_handed_on() -> None:
    story = Story()
    story.passes(minutes(6))
    story.acks("ben")
    story.happens(Reassign("ben", "carl"))
    assert story.refuses(Acknowledge("anna", "sms")).startswith("Ben Ek has ACME-7")


def test_reassigned_before_anybody_has_it_the_other_is_paged_first() -> None:
    story = Story()
    story.happens(Reassign("dora", "carl"))
    assert (story.state, story.paged) == ("paging", ["anna sms", "carl sms"])
    assert page_state(story, "anna") == "stood_down"
    story.passes(minutes(5))
    assert story.paged[-1] == "anna sms"


def test_who_cannot_be_given_it() -> None:
    story = Story()
    assert story.refuses(Reassign("dora", "ghost")) == (
        "There is no person ghost in the directory. Nothing was changed."
    )
    story.acks("anna")
    assert story.refuses(Reassign("dora", "anna")).startswith("Anna Lind has ACME-7")


def test_rule_6_only_a_known_person_can_have_a_case() -> None:
    for event in (Acknowledge("ghost"), Snooze("ghost", 5)):
        assert Story().refuses(event) == (
            "There is no person ghost in the directory. Nothing was changed."
        )


def test_a_case_that_pages_nobody_wakes_nobody_when_reassigned_in_vain() -> None:
    story = Story(priority="low")
    story.writes("agent", "In due time.")
    story.happens(Reassign("dora", "carl"))
    story.passes(hours(2))
    assert (story.state, story.paged) == ("held", ["carl sms"])
    story.acks("anna")
    story.happens(Reassign("anna", "carl"))
    story.passes(hours(2))
    assert (story.state, story.case.owner, story.paged) == ("acknowledged", "anna", ["carl sms"])
    assert story.told == ["anna: Nobody has taken ACME-7 over; it is still yours."]


def test_an_owner_who_went_silent_is_asked_then_the_case_is_paged() -> None:
    story = Story(book(PATIENT))
    story.passes(minutes(1))
    story.acks("anna")
    story.writes("agent", "On it.")
    story.forget()
    story.passes(hours(1))
    assert (story.state, story.paged) == ("acknowledged", ["anna sms"])
    assert story.said("escalation")[-1] == "nothing was heard of it for a while: still on it?"
    story.passes(minutes(5))
    assert story.case.owner == "anna", "she has it until somebody else does"
    assert story.paged == ["anna voice", "anna sms"]
    story.passes(minutes(5))
    assert story.paged == ["anna voice", "ben sms"]
    story.acks("ben")
    assert story.written[-1] == "note: Ben Ek has taken ACME-7 over from Anna Lind."


def test_nobody_answering_for_a_silent_owner_is_loud() -> None:
    story = Story(book(PATIENT))
    story.acks("anna")
    story.writes("agent", "On it.")
    story.passes(hours(2))
    assert (story.state, story.case.owner) == ("exhausted", None)
    assert "dora sms" in story.paged


def test_whatever_the_owner_does_is_a_sign_of_life() -> None:
    story = Story(book(PATIENT))
    story.acks("anna")
    story.writes("agent", "On it.")
    story.forget()
    story.passes(minutes(40))
    story.happens(Note("anna", "still looking"))
    story.passes(minutes(40))
    story.writes("agent", "We look into it.")
    story.passes(minutes(59))
    assert story.paged == []
    story.passes(minutes(1))
    assert story.paged == ["anna sms"]


def test_an_owner_asked_who_declines_has_given_it_back() -> None:
    story = Story(book(PATIENT))
    story.acks("anna")
    story.writes("agent", "On it.")
    story.passes(hours(1))
    story.forget()
    story.declines("anna")
    assert (story.state, story.case.owner, story.paged) == ("paging", None, ["ben sms"])


def test_an_owner_who_has_left_is_not_asked() -> None:
    story = Story(book(PATIENT))
    story.acks("anna")
    story.people(anna=None)
    story.forget()
    story.passes(hours(1))
    assert (story.state, story.case.owner, story.paged) == ("paging", None, ["ben sms"])
    assert story.said("owner") == ["anna, who had it, is not in the directory any more"]


def test_resolved_it_stands_down_and_closes_after_the_grace() -> None:
    story = Story()
    assert story.happens(Resolve("anna", "sms")) == (
        "ACME-7 (Acme Corp, System down) is resolved. Nobody is paged for it any more."
    )
    assert (story.state, page_state(story, "anna")) == ("resolved", "stood_down")
    assert story.stood_down == 1
    story.passes(hours(48) - timedelta(seconds=1))
    assert story.state == "resolved"
    story.passes(timedelta(seconds=1))
    assert (story.state, story.case.wake_at) == ("closed", None)


def test_a_note_is_written_to_the_ticket() -> None:
    story = Story()
    assert story.happens(Note("ben", "  database is full ")) == "noted on ACME-7."
    assert story.written == ["note: Ben Ek: database is full"]
    assert story.refuses(Note("ben", "  ")) == "The note is empty. Nothing was changed."


def test_a_worse_severity_tells_the_owner_and_pages_nobody() -> None:
    story = Story(priority="normal")
    story.acks("anna")
    story.forget()
    assert story.happens(ChangeSeverity("dora", "high")) == "ACME-7 is high now."
    assert (story.state, story.paged) == ("acknowledged", [])
    assert story.told == ["anna: ACME-7 (Acme Corp, System down) is now high."]
    story.happens(ChangeSeverity("dora", "low"))
    assert story.told == []


def test_a_severity_set_by_a_person_is_not_moved_by_the_ticket() -> None:
    story = Story(priority="normal")
    story.happens(ChangeSeverity("dora", "high"))
    story.ticket(priority="low")
    assert story.case.severity == "high"
    assert story.refuses(ChangeSeverity("dora", "huge")) == (
        "There is no severity huge; there are high, medium, low."
    )


def test_an_owner_of_two_watches_is_asked_by_name_first() -> None:
    """The owner is on call in the first step as well: asked once by name, once by the policy."""
    story = Story(book(house(acknowledge_timeout=minutes(10))))
    story.acks("anna")
    story.forget()
    story.passes(minutes(15))
    assert story.paged == ["anna sms", "anna voice", "anna sms"]


HAND = {
    "acknowledge": Acknowledge("ben"),
    "decline": Decline("ben"),
    "escalate": Escalate("ben"),
    "resolve": Resolve("ben"),
    "snooze": Snooze("ben", 5),
    "reassign": Reassign("ben", "carl"),
    "severity": ChangeSeverity("ben", "low"),
}


@pytest.mark.parametrize("state", [State.RESOLVED, State.CLOSED])
@pytest.mark.parametrize("event", HAND.values(), ids=HAND)
def test_what_is_over_takes_no_answer(event: Acknowledge, state: State) -> None:
    story = Story()
    story.happens(Resolve("anna"))
    if state is State.CLOSED:
        story.passes(timedelta(days=3))
    assert story.state == state
    assert story.refuses(event).endswith("There is nothing left to do.")


def test_rule_6_only_an_answer_of_a_person_takes_a_case() -> None:
    """A status, an assignment, a comment leave it paging.

    With an assignment taken for an answer, the case was Anna's while she slept.
    """
    story = Story()
    story.ticket(assignee_email="anna@support.example")
    story.ticket(status="open")
    story.writes("agent", "I have a look.")
    story.writes("customer", "Hello?")
    story.writes("system", "We have received your request.")
    assert (story.state, story.case.owner) == ("paging", None)
    assert page_state(story, "anna") == PageState.OPEN
    assert story.said("assigned") == ["assigned to Anna Lind in the ticket system"]


def test_an_unknown_route_policy_is_as_loud_as_silence() -> None:
    lost = replace(world.ROUTES[0], escalation="no-such-policy")
    story = Story(book(house(routes=(lost,))))
    assert (story.state, story.paged) == ("exhausted", ["dora sms"])


def test_a_refusal_is_an_exception_with_a_sentence() -> None:
    with pytest.raises(Refusal, match=r"^There is no person ghost"):
        Story().happens(Reassign("anna", "ghost"))


def test_an_empty_step_after_a_decline_is_passed_at_once() -> None:
    policy = EscalationPolicy(
        "urgent", (step("schedule first"), step("schedule second"), step("schedule lead"))
    )
    story = Story(
        book(
            house(escalation_policies={"urgent": policy}),
            watches={**SCHEDULES, "second": turns("second")},
        )
    )
    story.declines("anna")
    assert story.paged == ["anna sms", "enzo sms"]
