"""A case in a few words: how bad, what is being done about it, what is promised next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from routing import words
from routing.case import Case, Purpose, State
from routing.sla import Clock, ClockState
from service.library import Shelf


@dataclass(frozen=True, slots=True)
class Promise:
    """The promise of a case that is due first."""

    words: str
    due_at: datetime


def severity_name(case: Case, shelf: Shelf) -> str:
    found = shelf.book(case.policy).policy.severity(case.severity)
    return (found.name or found.id) if found else case.severity


def doing(case: Case, shelf: Shelf, now: datetime) -> str:
    """What is being done about it: who has it, or whom it asks."""
    name = shelf.book(case.policy).name
    asked = ", ".join(dict.fromkeys(name(p.person) for p in case.open_pages))
    holder = case.holder
    tell = DOING.get(case.state)
    return tell(case, name(holder) if holder else "", asked, now) if tell else case.state.value


def _paging(_case: Case, _holder: str, asked: str, _now: datetime) -> str:
    return f"paging {asked}" if asked else "paging; nobody could be reached"


def _exhausted(case: Case, holder: str, asked: str, now: datetime) -> str:
    return f"nobody answered; {_paging(case, holder, asked, now)}"


def _acknowledged(case: Case, holder: str, asked: str, _now: datetime) -> str:
    has = f"{holder or 'somebody'} has it"
    if not asked or case.round is None:
        return has
    handover = case.round.purpose is Purpose.HANDOVER
    return f"{has}; {'handover to' if handover else 'asking'} {asked}"


def _snoozed(case: Case, holder: str, _asked: str, now: datetime) -> str:
    until = f" until {words.instant(case.snooze_until, now)}" if case.snooze_until else ""
    return f"{holder or 'somebody'} has it, snoozed{until}"


def _held(case: Case, _holder: str, _asked: str, now: datetime) -> str:
    until = f" until {words.instant(case.hold_until, now)}" if case.hold_until else ""
    return f"held{until or ', nobody is paged'}"


def _engineering(_case: Case, holder: str, asked: str, _now: datetime) -> str:
    there = f"with Sustained Engineering, {holder or 'unclaimed'}"
    return f"{there}; paging {asked}" if asked else there


DOING: Mapping[State, Callable[[Case, str, str, datetime], str]] = {
    State.PAGING: _paging,
    State.EXHAUSTED: _exhausted,
    State.ACKNOWLEDGED: _acknowledged,
    State.SNOOZED: _snoozed,
    State.HELD: _held,
    State.WAITING: lambda *_: "waiting for the customer",
    State.ENGINEERING: _engineering,
}


def promise_of(case: Case) -> Promise | None:
    open_ = [c for c in case.clocks if c.due_at and _owed(c)]
    first = min(open_, key=lambda c: c.due_at or case.opened_at, default=None)
    if first is None or first.due_at is None:
        return None
    return Promise(words.PROMISE[first.metric], first.due_at)


def _owed(clock: Clock) -> bool:
    return clock.met_at is None and clock.state in {ClockState.RUNNING, ClockState.BREACHED}
