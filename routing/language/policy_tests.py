"""Policy tests: assertions kept beside the policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC

from routing.language.cursor import Cursor, Members
from routing.language.tree import Listing
from routing.language.words import parse_instant
from routing.policy_parts import PolicyTest

GIVEN = (
    "account",
    "status",
    "plan",
    "source",
    "priority",
    "severity",
    "channel",
    "environment",
    "category",
    "product",
    "language",
    "tags",
    "contact",
    "region",
)
EXPECTED = ("plan", "severity", "route", "page", "within", "not_before", "due", "queue", "region")


def read_tests(of: Members) -> tuple[PolicyTest, ...]:
    """`- {given: {account: acme, priority: urgent}, at: ..., expect: {page: anna, within: 5m}}`."""
    found = (_test(number, at) for number, at in enumerate(of.tables("tests"), 1))
    return tuple(test for test in found if test is not None)


def _test(number: int, at: Cursor) -> PolicyTest | None:
    members = at.members("id", "given", "at", "expect")
    needed = [members.need(name) for name in ("given", "at", "expect")]
    instant = members.read("at", parse_instant(UTC), None)
    if instant is None or None in needed:
        return None
    return PolicyTest(
        members.text("id", f"test-{number}"),
        instant,
        _words(members.table("given", *GIVEN)),
        _words(members.table("expect", *EXPECTED)),
    )


def _words(of: Members) -> Mapping[str, str]:
    """Member to its words; a list is joined with commas."""
    return {
        name: ", ".join(item.text() for item in at.items())
        if isinstance(at.node, Listing)
        else at.text()
        for name, at in of.found.items()
    }
