"""SLA targets and clocks: pure functions over a Clock value.

A clock counts covered, unpaused physical time, and is told every instant. `calendars` maps the ids
that clocks carry to their calendars; after a change by min_of_both a clock counts by several.

    start -> running -> met
               |  ^  -> breached (its breach stays recorded, whatever follows)
         pause v  | resume
              paused

The due time is exclusive: a promise is kept by an answer before it, and broken at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from routing.business_days import business_day_due
from routing.calendar import Calendar, add, elapsed, next_open
from routing.report import Comment
from routing.value import replace


class Metric(StrEnum):
    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"
    UPDATE = "update"
    RESOLUTION = "resolution"


class ClockState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"


class Strategy(StrEnum):
    """What a change of severity or plan does to a running clock."""

    RETARGET_FROM_START = "retarget_from_start"
    """The new target and calendar as if from the start; it may be late on arrival (Zendesk)."""
    RESTART_AT_CHANGE = "restart_at_change"
    """A new clock from the change (GitHub)."""
    MIN_OF_BOTH = "min_of_both"
    """The earlier of the old due time and the restarted one: never later than promised."""
    CARRY_ELAPSED = "carry_elapsed"
    """The covered time already used counts against the new target (Plain)."""


@dataclass(frozen=True, slots=True)
class Target:
    """`minutes` of covered, unpaused physical time, or `business_days` by a named `rule`."""

    minutes: int | None = None
    business_days: int | None = None
    rule: str = "end_of_coverage_on_nth_covered_local_date_after_receipt_date"


@dataclass(frozen=True, slots=True)
class Leg:
    """An earlier promise that still binds: a clock is due when the first of its legs is."""

    calendar: str
    target: Target
    since: datetime
    carried: timedelta = timedelta(0)


@dataclass(frozen=True)
class Clock:
    """One promise of one case. All instants UTC. `due_at` is None while paused, or if never due."""

    metric: Metric
    state: ClockState
    started_at: datetime
    calendar: str
    target: Target
    due_at: datetime | None = None
    paused_at: datetime | None = None
    pauses: tuple[tuple[datetime, datetime], ...] = ()
    met_at: datetime | None = None
    breached_at: datetime | None = None
    """Stays recorded whatever follows: the first breach."""
    since: datetime | None = None
    """When counting against `target` began, if a change restarted it; else `started_at`."""
    carried: timedelta = timedelta(0)
    """Covered time already used before `since`, counted against `target`."""
    legs: tuple[Leg, ...] = ()
    """Earlier promises that still bind (min_of_both)."""
    breaches: tuple[datetime, ...] = ()
    """Every breach, in order; a change may set a new due time that is missed as well."""

    @property
    def counted_from(self) -> datetime:
        return self.since or self.started_at


Calendars = Mapping[str, Calendar]


def due(
    cal: Calendar,
    start: datetime,
    target: Target,
    pauses: Sequence[tuple[datetime, datetime]] = (),
    carried: timedelta = timedelta(0),
) -> datetime | None:
    """The earliest instant at which covered, unpaused time since `start` reaches the target.

    `carried` covered time counts as used. Business days are due by their rule; a pause moves that
    by the covered time it took. None for a target that asks nothing, or is never reached.
    """
    if target.minutes is not None:
        return add(cal, start, timedelta(minutes=target.minutes) - carried, pauses)
    if target.business_days is None:
        return None
    unpaused = business_day_due(cal, start, target.business_days, target.rule)
    if unpaused is None or not (pauses or carried):
        return unpaused
    return add(cal, start, elapsed(cal, start, unpaused) - carried, pauses)


def start(metric: Metric, target: Target, calendar: Calendar, at: datetime) -> Clock:
    """A running clock from `at`."""
    due_at = due(calendar, at, target)
    return Clock(metric, ClockState.RUNNING, at, calendar.id, target, due_at)


def pause(clock: Clock, at: datetime) -> Clock:
    """Stand still from `at` on. A clock that was due by then breaches first, and stays breached."""
    clock = breach_if_due(clock, at)
    if clock.met_at is not None or clock.paused_at is not None:
        return clock
    if clock.state is ClockState.BREACHED:
        return replace(clock, paused_at=at)
    return replace(clock, state=ClockState.PAUSED, paused_at=at, due_at=None)


def resume(clock: Clock, calendars: Calendars, at: datetime) -> Clock:
    """Run again from `at` on; the due time is later by the covered time of the pause."""
    if clock.paused_at is None:
        return clock
    clock = replace(clock, pauses=_pauses_until(clock, at), paused_at=None)
    if clock.state is not ClockState.PAUSED:
        return clock
    return replace(clock, state=ClockState.RUNNING, due_at=_binding(clock, calendars)[0])


def meet(clock: Clock, at: datetime) -> Clock:
    """The promised thing happened at `at`. Too late, it is noted, and the breach stays."""
    clock = breach_if_due(clock, at)
    if clock.met_at is not None:
        return clock
    if clock.state is ClockState.BREACHED:
        return replace(clock, met_at=at, paused_at=None)
    return replace(clock, state=ClockState.MET, met_at=at, paused_at=None)


def reopen(clock: Clock, calendars: Calendars, at: datetime) -> Clock:
    """What met the clock is not true any more: run on, the time in between taken as a pause."""
    if clock.met_at is None:
        return clock
    pauses = (*clock.pauses, (clock.met_at, at)) if clock.met_at < at else clock.pauses
    clock = replace(clock, met_at=None, pauses=pauses)
    if clock.state is ClockState.BREACHED:
        return clock
    return replace(clock, state=ClockState.RUNNING, due_at=_binding(clock, calendars)[0])


def breach_if_due(clock: Clock, now: datetime) -> Clock:
    """Breached at the instant it was due, if that is not after `now`; otherwise the same clock."""
    if clock.state is not ClockState.RUNNING or clock.due_at is None or now < clock.due_at:
        return clock
    return _breached(clock, clock.due_at)


def retarget(
    clock: Clock,
    calendars: Calendars,
    calendar: Calendar,
    target: Target,
    at: datetime,
    strategy: str,
) -> Clock:
    """The clock after a change of severity or plan at `at`, by one of the strategies.

    A clock that was due by then breaches first; one that was met is left alone. The new due time
    may lie in the past (retarget_from_start): then it is breached on arrival. Raises ValueError for
    an unknown strategy.
    """
    clock = breach_if_due(clock, at)
    if clock.met_at is not None:
        return clock
    pauses = _pauses_until(clock, at)
    used = elapsed(calendars[clock.calendar], clock.counted_from, at, pauses) + clock.carried
    changed = _changed(
        clock, replace(clock, calendar=calendar.id, target=target), at, strategy, used
    )
    settled = replace(changed, pauses=pauses)
    due_at = _binding(settled, {**calendars, calendar.id: calendar})[0]
    if due_at is not None and due_at <= at:
        return _breached(changed, due_at)
    if clock.paused_at is not None:
        return replace(changed, state=ClockState.PAUSED, due_at=None)
    return replace(changed, state=ClockState.RUNNING, due_at=due_at)


def remaining(clock: Clock, calendars: Calendars, now: datetime) -> timedelta | None:
    """Covered time left before the due time; past it, less than nothing, in physical time.

    A paused clock keeps what it had. None for a clock that was met, or is never due.
    """
    if clock.met_at is not None:
        return None
    if clock.paused_at is not None and clock.state is ClockState.PAUSED:
        now = clock.paused_at
    due_at, calendar = _binding(clock, calendars)
    if due_at is None:
        return None
    return elapsed(calendars[calendar], now, due_at) if now < due_at else due_at - now


def at_risk_instant(clock: Clock, calendars: Calendars, before: timedelta) -> datetime | None:
    """The first instant with no more than `before` of covered time left, or None if not running.

    Counted in covered time, so the warning comes while the people it is for are covered: half an
    hour before a target due on Monday at 09:10 is Friday at 16:40; a target that never had more
    than `before` is at risk from its first covered instant. It may lie in the past.
    """
    if clock.state is not ClockState.RUNNING:
        return None
    at, calendar = _binding(clock, calendars, before)
    return None if at is None else next_open(calendars[calendar], at)


def oldest_unanswered(comments: Iterable[Comment]) -> Comment | None:
    """The customer's comment that next_reply runs from: the oldest after the last public reply.

    Comments in the order they were made; what is internal or automatic answers nothing (R33).
    """
    waiting = None
    for comment in comments:
        if comment.public and comment.author == "agent":
            waiting = None
        elif comment.author == "customer":
            waiting = waiting or comment
    return waiting


def last_public_reply(comments: Iterable[Comment]) -> Comment | None:
    """The agent's reply that the update clock runs from."""
    replies = [comment for comment in comments if comment.public and comment.author == "agent"]
    return replies[-1] if replies else None


