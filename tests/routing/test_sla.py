"""Clocks, in the corners that the worked examples of tests/peers leave."""

from __future__ import annotations

from datetime import timedelta

import pytest

from routing import sla
from routing.calendar import Calendar
from routing.report import Comment
from routing.sla import Clock, ClockState, Metric, Strategy, Target
from tests.routing.times import calendar_of, daily, recorded, utc, window

EXAMPLES = recorded("sla_cases.json")
CALENDARS = {name: calendar_of(name, facts) for name, facts in EXAMPLES["calendars"].items()}
ALWAYS = CALENDARS["always"]
WEEKDAYS = CALENDARS["mm_24x5"]
NINE_TO_FIVE = Calendar("nine", "UTC", daily("09:00", "17:00", ("mon", "tue", "wed", "thu", "fri")))
END_AFTER = "end_of_coverage_on_nth_covered_local_date_after_receipt_date"
END_COUNTING = "end_of_coverage_on_nth_covered_local_date_counting_receipt_date"
SAME_TIME = "same_time_on_nth_covered_local_date_after_receipt_date"
ALL = CALENDARS | {"nine": NINE_TO_FIVE}


def hour(at: str = "2026-03-02 10:00", calendar: Calendar = ALWAYS) -> Clock:
    return sla.start(Metric.FIRST_REPLY, Target(60), calendar, utc(at))


def test_an_answer_before_the_due_time_keeps_the_promise() -> None:
    met = sla.meet(hour(), utc("2026-03-02 10:59:59"))
    assert (met.state, met.breached_at) == (ClockState.MET, None)


def test_an_answer_at_the_due_time_is_too_late_and_the_breach_stays() -> None:
    late = sla.meet(hour(), utc("2026-03-02 11:00"))
    assert late.state is ClockState.BREACHED
    assert late.breached_at == late.met_at == utc("2026-03-02 11:00")


def test_a_breach_is_recorded_at_the_instant_it_was_due_however_late_it_is_seen() -> None:
    seen = sla.breach_if_due(hour(), utc("2026-03-05 00:00"))
    assert seen.breached_at == utc("2026-03-02 11:00")
    assert sla.breach_if_due(seen, utc("2026-03-06 00:00")) == seen


def test_a_paused_clock_has_no_due_time_and_keeps_what_is_left() -> None:
    paused = sla.pause(hour(), utc("2026-03-02 10:45"))
    assert (paused.state, paused.due_at) == (ClockState.PAUSED, None)
    assert sla.remaining(paused, ALL, utc("2026-03-09 00:00")) == timedelta(minutes=15)
    assert sla.breach_if_due(paused, utc("2026-03-09 00:00")) == paused
    assert sla.resume(paused, ALL, utc("2026-03-03 00:00")).due_at == utc("2026-03-03 00:15")


def test_a_pause_that_comes_after_the_due_time_does_not_save_the_promise() -> None:
    assert sla.pause(hour(), utc("2026-03-02 12:00")).breached_at == utc("2026-03-02 11:00")


def test_a_resumption_reported_before_its_pause_counts_as_no_pause() -> None:
    paused = sla.pause(hour(), utc("2026-03-02 10:30"))
    assert sla.resume(paused, ALL, utc("2026-03-02 10:20")).due_at == utc("2026-03-02 11:00")


def test_a_clock_met_while_paused_is_met() -> None:
    paused = sla.pause(hour(), utc("2026-03-02 10:30"))
    assert sla.meet(paused, utc("2026-03-04 00:00")).state is ClockState.MET


def test_reopening_takes_the_time_it_was_met_as_a_pause() -> None:
    met = sla.meet(hour(), utc("2026-03-02 10:50"))
    again = sla.reopen(met, ALL, utc("2026-03-02 12:00"))
    assert (again.state, again.due_at) == (ClockState.RUNNING, utc("2026-03-02 12:10"))
    assert sla.reopen(again, ALL, utc("2026-03-02 12:05")) == again


def test_reopening_a_broken_promise_leaves_it_broken() -> None:
    late = sla.meet(hour(), utc("2026-03-02 11:30"))
    again = sla.reopen(late, ALL, utc("2026-03-02 12:00"))
    assert (again.state, again.met_at) == (ClockState.BREACHED, None)


def test_retargeting_from_the_start_may_break_a_promise_on_arrival() -> None:
    slow = sla.start(Metric.FIRST_REPLY, Target(480), ALWAYS, utc("2026-08-03 16:00"))
    clock = sla.retarget(
        slow, ALL, ALWAYS, Target(60), utc("2026-08-03 19:00"), Strategy.RETARGET_FROM_START
    )
    assert clock.breaches == (utc("2026-08-03 17:00"),)
    assert clock.state is ClockState.BREACHED


