"""Every small edit of a policy, told by the member it is made in."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import Any

from routing.calendar import Calendar
from routing.policy import Policy
from routing.sla import Target

Edit = tuple[str, Any]
"""The member (`Route.at_risk`), and the whole with it edited."""


def edits(value: Any, member: str, words: Mapping[str, list[str]]) -> Iterator[Edit]:
    """`words`: member to the words that stand in one of its name anywhere in the policy."""
    if isinstance(value, bool):
        yield member, not value
    elif isinstance(value, int):
        yield member, value + 1
    elif isinstance(value, timedelta):
        yield member, value * 3
        yield member, value / 5
    elif isinstance(value, str) or value is None:
        yield from ((member, word) for word in words.get(member, ()) if word != value)
    elif isinstance(value, frozenset) and value:
        yield member, frozenset(sorted(value)[1:])
    elif isinstance(value, tuple):
        yield from _places(value, member, words)
    elif isinstance(value, Mapping):
        yield from _items(value, member, words)
    elif is_dataclass(value) and not isinstance(value, Calendar):
        yield from _members(value, words)


def _places(value: tuple[Any, ...], member: str, words: Mapping[str, list[str]]) -> Iterator[Edit]:
    if len({type(one) for one in value}) == 1:
        yield member, value[1:]
        yield member, tuple(reversed(value))
    for place, one in enumerate(value):
        for name, edited in edits(one, member, words):
            yield name, (*value[:place], edited, *value[place + 1 :])


def _items(value: Mapping[Any, Any], member: str, words: Mapping[str, list[str]]) -> Iterator[Edit]:
    if value:
        yield member, dict(list(value.items())[1:])
    if len(value) > 1:
        yield member, dict(reversed(list(value.items())))
        yield member, dict(zip(value, reversed(list(value.values())), strict=True))
    for key, one in value.items():
        for name, edited in edits(one, member, words):
            yield name, {**value, key: edited}


def _members(value: Any, words: Mapping[str, list[str]]) -> Iterator[Edit]:
    if isinstance(value, Target):
        yield "Target", Target(minutes=7)
    for one in fields(value):
        found = getattr(value, one.name)
        for name, edited in edits(found, f"{type(value).__name__}.{one.name}", words):
            yield name, replace(value, **{one.name: edited})


def words_in(value: Any, member: str = "") -> dict[str, list[str]]:
    """Member to the words in it, anywhere in the policy."""
    found: dict[str, list[str]] = {}
    for name, word in _words(value, member):
        if word not in found.setdefault(name, []):
            found[name].append(word)
    return found


def _words(value: Any, member: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield member, value
    elif isinstance(value, tuple):
        for one in value:
            yield from _words(one, member)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _words(one, member)
    elif is_dataclass(value):
        for one in fields(value):
            yield from _words(getattr(value, one.name), f"{type(value).__name__}.{one.name}")


def edits_of(policy: Policy) -> list[tuple[str, Policy]]:
    return list(edits(policy, "Policy", words_in(policy)))
