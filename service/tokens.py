"""API tokens: 256 random bits for whoever holds one, their SHA-256 digest for us.

A digest without salt is right here: what is drawn from 2^256 cannot be guessed, and the digest is
what the token is found by.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass

from service.audit import note
from service.clock import Clock
from service.store.pool import AnyConnection, Pool
from service.store.sql import query

PREFIX = "hg_"
"""So that a token that leaked is recognised by whoever finds it."""
ROLES = ("viewer", "responder", "manager", "admin", "sales", "csm")


class TokenRefused(Exception):
    """The token cannot be made; nothing was. The text is a sentence."""


@dataclass(frozen=True, slots=True)
class Token:
    """Without `person` it belongs to a service."""

    id: str
    name: str
    role: str
    person: str | None = None


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


async def create(
    pool: Pool, clock: Clock, role: str, person: str | None, name: str, by: str
) -> tuple[str, Token]:
    """A new token and its secret, which is shown this once. Raises TokenRefused."""
    if role not in ROLES:
        raise TokenRefused(f"There is no role {role}; there are {', '.join(ROLES)}.")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token(uuid.uuid4().hex[:12], name or person or role, role, person)
    now = clock.now()
    async with pool.acquire() as conn, conn.transaction():
        if person and await conn.fetchval(query("person_by_id"), person) is None:
            raise TokenRefused(f"There is no person {person} in the directory. Import one first.")
        await conn.execute(
            query("insert_token"), token.id, digest(secret), token.name, role, person, now
        )
        detail = {"token": token.id, "role": role, "person": person or "", "name": token.name}
        await note(conn, now, by, "created a token", detail)
    return secret, token


async def find(conn: AnyConnection, secret: str) -> Token | None:
    """Whose token it is; None for one that is not ours, or not any more."""
    row = await conn.fetchrow(query("token_by_digest"), digest(secret))
    return Token(row["id"], row["name"], row["role"], row["person"]) if row else None


async def revoke(pool: Pool, clock: Clock, token: str, by: str) -> bool:
    """From now on the token opens nothing. False when there was none to revoke."""
    now = clock.now()
    async with pool.acquire() as conn, conn.transaction():
        revoked = await conn.fetchval(query("revoke_token"), token, now)
        if revoked is not None:
            await note(conn, now, by, "revoked a token", {"token": token})
    return revoked is not None
