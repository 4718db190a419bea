"""Follow the sun: at sunset the next region is asked, and nobody keeps a case asleep.

emea has the sun from 06:00 to 14:00 (Anna), amer from 14:00 to 22:00 (Ben), apac from 22:00 (Carl);
fifteen minutes before it sets the next region is asked.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from routing.event import Acknowledge, AddResponder, ChangeSeverity, Escalate, Note, Snooze
from routing.policy import EscalationPolicy, Policy, StepTarget
from routing.schedule import Schedule
from tests.routing import world
from tests.routing.story import ACME, Story
from tests.routing.times import utc
from tests.routing.world import REGIONS, SCHEDULES, book, hours, minutes, step, sunny, turns, watch

TWO = {"emea": REGIONS["emea"], "amer": REGIONS["amer"]}
CALM = {"plans": {"premier": replace(world.PREMIER, promises={})}}
"""No promises, so that nothing but the sun wakes anybody."""


def calm(**changes: Any) -> Policy:
    return sunny(**CALM, **changes)


def owned(policy: Policy | None = None, watches: Mapping[str, Schedule] = SCHEDULES) -> Story:
    story = Story(book(policy or calm(), watches=watches))
    story.acks("anna")
    story.forget()
    return story


def test_at_sunset_the_next_region_is_asked_and_the_owner_keeps_it_until_then() -> None:
    story = owned()
    assert story.case.handover_at == world.MONDAY.replace(hour=13, minute=45)
    story.until("13:44")
    assert story.paged == []
    story.until("13:45")
    assert (story.paged, story.case.owner, story.state) == (["ben sms"], "anna", "acknowledged")
    assert story.said("escalation")[-1] == "the sun sets in EMEA: hand over to AMER"
    assert story.acks("ben").startswith("you have ACME-7")
    assert (story.case.owner, story.case.acting_region) == ("ben", "amer")
    summary = (
        "ACME-7 (Acme Corp, System down): high, opened 10:00 UTC. Anna Lind {} it since 10:00 UTC."
        " The customer has had no answer yet."
    )
    assert story.written == [
        f"note: Handover to AMER. {summary.format('has')}",
        "note: Ben Ek has taken ACME-7 over from Anna Lind.",
    ]
    assert story.told == [
        "anna: Ben Ek has ACME-7 (Acme Corp, System down) now; it is not yours any more.",
        f"ben: {summary.format('had')}",
    ]


def test_the_summary_says_what_the_next_one_needs() -> None:
    story = owned()
    story.writes("agent", "On it.")
    story.happens(Note("anna", "disk 3 replaced, rebuild runs"))
    story.happens(AddResponder("anna", "carl"))
    story.acks("carl")
    story.writes("customer", "Still down.")
    story.forget()
    story.until("13:45")
    (written,) = story.written
    assert written == (
        "note: Handover to AMER. ACME-7 (Acme Corp, System down): high, opened 10:00 UTC."
        " Anna Lind has it since 10:00 UTC. Carl Berg helps."
        " The customer waits for an answer since 10:00 UTC."
        " Last note: Anna Lind at 10:00 UTC: disk 3 replaced, rebuild runs"
    )


def shifts(*of: tuple[str, str, str]) -> Mapping[str, Schedule]:
    """One schedule and no region: who is on call from when until when."""
    first = turns("first", *((who, utc(start), utc(end)) for who, start, end in of))
    return {"first": first, "second": watch("second", "dora")}


ONE = {"regions": {}, "handover_severities": frozenset({"high"}), **CALM}
DAY, NIGHT = "2026-03-02 10:00", "2026-03-02 18:00"
HANDOFF = shifts(("anna", DAY, NIGHT), ("ben", NIGHT, "2026-03-03 10:00"))


def test_an_owner_whose_shift_ends_is_asked_and_unanswered_others_are_paged() -> None:
    story = owned(world.house(**ONE), HANDOFF)
    story.until("17:59")
    assert story.paged == []
    story.until("18:00")
    assert (story.paged, story.case.owner) == (["anna sms"], "anna")
    assert story.said("escalation")[-1] == "the shift of Anna Lind has ended: still on it?"
    story.until("18:05")
    assert story.paged == ["anna voice", "ben sms"]
    story.acks("ben")
    assert story.case.owner == "ben"
    assert story.case.shift_at == utc("2026-03-03 10:00")


def test_who_goes_on_after_his_shift_is_asked_no_more() -> None:
    story = owned(world.house(**ONE), HANDOFF)
    story.until("18:01")
    story.acks("anna")
    assert (story.case.owner, story.case.shift_at) == ("anna", None)
    story.passes(hours(20))
    assert sum(why.startswith("the shift of") for why in story.said("escalation")) == 1


def test_whose_shift_goes_on_or_is_not_handed_over_is_left_alone() -> None:
    longer = shifts(("anna", DAY, NIGHT), ("anna", NIGHT, "2026-03-02 20:00"))
    story = owned(world.house(**ONE), HANDOFF)
    story.until("17:00")
    story.book = replace(story.book, schedules=longer)
    story.until("19:00")
    assert (story.paged, story.case.shift_at) == ([], utc("2026-03-02 20:00"))
    other = owned(world.house(**{**ONE, "handover_severities": frozenset()}), HANDOFF)
    assert other.case.shift_at is None
    volunteer = owned(world.house(**ONE), shifts(("ben", DAY, NIGHT)))
    assert volunteer.case.shift_at is None


def test_the_second_owner_is_relieved_in_turn() -> None:
    """With the acting region left at the one that set, nobody relieved Ben."""
    story = owned()
    story.until("13:46")
    story.acks("ben")
    story.forget()
    story.until("21:45")
    assert story.paged == ["carl sms"]
    story.acks("carl")
    story.until("05:45")
    assert story.paged == ["anna sms"]


def test_an_unaccepted_handover_escalates_and_grows_loud() -> None:
    story = owned()
    story.until("13:50")
    assert story.paged == ["ben sms", "ben voice", "ben sms"], "by name, then by the policy"
    story.until("13:55")
    assert story.paged == ["ben voice", "enzo sms"]
    story.until("14:00")
    assert story.paged == ["enzo voice", "dora sms"]
    assert (story.case.owner, story.state) == ("anna", "acknowledged")
    assert story.case.remind_at is not None
    story.acks("dora")
    assert story.case.owner == "dora"
    assert story.case.remind_at is None


def test_an_owner_who_insists_keeps_it_until_the_next_sunset() -> None:
    story = owned()
    story.until("13:46")
    story.acks("anna")
    assert (story.case.owner, story.case.open_pages) == ("anna", ())
    assert story.said("acknowledged")[-1] == "Anna Lind is still on it by sms"
    story.forget()
    story.until("21:44")
    assert story.paged == []
    story.until("21:45")
    assert story.paged == ["carl sms"]


def test_taken_within_the_minutes_before_sunset_it_is_handed_over_at_sunset() -> None:
    """With no instant left before sunset, the case was never handed over at all."""
    story = Story(book(calm()), at=world.MONDAY.replace(hour=13, minute=50))
    story.acks("anna")
    story.forget()
    story.until("14:00")
    assert story.paged == ["ben sms"]


def test_who_is_on_call_in_both_regions_keeps_it_unasked() -> None:
    both = {**SCHEDULES, "amer-watch": watch("amer-watch", "anna")}
    story = owned(watches=both)
    story.until("14:30")
    assert (story.paged, story.case.acting_region) == ([], "amer")
    assert story.said("handover") == ["Anna Lind is on call in AMER as well and keeps it"]
    story.until("21:45")
    assert story.paged == ["carl sms"]


def test_where_no_region_follows_on_it_is_asked_at_the_next_sunrise() -> None:
    policy = calm(regions=TWO, after_hours=(StepTarget("person", "dora"),))
    story = owned(policy)
    story.until("13:46")
    story.acks("ben")
    story.forget()
    story.until("05:59")
    assert (story.paged, story.case.owner) == ([], "ben")
    story.until("06:00")
    assert story.paged == ["anna sms"]


def test_one_region_alone_hands_over_to_nobody() -> None:
    story = owned(calm(regions={"emea": REGIONS["emea"]}))
    story.passes(timedelta(days=3))
    assert (story.case.owner, story.paged) == ("anna", [])
    assert story.case.handover_at is not None


def test_taken_in_the_dark_it_is_handed_over_at_sunrise() -> None:
    policy = calm(regions=TWO, after_hours=(StepTarget("person", "dora"),))
    story = Story(book(policy), at=world.MONDAY.replace(hour=23))
    assert story.paged == ["dora sms"]
    story.acks("dora")
    assert story.case.acting_region is None
    story.until("06:00")
    assert story.paged == ["anna sms"]
    assert story.said("escalation")[-1] == "the sun has risen: hand over to EMEA"


def test_a_severity_that_is_not_handed_over_stays() -> None:
    story = Story(book(calm()), priority="normal")
    story.acks("anna")
    handovers = [story.case.handover_at]
    for severity in ("high", "low"):
        story.happens(ChangeSeverity("dora", severity))
        handovers.append(story.case.handover_at)
    assert handovers == [None, world.MONDAY.replace(hour=13, minute=45), None]


def test_what_sleeps_or_waits_is_handed_over_to_nobody() -> None:
    story = owned()
    story.happens(Snooze("anna", 600))
    story.until("19:00")
    assert story.paged == []
    waiting = owned()
    waiting.ticket(status="pending")
    waiting.until("19:00")
    assert waiting.paged == []


def test_a_question_under_way_comes_before_the_handover() -> None:
    story = owned(calm(acknowledge_timeout=minutes(220)))
    story.until("13:41")
    assert story.paged == ["anna sms"]
    story.until("13:47")
    assert (story.paged, story.case.owner) == (["anna voice", "anna sms", "anna voice"], "anna")
    story.acks("anna")
    story.until("14:00")
    assert story.paged == ["ben sms"]


def with_engineering() -> Story:
    story = owned()
    story.happens(Escalate("anna", reason="stuck"))
    story.acks("eva")
    story.forget()
    return story


def test_what_engineering_has_is_handed_over_as_well() -> None:
    story = with_engineering()
    story.until("13:45")
    assert (story.paged, story.state) == (["ben sms"], "engineering")
    assert story.refuses(Acknowledge("carl")).startswith("Sustained Engineering has ACME-7")
    story.acks("ben")
    item = story.case.engineering
    assert item is not None
    assert (story.state, story.case.owner, item.engineer) == ("engineering", "ben", "eva")
    assert story.case.acting_region == "amer"
    story.until("21:45")
    assert story.paged == ["carl sms"]


def test_nobody_taking_it_over_from_engineering_is_told_and_asked_again() -> None:
    story = with_engineering()
    story.until("14:00")
    told = "Nobody has taken ACME-7 over from Anna Lind."
    assert story.told == [f"anna: {told}", f"dora: {told}"]
    assert (story.state, story.case.owner, story.case.round) == ("engineering", "anna", None)
    story.forget()
    story.until("14:30")
    assert story.paged == ["ben sms"]


def test_paged_for_in_the_queue_it_is_handed_over_after_that() -> None:
    story = owned()
    story.until("13:40")
    story.happens(Escalate("anna", reason="stuck"))
    story.forget()
    story.until("13:50")
    assert story.paged == ["eva voice"]
    story.acks("eva")
    story.passes(minutes(5))
    assert story.paged == ["ben sms"]


def test_what_nobody_had_when_it_went_there_is_handed_to_nobody() -> None:
    story = Story(book(calm()), tags="engineering")
    story.acks("eva")
    story.forget()
    story.until("20:00")
    assert (story.paged, story.case.handover_at) == ([], None)


def test_rule_2_after_an_outage_across_sunset_the_question_is_put_once() -> None:
    story = owned()
    story.outage(hours(9))
    assert story.paged == ["ben sms"], "amer has the sun at 19:00"


def test_after_an_outage_across_a_whole_night_the_next_sunset_counts() -> None:
    """With the old instant taken for today's sunset, it was handed over at eight in the morning."""
    story = owned()
    story.outage(hours(22))
    assert story.paged == []
    assert story.case.handover_at == story.now.replace(hour=13, minute=45)


def test_home_keeps_what_it_can_and_hands_over_all_the_same() -> None:
    story = Story(book(calm()), customer=replace(ACME, region="emea"))
    story.acks("anna")
    story.until("13:45")
    story.acks("ben")
    assert (story.case.owner, story.case.acting_region) == ("ben", "amer")


def test_while_paging_each_step_asks_who_has_the_sun_by_then() -> None:
    twice = EscalationPolicy("sun", (step("region"),), rounds=2)
    policy = calm(escalation_policies={"sun": twice})
    story = Story(book(policy), at=world.MONDAY.replace(hour=13, minute=58))
    assert (story.paged, story.case.acting_region) == (["anna sms"], "emea")
    story.passes(minutes(5))
    assert (story.paged, story.case.acting_region) == (["anna voice", "ben sms"], "amer")
