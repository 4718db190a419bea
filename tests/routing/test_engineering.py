"""Sustained Engineering (R104 to R112): how a case gets there, its stages, who hears of them."""

from dataclasses import replace
from typing import Any

import pytest

from routing.case import Stage
from routing.engineering import MOVES, NEEDS, UPDATES
from routing.event import (
    Acknowledge,
    Advance,
    ChangeSeverity,
    Decline,
    Escalate,
    Reassign,
    Resolve,
    Snooze,
)
from routing.policy import EngineeringRules, Policy, StepTarget
from routing.rule import Match
from tests.routing.story import Story
from tests.routing.world import ENGINEERING, MONDAY, SCHEDULES, book, hours, house, is_a, minutes

PULL = "https://git.example/pull/7"
STAGES = [
    ("claim", "", "A Sustained Engineer is reviewing your case."),
    ("confirm", PULL, f"We have confirmed a product issue and work on a fix has begun: {PULL}"),
    ("plan", "raise the limit", "Our plan to address the issue: raise the limit"),
    ("test", "soak test", "The fix has been made and tested internally. soak test"),
    ("release", "9.2.1", "The fix is released in version 9.2.1."),
]


def rules(**changes: Any) -> Policy:
    return house(engineering=replace(ENGINEERING, **changes))


def escalated(**changes: Any) -> Story:
    story = Story(book(rules(**changes)))
    story.acks("anna")
    story.happens(Escalate("anna", "sms", "needs a fix"))
    return story


def at_stage(stage: str) -> Story:
    story = escalated()
    for action, detail, _ in STAGES:
        if story.case.engineering is not None and story.case.engineering.stage == stage:
            break
        story.happens(Advance("eva", action, detail))
    story.forget()
    return story


def stage_of(story: Story) -> str:
    return story.case.engineering.stage.value if story.case.engineering else "none"


def public(story: Story) -> list[str]:
    return [text for text in story.written if not text.startswith("note: ")]


def test_r105_by_command_the_queue_s_on_call_is_paged() -> None:
    story = Story()
    story.acks("anna")
    story.forget()
    assert story.happens(Escalate("anna", "sms")) == (
        "ACME-7 (Acme Corp, System down) is with Sustained Engineering. Paging Eva Moe now."
    )
    assert (story.state, stage_of(story), story.paged) == ("engineering", "queued", ["eva sms"])
    assert story.case.owner == "anna", "support keeps the customer"
    assert story.said("engineering") == [
        "to the Sustained Engineering queue: Anna Lind escalated it by sms"
    ]


def test_r104_the_ticket_is_told_and_put_on_hold() -> None:
    story = Story()
    story.happens(Escalate("anna", "sms", "stuck"))
    assert story.written == [
        "Your case is now with our Sustained Engineering team for review.",
        "note: ACME-7 is with Sustained Engineering: stuck",
    ]
    assert story.statuses == ["on_hold"]


def test_r105_unresolved_after_the_policy_s_time_it_goes_by_itself() -> None:
    story = Story(book(rules(after=((is_a("severity", "high"), hours(2)), (Match(), hours(9))))))
    story.acks("anna")
    story.passes(hours(2))
    assert (story.state, story.case.engineering and story.case.engineering.reason) == (
        "engineering",
        "not resolved in the time the policy gives support",
    )
    low = Story(book(rules(after=((is_a("severity", "high"), hours(2)),))), priority="low")
    assert low.case.engineering_at is None
    low.happens(ChangeSeverity("dora", "high"))
    assert low.case.engineering_at == MONDAY + hours(2)


def test_solved_in_time_it_does_not_go() -> None:
    story = Story(book(rules(after=((Match(), hours(2)),))))
    story.ticket(status="solved")
    story.passes(hours(3))
    assert story.state == "resolved"


def test_while_the_customer_is_waited_for_it_does_not_go() -> None:
    story = Story(book(rules(after=((Match(), hours(2)),))))
    story.ticket(status="pending")
    story.passes(hours(20))
    assert story.state == "waiting"
    story.writes("customer")
    story.passes(hours(10))
    assert story.state == "engineering"