def _legs(clock: Clock) -> tuple[Leg, ...]:
    return (Leg(clock.calendar, clock.target, clock.counted_from, clock.carried), *clock.legs)


def _binding(
    clock: Clock, calendars: Calendars, before: timedelta = timedelta(0)
) -> tuple[datetime | None, str]:
    """The first due time of all that the clock promises, and the calendar that counts it."""
    found: tuple[datetime | None, str] = (None, clock.calendar)
    for leg in _legs(clock):
        cal = calendars[leg.calendar]
        due_at = due(cal, leg.since, leg.target, clock.pauses, leg.carried + before)
        if due_at is not None and (found[0] is None or due_at < found[0]):
            found = (due_at, leg.calendar)
    return found


def _pauses_until(clock: Clock, at: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """The finished pauses, and the one that is going on as far as `at`."""
    if clock.paused_at is None or at <= clock.paused_at:
        return clock.pauses
    return (*clock.pauses, (clock.paused_at, at))


def _breached(clock: Clock, due_at: datetime) -> Clock:
    breaches = clock.breaches if due_at in clock.breaches else (*clock.breaches, due_at)
    first = clock.breached_at or due_at
    state = ClockState.BREACHED
    return replace(clock, state=state, due_at=due_at, breached_at=first, breaches=breaches)


def _changed(clock: Clock, fresh: Clock, at: datetime, strategy: str, used: timedelta) -> Clock:
    """The new promise, its due time not yet told; `used` is the covered time spent so far."""
    none, known = timedelta(0), ", ".join(sorted(Strategy))
    match strategy:
        case Strategy.RETARGET_FROM_START:
            return replace(fresh, since=None, carried=none, legs=())
        case Strategy.RESTART_AT_CHANGE:
            return replace(fresh, since=at, carried=none, legs=())
        case Strategy.MIN_OF_BOTH:
            return replace(fresh, since=at, carried=none, legs=_legs(clock))
        case Strategy.CARRY_ELAPSED:
            return replace(fresh, since=at, carried=used, legs=())
    raise ValueError(f"Strategy {strategy!r} is not known: use one of {known}.")
