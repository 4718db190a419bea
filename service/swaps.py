"""Requests between colleagues, kept and told: asked, accepted, refused, withdrawn.

What an accepted one becomes is written with it, in one transaction, as the overrides that anybody
else would write; so is the message that tells the other one.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from routing import swap as requests
from routing.event import Refusal
from routing.swap import Range, Rota, Swap, SwapState
from service import personal, rota, times
from service.audit import note
from service.library import Shelf
from service.personal import Letter
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query
from service.wiring import Service

SHOWN_BACK = timedelta(days=3)
"""How long a request is still shown after its first shift began."""
MOST_SHOWN = 40
MOST_OPEN = 20
"""Open requests of one person: each of them is a text to somebody."""
PART = "swaps"
"""Of the own page."""
_decode = codec.decoder(Swap)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks of a colleague."""

    schedule: str
    asked: str
    wanted: Range
    given: Range | None = None
    note: str = ""


async def of_person(conn: AnyConnection, person: str, now: datetime) -> list[Swap]:
    """What he asks and is asked, the next first."""
    since = now - SHOWN_BACK
    rows = await conn.fetch(query("swaps_of_person"), person, since, MOST_SHOWN)
    return [_decode(row["body"]) for row in rows]


async def ask(service: Service, asker: str, wish: Wish) -> Swap:
    """Ask, and tell the colleague. Raises Refusal with the sentence of why not."""
    now, shelf = service.clock.now(), await service.desk.shelf()
    made = Swap(
        uuid.uuid4().hex[:12], wish.schedule, asker, wish.asked, wish.wanted, now, wish.given,
        wish.note,
    )  # fmt: skip
    made = requests.ask(made, rota_of(shelf), now)
    async with service.pool.acquire() as conn, conn.transaction():
        if await conn.fetchval(query("open_swaps_of_asker"), asker, now) >= MOST_OPEN:
            said = f"You have {MOST_OPEN} requests open; withdraw some first."
            raise Refusal(f"{said} Nothing was changed.")
        await conn.execute(
            query("insert_swap"), made.id, made.schedule, made.asker, made.asked, made.state.value,
            made.expires_at, now, codec.encode(made),
        )  # fmt: skip
        await note(conn, now, asker, "asked for a swap", {"swap": made})
        await _tell(conn, shelf, made.asked, _asked(made, shelf, now), now)
    await service.bell.ring()
    return made


async def answer(service: Service, name: str, who: str, verb: str) -> Swap:
    """Accept, refuse or withdraw it (VERBS), and tell the other one. Raises Refusal."""
    now = service.clock.now()
    async with service.pool.acquire() as conn, conn.transaction():
        if verb == ACCEPT:  # first, as whoever writes schedules does
            await conn.execute(query("bump_generation"))
        body = await conn.fetchval(query("lock_swap"), name)
        if body is None:
            raise Refusal("There is no such request. Nothing was changed.")
        shelf = await service.library.read(conn, now)
        done = VERBS[verb](_decode(body), who, rota_of(shelf), now)
        for override in done.overrides() if verb == ACCEPT else ():
            await rota.keep(conn, done.schedule, override, who, now)
        await conn.execute(query("settle_swap"), done.id, done.state.value, codec.encode(done))
        await note(conn, now, who, f"{done.state.value} a swap", {"swap": done.id})
        await _tell(conn, shelf, *_answered(done, shelf, now), now)
    await service.bell.ring()
    return done


def rota_of(shelf: Shelf) -> Rota:
    return Rota(shelf.schedules, shelf.people)


def told(part: Range, zone: str, now: datetime) -> str:
    """`Mon 9 Mar 09:00 - 17:00 CET`."""
    return f"{times.span(part.start, part.end, now, zone)} {times.zone_name(part.start, zone)}"


async def _tell(conn: AnyConnection, shelf: Shelf, person: str, text: str, now: datetime) -> None:
    found = shelf.people.get(person)
    method = personal.written_method(found) if found else None
    if method is not None:
        letter = Letter(text, PART if personal.LINK in text else None)
        await personal.send(conn, person, method, letter, now)


def _asked(made: Swap, shelf: Shelf, now: datetime) -> str:
    zone, name = shelf.people[made.asked].time_zone, shelf.book().name(made.asker)
    exchange = f", for your {told(made.given, zone, now)}" if made.given else ""
    asks = f"{name} asks you to take {made.schedule}, {told(made.wanted, zone, now)}{exchange}."
    return f"{asks} Answer on your page: {personal.LINK}"


def _answered(done: Swap, shelf: Shelf, now: datetime) -> tuple[str, str]:
    """Whom to tell what."""
    other = done.asked if done.state is SwapState.WITHDRAWN else done.asker
    found, name = shelf.people.get(other), shelf.book().name
    zone = found.time_zone if found else "UTC"
    what = f"{done.schedule}, {told(done.wanted, zone, now)}"
    match done.state:
        case SwapState.ACCEPTED:
            back = f" You take {told(done.given, zone, now)}." if done.given else ""
            return other, f"{name(done.asked)} takes {what}: you are relieved.{back}"
        case SwapState.REFUSED:
            return other, f"{name(done.asked)} cannot take {what}: you stay on call."
    return other, f"{name(done.asker)} needs nobody for {what} any more: nothing changes."


ACCEPT, REFUSE, WITHDRAW = "accept", "refuse", "withdraw"
VERBS: Mapping[str, Callable[[Swap, str, Rota, datetime], Swap]] = {
    ACCEPT: requests.accept,
    REFUSE: lambda swap, who, _, now: requests.refuse(swap, who, now),
    WITHDRAW: lambda swap, who, _, now: requests.withdraw(swap, who, now),
}