def test_by_a_tag_or_a_field_of_the_ticket_also_of_a_new_one() -> None:
    tagged = Story(tags="sso engineering")
    assert (tagged.state, tagged.paged) == ("engineering", ["eva sms"])
    assert tagged.case.engineering is not None
    assert tagged.case.engineering.reason == "tagged engineering"
    story = Story(book(rules(fields={"needs": frozenset({"fix"})})))
    story.ticket(fields={"needs": "advice"})
    assert story.state == "paging"
    story.ticket(fields={"needs": "fix"})
    assert story.state == "engineering"
    assert story.case.engineering is not None
    assert story.case.engineering.reason == "needs is fix"


def test_tagged_and_opened_in_one_report_it_goes_and_stays() -> None:
    """With the state before the report asked, the case was back with support, its item queued."""
    story = Story(status="pending")
    story.ticket(status="open", tags="engineering")
    assert (story.state, story.paged) == ("engineering", ["eva sms"])


def test_a_policy_without_a_queue_keeps_the_case_with_support() -> None:
    story = Story(book(house(engineering=EngineeringRules(after=((Match(), hours(2)),)))))
    assert story.refuses(Escalate("anna")) == (
        "this policy has no Sustained Engineering queue. The case stays with support."
    )
    story.acks("anna")
    story.writes("agent")
    story.passes(hours(2.5))
    assert story.state == "acknowledged"


def test_on_silence_in_the_queue_its_lead_then_the_duty_manager() -> None:
    story = escalated()
    story.forget()
    story.passes(minutes(15))
    assert story.paged == ["eva voice", "enzo sms"]
    story.passes(minutes(15))
    assert (story.state, story.paged) == ("engineering", ["enzo voice", "dora sms"])
    story.acks("dora")
    assert story.case.engineering is not None
    assert (story.case.engineering.engineer, story.case.remind_at) == ("dora", None)


def test_acknowledging_claims_the_item() -> None:
    story = escalated()
    story.forget()
    assert story.acks("eva").startswith("you have ACME-7")
    assert (stage_of(story), story.case.owner) == ("reviewing", "anna")
    assert story.written == [
        "note: Eva Moe has taken ACME-7 in Sustained Engineering.",
        "A Sustained Engineer is reviewing your case.",
    ]
    story.forget()
    story.passes(minutes(50))
    assert story.paged == []


def test_a_late_answer_to_the_page_before_takes_nothing_in_the_queue() -> None:
    """Anna's page was for the case: her late `1` must not make her the engineer."""
    story = Story()
    story.passes(minutes(5))
    story.happens(Escalate("ben", "sms", "stuck"))
    assert story.refuses(Acknowledge("anna", "sms")) == (
        "Sustained Engineering has ACME-7 (Acme Corp, System down): its queue."
    )
    story.acks("eva")
    for late in (Acknowledge("enzo"), Decline("enzo")):
        assert story.refuses(late) == (
            "Sustained Engineering has ACME-7 (Acme Corp, System down): Eva Moe there."
        )


def test_r106_to_r112_every_stage_tells_the_customer() -> None:
    story = escalated()
    assert public(story) == [UPDATES[Stage.QUEUED]]
    for action, detail, update in STAGES:
        story.happens(Advance("eva", action, detail))
        assert public(story) == [update], action
    item = story.case.engineering
    assert item is not None
    assert (item.pull_request, item.plan, item.version) == (PULL, "raise the limit", "9.2.1")
    assert (story.state, item.engineer) == ("waiting", "eva")


def test_the_policy_may_word_the_updates() -> None:
    story = escalated(updates={"queued": "{case}: our engineers have it: {detail}"})
    assert public(story) == ["ACME-7: our engineers have it: needs a fix"]


def test_released_the_customer_s_answer_wakes_support() -> None:
    story = at_stage("released")
    story.passes(hours(1))
    story.writes("customer", "It still fails.")
    assert (story.state, story.paged) == ("acknowledged", ["anna sms"])


