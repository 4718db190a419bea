"""Whose address is it? A method counts once a code or a link that was sent there has come back.

Theory of operation. What is sent is a row of the outbox like any page: durable, under a natural
key, tried again. A code proves a telephone (text, or a call for a landline), a link everything
else, with the code beside it. Each is for one address of one method, of the newest request alone,
once, for a time, and a code for five tries, which are counted before they are compared. Asking is
paced per method, person and address, so that nobody's phone can be made to ring all night.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import asyncpg

from routing.people import ContactMethod, Person
from service.audit import note
from service.codes import fits
from service.links import Link
from service.messages import CODE_MINUTES, LINK_HOURS
from service.outbox import lane_of
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query
from service.wiring import Service

CODE_HOLDS = timedelta(minutes=CODE_MINUTES)
LINK_HOLDS = timedelta(hours=LINK_HOURS)
"""Mail may be read the next morning, and some servers keep it for an hour."""
TRIES = 5
BY_CODE = frozenset({"sms", "voice"})
PAUSE = timedelta(seconds=30)
"""Between two messages for one method."""
SPAN = timedelta(hours=1)
MOST_FOR_METHOD, MOST_TO_PERSON, MOST_TO_ADDRESS = 5, 12, 6
"""Messages within `SPAN`."""
RANK = 9
"""Behind every page."""


class VerificationRefused(Exception):
    """It was not done; the text is a sentence that says why."""


class UnknownMethod(VerificationRefused):
    """There is no such person, or no such contact method."""


class TooManyAsked(VerificationRefused):
    """Not now. `wait`: until when to wait."""

    def __init__(self, wait: timedelta) -> None:
        seconds = max(1, round(wait.total_seconds()))
        super().__init__(
            f"Enough was sent there lately. Nothing was sent. Ask again in {seconds} seconds."
        )
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Asked:
    """What was sent. `how`: code, or link (and a code beside it)."""

    id: str
    how: str
    method: ContactMethod
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the newest request came: sent, confirmed, expired, exhausted, replaced, revoked."""

    state: str
    how: str
    expires_at: datetime
    tries_left: int
    delivery: str
    """Of the message: queued, sending, sent, delivered, dead."""
    said: str | None
    """Why it was not delivered."""


class Verifier:
    def __init__(self, service: Service) -> None:
        self.service, self.pool = service, service.pool

    async def ask(self, person: str, method: str, by: str) -> Asked:
        """Send a code or a link to the method's address. Raises VerificationRefused."""
        now, name = self.service.clock.now(), secrets.token_hex(12)
        async with self.pool.acquire() as conn, conn.transaction():
            who, found = await _method(conn, person, method)
            if found.usable:
                raise VerificationRefused(f"{found.id} is verified already. Nothing was sent.")
            await conn.execute(query("lock_address"), found.address)
            lately = await conn.fetch(
                query("verifications_lately"), person, method, found.address, now - SPAN
            )
            refuse_too_many(lately, now)
            holds = CODE_HOLDS if found.type in BY_CODE else LINK_HOLDS
            until = (now + holds).replace(microsecond=0)
            await conn.execute(query("replace_verifications"), person, method, now)
            await conn.execute(
                query("insert_verification"), name, person, method, found.type, found.address, by,
                now, until,
            )  # fmt: skip
            await _send(conn, name, who, found, now, until)
            what = f"asked for a proof of a contact method of {person}"
            await note(conn, now, by, what, {"method": method, "channel": found.type})
        await self.service.desk.ring()
        return Asked(name, how_of(found.type), found, until)

    async def confirm(self, person: str, method: str, code: str, by: str) -> Person:
        """Take a code. Raises VerificationRefused with what is left to do."""
        now = self.service.clock.now()
        async with self.pool.acquire() as conn:
            await _method(conn, person, method, lock=False)
            row = alive(await conn.fetchrow(query("latest_verification"), person, method), now)
            tries = await conn.fetchval(query("claim_try"), row["id"], TRIES, now)
        if tries is None:
            raise VerificationRefused(EXHAUSTED)
        if not fits(self.service.settings.secret_keys, row["id"], code):
            raise VerificationRefused(await self._wrong(row["id"], TRIES - tries))
        return await self._confirmed(row["id"], by)

    async def _wrong(self, name: str, left: int) -> str:
        if left > 0:
            return f"That is not the code. Nothing was changed; {left} more tries are left."
        async with self.pool.acquire() as conn:
            await conn.execute(query("exhaust_verification"), name, self.service.clock.now())
        return EXHAUSTED

    async def read(self, link: Link) -> tuple[Person, ContactMethod]:
        """Whose address a link would prove. Raises VerificationRefused."""
        async with self.pool.acquire() as conn:
            row = await conn.fetchrow(query("verification_by_id"), link.case)
            if row is None or (row["person"], row["method"]) != (link.person, link.verb):
                raise UnknownMethod(GONE)
            alive(row, self.service.clock.now())
            who, found = await _method(conn, link.person, link.verb, lock=False)
        if found.address != row["address"]:
            raise VerificationRefused(MOVED)
        return who, found

    async def follow(self, link: Link) -> Person:
        """Take a press on a link's page. Raises VerificationRefused."""
        await self.read(link)
        return await self._confirmed(link.case, link.person)

    async def _confirmed(self, name: str, by: str) -> Person:
        now = self.service.clock.now()
        async with self.pool.acquire() as conn, conn.transaction():
            # First, as whoever writes the directory does: the two must not wait for each other.
            await conn.execute(query("bump_generation"))
            row = alive(await conn.fetchrow(query("verification_by_id"), name), now)
            who, found = await _method(conn, row["person"], row["method"])
            if (found.type, found.address) != (row["channel"], row["address"]):
                raise VerificationRefused(MOVED)
            if await conn.fetchval(query("confirm_verification"), name, now) is None:
                raise VerificationRefused(USED)
            proven = with_method(who, replace(found, verified=True, disabled=None))
            await conn.execute(query("upsert_people"), [who.id], [codec.encode(proven)], now)
            what = f"proved a contact method of {who.id}"
            await note(conn, now, by, what, {"method": found.id, "channel": found.type})
        return proven

    async def standing(self, person: str, method: str) -> Standing | None:
        """How it stands with the newest request; None where nobody asked yet."""
        async with self.pool.acquire() as conn:
            await _method(conn, person, method, lock=False)
            row = await conn.fetchrow(query("latest_verification"), person, method)
        if row is None:
            return None
        over = row["state"] == "sent" and row["expires_at"] <= self.service.clock.now()
        return Standing(
            "expired" if over else row["state"],
            how_of(row["channel"]),
            row["expires_at"],
            max(0, TRIES - row["tries"]),
            row["delivery"] or "",
            row["said"],
        )


