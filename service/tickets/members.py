"""Reading JSON that strangers wrote, member by member.

A member of the wrong type is Unreadable, and the sentence names it; a missing, null or empty one is
None, which a report takes as "left as it was". The work is bounded by the size of the body: nothing
here follows nesting further than the caller asks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from service.tickets.moment import moment
from service.tickets.text import IDENTIFIER, LINE, TEXT, many_lines, one_line
from service.tickets.ticketsystem import Unreadable

_ID_BITS = 128
_TRUE = frozenset({"true", "1", "yes"})
_FALSE = frozenset({"false", "0", "no"})
_decode = msgspec.json.Decoder().decode


def decode(body: bytes) -> object:
    """The JSON value in `body`. Raises Unreadable.

    Admins write some of these bodies by template, so what is almost JSON is read too: raw line
    breaks inside strings, broken UTF-8 and half emoji (lone surrogates) are repaired.
    """
    try:
        return _decode(body)
    except (ValueError, RecursionError):
        return _decode_leniently(body)


def _decode_leniently(body: bytes) -> object:
    try:
        return json.loads(body.decode("utf-8-sig", "replace"), strict=False, parse_constant=_refuse)
    except RecursionError:
        raise Unreadable("The body is nested too deeply to be a ticket.") from None
    except ValueError as error:
        sentence = f"The body is not JSON: {one_line(str(error), 120)}."
        raise Unreadable(sentence) from None


def _refuse(word: str) -> object:
    message = f"{word} is not a JSON number"
    raise ValueError(message)


def read_object(body: bytes) -> Members:
    """The JSON object in `body`. Raises Unreadable."""
    value = decode(body)
    if type(value) is not dict:
        raise Unreadable(f"The body is {_kind(value)}, not a JSON object.")
    return Members(value)


class Members:
    """The members of one JSON object; `at` is the path to it, for the sentences."""

    __slots__ = ("_at", "_value")

    def __init__(self, value: Mapping[str, object], at: str = "") -> None:
        self._value = value
        self._at = at

    def __bool__(self) -> bool:
        return bool(self._value)

    def __contains__(self, name: str) -> bool:
        return name in self._value

    def raw(self, name: str) -> object:
        """The member as JSON has it, or None."""
        return self._value.get(name)

    def items(self) -> Iterator[tuple[str, object]]:
        """Every member as JSON has it."""
        return iter(self._value.items())

    def values(self) -> Iterator[object]:
        """The value of every member as JSON has it."""
        return iter(self._value.values())

    def path(self, name: str) -> str:
        """The full name of a member, for a sentence."""
        return f"{self._at}.{name}" if self._at else name

    def wrong(self, name: str, wanted: str) -> Unreadable:
        """The refusal of a member, naming it."""
        found = _kind(self._value.get(name))
        return Unreadable(f"The member {one_line(self.path(name))!r} is {found}, not {wanted}.")

    def line(self, name: str, limit: int = LINE) -> str | None:
        """Text on one line; numbers are taken for their digits."""
        value = self._value.get(name)
        if value is None:
            return None
        if type(value) is not str:
            value = self._digits(name, value)
        return one_line(value, limit) or None

    def text(self, name: str, limit: int = TEXT) -> str | None:
        """Text of many lines."""
        value = self._value.get(name)
        if value is None:
            return None
        if type(value) is not str:
            raise self.wrong(name, "text")
        return many_lines(value, limit) or None

    def word(self, name: str) -> str | None:
        """One lower-case word or phrase, such as a status or a priority."""
        value = self.line(name, 120)
        return None if value is None else value.lower()

    def identifier(self, name: str) -> str | None:
        """An id, from text or a whole number; never cut."""
        value = self._value.get(name)
        if value is None:
            return None
        if type(value) is not str:
            value = self._digits(name, value)
        return checked_identifier(self.path(name), value)

    def _digits(self, name: str, value: object) -> str:
        if type(value) is int and value.bit_length() <= _ID_BITS:
            return str(value)
        if type(value) is float:
            return repr(value)
        raise self.wrong(name, "text or a number of ordinary size")

    def flag(self, name: str) -> bool | None:
        """True or false, also when written as text."""
        value = self._value.get(name)
        if value is None or type(value) is bool:
            return value
        written = str(value).strip().lower() if type(value) in {str, int} else ""
        if written in _TRUE:
            return True
        if written in _FALSE:
            return False
        if value == "":
            return None
        raise self.wrong(name, "true or false")

    def time(self, name: str) -> datetime | None:
        """An instant in ISO 8601 (UTC where it names no zone)."""
        value = self._value.get(name)
        if value is None or value == "":
            return None
        found = moment(value) if type(value) is str else None
        if found is None:
            raise self.wrong(name, "an instant such as 2026-03-02T10:00:00Z")
        return found

    def nested(self, name: str) -> Members:
        """A nested object; an empty one when it is missing or null."""
        value = self._value.get(name)
        if type(value) is dict:
            return Members(value, self.path(name))
        if value is None or value == "":
            return Members({}, self.path(name))
        raise self.wrong(name, "an object")

    def many(self, name: str) -> list[object] | None:
        """A list as JSON has it, or None when it is missing or null."""
        value = self._value.get(name)
        if value is None or type(value) is list:
            return value
        raise self.wrong(name, "a list")


def numbered(place: str, number: str) -> str:
    """The ticket's id where numbers count within a place, such as a repository."""
    return checked_identifier("number", f"{place}#{number}") or ""


def checked_identifier(path: str, value: str) -> str | None:
    """An id fit to be a key. Raises Unreadable when it is longer than 255 characters."""
    cleaned = one_line(value, IDENTIFIER + 1)
    if len(cleaned) > IDENTIFIER:
        raise Unreadable(f"The member {one_line(path)!r} is an id of over {IDENTIFIER} characters.")
    return cleaned or None


def _kind(value: object) -> str:
    if value is None:
        return "missing"
    names = {bool: "true or false", str: "text", list: "a list", dict: "an object"}
    return names.get(type(value), "a number")
