"""`/api/v1/people/{id}/methods/{method}/verify`: prove that an address is somebody's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from notifiers.mask import mask
from service.verifying import TooManyAsked, UnknownMethod, VerificationRefused, Verifier
from service.web.directory_view import PersonDocument, person_document
from service.web.problems import Problem
from service.web.security import ACT, MANAGE, Asking, Caller, only
from service.wiring import Service

PATH = "/people/{person:str}/methods/{method:str}"


class AskedView(Struct, frozen=True, kw_only=True):
    """What was sent: a code to bring back, or a link to follow (with a code beside it).

    `to` is the address, masked.
    """

    how: str
    channel: str
    to: str
    expires_at: datetime


class StandingView(Struct, frozen=True, kw_only=True):
    """The newest request: sent, confirmed, expired, exhausted, replaced or revoked.

    `delivery` is how far its message came; `said` why it was not delivered.
    """

    state: str
    how: str
    expires_at: datetime
    tries_left: int
    delivery: str
    said: str | None


class CodeBody(Struct, kw_only=True):
    """The digits as they were read or heard; spaces between them do not matter."""

    code: Annotated[str, Meta(max_length=40)]


def _allowed(caller: Caller, person: str) -> None:
    if caller.role not in MANAGE and caller.person != person:
        said = "Contact methods are verified by their person and by managers."
        raise Problem(403, f"{said} Nothing was sent and nothing was changed.")


def _problem(refused: VerificationRefused) -> Problem:
    match refused:
        case TooManyAsked(wait=wait):
            seconds = str(max(1, round(wait.total_seconds())))
            return Problem(429, str(refused), {"retry-after": seconds})
        case UnknownMethod():
            return Problem(404, str(refused))
        case _:
            return Problem(409, str(refused))


@post(
    f"{PATH}/verify", status_code=202, summary="Send a code or a link to an address", opt=only(ACT)
)
async def ask(
    request: Asking,
    service: NamedDependency[Service],
    person: FromPath[str],
    method: FromPath[str],
) -> AskedView:
    """A code by text or by call, a link everywhere else. What was sent before holds no more.

    For the person and for managers.
    """
    caller: Caller = request.auth
    _allowed(caller, person)
    try:
        asked = await Verifier(service).ask(person, method, caller.signature)
    except VerificationRefused as refused:
        raise _problem(refused) from None
    return AskedView(
        how=asked.how,
        channel=asked.method.type,
        to=mask(asked.method.address),
        expires_at=asked.expires_at,
    )


@get(f"{PATH}/verify", summary="How it stands with a proof", opt=only(ACT))
async def standing(
    request: Asking,
    service: NamedDependency[Service],
    person: FromPath[str],
    method: FromPath[str],
) -> StandingView:
    """For the person and for managers."""
    _allowed(request.auth, person)
    try:
        found = await Verifier(service).standing(person, method)
    except VerificationRefused as refused:
        raise _problem(refused) from None
    if found is None:
        raise Problem(404, "Nothing was sent to this address yet, so nothing is waiting.")
    return StandingView(
        state=found.state,
        how=found.how,
        expires_at=found.expires_at,
        tries_left=found.tries_left,
        delivery=found.delivery,
        said=found.said,
    )


@post(f"{PATH}/confirm", status_code=200, summary="Bring a code back", opt=only(ACT))
async def confirm(
    request: Asking,
    service: NamedDependency[Service],
    person: FromPath[str],
    method: FromPath[str],
    data: JSONBody[CodeBody],
) -> PersonDocument:
    """The method counts from now. A code has five tries and works once.

    For the person and for managers.
    """
    caller: Caller = request.auth
    _allowed(caller, person)
    try:
        who = await Verifier(service).confirm(person, method, data.code, caller.signature)
    except VerificationRefused as refused:
        raise _problem(refused) from None
    return person_document(who)


HANDLERS = [ask, standing, confirm]
