"""The SLA clocks of a case: which start, stand still, are met and are broken by what happens.

First reply runs from creation to the first public agent reply; next reply from the oldest
unanswered customer comment; update from the last public agent reply while the ticket is not
waiting on the customer; resolution from creation until solved (R33, R114 to R116).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from routing import sla
from routing.choosing import promise_of
from routing.ledger import Ledger
from routing.policy import Promise
from routing.sla import Clock, ClockState, Metric, Strategy, Target
from routing.value import replace
from routing.words import PROMISE

LASTING = (Metric.FIRST_REPLY, Metric.RESOLUTION)


def _begin(ledger: Ledger, metric: Metric, at: datetime) -> None:
    """A clock from `at` if the plan promises one; what was broken before stays recorded with it."""
    promise = promise_of(ledger)
    target = promise.targets.get(metric) if promise else None
    if promise is None or target is None:
        return
    calendar = ledger.book.policy.calendars[promise.counted_in(metric)]
    old, clock = _clock(ledger, metric), sla.start(metric, target, calendar, at)
    if old is not None:
        clock = replace(clock, breached_at=old.breached_at, breaches=old.breaches)
    others = tuple(c for c in ledger.case.clocks if c.metric is not metric)
    ledger.set(clocks=(*others, clock))
    _stand_still(ledger, metric)


def _stand_still(ledger: Ledger, metric: Metric) -> None:
    if ledger.case.ticket.status in ledger.book.policy.pauses.get(metric, frozenset()):
        _each(ledger, metric, lambda clock: sla.pause(clock, ledger.now))


def _each(ledger: Ledger, metric: Metric, change: Callable[[Clock], Clock]) -> None:
    clocks = ledger.case.clocks
    ledger.set(clocks=tuple([change(c) if c.metric is metric else c for c in clocks]))


def opened(ledger: Ledger, at: datetime) -> None:
    """Start what runs from creation; `at` is when the ticket was created (UTC)."""
    for metric in LASTING:
        _begin(ledger, metric, at)


def _clock(ledger: Ledger, metric: Metric) -> Clock | None:
    return next((c for c in ledger.case.clocks if c.metric is metric), None)


def _met(ledger: Ledger, metric: Metric, at: datetime) -> None:
    clock = _clock(ledger, metric)
    if clock is None or clock.met_at is not None:
        return
    _each(ledger, metric, lambda c: sla.meet(c, at))


def agent_replied(ledger: Ledger, at: datetime) -> None:
    """A public agent reply: first and next reply are met, update runs from here.

    Reports come in any order: a reply answers only what the customer had written by then.
    """
    case = ledger.case
    asked = case.asked_at if case.asked_at is not None and at < case.asked_at else None
    ledger.set(
        first_reply_at=case.first_reply_at or at,
        asked_at=asked,
        replied_at=max(at, case.replied_at or at),
    )
    _met(ledger, Metric.FIRST_REPLY, at)
    if asked is None:
        _met(ledger, Metric.NEXT_REPLY, at)
    elif case.first_reply_at is None:
        _begin(ledger, Metric.NEXT_REPLY, asked)
    if case.live and (case.replied_at is None or at > case.replied_at):
        _begin(ledger, Metric.UPDATE, at)


def customer_wrote(ledger: Ledger, at: datetime) -> None:
    """The oldest unanswered comment starts next reply, once there has been a first reply."""
    case = ledger.case
    if case.replied_at is not None and at < case.replied_at:
        return
    ledger.set(asked_at=min(at, case.asked_at or at))
    running = _clock(ledger, Metric.NEXT_REPLY)
    if case.first_reply_at is not None and (running is None or running.met_at is not None):
        _begin(ledger, Metric.NEXT_REPLY, at)


def status_changed(ledger: Ledger, at: datetime) -> None:
    """Pause and resume by the policy's list of statuses for each metric."""
    pauses, status = ledger.book.policy.pauses, ledger.case.ticket.status
    calendars = ledger.book.policy.calendars
    for clock in ledger.case.clocks:
        still = status in pauses.get(clock.metric, frozenset())
        if still and clock.state is ClockState.RUNNING:
            _each(ledger, clock.metric, lambda c: sla.pause(c, at))
        elif not still and clock.paused_at is not None:
            _each(ledger, clock.metric, partial(sla.resume, calendars=calendars, at=at))


