"""The SLA clocks of a case: what starts, stops, meets and breaks a promise (R33, R114 to R116)."""

from dataclasses import replace
from datetime import datetime

import pytest

from routing.event import ChangeSeverity, Resolve
from routing.policy import Policy, Promise
from routing.report import Comment
from routing.sla import Clock, ClockState, Metric, Target
from tests.routing import world
from tests.routing.story import ACME, Story
from tests.routing.world import MONDAY, book, hours, house, minutes


def clock(story: Story, metric: Metric) -> Clock:
    return next(c for c in story.case.clocks if c.metric is metric)


def state(story: Story, metric: Metric) -> str:
    found = [c.state.value for c in story.case.clocks if c.metric is metric]
    return found[0] if found else "none"


def promising(strategy: str = "min_of_both", **targets: int) -> Policy:
    """Premier, where `first_reply=60` is for high, and everything is twice as long for medium."""
    found = {Metric(name): Target(minutes=count) for name, count in targets.items()}
    twice = {m: Target(minutes=2 * (t.minutes or 0)) for m, t in found.items()}
    plan = replace(
        world.PREMIER, promises={"high": Promise("24x7", found), "medium": Promise("24x7", twice)}
    )
    return house(plans={"premier": plan}, change_strategy=strategy)


def comment(author: str, at: datetime) -> Comment:
    return Comment(f"{author} {at}", author, True, "words", at=at)


def test_first_reply_runs_from_creation_and_a_public_agent_reply_meets_it() -> None:
    story = Story(created_at=MONDAY - minutes(4))
    assert clock(story, Metric.FIRST_REPLY).due_at == MONDAY + minutes(56)
    story.passes(minutes(10))
    story.writes("agent", "We are on it.")
    assert state(story, Metric.FIRST_REPLY) == "met"
    assert story.case.first_reply_at == MONDAY + minutes(10)


def test_a_metric_may_be_counted_in_a_calendar_of_its_own() -> None:
    targets = {Metric.FIRST_REPLY: Target(minutes=60), Metric.RESOLUTION: Target(minutes=60)}
    own = {Metric.RESOLUTION: "business"}
    promises = {name: Promise("24x7", targets, calendars=own) for name in ("high", "medium")}
    plan = replace(world.PREMIER, promises=promises)
    story = Story(book(house(plans={"premier": plan})))
    assert clock(story, Metric.FIRST_REPLY).calendar == "24x7"
    assert clock(story, Metric.RESOLUTION).calendar == "business"
    story.happens(ChangeSeverity("dora", "medium"))
    assert clock(story, Metric.RESOLUTION).calendar == "business"
    assert clock(story, Metric.RESOLUTION).legs == ()


@pytest.mark.parametrize(
    ("author", "public"), [("system", True), ("agent", False), ("customer", True)]
)
def test_r33_an_automatic_acknowledgement_is_no_reply(author: str, public: bool) -> None:
    """Counted as one, it met the promise a second after the ticket was opened."""
    story = Story()
    story.writes(author, "We have received your request.", public=public)
    assert state(story, Metric.FIRST_REPLY) == "running"
    assert story.case.first_reply_at is None


def test_a_promise_is_broken_at_its_instant_and_stays_so() -> None:
    story = Story()
    story.acks("anna")
    story.passes(minutes(60))
    assert state(story, Metric.FIRST_REPLY) == "breached"
    assert story.said("breach") == ["reply promised and not given (first_reply)"]
    story.writes("agent", "Sorry for the delay.")
    late = clock(story, Metric.FIRST_REPLY)
    assert (late.breached_at, late.met_at) == (MONDAY + hours(1), story.now)


def test_a_broken_promise_asks_who_has_the_case() -> None:
    story = Story()
    story.acks("anna")
    story.forget()
    story.passes(hours(1))
    assert story.paged == ["anna sms"]
    assert story.said("escalation")[-1] == "a promise to the customer was broken"


