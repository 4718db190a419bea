"""What a query may ask: known parameters, instants with a zone, opaque cursors."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Request
from litestar.handlers import BaseRouteHandler
from litestar.params import ParameterKwarg
from msgspec import Meta

from service.web.problems import Problem, invalid
from service.web.strict import refuse_unknown

T = TypeVar("T")
LIMIT = 50
MOST = 200
YEARS = range(1970, 9001)
"""Calendars are reckoned within them."""
Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""A position in a cursor: PostgreSQL's bigint, and an instant that says its zone."""
Aware = Annotated[datetime, Meta(tz=True)]
_SPACE = re.compile(r" (?=\d\d:\d\d$)")
_RESERVED = frozenset({"request", "service", "state", "data", "headers", "body"})


async def known_parameters(request: Request[Any, Any, Any]) -> None:
    """For `before_request`: what the handler does not ask for is refused by name."""
    refuse_nul(request.scope["path"])
    given = request.query_params
    if not given:
        return
    refuse_unknown(given.dict(), _parameters(request.route_handler))
    for name, value in given.multi_items():
        if "\0" in value:
            raise invalid(name, "holds the character NUL.")


def refuse_nul(path: str) -> None:
    """PostgreSQL keeps no such text. Raises Problem (404)."""
    if "\0" in path:
        raise Problem(404, "There is nothing under a name with the character NUL in it.")


def _parameters(handler: BaseRouteHandler) -> list[str]:
    """The query parameters of a handler, under the names the outside uses."""
    names = []
    for name, parameter in handler.parsed_fn_signature.parameters.items():
        kwarg = parameter.kwarg_definition
        alias = kwarg.name if isinstance(kwarg, ParameterKwarg) else None
        if alias or name not in _RESERVED:
            names.append(alias or name)
    return names


def instant(name: str, text: str) -> datetime:
    """An RFC 3339 instant with its offset, as UTC. Raises Problem naming the parameter."""
    try:
        # An offset's plus that was not escaped arrives as a space.
        at = datetime.fromisoformat(_SPACE.sub("+", text.strip()))
    except ValueError:
        raise invalid(name, f"{text[:60]!r} is no instant; write 2026-03-02T10:00:00Z.") from None
    if at.tzinfo is None:
        raise invalid(name, f"{text[:60]!r} has no time zone; write 2026-03-02T10:00:00Z.")
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        at = datetime.min.replace(tzinfo=UTC)
    if at.year not in YEARS:
        reach = f"give a year from {YEARS.start} to {YEARS.stop - 1}."
        raise invalid(name, f"{text[:60]!r} is out of reach; {reach}")
    return at


def optional_instant(name: str, text: str | None) -> datetime | None:
    return None if text is None else instant(name, text)


def span(start: datetime, end: datetime, longest: timedelta) -> None:
    """Raises Problem unless `end` is after `start`, by no more than `longest`."""
    if end <= start:
        raise invalid("to", "is not after from.")
    if end - start > longest:
        raise invalid("to", f"is more than {longest.days} days after from; ask for less at once.")


def to_cursor(position: Any) -> str:  # noqa: ANN401 - whatever a list goes on from
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def from_cursor(text: str | None, kind: type[T]) -> T | None:
    """The position a cursor of ours stands for. Raises Problem for any other text."""
    if text is None:
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        if b"\\u0000" not in raw:
            return msgspec.json.decode(raw, type=kind)
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        pass
    said = "is none that was given here. Take `next` of the page before, or leave it out."
    raise invalid("cursor", said)


def limit_of(asked: int | None) -> int:
    """How many a page holds. Raises Problem."""
    if asked is None:
        return LIMIT
    if not 1 <= asked <= MOST:
        raise invalid("limit", f"is 1 to {MOST}.")
    return asked
