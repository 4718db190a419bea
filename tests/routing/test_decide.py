"""The one decision: its table, what it refuses, and what it leaves behind."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from routing.case import LIVE, RUNS, Case, Stage, State
from routing.decide import TABLE, decide
from routing.event import (
    Acknowledge,
    AddResponder,
    Advance,
    ChangeSeverity,
    ContactRefused,
    Decline,
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
from routing.page import PageState
from routing.value import changed
from service.store import codec
from tests.routing.story import Story, report
from tests.routing.world import MONDAY, book, hours, minutes

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def _held() -> Story:
    return Story(at=MONDAY + hours(9), priority="normal")


def _paging() -> Story:
    return Story()


def _exhausted() -> Story:
    return after(Story(), lambda s: s.passes(minutes(45)))


def _acknowledged() -> Story:
    return after(Story(), lambda s: s.acks("anna"))


def _snoozed() -> Story:
    return after(Story(), lambda s: s.happens(Snooze("anna", 600)))


def _waiting() -> Story:
    return after(_acknowledged(), lambda s: s.ticket(status="pending"))


def _engineering() -> Story:
    return after(_acknowledged(), lambda s: s.happens(Escalate("anna")))


def _resolved() -> Story:
    return after(_acknowledged(), lambda s: s.happens(Resolve("anna")))


def _closed() -> Story:
    return after(_acknowledged(), lambda s: s.ticket(status="closed"))


def after(story: Story, then: Callable[[Story], object]) -> Story:
    then(story)
    return story


IN = {
    State.HELD: _held,
    State.PAGING: _paging,
    State.EXHAUSTED: _exhausted,
    State.ACKNOWLEDGED: _acknowledged,
    State.SNOOZED: _snoozed,
    State.WAITING: _waiting,
    State.ENGINEERING: _engineering,
    State.RESOLVED: _resolved,
    State.CLOSED: _closed,
}
EVENTS: dict[type[Event], Event] = {
    Reported: Reported(report(99, subject="Still down")),
    Tick: Tick(),
    ContactRefused: ContactRefused(1, "anna", "sms", 1, "no such number"),
    Acknowledge: Acknowledge("carl"),
    Decline: Decline("carl"),
    Escalate: Escalate("carl"),
    Resolve: Resolve("carl"),
    Snooze: Snooze("carl", 10),
    Reassign: Reassign("carl", "enzo"),
    Note: Note("carl", "seen"),
    ChangeSeverity: ChangeSeverity("carl", "low"),
    Advance: Advance("eva", "claim"),
}
ENTRY = {
    "hold_until": MONDAY,
    "snooze_until": MONDAY,
    "remind_at": MONDAY,
    "engineering_at": MONDAY,
    "owner_due": MONDAY,
    "handover_at": MONDAY,
    "shift_at": MONDAY,
    "close_at": MONDAY,
    "leaders_at": MONDAY,
}


@pytest.mark.parametrize("state", State)
def test_every_state_is_reached_and_takes_what_its_row_says(state: State) -> None:
    assert IN[state]().case.state is state
    always = {Reported, Tick, ContactRefused, Note, Linked, Superseded, Unticketed}
    answers = {
        Acknowledge, Decline, Escalate, Resolve, Snooze, Reassign, TakeOver, AddResponder,
        ChangeSeverity,
    }  # fmt: skip
    wanted = always | (answers if state in LIVE else set())
    if state is State.ENGINEERING:
        wanted = wanted - {Snooze, Escalate} | {Advance}
    assert TABLE[state].keys() == wanted


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("state", State)
def test_what_the_table_lacks_is_refused_and_leaves_the_case_as_it_was(
    state: State, kind: type[Event]
) -> None:
    story = IN[state]()
    case, stored = story.case, codec.encode(story.case)
    try:
        decide(case, EVENTS[kind], story.book, story.now)
    except Refusal as refusal:
        refused = str(refusal)
    else:
        refused = ""
    assert codec.encode(case) == stored
    if kind not in TABLE[state]:
        assert refused.endswith(".")
        assert "ACME-7" in refused


@pytest.mark.parametrize("state", State)
def test_rule_9_a_decision_is_a_function_of_what_it_is_given(state: State) -> None:
    """With an instant of its own in an answer, the second decision differed from the first."""
    story = IN[state]()
    for event in EVENTS.values():
        told = [_outcome(story, event) for _ in range(2)]
        assert told[0] == told[1]


def _outcome(story: Story, event: Event) -> object:
    try:
        return decide(story.case, event, story.book, story.now)
    except Refusal as refusal:
        return str(refusal)


@pytest.mark.parametrize("state", State)
def test_rule_1_only_the_deadlines_of_its_state_survive(state: State) -> None:
    """With `_finish` keeping them, one left in the past woke its case again and again."""
    story = IN[state]()
    littered = changed(story.case, ENTRY)
    event = Note("carl", "seen")
    left = decide(littered, event, story.book, story.now).case
    assert {name for name in ENTRY if getattr(left, name) is not None} <= RUNS[state]


def test_every_deadline_of_a_case_is_in_the_table_and_in_wake_at() -> None:
    timed = {name for names in RUNS.values() for name in names}
    assert timed == ENTRY.keys()
    case = _paging().case
    idle = replace(case, round=None, pages=(), clocks_at=None, state=State.HELD)
    assert idle.wake_at is None
    for name in [*timed, "review_at", "clocks_at"]:
        assert changed(idle, {name: MONDAY}).wake_at == MONDAY, name


def test_rule_1_wake_at_is_the_earliest_of_everything() -> None:
    case = _paging().case
    assert case.wake_at == MONDAY + minutes(2), "Anna's call"
    assert replace(case, remind_at=MONDAY + minutes(1)).wake_at == MONDAY + minutes(1)
    assert replace(case, pages=()).wake_at == MONDAY + minutes(5), "the step"
    assert replace(case, pages=(), round=None).wake_at == MONDAY + hours(1), "the promise"
    assert replace(case, state=State.CLOSED).wake_at is None


def test_a_tick_that_finds_nothing_due_does_nothing() -> None:
    story = _acknowledged()
    decision = decide(story.case, Tick(), story.book, story.now)
    assert (decision.effects, decision.entries, decision.case) == ((), (), story.case)


def test_a_closed_case_sleeps() -> None:
    story = _closed()
    decision = decide(story.case, Tick(), story.book, story.now + timedelta(days=400))
    assert (decision.case, decision.effects) == (story.case, ())


def test_what_is_due_at_once_is_done_once() -> None:
    """Unresolved as its snooze ends: engineering is paged, and its owner is not asked.

    With the second deadline asked after the first had led away, the case was back with support and
    its item left in the queue.
    """
    story = _snoozed()
    due = replace(story.case, engineering_at=story.case.snooze_until)
    decision = decide(due, Tick(), story.book, story.now + hours(10))
    assert decision.case.state is State.ENGINEERING
    assert [p.person for p in decision.case.open_pages] == ["eva"]


def test_a_case_knows_its_live_pages_and_the_latest_of_a_person() -> None:
    story = Story(book())
    story.passes(minutes(21))
    latest = story.case.page_of("anna")
    assert latest is not None
    assert (latest.turn, latest.open) == (4, True)
    assert story.case.page_of("ghost") is None
    assert story.case.open_pages == (latest,)


@pytest.mark.parametrize(
    ("table", "column", "states"),
    [
        ("cases", "state", State),
        ("cases", "stage", Stage),
        ("pages", "state", PageState),
    ],
)
def test_the_database_holds_the_same_words(
    table: str, column: str, states: type[State | Stage | PageState]
) -> None:
    assert _checked(table, column) == {s.value for s in states}


def test_the_database_holds_that_open_cases_wake() -> None:
    text = _definition("cases")
    assert "check ((state = 'closed') = (wake_at is null))" in text


def _definition(table: str) -> str:
    """A table as the migrations leave it; a later `alter table` would have to be read here too."""
    text = "\n".join(p.read_text() for p in sorted(MIGRATIONS.glob("*.sql")))
    assert not re.search(rf"alter table {table}\b.*check", text)
    found = re.search(rf"create table {table} \((.*?)\n\);", text, re.DOTALL)
    assert found is not None
    return found[1]


def _checked(table: str, column: str) -> set[str]:
    pattern = rf"\b{column}\s+text[^,]*?check \({column} in \((.*?)\)\)"
    found = re.search(pattern, _definition(table), re.DOTALL)
    assert found is not None
    return set(re.findall(r"'(\w+)'", found[1]))


def test_a_case_is_a_value() -> None:
    assert isinstance(_paging().case, Case)
    assert _paging().case == _paging().case
