"""What a responder's answer does to a case, and the sentence it is answered with.

Only these take or give away a case: a receipt, a mailbox or a link preview never does.
"""

from __future__ import annotations

from datetime import timedelta

from routing import (
    choosing,
    engineering,
    escalation,
    handover,
    joining,
    paging,
    placing,
    promises,
    words,
)
from routing.case import Case, Item, Purpose, State
from routing.event import (
    Acknowledge,
    ChangeSeverity,
    Decline,
    Escalate,
    Note,
    Refusal,
    Resolve,
    Snooze,
    StandDown,
    Taken,
)
from routing.holder import has_it, relieved
from routing.ledger import Ledger
from routing.page import PageState
from routing.summary import summary
from routing.value import replace

LONGEST_SNOOZE = 7 * 24 * 60
"""Minutes."""


def over(ledger: Ledger) -> str:
    """The truth about a case that is past answering."""
    case = ledger.case
    ended = next((e for e in (case.close_at,) if e), None)
    when = f" at {words.instant(ended - ledger.book.policy.grace, ledger.now)}" if ended else ""
    return f"{words.label(case)} was resolved{when}. There is nothing left to do."


def acknowledge(ledger: Ledger, event: Acknowledge) -> None:
    """The person has the case, or its item in the queue; a late answer is told who does."""
    case = ledger.case
    ledger.book.require(event.person)
    if joining.asked(case, event.person):
        joining.joined(ledger, event)
        return
    if case.state is State.ENGINEERING and paging.purpose_of(ledger) is Purpose.ENGINEERING:
        _acknowledge_item(ledger, event)
    elif not _anothers(ledger, event.person, event.turn):
        take(ledger, event)
    said = (words.next_due(ledger.case, ledger.now), joining.dropped(ledger, case))
    ledger.answer = " ".join(filter(None, (f"you have {words.label(ledger.case)}.", *said)))


def _anothers(ledger: Ledger, person: str, turn: int | None = None) -> bool:
    """True where nothing is to be done: he has it already. Raises Taken where another has it."""
    owner = ledger.case.owner
    if owner is None or _wanted(ledger, person, turn):
        return False
    if owner != person:
        raise Taken(has_it(ledger))
    return True


def _wanted(ledger: Ledger, person: str, turn: int | None) -> bool:
    """Whether an answer of this person is being waited for while somebody has the case.

    An answer to a page of an earlier round is too late: it would take the case from its owner.
    `turn` is that of a post that asked nobody in particular, where one was answered.
    """
    case = ledger.case
    if case.owner == person:
        return case.state is not State.ACKNOWLEDGED or bool(case.round or case.remind_at)
    if case.round is None:
        return case.remind_at is not None
    latest = case.page_of(person)
    answered = turn if turn is not None else latest.turn if latest else 0
    return answered >= case.round.first_turn


def _acknowledge_item(ledger: Ledger, event: Acknowledge) -> None:
    """An answer to a page for the case, before it went to the queue, takes nothing there."""
    case, item = ledger.case, ledger.case.engineering
    if item is None:
        return
    paged = case.round or case.remind_at
    if item.engineer == event.person and not paged:
        return
    if _older(case, item, event) or (item.engineer is not None and not paged):
        raise Taken(has_it(ledger))
    paging.answered(ledger, event.person, PageState.ACKNOWLEDGED)
    engineering.claim(ledger, event.person)


def _older(case: Case, item: Item, event: Acknowledge) -> bool:
    """Whether what was answered was asked before the item was in the queue."""
    if event.turn is not None:
        return case.round is not None and event.turn < case.round.first_turn
    latest = case.page_of(event.person)
    return latest is not None and latest.opened_at < item.queued_at


def take(ledger: Ledger, event: Acknowledge) -> None:
    """The person owns the case from now; everybody else is stood down."""
    case, name = ledger.case, ledger.book.name(event.person)
    kept = case.owner == event.person
    told = summary(ledger, until_now=True) if case.owner and not kept else ""
    paging.answered(ledger, event.person, PageState.ACKNOWLEDGED)
    paging.stand_down(ledger)
    since = case.owner_since if kept else ledger.now
    stays = {State.WAITING, State.ENGINEERING}
    state = case.state if case.state in stays else State.ACKNOWLEDGED
    patience = ledger.book.policy.acknowledge_timeout
    due = ledger.now + patience if patience else None
    ledger.set(state=state, owner=event.person, owner_since=since, owner_due=due)
    handover.accepted(ledger, case.round)
    said = "is still on it" if kept else "acknowledged"
    ledger.say("acknowledged", f"{name} {said} by {event.via}", event.person, via=event.via)
    if not kept:
        took = f"{name} has acknowledged {case.id} and owns it."
        handed = f"{name} has taken {case.id} over from {ledger.book.name(case.owner)}."
        ledger.write(handed if case.owner else took)
        relieved(ledger, case.owner, event.person)
        if told:
            ledger.announce(event.person, told)


def decline(ledger: Ledger, event: Decline) -> None:
    """Somebody who has it gives it back; of who is paged, the next is paged at once."""
    case, person = ledger.case, event.person
    asked = joining.asked(case, person)
    if asked is not None:
        joining.declined(ledger, event, asked)
        return
    holder, latest = case.holder, case.page_of(person)
    paged = case.round is not None or (latest is not None and latest.open)
    if holder is not None and holder != person and not paged:
        raise Taken(has_it(ledger))
    name = ledger.book.name(person)
    ledger.say("declined", f"{name} declined by {event.via}", person, via=event.via)
    ended = paging.answered(ledger, person, PageState.DECLINED)
    ledger.do(StandDown(person))
    if holder == person:
        give_back = engineering.give_back if case.state is State.ENGINEERING else _give_back
        give_back(ledger, person)
    else:
        _decline_page(ledger, person)
        if ended:
            escalation.step_over_if_done(ledger, f"{name} declined")
    ledger.answer = f"declined {words.label(ledger.case)}. {_next(ledger)}"


