"""Who asks, and what he may.

Theory of operation. Every handler of the API names the roles it is open to in `opt`; one that names
none cannot be registered open by accident, because the guard refuses it to everybody. Tokens are
looked up at each request: one indexed read, so a revoked token is refused at once. An action is
done as the token's person; a manager may name another with `as`.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from routing.people import Person
from service import tokens
from service.store.pool import AnyConnection
from service.store.sql import query
from service.web.problems import Problem, invalid
from service.wiring import Service

Role = str
READ = frozenset(tokens.ROLES)
ACT = frozenset({"responder", "manager", "admin"})
PUSH = ACT | {"csm"}
"""A CSM may push the cases of his own accounts (R9)."""
MANAGE = frozenset({"manager", "admin"})
SELL = MANAGE | {"sales"}
"""Accounts; their plans are for SALES alone (R3, R4)."""
SALES = frozenset({"sales", "admin"})
ADMIN = frozenset({"admin"})
MOST_TOKEN = 512
"""Characters."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. Without a person it is a service."""

    name: str
    role: Role
    person: str | None = None

    @property
    def signature(self) -> str:
        """How audits and timelines name the caller; never mistaken for a person's id."""
        return self.person or f"token {self.name}"


BOOTSTRAP = Caller("admin", "admin")
Asking = Request[Caller, Caller, Any]


class Acting(Protocol):
    """A body that may say as whom."""

    as_: str | None


def only(roles: frozenset[Role]) -> Mapping[str, Any]:
    """For a handler's `opt`: the roles it is open to."""
    return {"roles": roles}


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Raises Problem: 401 without a valid token, 403 when its role is not enough."""
    service: Service = connection.app.state.service
    caller = await authenticate(service, connection.headers.get("authorization"))
    allowed: frozenset[Role] = handler.opt.get("roles", frozenset())
    if caller.role not in allowed:
        raise Problem(
            403,
            f"A token with the role {caller.role} may not do this. Nothing was changed. "
            f"It takes one of these roles: {', '.join(sorted(allowed)) or 'none'}.",
        )
    connection.scope["user"] = connection.scope["auth"] = caller


async def authenticate(service: Service, header: str | None) -> Caller:
    """Whose token it is. Raises Problem (401)."""
    scheme, _, secret = (header or "").strip().partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret or len(secret) > MOST_TOKEN:
        said = "The request carries no token. Send it as `Authorization: Bearer TOKEN`."
        raise Problem(401, said, {"www-authenticate": "Bearer"})
    ours = service.settings.admin_token
    if ours and hmac.compare_digest(tokens.digest(secret), tokens.digest(ours)):
        return BOOTSTRAP
    async with service.pool.acquire() as conn:
        token = await tokens.find(conn, secret)
    if token is None:
        said = "The token is not known here, or was revoked. Ask an administrator for another."
        raise Problem(401, said, {"www-authenticate": 'Bearer error="invalid_token"'})
    return Caller(token.name, token.role, token.person)


def acting(
    caller: Caller, body: Acting | None, people: Mapping[str, Person], *, person: bool = True
) -> str:
    """As whom it is done. `person`: only a person can do it (own a case, be paged for it).

    Raises Problem: 403 for `as` without the right to it, 422 when nobody is named who could.
    """
    named = body.as_ if body else None
    if named is not None:
        return _other(caller, named, people)
    if caller.person is not None:
        if caller.person not in people:
            said = f"The token's person, {caller.person}, is not in the directory any more."
            raise Problem(403, f"{said} Nothing was changed. Ask a manager.")
        return caller.person
    if person:
        raise invalid("as", "the token belongs to no person, so say as whom this is done.")
    return caller.signature


def _other(caller: Caller, named: str, people: Mapping[str, Person]) -> str:
    if caller.role not in MANAGE and named != caller.person:
        said = f"A token with the role {caller.role} acts as its own person alone; `as` is for"
        raise Problem(403, f"{said} managers. Nothing was changed.")
    if named not in people:
        raise invalid("as", f"there is no person {named[:80]!r} in the directory.")
    return named


def via(caller: Caller, person: str) -> str:
    """By what an answer came, as the timeline tells it."""
    return "api" if caller.person == person else f"api, entered by {caller.signature}"


async def own_accounts(conn: AnyConnection, caller: Caller) -> list[str] | None:
    """The accounts a CSM sees; None for those who see all (R9)."""
    if caller.role != "csm":
        return None
    rows = await conn.fetch(query("accounts_of_csm"), caller.person or "")
    return [r["id"] for r in rows]


def refuse_foreign(account: str | None, own: list[str] | None) -> None:
    """Raises Problem (403) when the case is not of an account of the caller's."""
    if own is not None and account not in own:
        said = "This case is not of an account you are the customer success manager of."
        raise Problem(403, f"{said} Nothing was shown and nothing was changed.")
