"""The one decision: `decide(case, event, book, now)` turns one case into the next.

Theory of operation. `TABLE` says which events a state takes; a cell that is not there refuses with
a sentence and leaves the case as it was. Handlers write on a `Ledger`; `finish` then sets what is
derived (the next broken promise, the review of what nobody is waiting for), so that after every
event an open case has a `wake_at`, and after a tick it lies in the future.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routing import (
    answers,
    engineering,
    escalation,
    handing,
    handover,
    joining,
    linking,
    opening,
    paging,
    placing,
    posting,
    promises,
    reported,
)
from routing.book import Book
from routing.case import DEADLINES, LIVE, RUNS, Case, State
from routing.event import (
    Acknowledge,
    AddResponder,
    Advance,
    ChangeSeverity,
    ContactRefused,
    Decline,
    Effect,
    Entry,
    Escalate,
    Event,
    Linked,
    Note,
    Reassign,
    Refusal,
    Reported,
    Resolve,
    Snooze,
    Superseded,
    TakeOver,
    Tick,
    Unticketed,
)
from routing.ledger import Ledger
from routing.words import label


@dataclass(frozen=True, slots=True)
class Decision:
    """The next case, what the world should do, the reasons, and the answer for who asked."""

    case: Case
    effects: tuple[Effect, ...]
    entries: tuple[Entry, ...]
    answer: str = ""


def _refused(ledger: Ledger, event: ContactRefused) -> None:
    escalation.refused(ledger, event)


Handler = Callable[[Ledger, Any], None]
UNREACHABLE = "nobody of this step can be reached any more"
ANSWERS: dict[type[Event], Handler] = {
    Acknowledge: answers.acknowledge,
    Decline: answers.decline,
    Escalate: answers.escalate,
    Resolve: answers.resolve,
    Snooze: answers.snooze,
    Reassign: handing.reassign,
    TakeOver: handing.take_over,
    AddResponder: handing.add,
    ChangeSeverity: answers.change_severity,
}


def tick(ledger: Ledger, event: Tick) -> None:
    """Everything that is due by now, once each, however late."""
    due = ledger.case.close_at
    if _due(ledger, "close_at"):
        ledger.set(state=State.CLOSED)
        ledger.say("closed", "nobody came back to it", due_at=due)
    if not ledger.case.live:
        return
    broken = promises.tick(ledger)
    _deadlines(ledger)
    _escalation(ledger, unsent=event.unsent)
    _quiet(ledger, broken=broken)


def _due(ledger: Ledger, deadline: str) -> bool:
    """Whether it has come, if it runs in the state that what was due before it has led to."""
    case = ledger.case
    at: datetime | None = getattr(case, deadline)
    if at is None or at > ledger.now:
        return False
    return deadline == "review_at" or deadline in RUNS[case.state]


def _deadlines(ledger: Ledger) -> None:
    """What leads away comes first, so that nobody is paged for what is left a moment later."""
    if _due(ledger, "engineering_at"):
        _unresolved(ledger)
    if _due(ledger, "snooze_until"):
        placing.resume(ledger, "the snooze is over")
    if _due(ledger, "handover_at"):
        handover.begin(ledger)
    if _due(ledger, "shift_at"):
        why = handover.shift_over(ledger)
        if why:
            placing.resume(ledger, why)
    if _due(ledger, "leaders_at"):
        engineering.tell_leaders(ledger)


def _unresolved(ledger: Ledger) -> None:
    """Unresolved after the policy's time: Sustained Engineering (R105)."""
    if ledger.case.state is State.WAITING:
        ledger.set(engineering_at=ledger.now + ledger.book.policy.review)
        return
    ledger.set(engineering_at=None)
    if engineering.available(ledger):
        engineering.enter(ledger, "not resolved in the time the policy gives support", None)


def _escalation(ledger: Ledger, *, unsent: bool) -> None:
    """The step's end before its contacts: nobody is rung a second before he is passed over."""
    current = ledger.case.round
    over = current is not None and current.due_at <= ledger.now
    if over and not (unsent and escalation.wait_on(ledger)):
        waiting = [ledger.book.name(p.person) for p in ledger.case.waited_for]
        why = f"{', '.join(waiting)} did not answer" if waiting else ""
        escalation.next_step(ledger, why)
    if paging.contact(ledger):
        escalation.step_over_if_done(ledger, UNREACHABLE)
    joining.lapse(ledger)
    if _due(ledger, "remind_at"):
        escalation.remind(ledger, unsent=unsent)