def _decline_page(ledger: Ledger, person: str) -> None:
    if ledger.case.round is not None:
        declined = dict.fromkeys((*ledger.case.round.declined, person))
        ledger.set(round=replace(ledger.case.round, declined=tuple(declined)))


def _give_back(ledger: Ledger, person: str) -> None:
    """The owner cannot go on: others are paged, by the case's route, but not who gave it back."""
    case, name = ledger.case, ledger.book.name(person)
    ledger.set(owner=None, owner_since=None)
    if case.state is State.WAITING:
        ledger.write(f"{name} gave {case.id} back while it waits for the customer.")
        return
    ledger.write(f"{name} gave {case.id} back.")
    if case.round is not None and case.round.purpose is Purpose.HANDOVER and case.waited_for:
        ledger.set(state=State.PAGING, round=replace(case.round, purpose=Purpose.PAGE))
        _decline_page(ledger, person)
    else:
        paging.stand_down(ledger)
        placing.place(ledger, f"{name} gave it back", without=person)


def _next(ledger: Ledger) -> str:
    paged = [ledger.book.name(p.person) for p in ledger.case.open_pages]
    return f"Paging {', '.join(paged)} now." if paged else "Nobody else is being paged now."


def escalate(ledger: Ledger, event: Escalate) -> None:
    name = ledger.book.name(event.person)
    paging.answered(ledger, event.person, PageState.ACKNOWLEDGED)
    engineering.enter(ledger, event.reason or f"{name} escalated it by {event.via}", event.person)
    ledger.answer = f"{words.label(ledger.case)} is with Sustained Engineering. {_next(ledger)}"


def resolve(ledger: Ledger, event: Resolve) -> None:
    name = ledger.book.name(event.person)
    end(ledger, f"{name} resolved it by {event.via}", event.person)
    ledger.write(f"{name} has resolved {ledger.case.id}.")
    ledger.answer = f"{words.label(ledger.case)} is resolved. Nobody is paged for it any more."


def end(ledger: Ledger, why: str, person: str | None) -> None:
    """Stand everything down; within the grace time the customer's answer reopens the case."""
    paging.stand_down(ledger)
    ledger.set(responders=(), state=State.RESOLVED, close_at=ledger.now + ledger.book.policy.grace)
    promises.solved(ledger, ledger.now)
    ledger.say("resolved", why, person)


def snooze(ledger: Ledger, event: Snooze) -> None:
    ledger.book.require(event.person)
    if not 1 <= event.minutes <= LONGEST_SNOOZE:
        msg = f"A case can be snoozed for 1 to {LONGEST_SNOOZE} minutes. Nothing was changed."
        raise Refusal(msg)
    _anothers(ledger, event.person)
    until, before = ledger.now + timedelta(minutes=event.minutes), ledger.case.owner
    paging.stand_down(ledger)
    since = ledger.case.owner_since if before == event.person else ledger.now
    ledger.set(state=State.SNOOZED, owner=event.person, owner_since=since, snooze_until=until)
    when = words.instant(until, ledger.now)
    ledger.say("snoozed", f"{ledger.book.name(event.person)} snoozed it until {when}", event.person)
    relieved(ledger, before, event.person)
    ledger.answer = f"{words.label(ledger.case)} is yours and sleeps until {when}."


def note(ledger: Ledger, event: Note) -> None:
    text = event.text.strip()
    if not text:
        msg = "The note is empty. Nothing was changed."
        raise Refusal(msg)
    name = ledger.book.name(event.person)
    ledger.say("note", f"{name}: {words.brief(text, 300)}", event.person)
    when = ledger.now.strftime("%H:%M UTC")
    ledger.set(noted=f"{name} at {when}: {words.brief(text, 120)}")
    ledger.write(f"{name}: {text}")
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
    before = ledger.case
    ledger.set(severity_fixed=True)
    why = f"{ledger.book.name(event.person)} set it"
    if set_severity(ledger, event.severity, why):
        promises.retarget(ledger)
        rerouted(ledger, before, f"severity {event.severity}: {why}")
    ledger.answer = f"{ledger.case.id} is {event.severity} now."


def set_severity(ledger: Ledger, severity: str, why: str) -> bool:
    """True if it is another one; clocks and place are left to the caller."""
    before = ledger.case.severity
    if severity == before:
        return False
    ledger.set(severity=severity)
    ledger.say("severity", f"{before} became {severity}: {why}")
    return True


def rerouted(ledger: Ledger, before: Case, why: str) -> None:
    """What the case asks for has changed: deadlines anew, its place if nobody has it yet.

    The owner of a case that has become worse is told.
    """
    case = ledger.case
    ranks = {s.id: s.rank for s in ledger.book.policy.severities}
    worse = ranks.get(case.severity, 0) < ranks.get(before.severity, 0)
    if case.engineering is None:
        ledger.set(engineering_at=choosing.engineering_due(ledger))
    if case.state in {State.HELD, State.PAGING, State.EXHAUSTED}:
        placing.place(ledger, why)
    else:
        handover.renew(ledger)
    if worse and ledger.case.owner is not None:
        ledger.announce(ledger.case.owner, f"{words.label(case)} is now {case.severity}.")
