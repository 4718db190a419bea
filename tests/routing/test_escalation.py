"""Escalation told as stories: who is paged, in which order, until somebody answers."""

from dataclasses import replace
from datetime import timedelta

from routing.event import Escalate
from routing.policy import EngineeringRules, EscalationPolicy, Policy, Step, StepTarget
from routing.rule import Match
from tests.routing import world
from tests.routing.story import ACME, Story
from tests.routing.world import (
    ANNA,
    CALM,
    EVERYBODY,
    FIX,
    ROUTES,
    SCHEDULES,
    book,
    hours,
    house,
    minutes,
    people,
    step,
    turns,
    watch,
)


def by(*steps: Step, rounds: int = 1, **changes: object) -> Policy:
    """The house with another way to escalate an outage."""
    urgent = EscalationPolicy("urgent", steps, rounds)
    return house(escalation_policies={e.id: e for e in (urgent, CALM, FIX)}, **changes)


def test_on_silence_anna_then_ben_then_sustained_engineering() -> None:
    story = Story()
    assert story.paged == ["anna sms"]
    story.passes(minutes(2))
    assert story.paged == ["anna voice"]
    story.passes(minutes(3))
    assert story.paged == ["ben sms"]
    assert story.said("expired") == ["Anna Lind did not answer"]
    story.passes(minutes(5))
    assert story.paged == ["ben voice", "eva sms"]
    assert story.acks("eva") == "you have ACME-7 (Acme Corp, System down). Reply due 11:00 UTC."
    assert story.state == "acknowledged"
    story.passes(minutes(49))
    assert story.paged == []


def test_every_page_says_why_on_the_timeline() -> None:
    story = Story()
    story.passes(minutes(5))
    assert story.said("paged") == [
        "paging Anna Lind: on call in schedule first",
        "paging Ben Ek: on call in schedule second; Anna Lind did not answer",
    ]


def test_who_declines_is_passed_over_at_once() -> None:
    story = Story()
    assert story.declines("anna") == (
        "declined ACME-7 (Acme Corp, System down). Paging Ben Ek now."
    )
    assert story.paged == ["anna sms", "ben sms"]
    assert (story.excused, story.stood_down) == (["anna"], 0)
    assert story.said("paged")[-1] == (
        "paging Ben Ek: on call in schedule second; Anna Lind declined"
    )


def test_who_declined_is_asked_again_in_the_next_round_not_in_this() -> None:
    story = Story(book(by(step("schedule first"), step("schedule first"), rounds=2)))
    story.declines("anna")
    assert story.case.round is not None
    assert story.case.round.number == 2, "the second step meant nobody else: the round was over"
    assert story.paged == ["anna sms", "anna sms"]


def test_of_two_paged_the_other_is_waited_for() -> None:
    story = Story(book(watches={**SCHEDULES, "first": watch("first", "anna", "carl")}))
    assert story.paged == ["anna sms", "carl sms"]
    story.declines("anna")
    assert story.paged == []
    story.declines("carl")
    assert story.paged == ["ben sms"]


def test_rule_5_a_refused_last_method_escalates_at_once() -> None:
    """With the step waited out, Ben was paged at 10:05 and not at 10:03."""
    story = Story()
    story.passes(minutes(2))
    story.passes(minutes(1))
    story.fails("anna voice", "nobody picks up")
    assert story.now == world.MONDAY + minutes(3)
    assert story.paged == ["anna sms", "anna voice", "ben sms"]
    assert story.said("unreachable") == ["Anna Lind did not answer, and no other way is left"]


def test_whom_nothing_got_through_to_cannot_be_reached() -> None:
    story = Story()
    story.fails("anna sms")
    story.fails("anna voice")
    assert story.said("unreachable") == ["Anna Lind cannot be reached"]


def test_a_refused_first_method_brings_the_next_forward() -> None:
    story = Story()
    story.fails("anna sms")
    assert story.paged == ["anna sms", "anna voice"]
    assert story.said("refused") == ["sms to Anna Lind failed: no such number"]


def test_every_method_of_everybody_refused_reaches_the_duty_manager_within_the_second() -> None:
    story = Story()
    for name in ("anna", "ben", "eva") * 2:
        story.fails(f"{name} sms")
        story.fails(f"{name} voice")
    assert story.state == "exhausted"
    assert story.now == world.MONDAY
    assert story.paged[-1] == "dora sms"


