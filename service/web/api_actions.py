"""`POST /api/v1/cases/{id}/...`: what a responder does, through the desk like everything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from litestar import post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct, field
from msgspec.structs import replace

from routing.event import (
    Acknowledge,
    AddResponder,
    ChangeSeverity,
    Decline,
    Escalate,
    Event,
    Note,
    Reassign,
    Resolve,
    Snooze,
    TakeOver,
)
from service.audit import note as audit
from service.desk import NoSuchCase
from service.store.pool import AnyConnection
from service.store.sql import query
from service.web.api_cases import one_case
from service.web.case_view import CaseView
from service.web.security import (
    ACT,
    PUSH,
    Asking,
    Caller,
    acting,
    only,
    own_accounts,
    refuse_foreign,
    via,
)
from service.wiring import Service

MOST_TEXT = 10_000
Id = Annotated[str, Meta(min_length=1, max_length=100)]
Text = Annotated[str, Meta(min_length=1, max_length=MOST_TEXT)]


class Acts(Struct, forbid_unknown_fields=True, kw_only=True):
    """`as`: the person it is done as; for managers, and for tokens without a person."""

    as_: Id | None = field(default=None, name="as")


class Escalates(Acts, kw_only=True):
    reason: Annotated[str, Meta(max_length=MOST_TEXT)] = ""


class Engineers(Acts, kw_only=True):
    reason: Text


class Notes(Acts, kw_only=True):
    text: Text


class Snoozes(Acts, kw_only=True):
    minutes: int


class Names(Acts, kw_only=True):
    person: Id


class Severities(Acts, kw_only=True):
    severity: Id


async def act(
    request: Asking, service: Service, case: str, body: Acts | None, event: Event
) -> CaseView:
    """Do it, and tell the case as it is then. Raises Refusal with the sentence of why not."""
    caller: Caller = request.auth

    async def allowed(conn: AnyConnection) -> bool:
        """Within the transaction, the case locked: whose it is, and a note of who did what."""
        own = await own_accounts(conn, caller)
        if own is not None:
            refuse_foreign(await conn.fetchval(query("account_of_case"), case), own)
        if own is not None or (body is not None and body.as_ is not None):
            detail = {"case": case, "as": getattr(event, "person", "")}
            what = f"{type(event).__name__.lower()} on a case"
            await audit(conn, service.clock.now(), caller.signature, what, detail)
        return True

    done = await service.desk.act_with(case, event, allowed)
    if done is None:
        raise NoSuchCase(case)
    async with service.pool.acquire() as conn:
        told = await one_case(conn, service, caller, case)
    return replace(told, answer=done.answer)


async def actor(
    request: Asking, service: Service, body: Acts | None, *, person: bool = True
) -> str:
    shelf = await service.desk.shelf()
    return acting(request.auth, body, shelf.people, person=person)


def plainly(
    verb: str, summary: str, event: Callable[[str, str], Event], *, person: bool = True
) -> HTTPRouteHandler:
    """What says nothing but who does it, made of the person and by what it came.

    `person`: somebody has to own it, so a token without a person must name one.
    """

    async def handler(
        request: Asking,
        service: NamedDependency[Service],
        case: FromPath[str],
        data: JSONBody[Acts | None] = None,
    ) -> CaseView:
        who = await actor(request, service, data, person=person)
        return await act(request, service, case, data, event(who, via(request.auth, who)))

    handler.__name__ = verb
    path = f"/cases/{{case:str}}/{verb}"
    return post(path, status_code=200, summary=summary, opt=only(ACT))(handler)


acknowledge = plainly(
    "acknowledge", "Take the case: it is yours, nobody else is paged", Acknowledge
)
decline = plainly("decline", "Decline, or give the case back: the next is paged at once", Decline)
resolve = plainly(
    "resolve",
    "Resolve: everything is stood down; the customer's answer reopens it for a while",
    Resolve,
    person=False,
)
take = plainly("take", "Take the case over, whoever has it: who had it is told", TakeOver)


@post(
    "/cases/{case:str}/escalate",
    status_code=200,
    summary="Escalate to Sustained Engineering; a customer success manager may, for own accounts",
    opt=only(PUSH),
)
async def escalate(
    request: Asking,
    service: NamedDependency[Service],
    case: FromPath[str],
    data: JSONBody[Escalates | None] = None,
) -> CaseView:
    who = await actor(request, service, data, person=False)
    reason = data.reason.strip() if data else ""
    event = Escalate(who, via(request.auth, who), reason)
    return await act(request, service, case, data, event)


@post(
    "/cases/{case:str}/engineering",
    status_code=200,
    summary="Hand the case to Sustained Engineering, with the reason",
    opt=only(ACT),
)
async def engineering(
    request: Asking,
    service: NamedDependency[Service],
    case: FromPath[str],
    data: JSONBody[Engineers],
) -> CaseView:
    who = await actor(request, service, data, person=False)
    event = Escalate(who, via(request.auth, who), data.reason.strip())
    return await act(request, service, case, data, event)


@post(
    "/cases/{case:str}/snooze",
    status_code=200,
    summary="Own the case and let it sleep for so many minutes",
    opt=only(ACT),
)
async def snooze(
    request: Asking, service: NamedDependency[Service], case: FromPath[str], data: JSONBody[Snoozes]
) -> CaseView:
    who = await actor(request, service, data)
    return await act(request, service, case, data, Snooze(who, data.minutes))


@post(
    "/cases/{case:str}/reassign",
    status_code=200,
    summary="Give the case to a person, who is paged and owns it on acknowledging",
    opt=only(ACT),
)
async def reassign(
    request: Asking,
    service: NamedDependency[Service],
    case: FromPath[str],
    data: JSONBody[Names],
) -> CaseView:
    who = await actor(request, service, data, person=False)
    return await act(request, service, case, data, Reassign(who, data.person))


@post(
    "/cases/{case:str}/add",
    status_code=200,
    summary="Page another person as well, to help: the owner stays",
    opt=only(ACT),
)
async def add(
    request: Asking, service: NamedDependency[Service], case: FromPath[str], data: JSONBody[Names]
) -> CaseView:
    who = await actor(request, service, data, person=False)
    return await act(request, service, case, data, AddResponder(who, data.person))


@post(
    "/cases/{case:str}/note",
    status_code=200,
    summary="Note something, on the timeline and as an internal note on the ticket",
    opt=only(ACT),
)
async def note(
    request: Asking, service: NamedDependency[Service], case: FromPath[str], data: JSONBody[Notes]
) -> CaseView:
    who = await actor(request, service, data, person=False)
    return await act(request, service, case, data, Note(who, data.text))


@post(
    "/cases/{case:str}/severity",
    status_code=200,
    summary="Set the severity: clocks and route follow; the ticket moves it no more",
    opt=only(ACT),
)
async def severity(
    request: Asking,
    service: NamedDependency[Service],
    case: FromPath[str],
    data: JSONBody[Severities],
) -> CaseView:
    who = await actor(request, service, data, person=False)
    return await act(request, service, case, data, ChangeSeverity(who, data.severity))


HANDLERS = [
    acknowledge,
    decline,
    escalate,
    engineering,
    resolve,
    snooze,
    reassign,
    take,
    add,
    note,
    severity,
]