@pytest.mark.parametrize("stage", ["queued", "reviewing", "confirmed", "planned", "tested"])
def test_returned_from_any_stage_support_goes_on(stage: str) -> None:
    story = at_stage(stage)
    story.happens(Advance("eva", "return", "not a defect"))
    assert (story.state, stage_of(story), story.paged) == ("paging", "returned", ["anna sms"])
    assert story.case.engineering is not None
    assert story.case.engineering.returned == "not a defect"
    assert story.written == [
        "note: Returned to support by Eva Moe: not a defect",
        "Sustained Engineering has reviewed your case; support goes on with it.",
    ]
    assert story.statuses[-1] == "open"


def test_returned_it_does_not_go_back_by_its_tag_but_by_command() -> None:
    story = at_stage("reviewing")
    story.happens(Advance("eva", "return", "not a defect"))
    story.ticket(tags="engineering")
    assert story.state == "paging"
    story.happens(Escalate("anna", reason="it is one"))
    assert (story.state, stage_of(story)) == ("engineering", "queued")


@pytest.mark.parametrize("action", sorted(NEEDS))
def test_what_a_stage_needs_is_asked_for(action: str) -> None:
    before = {"confirm": "reviewing", "plan": "confirmed", "release": "tested", "return": "queued"}
    story = at_stage(before[action])
    assert story.refuses(Advance("eva", action, "  ")) == (
        f"{action} needs {NEEDS[action]}. Nothing was changed."
    )


@pytest.mark.parametrize("stage", ["queued", "reviewing", "confirmed", "planned", "tested"])
@pytest.mark.parametrize("action", sorted({a for _, a in MOVES} | {"ship"}))
def test_stages_move_by_the_table_and_no_other_way(stage: str, action: str) -> None:
    story = at_stage(stage)
    wanted = MOVES.get((Stage(stage), action))
    if wanted is not None:
        story.happens(Advance("eva", action, "detail"))
        assert stage_of(story) == wanted
    else:
        can = ", ".join(a for s, a in MOVES if s == stage)
        assert story.refuses(Advance("eva", action, "detail")) == (
            f"ACME-7 is {stage}, so {action} is not possible. Possible now: {can}."
        )


def test_what_is_not_in_the_queue_has_no_stage_to_move() -> None:
    assert Story().refuses(Advance("eva", "claim")) == (
        "ACME-7 is not with Sustained Engineering. Nothing was changed."
    )
    released = at_stage("released")
    assert released.refuses(Advance("eva", "claim")) == (
        "ACME-7 is not with Sustained Engineering. Nothing was changed."
    )


def test_what_the_queue_has_is_neither_snoozed_nor_escalated_again() -> None:
    story = escalated()
    assert story.refuses(Snooze("anna", 5)) == (
        "ACME-7 (Acme Corp, System down) is with Sustained Engineering; it cannot be snoozed."
    )
    assert story.refuses(Escalate("anna")) == (
        "ACME-7 (Acme Corp, System down) is with Sustained Engineering already."
    )


def test_an_engineer_gives_it_back_and_the_stage_stays() -> None:
    story = at_stage("confirmed")
    story.declines("eva")
    assert (stage_of(story), story.paged) == ("confirmed", ["enzo sms"])
    assert story.case.engineering is not None
    assert story.case.engineering.engineer is None
    story.acks("enzo")
    assert (stage_of(story), public(story)) == ("confirmed", [])


def test_an_item_that_does_not_move_is_asked_about_and_an_answer_moves_no_stage() -> None:
    """With a claim always leading to `reviewing`, an answer took a tested fix back to review."""
    story = at_stage("tested")
    story.passes(hours(30))
    assert story.paged[0] == "eva sms"
    assert story.said("escalation")[-1].startswith("nothing has moved since it was tested")
    story.acks("eva")
    assert stage_of(story) == "tested"
    assert story.said("engineering")[-1] == "Eva Moe is still on it"
    story.forget()
    story.passes(hours(20))
    assert story.paged == []


