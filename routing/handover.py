"""Handover at sunset: the next region is asked in time, and nobody keeps a case asleep.

Theory of operation. `handover_at` lies some minutes before the acting region's sun sets. Then the
on-call of the region that has the sun next is paged; the owner keeps the case until somebody
accepts, also while Sustained Engineering has its item. Where no region follows on, the question is
put when the sun rises on the next one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from routing import calendar, choosing, escalation
from routing.case import Purpose, Round, State
from routing.ledger import Ledger
from routing.region import Region, next_sunrise, sunset
from routing.summary import summary

LATER = timedelta(minutes=5)
"""While people are paged for the item in the queue, its case is handed over after that."""


def due(ledger: Ledger) -> datetime | None:
    """When somebody else is to be asked to take the case over (UTC, after now), or None for never.

    Some minutes before the sun sets on the acting region, at sunset itself when these have begun.
    """
    case, policy, now = ledger.case, ledger.book.policy, ledger.now
    if case.severity not in policy.handover_severities:
        return None
    acting = policy.regions.get(case.acting_region or "")
    if acting is None:
        return _sunrise(ledger, now)
    opens = calendar.next_open(policy.calendars[acting.calendar], now)
    sets = None if opens is None else sunset(acting, policy.calendars, opens)
    if sets is None:
        return None
    return sets - policy.handover_before if sets - policy.handover_before > now else sets


def _sunrise(ledger: Ledger, at: datetime) -> datetime | None:
    """When the next region has the sun, if that is still to come."""
    rise = next_sunrise(ledger.book.policy.regions, ledger.book.policy.calendars, at)
    return rise[1] if rise is not None and rise[1] > ledger.now else None


def accepted(ledger: Ledger, asked: Round | None) -> None:
    """Somebody has the case: which region acts from now on, and until when."""
    case, policy = ledger.case, ledger.book.policy
    acting = policy.regions.get(case.acting_region or "")
    if asked is not None and asked.region is not None:
        ledger.set(acting_region=asked.region)
    elif acting is None or not calendar.is_open(policy.calendars[acting.calendar], ledger.now):
        sun = ledger.book.sun(case, ledger.now)
        ledger.set(acting_region=sun.id if sun else None)
    ledger.set(handover_at=due(ledger), shift_at=_shift_at(ledger, asked))


def _shift_at(ledger: Ledger, asked: Round | None) -> datetime | None:
    """When the owner is on call nowhere any more (UTC), for what the policy hands over.

    Who is asked within the last minutes of a shift and goes on means it.
    """
    case, policy, now = ledger.case, ledger.book.policy, ledger.now
    if case.owner is None or case.severity not in policy.handover_severities:
        return None
    ends = ledger.book.on_call_until(case.owner, now)
    insists = asked is not None and asked.purpose is not Purpose.PAGE
    if ends is None or (insists and ends - now <= policy.handover_before):
        return None
    return ends


def shift_over(ledger: Ledger) -> str:
    """Why the owner is asked now that his shift has ended; empty when he is on call all the same.

    Where somebody is being asked already, nobody is asked beside him.
    """
    case, book = ledger.case, ledger.book
    ledger.set(shift_at=None)
    if case.owner is None or case.round is not None or case.remind_at is not None:
        return ""
    longer = book.on_call_until(case.owner, ledger.now)
    ledger.set(shift_at=longer)
    return "" if longer else f"the shift of {book.name(case.owner)} has ended: still on it?"


def renew(ledger: Ledger) -> None:
    """The severity has changed: whether the case is handed over, if nobody is being asked."""
    case = ledger.case
    if case.owner is not None and case.round is None:
        ledger.set(handover_at=due(ledger), shift_at=_shift_at(ledger, None))


def begin(ledger: Ledger) -> None:
    """The sun sets: ask the next region's on-call; without one, ask again when the sun rises."""
    case, book, now = ledger.case, ledger.book, ledger.now
    if case.state is State.ENGINEERING and (case.round or case.remind_at):
        ledger.set(handover_at=now + LATER)
        return
    ledger.set(handover_at=None)
    if case.owner is None or case.round is not None:
        return
    acting = book.policy.regions.get(case.acting_region or "")
    sets = now if acting is None else sunset(acting, book.policy.calendars, now)
    if sets is None:
        return
    if sets - now > book.policy.handover_before:
        ledger.set(handover_at=due(ledger))
    else:
        _follow(ledger, acting, sets)


def _follow(ledger: Ledger, acting: Region | None, sets: datetime) -> None:
    coming = ledger.book.sun_at(sets)
    if coming is not None:
        _ask(ledger, acting, coming, sets)
    else:
        ledger.set(handover_at=_sunrise(ledger, sets) if sets <= ledger.now else sets)


def _ask(ledger: Ledger, acting: Region | None, coming: Region, sets: datetime) -> None:
    case, book = ledger.case, ledger.book
    first = book.on_call(coming.schedule, sets)
    if case.owner in first:
        name = book.name(case.owner)
        ledger.say("handover", f"{name} is on call in {_name(coming)} as well and keeps it")
        accepted(ledger, Round(Purpose.HANDOVER, "", -1, 1, sets, coming.id))
        return
    setting = f"the sun sets in {_name(acting)}" if acting else "the sun has risen"
    why = f"{setting}: hand over to {_name(coming)}"
    told = summary(ledger)
    ledger.say("handover", told)
    ledger.write(f"Handover to {_name(coming)}. {told}")
    policy = choosing.route_policy(ledger)
    escalation.start(
        ledger, Purpose.HANDOVER, policy, why, first=first, region=coming.id, without=case.owner
    )


def _name(region: Region) -> str:
    return region.name or region.id
