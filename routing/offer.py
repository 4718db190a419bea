"""What can be offered to somebody who looks at a page: only what would be done if it were asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from routing.book import Book
from routing.case import Case, Purpose
from routing.decide import decide
from routing.event import Acknowledge, Decline, Escalate, Event, Refusal, Resolve, TakeOver
from routing.truth import instead

ANSWERS: Mapping[str, Callable[[str, str], Event]] = MappingProxyType(
    {
        "acknowledge": Acknowledge,
        "decline": Decline,
        "escalate": Escalate,
        "resolve": Resolve,
        "take_over": TakeOver,
    }
)
"""Verb to the event, made of the person and by what the answer came."""


@dataclass(frozen=True, slots=True)
class Offer:
    """`late` is the sentence that takes the place of asking; None where an answer is wanted."""

    late: str | None
    verbs: tuple[str, ...]
    mine: bool
    """Whether the person has the case already."""
    purpose: Purpose | None
    """What is asked, where somebody is paged."""


def offer(case: Case, book: Book, person: str, turn: int, now: datetime) -> Offer:
    """`now` is UTC. Whoever has the case may also end it; who is too late may take it over."""
    late = instead(case, book, person, turn, now)
    mine = case.holder == person
    verbs = tuple(
        verb
        for verb in _sensible(case, asked=late is None, mine=mine)
        if _possible(case, book, ANSWERS[verb](person, ""), now)
    )
    return Offer(late, verbs, mine, case.round.purpose if case.round else None)


def _sensible(case: Case, *, asked: bool, mine: bool) -> Iterator[str]:
    if asked:
        yield "acknowledge"
    if asked or mine:
        yield from ("decline", "escalate")
    if mine:
        yield "resolve"
    elif not asked and case.holder is not None:
        yield "take_over"


def _possible(case: Case, book: Book, event: Event, now: datetime) -> bool:
    try:
        decide(case, event, book, now)
    except Refusal:
        return False
    return True
