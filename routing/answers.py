"""What a responder's answer does to a case, and the sentence it is answered with.

Only these take or give away a case: a receipt, a mailbox or a link preview never does.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from routing import engineering, escalation, page, placing, promises, words
from routing.case import Case, Purpose, State
from routing.event import (
    Acknowledge,
    ChangeSeverity,
    Decline,
    Escalate,
    Note,
    Reassign,
    Refusal,
    Resolve,
    Snooze,
)
from routing.ledger import Ledger
from routing.page import PageState

LONGEST_SNOOZE = 7 * 24 * 60
"""Minutes."""


def over(ledger: Ledger) -> str:
    """The truth about a case that is past answering."""
    case = ledger.case
    ended = next((e for e in (case.close_at,) if e), None)
    when = f" at {words.instant(ended - ledger.book.policy.grace, ledger.now)}" if ended else ""
    return f"{words.label(case)} was resolved{when}. There is nothing left to do."


def acknowledge(ledger: Ledger, event: Acknowledge) -> None:
    case = ledger.case
    if case.state is State.ENGINEERING:
        _acknowledge_item(ledger, event)
    elif case.state is State.ACKNOWLEDGED and case.round is None and case.remind_at is None:
        _already(ledger, event.person)
    else:
        _take(ledger, event)
    ledger.answer = ledger.answer or _you_have(ledger)


def _you_have(ledger: Ledger) -> str:
    due = words.next_due(ledger.case, ledger.now)
    return f"you have {words.label(ledger.case)}. {due}".strip()


def _already(ledger: Ledger, person: str) -> None:
    case = ledger.case
    if case.owner != person:
        raise Refusal(has_it(ledger))


def has_it(ledger: Ledger) -> str:
    """Who has it: `Anna Lind has ACME-7 (..) since 03:12 UTC`."""
    case = ledger.case
    since = f" since {words.instant(case.owner_since, ledger.now)}" if case.owner_since else ""
    return f"{ledger.book.name(case.owner)} has {words.label(case)}{since}."


def _acknowledge_item(ledger: Ledger, event: Acknowledge) -> None:
    item = ledger.case.engineering
    if item is None or item.engineer == event.person:
        return
    if item.engineer is not None and ledger.case.round is None:
        name = ledger.book.name(item.engineer)
        msg = f"{name} has {words.label(ledger.case)} in Sustained Engineering."
        raise Refusal(msg)
    _answered(ledger, event.person, PageState.ACKNOWLEDGED)
    engineering.claim(ledger, event.person)


def _take(ledger: Ledger, event: Acknowledge) -> None:
    """The person owns the case from now; everybody else is stood down."""
    case, name = ledger.case, ledger.book.name(event.person)
    purpose = escalation.purpose_of(ledger)
    kept = purpose is Purpose.ASK and case.owner == event.person
    _answered(ledger, event.person, PageState.ACKNOWLEDGED)
    escalation.stand_down(ledger)
    since = case.owner_since if kept else ledger.now
    state = State.WAITING if case.state is State.WAITING else State.ACKNOWLEDGED
    ledger.set(
        state=state, owner=event.person, owner_since=since, hold_until=None, snooze_until=None
    )
    _renew(ledger, purpose)
    said = "is still on it" if kept else "acknowledged"
    ledger.say("acknowledged", f"{name} {said} by {event.via}", event.person, via=event.via)
    if not kept:
        took = f"{name} has acknowledged {case.id} and owns it."
        handed = f"{name} has taken {case.id} over from {ledger.book.name(case.owner)}."
        ledger.write(handed if case.owner else took)


def _renew(ledger: Ledger, purpose: Purpose) -> None:
    patience = ledger.book.policy.acknowledge_timeout
    region = ledger.book.sun(ledger.case, ledger.now)
    if purpose is Purpose.HANDOVER or ledger.case.acting_region is None:
        ledger.set(acting_region=region.id if region else None)
    ledger.set(
        owner_due=ledger.now + patience if patience else None,
        handover_at=placing.handover_due(ledger),
    )


def _answered(ledger: Ledger, person: str, state: PageState) -> None:
    latest = ledger.case.page_of(person)
    if latest is not None and latest.state in {PageState.OPEN, PageState.EXPIRED}:
        escalation.put(ledger, page.close(latest, state, ledger.now))


def decline(ledger: Ledger, event: Decline) -> None:
    case, name = ledger.case, ledger.book.name(event.person)
    if case.state is State.ENGINEERING or case.round is not None:
        _decline_page(ledger, event)
    elif case.owner == event.person:
        _give_back(ledger, event)
    elif case.owner is not None:
        raise Refusal(has_it(ledger))
    else:
        _answered(ledger, event.person, PageState.DECLINED)
    ledger.say("declined", f"{name} declined by {event.via}", event.person, via=event.via)
    escalation.step_over_if_done(ledger, f"{name} declined")
    ledger.answer = f"declined {words.label(ledger.case)}. {_next(ledger)}"


def _decline_page(ledger: Ledger, event: Decline) -> None:
    _answered(ledger, event.person, PageState.DECLINED)
    if ledger.case.round is not None:
        declined = (*ledger.case.round.declined, event.person)
        ledger.set(round=replace(ledger.case.round, declined=tuple(dict.fromkeys(declined))))


def _give_back(ledger: Ledger, event: Decline) -> None:
    """The owner cannot go on: page for the case again, but not the one who gave it back."""
    name = ledger.book.name(event.person)
    ledger.set(state=State.PAGING, owner=None, owner_since=None, owner_due=None)
    latest = ledger.case.page_of(event.person)
    if latest is not None:
        escalation.put(ledger, page.close(latest, PageState.DECLINED, ledger.now))
    escalation.start(
        ledger,
        Purpose.PAGE,
        placing.route_policy(ledger),
        f"{name} gave it back",
        without=event.person,
    )
    ledger.write(f"{name} gave {ledger.case.id} back; others are being paged.")


def _next(ledger: Ledger) -> str:
    paged = [ledger.book.name(p.person) for p in ledger.case.open_pages]
    return f"Paging {', '.join(paged)} now." if paged else "Nobody else is being paged now."


def escalate(ledger: Ledger, event: Escalate) -> None:
    name = ledger.book.name(event.person)
    if ledger.case.state is State.ENGINEERING:
        msg = f"{words.label(ledger.case)} is with Sustained Engineering already."
        raise Refusal(msg)
    _answered(ledger, event.person, PageState.ACKNOWLEDGED)
    engineering.enter(ledger, event.reason or f"{name} escalated it by {event.via}", event.person)
    ledger.answer = f"{words.label(ledger.case)} is with Sustained Engineering. {_next(ledger)}"


def resolve(ledger: Ledger, event: Resolve) -> None:
    name = ledger.book.name(event.person)
    end(ledger, f"{name} resolved it by {event.via}", event.person)
    ledger.write(f"{name} has resolved {ledger.case.id}.")
    ledger.answer = f"{words.label(ledger.case)} is resolved. Nobody is paged for it any more."


def end(ledger: Ledger, why: str, person: str | None) -> None:
    """Stand everything down; within the grace time the customer's answer reopens the case."""
    escalation.stand_down(ledger)
    ledger.set(
        state=State.RESOLVED,
        close_at=ledger.now + ledger.book.policy.grace,
        hold_until=None,
        snooze_until=None,
        engineering_at=None,
        owner_due=None,
        handover_at=None,
    )
    promises.solved(ledger, ledger.now)
    ledger.say("resolved", why, person)


