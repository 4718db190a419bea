"""What a rehearsal says is what the decisions do: both played side by side, at random instants."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from routing.book import Book
from routing.case import Case
from routing.decide import decide
from routing.directory import Directory
from routing.event import Acknowledge, Contact, Effect, Tick
from routing.policy import Policy
from routing.tools.rehearsal import Answer, Pacing, rehearse
from routing.tools.sketch import Sketch, open_sketch
from service.policyfile.load import read_directory, read_policy, sample

LASTING = timedelta(hours=4)
ACCOUNTS = ("acme", "borealis", "cedar", "delta", "")
Reached = tuple[datetime, str, str]


@cache
def policy() -> Policy:
    return read_policy(sample("policy.yaml"), "policy.yaml")


@cache
def directory() -> Directory:
    return read_directory(sample("directory.yaml"), "directory.yaml")


def instants(count: int) -> Iterator[datetime]:
    chance = random.Random(20260302)  # noqa: S311 - the same instants in every run
    for _ in range(count):
        yield datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(365 * 86_400))


def decided(sketch: Sketch, at: datetime, second_answers: bool) -> tuple[list[Reached], Case]:
    """The contacts that the decisions alone make, the worker's part played by hand."""
    book = Book(policy(), directory().people, policy().schedules)
    decision = open_sketch(policy(), directory(), sketch, at).decision
    found: list[Reached] = []
    due: tuple[datetime, str] | None = None
    now = at
    while True:
        found += reached(decision.effects, now)
        people = list(dict.fromkeys(person for _, person, _ in found))
        if second_answers and due is None and len(people) > 1:
            due = (now + timedelta(minutes=1), people[1])
        wake = decision.case.wake_at
        assert wake is not None
        assert wake > now or decision.case.state == "closed"
        if wake > at + LASTING:
            return found, decision.case
        if due is not None and due[0] <= wake:
            last = decide(decision.case, Acknowledge(due[1]), book, due[0])
            return [*found, *reached(last.effects, due[0])], last.case
        now, decision = wake, decide(decision.case, Tick(), book, wake)


def reached(effects: tuple[Effect, ...], now: datetime) -> list[Reached]:
    return [(now, e.person, e.channel) for e in effects if isinstance(e, Contact)]


@pytest.mark.parametrize("second_answers", [False, True])
def test_at_200_instants_a_rehearsal_is_what_the_decisions_do(second_answers: bool) -> None:
    paged = 0
    for number, at in enumerate(instants(200)):
        sketch = Sketch(
            account=ACCOUNTS[number % len(ACCOUNTS)],
            priority=("urgent", "high", "normal", "low")[number % 4],
        )
        wanted, case = decided(sketch, at, second_answers)
        played = rehearse(
            policy(),
            directory(),
            sketch,
            at,
            answer=Answer(nth=2) if second_answers else None,
            lasting=LASTING,
            pacing=Pacing(0, 0),
        )
        assert [(c.at, c.person, c.channel) for c in played.contacts] == wanted
        assert (played.case.state, played.case.owner) == (case.state, case.owner)
        paged += bool(wanted)
    assert 50 < paged < 200
