"""Sessions of the pages: a cookie that stands for a token, or for a link that a phone was sent.

Only a digest is kept, so whoever reads the database is signed in nowhere. A session opened with a
token has the token's role and ends when the token does; one opened with a signed link is its
person's and opens that person's page alone. Times are true ones (`Clock.wall`).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from service import tokens
from service.clock import Clock
from service.settings import Settings
from service.store.pool import AnyConnection, Pool
from service.store.sql import query

LASTS = timedelta(hours=12)
"""A shift, and what is written after it. Shorter than a stolen telephone is missed."""
OWN, TOKEN, BOOTSTRAP, DEMO = "own", "token", "bootstrap", "demo"
_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in. `role` is empty for the session of a link: it has its own page alone."""

    kind: str
    name: str
    role: str
    person: str | None
    ends_at: datetime


async def open_own(pool: Pool, clock: Clock, person: str) -> str:
    """For whoever followed a signed link. Returns the cookie's value."""
    return await _open(pool, clock, OWN, person=person)


async def open_demo(pool: Pool, clock: Clock, person: str | None) -> str:
    """For whoever sits at the machine a demo runs on: acts as that person."""
    return await _open(pool, clock, DEMO, person=person)


async def open_console(pool: Pool, clock: Clock, settings: Settings, token: str) -> str | None:
    """For whoever knows an API token; None for a token that is not ours, or not any more."""
    ours = settings.admin_token
    if ours and hmac.compare_digest(tokens.digest(token), tokens.digest(ours)):
        return await _open(pool, clock, BOOTSTRAP, proof=tokens.digest(ours))
    async with pool.acquire() as conn:
        found = await tokens.find(conn, token)
    return None if found is None else await _open(pool, clock, TOKEN, token=found.id)


async def _open(
    pool: Pool,
    clock: Clock,
    kind: str,
    *,
    person: str | None = None,
    token: str | None = None,
    proof: bytes | None = None,
) -> str:
    secret, now = secrets.token_urlsafe(_BYTES), clock.wall()
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute(query("drop_sessions"), now)
        await conn.execute(
            query("insert_session"), digest(secret), kind, person, token, proof, now, now + LASTS
        )
    return secret


async def find(
    conn: AnyConnection, settings: Settings, secret: str, wall: datetime
) -> Session | None:
    """Whose cookie it is; None for one that is not ours, or whose session is over."""
    row = await conn.fetchrow(query("session_by_digest"), digest(secret), wall)
    if row is None:
        return None
    kind, ends_at = row["kind"], row["ends_at"]
    if kind == TOKEN:
        return Session(kind, row["token_name"], row["token_role"], row["token_person"], ends_at)
    if kind == BOOTSTRAP:
        ours = tokens.digest(settings.admin_token or "")
        same = hmac.compare_digest(row["proof"], ours)
        return Session(kind, "admin", "admin", None, ends_at) if same else None
    if kind == DEMO:
        role = "" if settings.environment != "development" else "manager"
        return Session(kind, "demo", role, row["person"], ends_at) if role else None
    return Session(kind, row["person"], "", row["person"], ends_at)


async def end(pool: Pool, secret: str) -> None:
    async with pool.acquire() as conn:
        await conn.execute(query("end_session"), digest(secret))


def digest(secret: str) -> bytes:
    return hashlib.sha256(b"session\0" + secret.encode("utf-8", "replace")).digest()


def csrf(secret: str) -> str:
    """What a form of this session must bring along; tells nothing of the cookie."""
    return hashlib.sha256(b"form\0" + secret.encode("utf-8", "replace")).hexdigest()[:43]
