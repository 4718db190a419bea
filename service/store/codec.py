"""Values as JSON, in and out of the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from routing.case import Case
from routing.people import Account, Person
from routing.policy import Policy

T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_case = msgspec.json.Decoder(Case)
_person = msgspec.json.Decoder(Person)
_account = msgspec.json.Decoder(Account)


def encode(value: Any) -> str:  # noqa: ANN401 - whatever msgspec can write
    return _encoder.encode(value).decode()


def optional(value: Mapping[str, str]) -> str | None:
    return encode(value) if value else None


def decode_case(text: str) -> Case:
    return _case.decode(text)


def decode_person(text: str) -> Person:
    return _person.decode(text)


def decode_account(text: str) -> Account:
    return _account.decode(text)


def encode_policy(policy: Policy) -> str:
    """The same text for the same policy."""
    return msgspec.json.encode(policy, order="deterministic").decode()


def decoder(kind: type[T]) -> Callable[[str], T]:
    return msgspec.json.Decoder(kind).decode


def decode(text: str) -> Any:  # noqa: ANN401 - JSON of our own making
    return msgspec.json.decode(text)