def snooze(ledger: Ledger, event: Snooze) -> None:
    if not 1 <= event.minutes <= LONGEST_SNOOZE:
        msg = f"A case can be snoozed for 1 to {LONGEST_SNOOZE} minutes. Nothing was changed."
        raise Refusal(msg)
    if ledger.case.state is State.ENGINEERING:
        msg = f"{ledger.case.id} is with Sustained Engineering; it cannot be snoozed."
        raise Refusal(msg)
    until = ledger.now + timedelta(minutes=event.minutes)
    escalation.stand_down(ledger)
    ledger.set(
        state=State.SNOOZED,
        owner=event.person,
        owner_since=ledger.now,
        snooze_until=until,
        hold_until=None,
        owner_due=None,
        handover_at=None,
    )
    when = words.instant(until, ledger.now)
    ledger.say("snoozed", f"{ledger.book.name(event.person)} snoozed it until {when}", event.person)
    ledger.answer = f"{words.label(ledger.case)} is yours and sleeps until {when}."


def reassign(ledger: Ledger, event: Reassign) -> None:
    """The other is paged and owns the case on acknowledging; until then it stays where it is."""
    if event.to not in ledger.book.people:
        msg = f"There is no person {event.to} in the directory. Nothing was changed."
        raise Refusal(msg)
    if ledger.case.owner == event.to:
        raise Refusal(has_it(ledger))
    giver, taker = ledger.book.name(event.person), ledger.book.name(event.to)
    owned = ledger.case.owner is not None
    if ledger.case.state is State.ENGINEERING:
        purpose = Purpose.ENGINEERING
    else:
        purpose = Purpose.HANDOVER if owned else Purpose.PAGE
        ledger.set(state=State.ACKNOWLEDGED if owned else State.PAGING)
    escalation.stand_down(ledger)
    ledger.set(hold_until=None, snooze_until=None)
    ledger.say("reassigned", f"{giver} gives it to {taker}", event.person)
    policy = placing.route_policy(ledger)
    escalation.start(ledger, purpose, policy, f"{giver} gives it to you", first=(event.to,))
    ledger.answer = f"{taker} is being paged for {words.label(ledger.case)}."


