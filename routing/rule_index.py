"""Finding the first of many matches without asking each of them.

Bit n of every mask stands for match n, so one bitwise operation asks a thousand matches at once.
The parts of combinators are laid out in slots: slot k of `any_of` is an index of its own, whose
bit n is the k-th alternative of match n.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from routing import calendar as coverage
from routing.calendar import Calendar
from routing.rule import Facts, Match, fact_words

T = TypeVar("T")
_NOTHING = Match()
"""What a held place asks; that it is not `present` keeps it from matching everything."""


@dataclass(frozen=True, slots=True)
class _Term:
    """One fact: who accepts a word of it, and who does not ask."""

    fact: str
    by_word: Mapping[str, int]
    silent: int


@dataclass(slots=True)
class _Question:
    """One case being asked about; what many matches want to know is looked up once."""

    facts: Facts
    calendars: Mapping[str, Calendar]
    words: dict[str, frozenset[str]] = field(default_factory=dict)

    def words_of(self, fact: str) -> frozenset[str]:
        if fact not in self.words:
            self.words[fact] = fact_words(self.facts, fact)
        return self.words[fact]

    def is_open(self, calendar: str) -> bool:
        return coverage.is_open(self.calendars[calendar], self.facts.at)

    def is_below(self, limit: timedelta) -> bool:
        return self.facts.sla_remaining is not None and self.facts.sla_remaining < limit


@dataclass(frozen=True, slots=True)
class MatchIndex:
    """Matches in order, answered together."""

    present: int = 0
    terms: tuple[_Term, ...] = ()
    open: Mapping[str, int] = field(default_factory=dict)
    below: Mapping[timedelta, int] = field(default_factory=dict)
    all_of: tuple[MatchIndex, ...] = ()
    any_of: tuple[MatchIndex, ...] = ()
    none_of: tuple[MatchIndex, ...] = ()

    def first(self, facts: Facts, calendars: Mapping[str, Calendar]) -> int | None:
        """The position of the first match that holds, or None."""
        held = self.held(_Question(facts, calendars))
        return (held & -held).bit_length() - 1 if held else None

    def held(self, question: _Question) -> int:
        held = self._held_alone(question)
        for part in self.all_of:
            held &= part.held(question) | ~part.present
        for part in self.none_of:
            held &= ~part.held(question)
        if self.any_of:
            asking = chosen = 0
            for part in self.any_of:
                asking |= part.present
                chosen |= part.held(question)
            held &= chosen | ~asking
        return held

    def _held_alone(self, question: _Question) -> int:
        """Who holds as far as its own terms, calendar and remaining time go."""
        held = self.present
        for term in self.terms:
            accepted = term.silent
            for word in question.words_of(term.fact):
                accepted |= term.by_word.get(word, 0)
            held &= accepted
        for calendar, asking in self.open.items():
            held = held if question.is_open(calendar) else held & ~asking
        for limit, asking in self.below.items():
            held = held if question.is_below(limit) else held & ~asking
        return held


def index_of(matches: Sequence[Match | None]) -> MatchIndex:
    """Build the index; a None holds a place and never matches. Done once per policy version."""
    asked = [match or _NOTHING for match in matches]
    return MatchIndex(
        sum(1 << n for n, match in enumerate(matches) if match is not None),
        _terms(asked),
        _masks([match.calendar for match in asked]),
        _masks([match.sla_remaining_below for match in asked]),
        _slots([match.all_of for match in asked]),
        _slots([match.any_of for match in asked]),
        _slots([match.none_of for match in asked]),
    )


def _masks(asked: Sequence[T | None]) -> dict[T, int]:
    """What is asked for, to the matches that ask for it."""
    masks: dict[T, int] = {}
    for position, what in enumerate(asked):
        if what is not None:
            masks[what] = masks.get(what, 0) | 1 << position
    return masks


def _slots(parts: Sequence[tuple[Match, ...]]) -> tuple[MatchIndex, ...]:
    deepest = max(map(len, parts), default=0)
    return tuple(index_of([p[k] if k < len(p) else None for p in parts]) for k in range(deepest))


def _terms(matches: Sequence[Match]) -> tuple[_Term, ...]:
    """A term index per fact; a match that names a fact twice gets its second term in another."""
    places: dict[tuple[str, int], dict[int, frozenset[str]]] = {}
    for position, match in enumerate(matches):
        seen: dict[str, int] = {}
        for fact, values in match.folded:
            turn = seen[fact] = seen.get(fact, -1) + 1
            places.setdefault((fact, turn), {})[position] = values
    return tuple(_term(fact, accepted, len(matches)) for (fact, _), accepted in places.items())


def _term(fact: str, accepted: Mapping[int, frozenset[str]], size: int) -> _Term:
    by_word: dict[str, int] = {}
    asking = 0
    for position, values in accepted.items():
        asking |= 1 << position
        for word in values:
            by_word[word] = by_word.get(word, 0) | 1 << position
    return _Term(fact, by_word, ((1 << size) - 1) & ~asking)