def test_a_refusal_that_comes_late_changes_nothing_for_whom_it_came_too_late() -> None:
    story = Story()
    story.passes(minutes(6))
    assert story.paged == ["anna sms", "anna voice", "ben sms"]
    story.fails("anna voice", "no answer")
    assert story.paged == []
    assert [p.person for p in story.case.open_pages] == ["ben"]


def test_a_step_that_means_nobody_is_passed_at_once() -> None:
    story = Story(book(watches={**SCHEDULES, "first": turns("first")}))
    assert story.paged == ["ben sms"]
    assert story.said("skipped") == ["step 1 has nobody to page now; the next step begins at once"]


def test_a_schedule_with_a_gap_is_asked_live_at_the_step() -> None:
    """Rule 8: with the people frozen at opening, Anna was paged for a watch that was Carl's."""
    begin = world.MONDAY
    change = begin + minutes(4)
    first = turns("first", ("anna", begin, change), ("carl", change, begin + hours(9)))
    story = Story(book(by(step("schedule first"), rounds=2), watches={**SCHEDULES, "first": first}))
    assert story.paged == ["anna sms"]
    story.passes(minutes(5))
    assert story.paged == ["anna voice", "carl sms"]


def test_a_person_nobody_knows_or_can_reach_is_no_reason_to_wait() -> None:
    story = Story(book(everybody=people(*(p for p in EVERYBODY.values() if p.id != "anna"))))
    assert story.paged == ["ben sms"]
    mute = replace(ANNA, contact_methods=())
    story = Story(book(everybody={**EVERYBODY, "anna": mute}))
    assert story.paged == ["ben sms"]
    assert story.said("unreachable") == ["Anna Lind has no contact method that works"]


def test_who_leaves_while_paged_is_passed_over_when_next_wanted() -> None:
    story = Story()
    story.people(anna=None)
    story.passes(minutes(2))
    assert story.paged == ["anna sms", "ben sms"]
    assert story.said("unreachable") == ["anna is not in the directory any more"]


def test_a_step_may_ask_for_hours_and_for_how_long_is_left() -> None:
    in_hours = step("schedule first", when=Match(calendar="business"))
    at_risk = step("schedule lead", when=Match(sla_remaining_below=minutes(56)))
    policy = by(in_hours, at_risk, step("schedule second"), rounds=2)
    sunday = world.MONDAY - timedelta(days=1)
    story = Story(book(policy), at=sunday)
    assert story.paged == ["ben sms"]
    assert story.said("skipped") == ["step 1 does not apply now", "step 2 does not apply now"]
    story.passes(minutes(5))
    assert story.paged == ["ben voice", "enzo sms"]


def test_a_broken_promise_is_still_at_risk() -> None:
    at_risk = step("schedule lead", when=Match(sla_remaining_below=minutes(30)))
    story = Story(book(by(step("schedule first", 90), at_risk)))
    story.passes(minutes(90))
    assert story.paged[-1] == "enzo sms"


def test_rule_7_after_the_last_round_it_is_loud_and_stays_loud() -> None:
    """With `remind` never called, the case slept in `exhausted` until its daily review."""
    story = Story()
    story.passes(minutes(40))
    assert story.state == "exhausted"
    assert story.paged[-1] == "dora sms"
    assert story.written == [
        "note: Nobody on call has answered for ACME-7. The duty manager is paged."
    ]
    story.passes(minutes(30))
    story.passes(minutes(30))
    assert story.paged == ["dora voice", "dora sms", "dora voice", "dora sms"]
    assert story.written == [], "the ticket is told once"
    story.acks("dora")
    assert story.state == "acknowledged"


def test_without_a_duty_manager_the_escalation_begins_again() -> None:
    story = Story(book(by(step("schedule first"), duty_manager=())))
    story.passes(minutes(5))
    assert story.state == "exhausted"
    assert story.written == ["note: Nobody on call has answered for ACME-7. Paging begins again."]
    assert story.paged == ["anna sms", "anna voice"]
    story.passes(minutes(30))
    assert story.paged == ["anna sms"]
    assert story.case.open_pages[0].why == "on call in schedule first", (
        "who was not asked was not silent"
    )
    story.passes(minutes(70))
    assert story.paged.count("anna sms") == 2
    assert story.written == []


def test_a_policy_without_steps_goes_to_the_duty_manager_at_once() -> None:
    story = Story(book(by()))
    assert story.state == "exhausted"
    assert story.paged == ["dora sms"]


