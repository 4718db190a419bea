"""The one decision: `decide(case, event, book, now)` turns one case into the next.

Theory of operation. `TABLE` says which events a state takes; a cell that is not there refuses with
a sentence and leaves the case as it was. Handlers write on a `Ledger`; `finish` then sets what is
derived (the next broken promise, the review of what nobody is waiting for), so that after every
event an open case has a `wake_at`, and after a tick it lies in the future.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from routing import answers, engineering, escalation, placing, promises, region, reported
from routing.book import Book
from routing.case import LIVE, Case, Purpose, State
from routing.event import (
    Acknowledge,
    Advance,
    ChangeSeverity,
    ContactRefused,
    Decline,
    Effect,
    Entry,
    Escalate,
    Event,
    Note,
    Reassign,
    Refusal,
    Reported,
    Resolve,
    Snooze,
    Tick,
)
from routing.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Decision:
    """The next case, what the world should do, the reasons, and the answer for who asked."""

    case: Case
    effects: tuple[Effect, ...]
    entries: tuple[Entry, ...]
    answer: str = ""


def _refused(ledger: Ledger, event: ContactRefused) -> None:
    escalation.refused(ledger, event.turn, event.person, event.method, event.attempt, event.reason)


Handler = Callable[[Ledger, Any], None]
ANSWERS: dict[type[Event], Handler] = {
    Acknowledge: answers.acknowledge,
    Decline: answers.decline,
    Escalate: answers.escalate,
    Resolve: answers.resolve,
    Snooze: answers.snooze,
    Reassign: answers.reassign,
    ChangeSeverity: answers.change_severity,
}


def tick(ledger: Ledger, _: Tick) -> None:
    """Everything that is due by now, once each, however late."""
    case, now = ledger.case, ledger.now
    broken = promises.tick(ledger)
    if _due(case.close_at, now):
        ledger.set(state=State.CLOSED, close_at=None, review_at=None)
        ledger.say("closed", "nobody came back to it", due_at=case.close_at)
        return
    _deadlines(ledger, case)
    _escalation(ledger)
    _quiet(ledger, broken=broken)


def _due(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


def _deadlines(ledger: Ledger, case: Case) -> None:
    if _due(case.snooze_until, ledger.now):
        placing.resume(ledger, "the snooze is over")
    if _due(ledger.case.engineering_at, ledger.now):
        _unresolved(ledger)
    if _due(ledger.case.handover_at, ledger.now):
        _handover(ledger)


def _unresolved(ledger: Ledger) -> None:
    """Unresolved after the policy's time: Sustained Engineering (R105)."""
    if ledger.case.state is State.WAITING:
        ledger.set(engineering_at=ledger.now + ledger.book.policy.review)
        return
    ledger.set(engineering_at=None)
    if engineering.available(ledger):
        engineering.enter(ledger, "not resolved in the time the policy gives support", None)


def _handover(ledger: Ledger) -> None:
    """The sun sets: the next region's on-call is asked; the owner keeps the case until then."""
    case, book = ledger.case, ledger.book
    ledger.set(handover_at=None)
    acting = book.policy.regions.get(case.acting_region or "")
    if acting is None or case.state is not State.ACKNOWLEDGED or case.round is not None:
        return
    sunset = region.sunset(acting, book.policy.calendars, ledger.now)
    if sunset is None:
        return
    coming = book.sun(replace(case, home_region=None), sunset)
    if coming is None or coming.id == case.acting_region:
        return
    why = f"the sun sets in {acting.name or acting.id}: hand over to {coming.name or coming.id}"
    first = book.on_call(coming.schedule, sunset)
    policy = placing.route_policy(ledger)
    escalation.start(ledger, Purpose.HANDOVER, policy, why, first=first, region=coming.id)


def _escalation(ledger: Ledger) -> None:
    """The step's end before its contacts: nobody is rung a second before he is passed over."""
    current = ledger.case.round
    if current is not None and _due(current.due_at, ledger.now):
        waiting = [ledger.book.name(p.person) for p in ledger.case.open_pages]
        why = f"{', '.join(waiting) or 'nobody'} did not answer"
        escalation.next_step(ledger, why)
    escalation.contact(ledger)
    if _due(ledger.case.remind_at, ledger.now):
        escalation.remind(ledger)


def _quiet(ledger: Ledger, *, broken: bool) -> None:
    """Held cases whose time has come, owners who went silent, cases nobody looked at."""
    case, now = ledger.case, ledger.now
    if case.state is State.HELD and (_due(case.hold_until, now) or _due(case.review_at, now)):
        placing.place(ledger, "its time has come")
    elif case.state is State.ACKNOWLEDGED and case.round is None:
        if broken:
            placing.resume(ledger, "a promise to the customer was broken")
        elif _due(case.owner_due, now) or _due(case.review_at, now):
            ledger.set(owner_due=None)
            placing.resume(ledger, "nothing was heard of it for a while: still on it?")
    elif case.state is State.ENGINEERING and case.round is None and _due(case.review_at, now):
        _nudge(ledger)


def _nudge(ledger: Ledger) -> None:
    item = ledger.case.engineering
    if item is not None:
        policy = ledger.book.policy.engineering.escalation
        first = (item.engineer,) if item.engineer else ()
        why = f"nothing has moved since it was {item.stage}"
        escalation.start(ledger, Purpose.ENGINEERING, policy, why, first=first)


TABLE: dict[State, dict[type[Event], Handler]] = {
    state: {
        Reported: reported.reported,
        ContactRefused: _refused,
        Note: answers.note,
        Tick: tick,
        **(ANSWERS if state in LIVE else {}),
        **({Advance: engineering.advance} if state is State.ENGINEERING else {}),
    }
    for state in State
}
"""State and event to handler. What is absent is refused with a sentence of `_never`."""


def _never(ledger: Ledger, event: Event) -> str:
    if isinstance(event, Advance):
        return f"{ledger.case.id} is not with Sustained Engineering. Nothing was changed."
    return answers.over(ledger)


def decide(case: Case, event: Event, book: Book, now: datetime) -> Decision:
    """The next case and what follows from the event (`now` in UTC).

    Raises Refusal, with a sentence fit to be spoken, when the event cannot happen to this case.
    """
    ledger = Ledger(case, book, now)
    handler = TABLE[case.state].get(type(event))
    if handler is None:
        raise Refusal(_never(ledger, event))
    handler(ledger, event)
    return _finish(ledger)


def open_case(case_id: str, event: Reported, book: Book, now: datetime) -> Decision:
    """The decision of a ticket's first report."""
    ledger = Ledger(reported.new_case(case_id, event, book.policy, now), book, now)
    reported.open_case(ledger, event)
    return _finish(ledger)


def _finish(ledger: Ledger) -> Decision:
    if ledger.case.live:
        ledger.set(clocks_at=promises.next_due(ledger), review_at=None)
        if ledger.case.wake_at is None:
            ledger.set(review_at=ledger.now + ledger.book.policy.review)
    else:
        ledger.set(clocks_at=None, review_at=None)
    return Decision(ledger.case, tuple(ledger.effects), tuple(ledger.entries), ledger.answer)