def note(ledger: Ledger, event: Note) -> None:
    text = event.text.strip()
    if not text:
        msg = "The note is empty. Nothing was changed."
        raise Refusal(msg)
    ledger.say("note", f"{ledger.book.name(event.person)}: {words.brief(text, 300)}", event.person)
    ledger.write(f"{ledger.book.name(event.person)}: {text}")
    still_at_it(ledger, event.person)
    ledger.answer = f"noted on {ledger.case.id}."


def still_at_it(ledger: Ledger, person: str | None) -> None:
    """The owner did something: the silence is counted from here."""
    patience = ledger.book.policy.acknowledge_timeout
    if patience and person is not None and person == ledger.case.owner and ledger.case.owner_due:
        ledger.set(owner_due=ledger.now + patience)


def change_severity(ledger: Ledger, event: ChangeSeverity) -> None:
    known = [s.id for s in ledger.book.policy.severities]
    if event.severity not in known:
        msg = f"There is no severity {event.severity}; there are {', '.join(known)}."
        raise Refusal(msg)
    ledger.set(severity_fixed=True)
    set_severity(ledger, event.severity, f"{ledger.book.name(event.person)} set it")
    ledger.answer = f"{ledger.case.id} is {event.severity} now."


def set_severity(ledger: Ledger, severity: str, why: str) -> None:
    """Move the clocks by the policy's strategy, then the route; a worse case is told its owner."""
    case = ledger.case
    if severity == case.severity:
        return
    ledger.set(severity=severity)
    ledger.say("severity", f"{case.severity} became {severity}: {why}")
    promises.retarget(ledger)
    rerouted(ledger, case, f"severity {severity}: {why}")


def rerouted(ledger: Ledger, before: Case, why: str) -> None:
    """What the case asks for has changed: deadlines anew, and its place if nobody has it yet."""
    ranks = {s.id: s.rank for s in ledger.book.policy.severities}
    worse = ranks.get(ledger.case.severity, 0) < ranks.get(before.severity, 0)
    if ledger.case.engineering is None:
        ledger.set(engineering_at=placing.engineering_due(ledger))
    if before.state in {State.HELD, State.PAGING, State.EXHAUSTED}:
        placing.place(ledger, why)
    elif worse and before.owner is not None and before.state is not State.ENGINEERING:
        ledger.announce(before.owner, f"{words.label(ledger.case)} is now {ledger.case.severity}.")