def test_a_recorded_breach_outlives_a_restart_and_a_second_breach_joins_it() -> None:
    broken = sla.breach_if_due(hour(), utc("2026-03-02 12:00"))
    again = sla.retarget(
        broken, ALL, ALWAYS, Target(30), utc("2026-03-02 12:00"), Strategy.RESTART_AT_CHANGE
    )
    assert (again.state, again.due_at) == (ClockState.RUNNING, utc("2026-03-02 12:30"))
    twice = sla.breach_if_due(again, utc("2026-03-02 13:00"))
    assert twice.breaches == (utc("2026-03-02 11:00"), utc("2026-03-02 12:30"))
    assert twice.breached_at == utc("2026-03-02 11:00")


def test_min_of_both_never_forgives_what_was_promised_before() -> None:
    broken = sla.breach_if_due(hour(), utc("2026-03-02 12:00"))
    again = sla.retarget(
        broken, ALL, ALWAYS, Target(600), utc("2026-03-02 12:00"), Strategy.MIN_OF_BOTH
    )
    assert again.state is ClockState.BREACHED
    assert again.breaches == (utc("2026-03-02 11:00"),)


def test_min_of_both_keeps_both_promises_through_later_pauses() -> None:
    """Old: 16 h of weekdays, new: 4 h around the clock; a weekend pause moves only the new one."""
    old = sla.start(Metric.FIRST_REPLY, Target(960), WEEKDAYS, utc("2026-08-07 22:00"))
    both = sla.retarget(
        old, ALL, ALWAYS, Target(240), utc("2026-08-08 18:00"), Strategy.MIN_OF_BOTH
    )
    assert both.due_at == utc("2026-08-08 22:00")
    paused = sla.pause(both, utc("2026-08-08 19:00"))
    assert sla.resume(paused, ALL, utc("2026-08-10 15:00")).due_at == utc("2026-08-10 18:00")
    assert sla.resume(paused, ALL, utc("2026-08-15 00:00")).due_at == utc("2026-08-15 03:00")


def test_a_downgrade_by_min_of_both_keeps_the_earlier_due_time() -> None:
    clock = sla.retarget(
        hour(), ALL, NINE_TO_FIVE, Target(480), utc("2026-03-02 10:10"), Strategy.MIN_OF_BOTH
    )
    assert clock.due_at == utc("2026-03-02 11:00")
    assert sla.remaining(clock, ALL, utc("2026-03-02 10:30")) == timedelta(minutes=30)


def test_carried_time_past_the_new_target_is_a_breach_at_the_change() -> None:
    slow = sla.start(Metric.FIRST_REPLY, Target(480), ALWAYS, utc("2026-08-03 16:00"))
    clock = sla.retarget(
        slow, ALL, ALWAYS, Target(60), utc("2026-08-03 19:00"), Strategy.CARRY_ELAPSED
    )
    assert clock.breached_at == utc("2026-08-03 19:00")


def test_a_change_while_paused_stays_paused_and_counts_the_pause() -> None:
    paused = sla.pause(hour(), utc("2026-03-02 10:30"))
    for strategy in Strategy:
        changed = sla.retarget(paused, ALL, ALWAYS, Target(120), utc("2026-03-02 11:30"), strategy)
        assert (changed.state, changed.due_at) == (ClockState.PAUSED, None)
    carried = sla.retarget(
        paused, ALL, ALWAYS, Target(120), utc("2026-03-02 11:30"), Strategy.CARRY_ELAPSED
    )
    assert sla.resume(carried, ALL, utc("2026-03-02 12:00")).due_at == utc("2026-03-02 13:30")


def test_a_met_clock_is_left_alone_by_changes() -> None:
    met = sla.meet(hour(), utc("2026-03-02 10:30"))
    at = utc("2026-03-02 11:30")
    assert sla.retarget(met, ALL, ALWAYS, Target(1), at, Strategy.MIN_OF_BOTH) == met


def test_an_unknown_strategy_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="carry_elapsed, min_of_both"):
        sla.retarget(hour(), ALL, ALWAYS, Target(1), utc("2026-03-02 10:30"), "best_of_both")


def test_remaining_counts_covered_time_and_goes_below_nothing() -> None:
    clock = sla.start(Metric.UPDATE, Target(120), NINE_TO_FIVE, utc("2026-03-06 16:00"))
    assert sla.remaining(clock, ALL, utc("2026-03-07 12:00")) == timedelta(hours=1)
    assert sla.remaining(clock, ALL, utc("2026-03-09 10:20")) == timedelta(minutes=-20)
    assert sla.remaining(sla.meet(clock, utc("2026-03-07 12:00")), ALL, utc("2026-03-08")) is None


