"""`/api/v1/engineering`: the Sustained Engineering queue and the stages of its items."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from routing.case import Stage
from routing.event import Advance
from service.engineering_queue import queue
from service.web.api_actions import MOST_TEXT, Acts, act, actor
from service.web.api_cases import telling
from service.web.asking import Aware, from_cursor, limit_of, to_cursor
from service.web.case_reading import tell
from service.web.case_view import CasePage, CaseView
from service.web.problems import invalid
from service.web.security import ACT, READ, Asking, only, own_accounts
from service.wiring import Service

Text = Annotated[str, Meta(max_length=MOST_TEXT)]


class Confirms(Acts, kw_only=True):
    pull_request: Text = ""
    """The link to it (R106)."""


class Plans(Acts, kw_only=True):
    plan: Text = ""
    """What the customer is told will be done (R109)."""


class Tested(Acts, kw_only=True):
    detail: Text = ""


class Releases(Acts, kw_only=True):
    version: Text = ""
    """The version that holds the fix (R111)."""


class Returns(Acts, kw_only=True):
    reason: Text = ""


@get(
    "/engineering",
    summary="The Sustained Engineering queue, in the order it is worked",
    opt=only(READ),
)
async def read_queue(
    request: Asking,
    service: NamedDependency[Service],
    stage: FromQuery[str | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> CasePage:
    """By plan, severity, the promise that is due first, and age."""
    if stage is not None and stage not in set(Stage):
        raise invalid("stage", f"there is no stage {stage[:40]!r}; there are {', '.join(Stage)}.")
    after = from_cursor(cursor, tuple[int, int, Aware, Aware, str])
    many = limit_of(limit)
    async with service.pool.acquire() as conn:
        told = await telling(conn, service, request.auth)
        own = await own_accounts(conn, request.auth)
        found = [
            (place, row)
            for place, row in await queue(conn, told.shelf, stage)
            if (after is None or place > after) and (own is None or row["account"] in own)
        ]
        items = await tell(conn, [row for _, row in found[:many]], told)
    more = len(found) > many
    return CasePage(items=items, next=to_cursor(found[many - 1][0]) if more else None)


async def _advance(
    request: Asking, service: Service, case: str, body: Acts | None, stage: str, detail: str = ""
) -> CaseView:
    person = await actor(request, service, body, person=stage == "claim")
    return await act(request, service, case, body, Advance(person, stage, detail.strip()))


@post(
    "/engineering/{case:str}/claim",
    status_code=200,
    summary="Take the item: you review it, nobody else is paged for it",
    opt=only(ACT),
)
async def claim(
    request: Asking,
    service: NamedDependency[Service],
    case: FromPath[str],
    data: JSONBody[Acts | None] = None,
) -> CaseView:
    return await _advance(request, service, case, data, "claim")


@post(
    "/engineering/{case:str}/confirm",
    status_code=200,
    summary="It is a defect, and this pull request works on it",
    opt=only(ACT),
)
async def confirm(
    request: Asking,
    service: NamedDependency[Service],
    case: FromPath[str],
    data: JSONBody[Confirms | None] = None,
) -> CaseView:
    link = data.pull_request.strip() if data else ""
    if link and not _is_link(link):
        raise invalid("pull_request", "is no link; write https://...")
    return await _advance(request, service, case, data, "confirm", link)


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and " " not in text


@post(
    "/engineering/{case:str}/plan",
    status_code=200,
    summary="What will be done; the customer is told",
    opt=only(ACT),
)
async def plan(
    request: Asking,
    service: NamedDependency[Service],
    case: FromPath[str],
    data: JSONBody[Plans | None] = None,
) -> CaseView:
    return await _advance(request, service, case, data, "plan", data.plan if data else "")


@post(
    "/engineering/{case:str}/test",
    status_code=200,
    summary="The fix is made and tested internally; the customer is told",
    opt=only(ACT),
)
async def prove(
    request: Asking,
    service: NamedDependency[Service],
    case: FromPath[str],
    data: JSONBody[Tested | None] = None,
) -> CaseView:
    return await _advance(request, service, case, data, "test", data.detail if data else "")


@post(
    "/engineering/{case:str}/release",
    status_code=200,
    summary="The fix is in this version; the customer is told",
    opt=only(ACT),
)
async def release(
    request: Asking,
    service: NamedDependency[Service],
    case: FromPath[str],
    data: JSONBody[Releases | None] = None,
) -> CaseView:
    return await _advance(request, service, case, data, "release", data.version if data else "")


@post(
    "/engineering/{case:str}/return",
    status_code=200,
    summary="Back to support, with the reason; support's on-call is paged",
    opt=only(ACT),
)
async def give_back(
    request: Asking,
    service: NamedDependency[Service],
    case: FromPath[str],
    data: JSONBody[Returns | None] = None,
) -> CaseView:
    return await _advance(request, service, case, data, "return", data.reason if data else "")


HANDLERS = [read_queue, claim, confirm, plan, prove, release, give_back]