def test_the_sla_clock_alone_keeps_the_true_time() -> None:
    """Rule 2: an outage forgives no breach, and the timeline knows when it was."""
    story = Story()
    story.acks("anna")
    story.outage(hours(5))
    breach = next(e for e in story.entries if e.kind == "breach")
    assert breach.due_at == MONDAY + hours(1)
    assert clock(story, Metric.FIRST_REPLY).breached_at == MONDAY + hours(1)


def test_a_reply_that_came_late_breaks_it_also_when_no_tick_was_in_between() -> None:
    story = Story()
    story.now += hours(2)
    story.writes("agent", "Sorry.")
    assert story.said("breach") == ["reply promised and not given (first_reply)"]


def test_a_reply_made_in_time_and_heard_of_late_keeps_it() -> None:
    story = Story()
    story.acks("anna")
    story.now += minutes(50)
    story.ticket(kind="commented", comment=comment("agent", MONDAY + minutes(40)))
    assert clock(story, Metric.FIRST_REPLY).met_at == MONDAY + minutes(40)


def test_next_reply_runs_from_the_oldest_unanswered_comment() -> None:
    story = Story()
    story.writes("agent", "On it.")
    story.passes(minutes(5))
    story.writes("customer", "And?")
    story.passes(minutes(5))
    story.writes("customer", "And??")
    assert clock(story, Metric.NEXT_REPLY).due_at == MONDAY + minutes(65)
    story.writes("agent", "Soon.")
    assert state(story, Metric.NEXT_REPLY) == "met"
    story.writes("customer", "Thanks.")
    assert clock(story, Metric.NEXT_REPLY).due_at == MONDAY + minutes(70)


def test_before_the_first_reply_there_is_no_next() -> None:
    story = Story()
    story.writes("customer", "Hello?")
    assert state(story, Metric.NEXT_REPLY) == "none"


def test_comments_that_arrive_out_of_order_count_as_they_were_made() -> None:
    story = Story()
    at = [MONDAY - minutes(m) for m in (9, 8, 7)]
    story.ticket(version=2, kind="commented", comment=comment("agent", at[0]))
    story.ticket(version=4, kind="commented", comment=comment("agent", at[2]))
    story.ticket(version=3, kind="commented", comment=comment("customer", at[1]))
    assert state(story, Metric.NEXT_REPLY) == "none", "it was answered a minute later"
    assert clock(story, Metric.UPDATE).started_at == at[2]
    other = Story()
    other.ticket(version=3, kind="commented", comment=comment("customer", at[1]))
    other.ticket(version=2, kind="commented", comment=comment("agent", at[0]))
    assert clock(other, Metric.NEXT_REPLY).started_at == at[1]


def test_update_runs_from_the_last_public_reply() -> None:
    story = Story()
    assert state(story, Metric.UPDATE) == "none"
    story.writes("agent", "On it.")
    story.passes(minutes(30))
    story.writes("agent", "Still on it.")
    assert clock(story, Metric.UPDATE).due_at == MONDAY + minutes(270)


def test_pending_stands_still_and_open_runs_on() -> None:
    story = Story()
    story.passes(minutes(10))
    story.ticket(status="pending")
    assert (state(story, Metric.FIRST_REPLY), story.case.clocks_at) == ("paused", None)
    story.passes(hours(20))
    story.ticket(status="open")
    assert clock(story, Metric.FIRST_REPLY).due_at == MONDAY + hours(20) + minutes(60)


def test_opened_on_hold_it_stands_still_from_the_beginning() -> None:
    assert state(Story(status="on_hold"), Metric.FIRST_REPLY) == "paused"


def test_solved_owes_nothing_and_reopened_owes_a_reply() -> None:
    story = Story(book(promising(first_reply=60, next_reply=30, resolution=600)))
    story.passes(minutes(20))
    story.ticket(status="solved")
    assert {c.state for c in story.case.clocks} == {ClockState.MET}
    assert story.case.clocks_at is None
    story.passes(hours(20))
    story.ticket(status="open")
    assert clock(story, Metric.NEXT_REPLY).due_at == story.now + minutes(30)
    assert clock(story, Metric.RESOLUTION).due_at == story.now + minutes(580)


