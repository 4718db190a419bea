"""The SLA clocks of a case: which start, stand still, are met and are broken by what happens.

First reply runs from creation to the first public agent reply; next reply from the oldest
unanswered customer comment; update from the last public agent reply while the ticket is not
waiting on the customer; resolution from creation until solved (R33, R114 to R116).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from routing import sla
from routing.ledger import Ledger
from routing.placing import promise_of
from routing.sla import Clock, ClockState, Metric
from routing.words import PROMISE

LASTING = (Metric.FIRST_REPLY, Metric.RESOLUTION)


def _begin(ledger: Ledger, metric: Metric, at: datetime) -> None:
    promise = promise_of(ledger)
    target = promise.targets.get(metric) if promise else None
    if promise is None or target is None:
        return
    calendar = ledger.book.policy.calendars[promise.calendar]
    clock = sla.start(metric, target, calendar, at)
    others = tuple(c for c in ledger.case.clocks if c.metric is not metric)
    ledger.set(clocks=(*others, clock))
    _stand_still(ledger, metric)


def _stand_still(ledger: Ledger, metric: Metric) -> None:
    if ledger.case.ticket.status in ledger.book.policy.pauses.get(metric, frozenset()):
        _each(ledger, metric, lambda clock: sla.pause(clock, ledger.now))


def _each(ledger: Ledger, metric: Metric, change: Callable[[Clock], Clock]) -> None:
    clocks = ledger.case.clocks
    ledger.set(clocks=tuple(change(c) if c.metric is metric else c for c in clocks))


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
    """A public agent reply: first and next reply are met, update runs from here."""
    if ledger.case.first_reply_at is None:
        ledger.set(first_reply_at=at)
    for metric in (Metric.FIRST_REPLY, Metric.NEXT_REPLY):
        _met(ledger, metric, at)
    _begin(ledger, Metric.UPDATE, at)


def customer_wrote(ledger: Ledger, at: datetime) -> None:
    """The oldest unanswered comment starts next reply, once there has been a first reply."""
    running = _clock(ledger, Metric.NEXT_REPLY)
    if ledger.case.first_reply_at is None:
        return
    if running is None or running.met_at is not None:
        _begin(ledger, Metric.NEXT_REPLY, at)


def status_changed(ledger: Ledger, at: datetime) -> None:
    """Pause and resume by the policy's list of statuses for each metric."""
    pauses, status = ledger.book.policy.pauses, ledger.case.ticket.status
    for clock in ledger.case.clocks:
        still = status in pauses.get(clock.metric, frozenset())
        if still and clock.state is ClockState.RUNNING:
            _each(ledger, clock.metric, lambda c: sla.pause(c, at))
        elif not still and clock.state is ClockState.PAUSED:
            calendars = ledger.book.policy.calendars
            _each(ledger, clock.metric, partial(sla.resume, calendars=calendars, at=at))


def solved(ledger: Ledger, at: datetime) -> None:
    """Nothing is owed for a solved ticket."""
    for metric in Metric:
        _met(ledger, metric, at)


def reopened(ledger: Ledger, at: datetime) -> None:
    """The customer is waiting again: a reply is owed, and the solution is not one any more."""
    _begin(ledger, Metric.NEXT_REPLY, at)
    calendars = ledger.book.policy.calendars
    _each(ledger, Metric.RESOLUTION, partial(sla.reopen, calendars=calendars, at=at))


def retarget(ledger: Ledger) -> None:
    """Severity or plan changed: move the running clocks by the policy's strategy."""
    promise, policy = promise_of(ledger), ledger.book.policy
    moved = []
    for clock in ledger.case.clocks:
        target = promise.targets.get(clock.metric) if promise else None
        if promise is None or clock.met_at is not None:
            moved.append(clock)
        elif target is not None:
            moved.append(
                sla.retarget(
                    clock,
                    policy.calendars,
                    policy.calendars[promise.calendar],
                    target,
                    ledger.now,
                    policy.change_strategy,
                )
            )
        elif clock.breached_at is not None:
            moved.append(clock)
    ledger.set(clocks=tuple(moved))
    if ledger.case.first_reply_at is None and _clock(ledger, Metric.FIRST_REPLY) is None:
        _begin(ledger, Metric.FIRST_REPLY, ledger.now)


def tick(ledger: Ledger) -> bool:
    """Record the promises broken by now; True if any was."""
    before = {c.metric: c.breached_at for c in ledger.case.clocks}
    ledger.set(clocks=tuple(sla.breach_if_due(c, ledger.now) for c in ledger.case.clocks))
    broken = [c for c in ledger.case.clocks if c.breached_at and not before.get(c.metric)]
    for clock in broken:
        words = f"{PROMISE[clock.metric].lower()} promised and not given ({clock.metric})"
        ledger.say("breach", words, due_at=clock.breached_at, metric=clock.metric.value)
    return bool(broken)


def next_due(ledger: Ledger) -> datetime | None:
    """The next instant (UTC) at which a promise will be broken."""
    running = (
        c.due_at for c in ledger.case.clocks if c.state is ClockState.RUNNING and not c.breached_at
    )
    return min((d for d in running if d is not None), default=None)
