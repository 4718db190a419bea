"""`/api/v1/accounts`, `/people` and `/directory`: customers and the people who answer them."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from msgspec import Struct

from routing.directory import Directory
from service import directory
from service.directory import DirectoryConflict, Done, PlanRefused
from service.policyfile.load import MOST_DIRECTORY_BYTES, read_directory
from service.store import codec
from service.store.sql import query
from service.web.asking import from_cursor, limit_of, to_cursor
from service.web.directory_view import (
    AccountDocument,
    AccountPage,
    PersonDocument,
    PersonPage,
    account_document,
    person_document,
)
from service.web.problems import Problem, invalid
from service.web.security import (
    ACT,
    MANAGE,
    READ,
    SALES,
    SELL,
    Asking,
    Caller,
    only,
    own_accounts,
)
from service.web.strict import refuse_nul
from service.wiring import Service

FILE = "request"
"""What problems call a document that came as a body."""


class Written(Struct, frozen=True, kw_only=True):
    """How many were written and how many of them are new; `notices` are worth a look."""

    accounts: int
    people: int
    new: int
    notices: list[str]


async def text_of(request: Asking) -> str:
    """The body as text that the reader of documents takes, be it YAML or JSON. Raises Problem."""
    body = await request.body()
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Problem(400, "The body is no UTF-8 text. Nothing was changed. Send UTF-8.") from None
    if "json" not in request.headers.get("content-type", ""):
        return text
    # YAML reads JSON, but for the halves of characters that JSON may escape.
    return msgspec.json.encode(await members_of(request)).decode()


async def members_of(request: Asking) -> dict[str, Any]:
    """The body as a JSON object. Raises Problem."""
    try:
        raw = msgspec.json.decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise Problem(400, f"The body is no JSON ({wrong}). Nothing was changed.") from None
    if not isinstance(raw, dict):
        raise invalid("body", "is no JSON object.")
    refuse_nul(raw)
    return raw


async def _write(request: Asking, service: Service, read: Directory, *, mends: bool) -> Done:
    caller: Caller = request.auth
    if read.people and caller.role not in MANAGE:
        raise Problem(403, "People are changed by managers alone. Nothing was changed.")
    try:
        return await directory.write(
            service.pool,
            service.clock,
            read,
            caller.signature,
            plans=caller.role in SALES,
            mends=mends,
        )
    except PlanRefused as refused:
        said = f"{refused} Nothing was changed. Use a token with the role sales."
        raise Problem(403, said) from None
    except DirectoryConflict as conflict:
        raise Problem(409, f"{conflict} Nothing was changed.") from None


@post(
    "/directory",
    status_code=200,
    summary="Write accounts and people: YAML or JSON, all of it or nothing",
    opt=only(SELL),
    request_max_body_size=MOST_DIRECTORY_BYTES,
)
async def bring_in(request: Asking, service: NamedDependency[Service]) -> Written:
    """By their ids; what the document leaves out stays as it is."""
    read = await asyncio.to_thread(read_directory, await text_of(request), FILE)
    done = await _write(request, service, read, mends=False)
    return Written(
        accounts=done.accounts, people=done.people, new=done.new, notices=list(done.notices)
    )


async def _one(request: Asking, kind: str, name: str) -> Directory:
    members = await members_of(request)
    if members.get("id", name) != name:
        raise invalid("id", f"is not {name[:80]!r}, which the path names.")
    text = msgspec.json.encode({kind: [{**members, "id": name}]}).decode()
    return read_directory(text, FILE)


@get("/accounts", summary="Accounts, by their ids", opt=only(READ))
async def list_accounts(
    request: Asking,
    service: NamedDependency[Service],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> AccountPage:
    """A customer success manager sees his own."""
    after, many = from_cursor(cursor, str) or "", limit_of(limit)
    async with service.pool.acquire() as conn:
        own = await own_accounts(conn, request.auth)
        rows = await conn.fetch(query("list_accounts"), after, many + 1, own)
    items = [_account(r["body"], request.auth) for r in rows[:many]]
    return AccountPage(items=items, next=to_cursor(items[-1].id) if len(rows) > many else None)


def _account(body: str, caller: Caller) -> AccountDocument:
    account = codec.decode_account(body)
    seen = caller.role in SELL
    return account_document(account, pin=seen, phones=seen or caller.role in ACT)


@get("/accounts/{account:str}", summary="One account", opt=only(READ))
async def read_account(
    request: Asking, service: NamedDependency[Service], account: FromPath[str]
) -> AccountDocument:
    async with service.pool.acquire() as conn:
        own = await own_accounts(conn, request.auth)
        body = await conn.fetchval(query("account_by_id"), account)
    if own is not None and account not in own:
        said = "You are not the customer success manager of this account. Nothing was shown."
        raise Problem(403, said)
    if body is None:
        raise Problem(404, f"There is no account {account[:80]}.")
    return _account(body, request.auth)


@put(
    "/accounts/{account:str}",
    summary="Write one account; its plan is changed by sales alone",
    opt=only(SELL),
)
async def write_account(
    request: Asking, service: NamedDependency[Service], account: FromPath[str]
) -> Response[AccountDocument]:
    """The account becomes what the body says, whole; 201 where it is new."""
    read = await _one(request, "accounts", account)
    done = await _write(request, service, read, mends=True)
    shown = account_document(read.accounts[account])
    return Response(shown, status_code=201 if done.new else 200)


@get("/people", summary="People, by their ids", opt=only(READ))
async def list_people(
    request: Asking,
    service: NamedDependency[Service],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> PersonPage:
    after, many = from_cursor(cursor, str) or "", limit_of(limit)
    async with service.pool.acquire() as conn:
        rows = await conn.fetch(query("list_people"), after, many + 1)
    items = [_person(r["body"], request.auth) for r in rows[:many]]
    return PersonPage(items=items, next=to_cursor(items[-1].id) if len(rows) > many else None)


def _person(body: str, caller: Caller) -> PersonDocument:
    person = codec.decode_person(body)
    seen = caller.role in MANAGE or caller.person == person.id
    return person_document(person, addresses=seen)


@get("/people/{person:str}", summary="One person", opt=only(READ))
async def read_person(
    request: Asking, service: NamedDependency[Service], person: FromPath[str]
) -> PersonDocument:
    async with service.pool.acquire() as conn:
        body = await conn.fetchval(query("person_by_id"), person)
    if body is None:
        raise Problem(404, f"There is no person {person[:80]}.")
    return _person(body, request.auth)


@put("/people/{person:str}", summary="Write one person", opt=only(MANAGE))
async def write_person(
    request: Asking, service: NamedDependency[Service], person: FromPath[str]
) -> Response[PersonDocument]:
    """The person becomes what the body says, whole; 201 where the person is new.

    An address that was disabled, and is not so in the body, is tried again.
    """
    read = await _one(request, "people", person)
    done = await _write(request, service, read, mends=True)
    shown = person_document(read.people[person])
    return Response(shown, status_code=201 if done.new else 200)


HANDLERS = [
    bring_in,
    list_accounts,
    read_account,
    write_account,
    list_people,
    read_person,
    write_person,
]
