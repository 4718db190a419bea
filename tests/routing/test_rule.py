"""Matching: every combinator, every fact, and the index against one-by-one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar

import pytest

from routing.rule import FACTS, Facts, Match, matches, why
from routing.rule_index import index_of

T = TypeVar("T")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CASE = Facts(
    NOON,
    source="zendesk",
    severity="L1",
    plan="premier",
    channel="portal",
    product="Cloud Enterprise",
    category="Authentication & Provisioning",
    environment="prod",
    region="emea",
    home_region="amer",
    language="en",
    tags=frozenset({"SSO", "vip"}),
    account="acme",
    contact="Ada@acme.example",
    sla_remaining=timedelta(minutes=20),
    fields={"workaround": "No"},
    status="active",
    named_contact=True,
)


def term(fact: str, *values: str) -> Match:
    return Match(terms=((fact, frozenset(values)),))


@pytest.mark.parametrize(
    ("match", "holds"),
    [
        (Match(), True),
        (term("severity", "L1", "L2"), True),
        (term("severity", "L3"), False),
        (term("plan", "premier"), True),
        (term("category", "authentication & provisioning"), True),
        (term("contact", "ada@acme.example"), True),
        (term("tags", "sso"), True),
        (term("tags", "ldap"), False),
        (term("production", "true"), True),
        (term("production", "false"), False),
        (term("named_contact", "true"), True),
        (term("fields.workaround", "no"), True),
        (term("fields.absent", "no"), False),
        (Match(all_of=(term("plan", "premier"), term("severity", "L1"))), True),
        (Match(all_of=(term("plan", "premier"), term("severity", "L2"))), False),
        (Match(any_of=(term("plan", "e20"), term("severity", "L1"))), True),
        (Match(any_of=(term("plan", "e20"), term("severity", "L2"))), False),
        (Match(none_of=(term("plan", "e20"),)), True),
        (Match(none_of=(term("plan", "e20"), term("tags", "vip"))), False),
        (Match(sla_remaining_below=timedelta(minutes=30)), True),
        (Match(sla_remaining_below=timedelta(minutes=20)), False),
        (Match(terms=(("tags", frozenset({"sso"})), ("tags", frozenset({"vip"})))), True),
        (Match(terms=(("tags", frozenset({"sso"})), ("tags", frozenset({"ldap"})))), False),
    ],
)
def test_a_match_holds_or_not_alone_and_in_the_index(match: Match, holds: bool) -> None:
    assert matches(match, CASE, {}) is holds
    assert index_of([match]).first(CASE, {}) == (0 if holds else None)


def test_nothing_remaining_is_not_little_remaining() -> None:
    assert not matches(Match(sla_remaining_below=timedelta(hours=9)), Facts(NOON), {})


def test_every_listed_fact_is_a_fact() -> None:
    assert all(hasattr(CASE, fact) for fact in FACTS)


def test_why_names_what_held_and_what_did_not() -> None:
    both = Match(terms=(("severity", frozenset({"L1"})), ("plan", frozenset({"premier"}))))
    assert why(both, CASE, {}) == "severity is l1 and plan is premier"
    assert why(term("plan", "e20", "e10"), CASE, {}) == "plan is premier, not e10 or e20"
    assert why(Match(), CASE, {}) == "it takes everything"
    excluded = why(Match(none_of=(term("tags", "vip"),)), CASE, {})
    assert excluded == "it excludes cases where tags is vip"
    assert why(Match(any_of=(term("plan", "e20"),)), CASE, {}) == "none of its alternatives hold"


def test_only_an_unconditional_match_takes_everything() -> None:
    assert Match(all_of=(Match(), Match())).everything
    assert not Match(all_of=(term("plan", "e20"),)).everything
    assert not Match(calendar="office").everything


WORDS = ("a", "b", "c")


def some(chance: Random, most: int, make: Callable[[], T]) -> tuple[T, ...]:
    return tuple(make() for _ in range(chance.randint(0, most)))


def words(chance: Random, least: int) -> frozenset[str]:
    return frozenset(chance.sample(WORDS, chance.randint(least, 3)))


def tree(chance: Random, depth: int) -> Match:
    """A match with combinators as deep as `depth`; now and then with a limit."""

    def asked() -> tuple[str, frozenset[str]]:
        return chance.choice(("plan", "severity", "tags")), words(chance, 1)

    def parts() -> tuple[Match, ...]:
        return some(chance, 2, lambda: tree(chance, depth - 1)) if depth else ()

    limit = chance.choice((None, None, timedelta(minutes=chance.randint(1, 3))))
    return Match(some(chance, 2, asked), parts(), parts(), parts(), sla_remaining_below=limit)


def test_the_index_finds_what_asking_one_by_one_finds() -> None:
    chance = Random(7)  # noqa: S311 - the same trees in every run
    trees = [tree(chance, chance.randint(0, 2)) for _ in range(1_000)]
    found: set[int | None] = set()
    for _ in range(1_000):
        routes = chance.sample(trees, chance.randint(0, 6))
        left = chance.choice((None, *(timedelta(minutes=m) for m in range(4))))
        case = Facts(
            NOON,
            plan=chance.choice(WORDS),
            severity=chance.choice(WORDS),
            tags=words(chance, 0),
            sla_remaining=left,
        )
        one_by_one = next((n for n, match in enumerate(routes) if matches(match, case, {})), None)
        assert index_of(routes).first(case, {}) == one_by_one
        found.add(one_by_one)
    assert found == {None, 0, 1, 2, 3, 4, 5}
