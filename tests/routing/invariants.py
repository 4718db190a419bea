"""What must hold after every step of every case, whatever happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from routing.book import Book
from routing.case import LIVE, Case, Purpose, Stage, State
from routing.decide import Decision, decide
from routing.event import (
    Acknowledge,
    Announce,
    Contact,
    Event,
    Post,
    StandDown,
    Tick,
    WriteBack,
)
from routing.page import PageState, usable_rules
from routing.people import Person
from routing.sla import Metric
from routing.value import changed
from service.store import codec

QUIET = frozenset({State.RESOLVED, State.CLOSED, State.WAITING, State.SNOOZED, State.HELD})
"""Nobody is paged in these."""

BLANK = Case("", "", "", "", datetime(2026, 3, 2, tzinfo=UTC), None, "", "", "", State.HELD)
Key = tuple[int, str, str, int]


@dataclass(slots=True)
class Seen:
    """What has been seen of a case so far."""

    contacts: set[Key] = field(default_factory=set)
    numbers: set[int] = field(default_factory=set)
    turn: int = 0
    writes: int = 0
    breaches: set[tuple[Metric, datetime]] = field(default_factory=set)


def check_step(
    before: Case | None, event: Event, decision: Decision, book: Book, now: datetime, seen: Seen
) -> None:
    """Raises AssertionError with the rule that was broken."""
    case = decision.case
    check_shape(case)
    _keys(decision, seen)
    _contacts(decision, book)
    _never_back(case, seen)
    if before is not None and before.state is not case.state:
        assert decision.entries, f"{before.state} became {case.state} without a reason"
    if isinstance(event, Tick):
        _ticked(decision, book, now)
        _one_at_a_time(before, decision, book)
    if isinstance(event, Acknowledge) and before is not None and before != case:
        _acknowledged(before, event, decision)


@dataclass(frozen=True, slots=True)
class Stored:
    """A case as it was when it was decided: it must never be another one."""

    case: Case
    members: Mapping[str, Any]
    new: Case
    """What is new of it, in a case that has nothing else, and that as text."""
    text: str

    def changed(self) -> bool:
        return vars(self.case) != self.members or codec.encode(self.new) != self.text


def survived(before: Case | None, case: Case) -> Stored:
    """The case as it is stored, which it survives: what it has from before did so already."""
    new = changed(BLANK, dict(_new_of(vars(before or BLANK), vars(case))))
    text = codec.encode(new)
    assert codec.decode_case(text) == new, "a case survives being stored"
    return Stored(case, {**vars(case)}, new, text)


def _new_of(old: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The members that are other objects than they were; of a tuple, what it did not hold."""
    for name, value in now.items():
        if value is not old[name]:
            known = set(map(id, old[name])) if isinstance(value, tuple) else ()
            yield name, tuple(v for v in value if id(v) not in known) if known else value


def check_shape(case: Case) -> None:
    """What is true of a case by itself."""
    assert (case.wake_at is None) == (case.state is State.CLOSED), "every open case wakes (rule 1)"
    _quiet_or_loud(case)
    _owned(case)
    _item(case)
    _ticket(case)
    assert all(p.until for p in case.open_pages if p.asked_by), "a page is open that nothing ends"
    if case.waited_for:
        assert case.round or case.remind_at, "a page is open that nothing ends"
    elif case.round is not None:
        assert case.round.step < 0, "a step is waited for that nobody can answer (rule 5)"
    if not (case.round or case.remind_at):
        assert case.posted == (), "a channel is left believing that somebody is wanted"
    if case.state not in LIVE:
        assert (case.clocks_at, case.review_at) == (None, None)


def _quiet_or_loud(case: Case) -> None:
    state = case.state
    if state in QUIET:
        assert not case.waited_for, f"{state} with an open page"
        assert case.round is None, f"{state} with a round"
        assert case.remind_at is None, f"{state} with a reminder"
    if state is State.PAGING:
        assert case.round, "paging, and nobody is"
    if state is State.EXHAUSTED:
        assert case.round or case.remind_at, "exhausted and quiet (rule 7)"


def _owned(case: Case) -> None:
    if case.state in {State.ACKNOWLEDGED, State.SNOOZED}:
        assert case.owner is not None, f"{case.state} by nobody"
        assert case.owner_since is not None
    if case.state in {State.HELD, State.PAGING, State.EXHAUSTED}:
        assert case.owner is None, f"{case.state}, and somebody has it"