USED = "It was used already, or its time is over. Nothing was changed. Ask for a new one."
GONE = "There is nothing to confirm here any more. Nothing was changed."
MOVED = "The address was changed since this was sent. Nothing was changed. Ask for a new one."
EXHAUSTED = "Too many wrong codes were tried. Nothing was changed. Ask for a new code."


def how_of(channel: str) -> str:
    return "code" if channel in BY_CODE else "link"


def with_method(person: Person, method: ContactMethod) -> Person:
    """The person with a method of the same id replaced."""
    methods = tuple(method if m.id == method.id else m for m in person.contact_methods)
    return replace(person, contact_methods=methods)


def readdressed(method: ContactMethod, address: str) -> ContactMethod:
    """Another address is another method: nothing that was proven or refused holds for it."""
    if address == method.address:
        return method
    return replace(method, address=address, verified=False, disabled=None)


def refuse_too_many(lately: Sequence[asyncpg.Record], now: datetime) -> None:
    """Raises TooManyAsked. `lately` are the messages within `SPAN`, the newest first."""
    for name, most in (
        ("for_method", MOST_FOR_METHOD),
        ("to_person", MOST_TO_PERSON),
        ("to_address", MOST_TO_ADDRESS),
    ):
        at = [row["created_at"] for row in lately if row[name]]
        if len(at) >= most:
            raise TooManyAsked(at[most - 1] + SPAN - now)
    newest = next((row["created_at"] for row in lately if row["for_method"]), None)
    if newest is not None and newest + PAUSE > now:
        raise TooManyAsked(newest + PAUSE - now)


def alive(row: asyncpg.Record | None, now: datetime) -> asyncpg.Record:
    """What was sent. Raises VerificationRefused for what proves nothing any more."""
    if row is None:
        raise VerificationRefused("Nothing was sent there yet, so there is nothing to confirm.")
    if row["state"] == "exhausted":
        raise VerificationRefused(EXHAUSTED)
    if row["state"] != "sent" or row["expires_at"] <= now:
        raise VerificationRefused(USED)
    return row


async def _method(
    conn: AnyConnection, person: str, method: str, *, lock: bool = True
) -> tuple[Person, ContactMethod]:
    body = await conn.fetchval(query("lock_person" if lock else "person_by_id"), person)
    if body is None:
        raise UnknownMethod(f"There is no person {person[:80]}. Nothing was changed.")
    who = codec.decode_person(body)
    found = next((m for m in who.contact_methods if m.id == method), None)
    if found is None:
        said = f"{who.name} has no contact method {method[:80]}. Nothing was changed."
        raise UnknownMethod(said)
    return who, found


async def _send(
    conn: AnyConnection,
    name: str,
    who: Person,
    method: ContactMethod,
    now: datetime,
    until: datetime,
) -> None:
    payload = {
        "to": method.address,
        "verification": name,
        "name": who.name,
        "until": until.isoformat(),
    }
    row = (
        f"verify/{name}", None, lane_of("verify", method.type), "verify", method.type, who.id, None,
        method.id, None, RANK, codec.encode(payload), now, now, until,
    )  # fmt: skip
    await conn.execute(query("insert_outbox"), *([value] for value in row))
