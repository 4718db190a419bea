"""Matching: what a route, a step or a rule asks of a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from routing import calendar as coverage
from routing.calendar import Calendar

FACTS = (
    "source",
    "severity",
    "plan",
    "status",
    "channel",
    "product",
    "category",
    "environment",
    "production",
    "region",
    "home_region",
    "language",
    "tags",
    "account",
    "contact",
    "named_contact",
)
"""Every fact a term may name, besides `fields.<name>` for what the ticket system sends along."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may ask about, at one instant (UTC)."""

    at: datetime
    source: str = ""
    severity: str = ""
    plan: str = ""
    channel: str = ""
    product: str = ""
    category: str = ""
    environment: str = ""
    production: bool = True
    region: str = ""
    """The acting region: the one that has the sun for this case."""
    home_region: str = ""
    language: str = ""
    tags: frozenset[str] = frozenset()
    account: str = ""
    contact: str = ""
    sla_remaining: timedelta | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    status: str = ""
    """The account's: trial, active, suspended, expired; empty when the customer is unknown."""
    named_contact: bool = False
    """Whether the requester is one of the account's named contacts (R13, R65)."""


class _Folds:
    """Keeps the folded words beside a match: what is derived is no part of its value."""

    __slots__ = ("_folded",)
    _folded: tuple[tuple[str, frozenset[str]], ...]


@dataclass(frozen=True, slots=True)
class Match(_Folds):
    """All of `terms` and of `all_of`, any of `any_of`, none of `none_of`; empty matches everything.

    Words compare without regard to case: ticket systems disagree about it, people do not mean it.
    """

    terms: tuple[tuple[str, frozenset[str]], ...] = ()
    """(fact, accepted values): equality, for tags any in common. Facts: see `FACTS`."""
    all_of: tuple[Match, ...] = ()
    any_of: tuple[Match, ...] = ()
    none_of: tuple[Match, ...] = ()
    calendar: str | None = None
    """Matches while this calendar is open."""
    sla_remaining_below: timedelta | None = None

    @property
    def folded(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """`terms` with the words folded once, so that matching compares sets and nothing else."""
        try:
            return self._folded
        except AttributeError:
            folded = tuple(
                (fact, frozenset(map(str.casefold, words))) for fact, words in self.terms
            )
            object.__setattr__(self, "_folded", folded)
            return folded

    @property
    def everything(self) -> bool:
        """Whether no case can fail to match."""
        return not (
            self.terms
            or self.any_of
            or self.none_of
            or self.calendar is not None
            or self.sla_remaining_below is not None
        ) and all(part.everything for part in self.all_of)


def fact_words(facts: Facts, fact: str) -> frozenset[str]:
    """What a case says about one fact, folded: one word, for tags any number."""
    if fact == "tags":
        return frozenset(tag.casefold() for tag in facts.tags)
    return frozenset((fact_word(facts, fact),))


def fact_word(facts: Facts, fact: str) -> str:
    """One fact as a folded word; a flag is "true" or "false", an absent field is empty."""
    if fact.startswith("fields."):
        return facts.fields.get(fact[len("fields.") :], "").casefold()
    value = getattr(facts, fact)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).casefold()


def matches(match: Match, facts: Facts, calendars: Mapping[str, Calendar]) -> bool:
    """Whether a case matches. `calendars` are the policy's, by id."""
    return terms_hold(match, facts) and rest_holds(match, facts, calendars)


def terms_hold(match: Match, facts: Facts) -> bool:
    return all(not fact_words(facts, fact).isdisjoint(values) for fact, values in match.folded)


def rest_holds(match: Match, facts: Facts, calendars: Mapping[str, Calendar]) -> bool:
    """Everything a match asks besides its terms."""
    if match.calendar is not None and not coverage.is_open(calendars[match.calendar], facts.at):
        return False
    if match.sla_remaining_below is not None and not _running_out(match.sla_remaining_below, facts):
        return False
    if not (match.any_of or match.all_of or match.none_of):
        return True
    return _parts_hold(match, facts, calendars)


def _parts_hold(match: Match, facts: Facts, calendars: Mapping[str, Calendar]) -> bool:
    if match.any_of and not any(matches(part, facts, calendars) for part in match.any_of):
        return False
    return all(matches(part, facts, calendars) for part in match.all_of) and not any(
        matches(part, facts, calendars) for part in match.none_of
    )


def _running_out(below: timedelta, facts: Facts) -> bool:
    return facts.sla_remaining is not None and facts.sla_remaining < below


def why(match: Match, facts: Facts, calendars: Mapping[str, Calendar]) -> str:
    """Why a case matches, or the first thing that keeps it from matching, as part of a sentence."""
    missing = next(_missing(match, facts, calendars), None)
    if missing is not None:
        return missing
    return " and ".join(_held(match, facts)) or "it takes everything"


def _held(match: Match, facts: Facts) -> Iterator[str]:
    for fact, values in match.folded:
        shared = sorted(fact_words(facts, fact) & values)
        yield f"{spoken(fact)} is {', '.join(shared) or 'empty'}"
    if match.calendar is not None:
        yield f"{match.calendar} is open"
    if match.sla_remaining_below is not None:
        yield f"less than {match.sla_remaining_below} is left of the promise"
    for part in match.all_of:
        yield from _held(part, facts)
    if match.any_of:
        yield "one of its alternatives holds"
    if match.none_of:
        yield "none of its exceptions hold"


def _missing(match: Match, facts: Facts, calendars: Mapping[str, Calendar]) -> Iterator[str]:
    yield from _missing_terms(match, facts)
    if match.calendar is not None and not coverage.is_open(calendars[match.calendar], facts.at):
        yield f"{match.calendar} is closed"
    if match.sla_remaining_below is not None and not _running_out(match.sla_remaining_below, facts):
        yield f"more than {match.sla_remaining_below} is left, or nothing is promised"
    yield from _missing_parts(match, facts, calendars)


def _missing_parts(match: Match, facts: Facts, calendars: Mapping[str, Calendar]) -> Iterator[str]:
    for part in match.all_of:
        yield from _missing(part, facts, calendars)
    if match.any_of and not any(matches(part, facts, calendars) for part in match.any_of):
        yield "none of its alternatives hold"
    for part in match.none_of:
        if matches(part, facts, calendars):
            yield f"it excludes cases where {why(part, facts, calendars)}"


def _missing_terms(match: Match, facts: Facts) -> Iterator[str]:
    for fact, values in match.folded:
        words = fact_words(facts, fact)
        if words.isdisjoint(values):
            found = ", ".join(sorted(words)) or "empty"
            yield f"{spoken(fact)} is {found}, not {' or '.join(sorted(values))}"


def spoken(fact: str) -> str:
    """A fact's name as people say it."""
    return fact.removeprefix("fields.").replace("_", " ")