def test_the_warning_comes_in_covered_time() -> None:
    clock = sla.start(Metric.UPDATE, Target(70), NINE_TO_FIVE, utc("2026-03-06 16:00"))
    assert clock.due_at == utc("2026-03-09 09:10")
    assert sla.at_risk_instant(clock, ALL, timedelta(minutes=30)) == utc("2026-03-06 16:40")
    assert sla.at_risk_instant(clock, ALL, timedelta(hours=9)) == utc("2026-03-06 16:00")
    assert sla.at_risk_instant(sla.pause(clock, clock.started_at), ALL, timedelta(0)) is None


@pytest.mark.parametrize(
    ("rule", "days", "received", "due_at"),
    [
        (END_AFTER, 1, "03-06 10:00", "03-09 17:00"),
        (END_AFTER, 3, "03-07 10:00", "03-11 17:00"),
        (END_COUNTING, 1, "03-06 10:00", "03-06 17:00"),
        (END_COUNTING, 1, "03-06 17:00", "03-09 17:00"),
        (END_COUNTING, 2, "03-06 10:00", "03-09 17:00"),
        (SAME_TIME, 1, "03-06 10:00", "03-09 10:00"),
        (SAME_TIME, 1, "03-06 20:00", "03-09 17:00"),
        (SAME_TIME, 1, "03-06 05:00", "03-09 09:00"),
    ],
)
def test_business_days_by_each_rule(rule: str, days: int, received: str, due_at: str) -> None:
    target = Target(business_days=days, rule=rule)
    assert sla.due(NINE_TO_FIVE, utc(f"2026-{received}"), target) == utc(f"2026-{due_at}")


def test_a_business_day_that_crosses_midnight_ends_with_its_date() -> None:
    core = CALENDARS["cloudsmith_core"]
    due_at = sla.due(core, utc("2026-03-02 12:00"), Target(business_days=1))
    assert due_at == utc("2026-03-04 00:00")
    friday = sla.due(core, utc("2026-03-05 12:00"), Target(business_days=2))
    assert friday == utc("2026-03-07 01:00")


def test_a_pause_moves_a_business_day_by_the_covered_time_it_took() -> None:
    clock = sla.start(Metric.UPDATE, Target(business_days=1), NINE_TO_FIVE, utc("2026-03-05 10:00"))
    paused = sla.pause(clock, utc("2026-03-06 15:00"))
    assert sla.resume(paused, ALL, utc("2026-03-09 10:00")).due_at == utc("2026-03-09 12:00")


def test_a_target_of_nothing_is_never_due() -> None:
    clock = sla.start(Metric.RESOLUTION, Target(), ALWAYS, utc("2026-03-05 10:00"))
    assert clock.due_at is None
    assert sla.breach_if_due(clock, utc("2099-01-01")) == clock
    assert sla.remaining(clock, ALL, utc("2026-03-06")) is None


def test_a_calendar_that_never_opens_is_never_due() -> None:
    shut = Calendar("shut", "UTC")
    assert sla.start(Metric.UPDATE, Target(5), shut, utc("2026-03-05")).due_at is None
    assert sla.due(shut, utc("2026-03-05"), Target(business_days=1)) is None


@pytest.mark.parametrize("target", [Target(business_days=0), Target(business_days=1, rule="soon")])
def test_impossible_business_days_are_refused(target: Target) -> None:
    with pytest.raises(ValueError, match=r"business days cannot|is not known"):
        sla.due(NINE_TO_FIVE, utc("2026-03-05"), target)


def test_next_reply_runs_from_the_oldest_unanswered_comment() -> None:
    reply = Comment("1", "agent", at=utc("2026-05-16 11:00"))
    first = Comment("2", "customer", at=utc("2026-05-16 12:00"))
    internal = Comment("3", "agent", public=False, at=utc("2026-05-16 12:30"))
    automatic = Comment("4", "system", at=utc("2026-05-16 12:31"))
    second = Comment("5", "customer", at=utc("2026-05-16 13:00"))
    talk = [reply, first, internal, automatic, second]
    assert sla.oldest_unanswered(talk) == first
    assert sla.oldest_unanswered([*talk, reply]) is None
    assert sla.last_public_reply(talk) == reply
    assert sla.last_public_reply([first]) is None


def test_a_window_of_the_whole_week_is_always_open() -> None:
    week = Calendar("week", "Europe/Berlin", (window("wed", "10:00", "wed", "10:00"),))
    at = utc("2026-03-27 00:00")
    assert sla.due(week, at, Target(6000)) == at + timedelta(minutes=6000)