def _quiet(ledger: Ledger, *, broken: bool) -> None:
    """Held cases whose time has come, owners who went silent, cases nobody looked at."""
    case = ledger.case
    silent, looked_at = _silent(ledger), _due(ledger, "review_at")
    why = _asked_again(case, broken=broken, quiet=silent or looked_at)
    match case.state:
        case State.HELD if broken or looked_at or _due(ledger, "hold_until"):
            placing.place(ledger, "its time has come")
        case State.ENGINEERING if looked_at and case.round is None:
            engineering.nudge(ledger)
        case _ if why:
            placing.resume(ledger, why)
        case _ if broken and case.owner is not None:
            words = f"A promise to the customer was broken: {label(case)}."
            ledger.announce(case.owner, words)


def _silent(ledger: Ledger) -> bool:
    """Whether nothing was heard of the owner for too long: he is asked once."""
    if not _due(ledger, "owner_due"):
        return False
    ledger.set(owner_due=None)
    return True


def _asked_again(case: Case, *, broken: bool, quiet: bool) -> str:
    """Why somebody has to work on a case that was his to leave alone; empty when nobody has to."""
    if case.round is not None:
        return ""
    if broken and (case.state is State.SNOOZED or case.state is State.ACKNOWLEDGED):
        return "a promise to the customer was broken"
    if quiet and case.state is State.ACKNOWLEDGED:
        return "nothing was heard of it for a while: still on it?"
    return ""


TABLE: dict[State, dict[type[Event], Handler]] = {
    state: {
        Reported: reported.reported,
        ContactRefused: _refused,
        Note: answers.note,
        Linked: linking.linked,
        Superseded: linking.superseded,
        Unticketed: linking.unticketed,
        Tick: tick,
        **(ANSWERS if state in LIVE else {}),
    }
    for state in State
}
TABLE[State.ENGINEERING][Advance] = engineering.advance
del TABLE[State.ENGINEERING][Snooze], TABLE[State.ENGINEERING][Escalate]
"""State and event to handler. What is absent is refused with a sentence of `_never`."""


def _never(ledger: Ledger, event: Event) -> str:
    case = ledger.case
    if isinstance(event, Advance):
        return f"{case.id} is not with Sustained Engineering. Nothing was changed."
    if case.state is State.ENGINEERING:
        asleep = "; it cannot be snoozed." if isinstance(event, Snooze) else " already."
        return f"{label(case)} is with Sustained Engineering{asleep}"
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
    if paging.release(ledger):
        escalation.step_over_if_done(ledger, UNREACHABLE)
    joining.settle(ledger)
    return _finish(ledger, case)


def open_case(case_id: str, event: Reported, book: Book, now: datetime) -> Decision:
    """The decision of a ticket's first report."""
    case = opening.new_case(case_id, event, book.policy, now)
    ledger = Ledger(case, book, now)
    opening.open_case(ledger, event)
    return _finish(ledger, case)


def _finish(ledger: Ledger, before: Case) -> Decision:
    """End the deadlines that do not run in this state, and set what is derived."""
    case = ledger.case
    known = case.__dict__
    derived: dict[str, datetime | None] = {
        name: None for name in _ENDED[case.state] if known[name] is not None
    }
    clocks_at = promises.next_due(case.clocks) if case.live else None
    if clocks_at != case.clocks_at:
        derived["clocks_at"] = clocks_at
    if derived:
        ledger.set(**derived)
    if case.live and _unwatched(ledger.case):
        ledger.set(review_at=ledger.now + ledger.book.policy.review)
    posting.close(ledger)
    decided = tuple(ledger.entries)
    if case.clocks is not before.clocks:
        promises.tell(ledger, before.clocks)
    broken = ledger.entries[len(decided) :]
    return Decision(ledger.case, tuple(ledger.effects), (*broken, *decided), ledger.answer)


def _unwatched(case: Case) -> bool:
    """Whether nothing wakes it, but the end of its owner's shift."""
    if case.shift_at is None and (case.round is not None or case.clocks_at is not None):
        return False
    return case.wake_at in (None, case.shift_at)


_ENDED = {state: frozenset(DEADLINES) - RUNS[state] - {"clocks_at"} for state in State}
"""What a state does not let run; the review only comes back where nothing else does."""