def test_reassigned_in_the_queue_the_other_is_paged_by_the_queue_s_policy() -> None:
    story = at_stage("reviewing")
    story.happens(Reassign("eva", "enzo"))
    assert story.paged == ["enzo sms"]
    story.passes(minutes(15))
    assert story.paged == ["enzo voice", "eva sms"], "not Anna, who is support's"
    story.acks("eva")
    assert story.refuses(Reassign("dora", "eva")).endswith("Eva Moe there.")


def test_whatever_moves_it_stands_down_who_is_asked_about_it() -> None:
    story = at_stage("reviewing")
    story.happens(Reassign("eva", "enzo"))
    story.happens(Advance("eva", "confirm", PULL))
    assert story.case.open_pages == ()
    assert story.case.round is None


def test_a_machine_moves_a_stage_but_claims_nothing() -> None:
    story = at_stage("confirmed")
    assert story.refuses(Advance("token ci", "claim")).startswith("There is no person token ci")
    story.declines("eva")
    story.happens(Advance("token ci", "plan", "raise the limit"))
    assert story.case.engineering is not None
    assert (stage_of(story), story.case.engineering.engineer) == ("planned", None)
    assert [p.person for p in story.case.open_pages] == ["enzo"], "somebody is wanted still"


def test_r107_leadership_is_told_by_rule_and_once() -> None:
    leaders = (StepTarget("person", "dora"), StepTarget("schedule", "lead"))
    story = escalated(leadership=((is_a("severity", "high"), hours(6)),), leaders=leaders)
    story.acks("eva")
    story.passes(hours(6))
    line = "ACME-7 (Acme Corp, System down) has been with Sustained Engineering since 10:00 UTC;"
    assert [t for t in story.told if line in t] == [
        f"dora: {line} it is reviewing.",
        f"enzo: {line} it is reviewing.",
    ]
    story.passes(hours(20))
    assert not [t for t in story.told if line in t]


def test_out_of_the_queue_in_time_leadership_is_not_told() -> None:
    leaders = (StepTarget("person", "dora"),)
    story = escalated(leadership=((Match(), hours(6)),), leaders=leaders)
    story.happens(Resolve("eva"))
    story.passes(hours(20))
    assert story.told == []


def test_the_ticket_waiting_or_open_again_leaves_it_in_the_queue() -> None:
    story = escalated()
    for status in ("on_hold", "pending", "open"):
        story.ticket(status=status)
        assert story.state == "engineering"
    story.writes("customer", "Any news?")
    assert story.state == "engineering"
    story.ticket(status="solved")
    assert (story.state, story.case.open_pages) == ("resolved", ())


def test_a_promise_broken_meanwhile_is_told_to_who_has_the_customer() -> None:
    story = escalated()
    story.passes(hours(1))
    assert story.told == [
        "anna: A promise to the customer was broken: ACME-7 (Acme Corp, System down)."
    ]


def test_a_queue_without_a_watch_goes_by_its_policy() -> None:
    policy = rules(schedule=None)
    story = Story(book(policy, watches={k: v for k, v in SCHEDULES.items() if k != "engineers"}))
    story.happens(Escalate("anna"))
    assert story.paged == ["anna sms", "enzo sms"]


def test_our_own_on_hold_and_open_become_facts_and_nothing_more() -> None:
    story = escalated()
    story.forget()
    story.ticket(status="on_hold", priority="low", echo=True)
    assert (story.case.ticket.status, story.state) == ("on_hold", "engineering")
    assert (story.paged, story.said("severity")) == ([], [])
    story.ticket(status="open")
    assert (story.case.ticket.status, story.state) == ("open", "engineering")
    assert story.said("status") == ["the ticket is open"]
    story.ticket(status="on_hold", echo=True)
    story.happens(Advance("eva", "return", "not a defect"))
    state = story.state
    story.ticket(status="open", echo=True)
    assert (story.case.ticket.status, story.state) == ("open", state)


def test_an_on_hold_of_ours_that_comes_late_quiets_nothing() -> None:
    story = escalated()
    story.happens(Advance("eva", "return", "not a defect"))
    before = story.case
    story.ticket(status="on_hold", echo=True)
    assert story.case == before