def solved(ledger: Ledger, at: datetime) -> None:
    """Nothing is owed for a solved ticket."""
    clocks = tuple([c if c.met_at is not None else sla.meet(c, at) for c in ledger.case.clocks])
    ledger.set(clocks=clocks, asked_at=None)


def reopened(ledger: Ledger, at: datetime) -> None:
    """The customer is waiting again: a reply is owed, and the solution is not one any more."""
    _begin(ledger, Metric.NEXT_REPLY, at)
    calendars = ledger.book.policy.calendars
    _each(ledger, Metric.RESOLUTION, partial(sla.reopen, calendars=calendars, at=at))
    ledger.set(asked_at=at)
    retarget(ledger)


def retarget(ledger: Ledger) -> None:
    """Severity or plan changed: move the running clocks by the policy's strategy.

    Where nothing is promised any more a clock ends, unless the strategy holds on to the earlier
    promise, or it was broken: that stays recorded.
    """
    promise = promise_of(ledger)
    targets = promise.targets if promise else {}
    moved = (_moved(ledger, c, promise, targets.get(c.metric)) for c in ledger.case.clocks)
    ledger.set(clocks=tuple(c for c in moved if c is not None))
    owed = LASTING if ledger.case.first_reply_at is None else (Metric.RESOLUTION,)
    for metric in owed:
        if _clock(ledger, metric) is None:
            _begin(ledger, metric, ledger.now)


def _moved(
    ledger: Ledger, clock: Clock, promise: Promise | None, target: Target | None
) -> Clock | None:
    policy = ledger.book.policy
    if clock.met_at is not None:
        return clock
    if promise is None or target is None:
        if policy.change_strategy == Strategy.MIN_OF_BOTH:
            return clock
        return _ended(clock)
    counted_in = promise.counted_in(clock.metric)
    if (clock.target, clock.calendar) == (target, counted_in):
        return clock
    calendar = policy.calendars[counted_in]
    now, strategy = ledger.now, policy.change_strategy
    return sla.retarget(clock, policy.calendars, calendar, target, now, strategy)


def _ended(clock: Clock) -> Clock | None:
    if clock.breached_at is None:
        return None
    return replace(clock, state=ClockState.BREACHED, due_at=clock.breached_at, paused_at=None)


def tick(ledger: Ledger) -> bool:
    """Record the promises broken by now; True if any was."""
    before = ledger.case.clocks
    due = next_due(before)
    if due is None or ledger.now < due:
        return False
    after = tuple([sla.breach_if_due(c, ledger.now) for c in before])
    ledger.set(clocks=after)
    return any(_new_breaches(before, c) for c in after)


def tell(ledger: Ledger, before: tuple[Clock, ...]) -> None:
    """Put every promise broken since `before` on the timeline."""
    for clock in ledger.case.clocks:
        for at in _new_breaches(before, clock):
            words = f"{PROMISE[clock.metric].lower()} promised and not given ({clock.metric})"
            ledger.say("breach", words, due_at=at, metric=clock.metric.value)


def _new_breaches(before: tuple[Clock, ...], clock: Clock) -> tuple[datetime, ...]:
    known = next((c.breaches for c in before if c.metric is clock.metric), ())
    return tuple(at for at in clock.breaches if at not in known)


def next_due(clocks: Iterable[Clock]) -> datetime | None:
    """The next instant (UTC) at which a promise will be broken."""
    running = [c.due_at for c in clocks if c.state is ClockState.RUNNING and c.due_at is not None]
    return min(running, default=None)