def _item(case: Case) -> None:
    item = case.engineering
    over = item is not None and item.stage in {Stage.RETURNED, Stage.RELEASED}
    if case.state is State.ENGINEERING:
        assert item is not None, "with engineering without an item"
        assert not over
        assert item.engineer or case.round or case.remind_at, "nobody has the item or is paged"
    elif case.live and item is not None:
        assert over, "an item left behind"


def _ticket(case: Case) -> None:
    status, item = case.ticket.status, case.engineering
    if case.live:
        assert status not in {"solved", "closed"}, "alive, and its ticket is over"
    released = item is not None and item.stage is Stage.RELEASED
    if case.state is State.WAITING and not released:
        assert status in {"pending", "on_hold"}, "waiting, and nobody says for what"


def _keys(decision: Decision, seen: Seen) -> None:
    for effect in decision.effects:
        if isinstance(effect, Contact):
            key = (effect.turn, effect.person, effect.method, effect.attempt)
            assert key not in seen.contacts, f"contact {key} was made before (rule 3)"
            seen.contacts.add(key)
        elif isinstance(effect, WriteBack | Announce | Post):
            assert effect.number not in seen.numbers, f"{effect.number} was written before (rule 3)"
            seen.numbers.add(effect.number)


def _contacts(decision: Decision, book: Book) -> None:
    case = decision.case
    for effect in decision.effects:
        if isinstance(effect, Contact):
            methods = {m.id for m in book.people[effect.person].contact_methods if m.usable}
            assert effect.method in methods, f"{effect.method} of {effect.person} does not work"
            assert any((p.turn, p.person) == (effect.turn, effect.person) for p in case.pages)
    declined = case.round.declined if case.round else ()
    assert not {p.person for p in case.waited_for} & set(declined), "paged, having declined"


def _never_back(case: Case, seen: Seen) -> None:
    broken = {(c.metric, at) for c in case.clocks for at in c.breaches}
    assert seen.breaches <= broken, "a broken promise was forgotten"
    seen.breaches = broken
    assert case.turn >= seen.turn, "turn went back (rule 3)"
    assert case.writes >= seen.writes, "writes went back (rule 3)"
    seen.turn, seen.writes = case.turn, case.writes


def _ticked(decision: Decision, book: Book, now: datetime) -> None:
    case = decision.case
    assert case.wake_at is None or case.wake_at > now, f"wakes at {case.wake_at} (rule 1)"
    again = decide(case, Tick(), book, now)
    assert again.case == case, "a second tick at the same instant changes the case"
    assert not again.effects, "a second tick at the same instant does something"


def _one_at_a_time(before: Case | None, decision: Decision, book: Book) -> None:
    """What a page begins at once was planned for one instant, and by each method it is one."""
    made: dict[tuple[int, str], list[str]] = {}
    for effect in decision.effects:
        if isinstance(effect, Contact):
            made.setdefault((effect.turn, effect.person), []).append(effect.method)
    for page in before.pages if before else ():
        first = [p for p in page.planned if p.due_at == page.planned[0].due_at]
        begun = made.get((page.turn, page.person), ())
        assert len(begun) <= max(1, len(first)), f"a burst of contacts: {begun} (rule 2)"
    for page in decision.case.pages:
        if before is not None and page.turn > before.turn:
            begun = made.get((page.turn, page.person), ())
            most = _at_once(book.people[page.person])
            assert len(begun) <= most, f"a burst of contacts: {begun} (rule 2)"
    for begun in made.values():
        assert len(begun) == len(set(begun)), f"twice by the same method: {begun} (rule 2)"


def _at_once(person: Person) -> int:
    """The most contacts that somebody's rules plan for the instant a page begins."""
    planned = [usable_rules(person, urgency) for urgency in person.contact_rules]
    return max((sum(r.after == own[0].after for r in own) for own in planned if own), default=1)


def _acknowledged(before: Case, event: Acknowledge, decision: Decision) -> None:
    case = decision.case
    if event.person in case.responders:
        assert case.holder not in {None, event.person}, "who helps has it"
        return
    assert not case.open_pages, "acknowledged, and somebody is still paged"
    if before.turn and (before.open_pages or before.round or before.remind_at):
        assert StandDown() in decision.effects, "nobody was stood down"
    asked = before.round.purpose if before.round else None
    if case.state is State.ENGINEERING and asked is not Purpose.HANDOVER:
        assert case.engineering is not None
        assert case.engineering.engineer == event.person
    else:
        assert case.owner == event.person
    latest = case.page_of(event.person)
    assert latest is None or latest.state is not PageState.OPEN