def test_a_word_after_it_is_solved_promises_nothing() -> None:
    story = Story()
    story.ticket(status="solved")
    story.writes("agent", "Glad to help.")
    story.passes(hours(50))
    assert (story.state, story.said("breach")) == ("closed", [])


def test_a_broken_promise_is_not_forgotten_by_a_new_one() -> None:
    """With the clock begun anew, the record of the breach was gone."""
    story = Story(book(promising(first_reply=60, update=60)))
    story.acks("anna")
    story.writes("agent", "On it.")
    story.passes(minutes(60))
    story.acks("anna")
    story.writes("agent", "Still on it.")
    again = clock(story, Metric.UPDATE)
    assert (again.state, again.breached_at) == (ClockState.RUNNING, MONDAY + hours(1))
    story.passes(minutes(60))
    assert clock(story, Metric.UPDATE).breaches == (MONDAY + hours(1), MONDAY + hours(2))
    assert len(story.said("breach")) == 2


@pytest.mark.parametrize(
    ("strategy", "due"),
    [
        ("min_of_both", MONDAY + minutes(80)),
        ("retarget_from_start", MONDAY + minutes(60)),
        ("restart_at_change", MONDAY + minutes(80)),
        ("carry_elapsed", MONDAY + minutes(60)),
    ],
)
def test_a_severity_raised_moves_the_promise_by_the_policy_s_strategy(
    strategy: str, due: datetime
) -> None:
    story = Story(book(promising(strategy, first_reply=60)), priority="normal")
    story.passes(minutes(20))
    story.ticket(priority="urgent")
    assert clock(story, Metric.FIRST_REPLY).due_at == due


def test_a_severity_lowered_is_no_longer_promise_by_min_of_both() -> None:
    story = Story(book(promising(first_reply=60)))
    story.passes(minutes(20))
    story.ticket(priority="normal")
    assert clock(story, Metric.FIRST_REPLY).due_at == MONDAY + minutes(60)


@pytest.mark.parametrize(
    ("strategy", "left"), [("min_of_both", "running"), ("carry_elapsed", "none")]
)
def test_where_nothing_is_promised_any_more(strategy: str, left: str) -> None:
    story = Story(book(promising(strategy, first_reply=60)))
    story.happens(ChangeSeverity("dora", "low"))
    assert state(story, Metric.FIRST_REPLY) == left


def test_a_broken_promise_stays_recorded_where_nothing_is_promised_any_more() -> None:
    story = Story(book(promising("carry_elapsed", first_reply=60)))
    story.acks("anna")
    story.passes(hours(1))
    story.happens(ChangeSeverity("dora", "low"))
    assert clock(story, Metric.FIRST_REPLY).breached_at == MONDAY + hours(1)


def test_a_plan_that_promises_what_was_not_promised_begins_it() -> None:
    story = Story(customer=replace(ACME, plan="unknown"))
    assert story.case.clocks == ()
    story.passes(minutes(5))
    story.ticket_of(ACME)
    assert clock(story, Metric.FIRST_REPLY).due_at == MONDAY + minutes(65)
    answered = Story(customer=replace(ACME, plan="unknown"))
    answered.writes("agent", "Hello.")
    answered.ticket_of(ACME)
    assert answered.case.clocks == (), "the first reply was given"


def test_a_promise_that_stays_the_same_does_not_move() -> None:
    policy = promising("restart_at_change", first_reply=60)
    other = replace(policy, plans={**policy.plans, "gold": policy.plans["premier"]})
    story = Story(book(other))
    before = story.case.clocks
    story.passes(minutes(5))
    story.ticket_of(replace(ACME, plan="gold"))
    assert story.case.clocks == before


def test_the_next_promise_wakes_the_case_and_is_spoken_of() -> None:
    story = Story()
    assert story.acks("anna").endswith("Reply due 11:00 UTC.")
    assert story.case.wake_at == MONDAY + hours(1)
    story.passes(hours(1))
    assert story.acks("anna").endswith("Reply was due 11:00 UTC.")
    story.happens(Resolve("anna"))
    assert story.case.clocks_at is None
