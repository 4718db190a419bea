"""The loose ends of a ticket: tags, and whatever else it carries as name and text."""

from __future__ import annotations

from collections.abc import Iterable

from service.tickets.members import Members
from service.tickets.text import LINE, one_line

MANY = 200
"""More tags or fields than this are not kept."""
NAME = 120
"""Longest tag or field name, in characters."""
VALUE = 2000
"""Longest field value, in characters."""
LONGEST = 128
"""Bits; a longer whole number is no field of anybody's."""


def tags(members: Members, name: str) -> tuple[str, ...] | None:
    """A list of words, or the words of a text separated by blanks or commas. Raises Unreadable."""
    value = members.raw(name)
    if value is None:
        return None
    if type(value) is str:
        return clean_tags(value[: MANY * NAME].replace(",", " ").split())
    if type(value) is not list or any(type(tag) is not str for tag in value):
        raise members.wrong(name, "a list of text")
    return clean_tags(value)


def clean_tags(found: Iterable[str]) -> tuple[str, ...]:
    """Each once, in order, without blanks around."""
    cleaned = (one_line(tag, NAME) for tag in list(found)[:MANY])
    return tuple(dict.fromkeys(tag for tag in cleaned if tag))


def as_text(value: object) -> str | None:
    """A scalar, or a flat list of scalars, as text; None for what is nested, missing or empty."""
    if type(value) is str:
        return one_line(value, VALUE) or None
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is float or (type(value) is int and value.bit_length() <= LONGEST):
        return repr(value)
    return _flat(value) if type(value) is list else None


def _flat(values: list[object]) -> str | None:
    told = (as_text(value) for value in values[:MANY] if type(value) is not list)
    return one_line(", ".join(filter(None, told)), VALUE) or None


def texts(members: Members, skip: Iterable[str] = ()) -> dict[str, str]:
    """Every member that can be told as text, under its own name."""
    found: dict[str, str] = {}
    for name, value in members.items():
        if len(found) >= MANY:
            break
        text = None if name in skip else as_text(value)
        if text is not None:
            found[one_line(name, NAME)] = text
    return found


def pairs(**named: str | None) -> dict[str, str]:
    """The named texts that are there."""
    return {name: value[:LINE] for name, value in named.items() if value is not None}