def test_rule_2_an_outage_of_three_hours_makes_one_contact() -> None:
    """With a step's end counted from the last one's, the case woke at once, step after step."""
    story = Story()
    story.forget()
    story.outage(hours(3))
    assert story.paged == ["ben sms"]
    late = [e for e in story.entries if e.due_at is not None]
    assert ("breach", world.MONDAY + hours(1)) in [(e.kind, e.due_at) for e in late]
    story.passes(minutes(2))
    assert story.paged == ["ben voice"]


def test_what_was_late_says_when_it_was_due() -> None:
    story = Story()
    story.outage(minutes(4))
    (late,) = [e for e in story.entries if e.kind == "contact" and e.due_at]
    assert (late.text, late.due_at) == ("voice to Anna Lind", world.MONDAY + minutes(2))


def test_rule_3_turns_go_on_through_solved_and_reopened() -> None:
    """With `turn` reset on reopening, the second text had the key of the first."""
    story = Story()
    story.ticket(status="solved")
    story.ticket(status="open")
    assert story.paged == ["anna sms", "anna sms"]
    assert [p.turn for p in story.case.pages] == [1, 2]


def test_the_pages_of_a_long_night_are_kept_as_far_as_they_matter() -> None:
    story = Story(book(by(step("schedule first"), duty_manager=())))
    story.passes(timedelta(days=3))
    assert 40 <= len(story.case.pages) <= 41
    assert story.case.turn > 80


def test_a_crowd_s_pages_are_seen_to_end_before_they_are_forgotten() -> None:
    """Forgotten in the decision that ended them, twenty pages stayed open in the database."""
    crowd = {f"p{n}": replace(ANNA, id=f"p{n}") for n in range(60)}
    policy = by(step("group all"), step("schedule lead"), groups={"all": tuple(crowd)})
    story = Story(book(policy, everybody={**EVERYBODY, **crowd}))
    assert len(story.case.open_pages) == 60
    story.passes(minutes(5))
    expired = [p for p in story.case.pages if p.closed_at == story.now]
    assert len(expired) == 60
    story.passes(minutes(5))
    assert len(story.case.pages) <= 42


def test_groups_are_paged_together_and_channels_are_no_people() -> None:
    targets = (StepTarget("group", "leads"), StepTarget("channel", "war-room"))
    both = replace(step("group leads"), targets=targets)
    story = Story(book(by(both, groups={"leads": ("enzo", "ghost", "anna")})))
    assert story.paged == ["enzo sms", "anna sms"]


def test_low_urgency_uses_the_rules_for_it() -> None:
    low = replace(ROUTES[0], id="low", match=world.is_a("severity", "low"))
    story = Story(book(house(routes=(low,))), priority="low")
    story.passes(minutes(4))
    assert story.paged == ["anna sms"]


def test_regions_page_who_has_the_sun_then_the_backup() -> None:
    emea = replace(world.REGIONS["emea"], backup="second")
    policy = by(step("region"), step("region_backup"), regions={**world.REGIONS, "emea": emea})
    story = Story(book(policy))
    assert story.case.acting_region == "emea"
    story.passes(minutes(5))
    assert story.paged == ["anna sms", "anna voice", "ben sms"]
    assert "EMEA has the sun, on call there" in story.said("paged")[0]
    night = Story(book(policy), at=world.MONDAY + hours(13))
    assert night.paged == ["carl sms"]
    assert night.case.acting_region == "apac"


def test_without_any_sun_the_after_hours_target_answers() -> None:
    dark = {k: replace(r, calendar="never") for k, r in world.REGIONS.items()}
    policy = by(step("region"), regions=dark, after_hours=(StepTarget("person", "carl"),))
    story = Story(book(policy))
    assert story.paged == ["carl sms"]
    assert story.case.acting_region is None
    assert story.said("paged") == ["paging Carl Berg: after hours: no region has sun"]


def test_a_home_region_keeps_its_customer_while_it_has_the_sun() -> None:
    both = {**world.REGIONS, "amer": replace(world.REGIONS["amer"], calendar="24x7")}
    policy = by(step("region"), regions=both)
    story = Story(book(policy), customer=replace(ACME, region="emea"))
    assert story.paged == ["anna sms"]
    assert Story(book(policy)).paged == ["ben sms"], "amer keeps the sun longest"


def test_engineering_without_a_schedule_or_policy_of_its_own_still_pages() -> None:
    policy = house(engineering=EngineeringRules(schedule="engineers"))
    story = Story(book(policy))
    story.happens(Escalate("anna", "sms", "stuck"))
    assert story.paged == ["anna sms", "eva sms"]
