"""What a ringing phone is told of: the page it rings for, or the worst that is open, and how many.

A person has one call at a time, so it speaks for everything of his that is open. `0` pages more is
an ordinary call. Which pages a key for "all" means is settled by the instant at which they were
counted aloud: what was opened later is a page of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import asyncpg

from notifiers.wording import PageFacts, spoken
from routing.reply import Reply, Verb
from routing.truth import instead
from service.choosing import Paged
from service.responder import Responder
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query
from service.wiring import Service

OVER = "This page is over."
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_facts = codec.decoder(PageFacts)


@dataclass(frozen=True, slots=True)
class Page:
    """One page that was rung for; `row` is that of the outbox."""

    row: int
    facts: PageFacts
    paged: Paged


@dataclass(frozen=True, slots=True)
class Rung:
    """What to say now. Without a page there is nothing to press for, and `late` is all."""

    page: Page | None
    late: str = ""
    """The truth about the page it rang for, where that need not be answered any more."""
    more: int = 0
    """How many other cases of his are open."""

    @property
    def words(self) -> str:
        """What the call says, without the keys."""
        facts = spoken(self.page.facts) if self.page else ""
        more = f"And {self.more} more {_are(self.more)} open for you." if self.more else ""
        return " ".join(filter(None, (self.late, facts, more)))


def _are(number: int) -> str:
    return "case is" if number == 1 else "cases are"


async def page_of(service: Service, row: int) -> Page | None:
    async with service.pool.acquire() as conn:
        return _page(await conn.fetchrow(query("outbox_by_id"), row))


async def rung(service: Service, row: int) -> Rung:
    """What a call is to say to whoever picks it up now."""
    now = service.clock.now()
    async with service.pool.acquire() as conn:
        page = _page(await conn.fetchrow(query("outbox_by_id"), row))
        if page is None:
            return Rung(None, OVER)
        late = await _late(service, conn, page.paged, now)
        waiting = await conn.fetch(query("open_pages_of"), page.paged.person, now)
        others = [one for one in waiting if one["case_id"] != page.paged.case]
        if late is None:
            return Rung(page, more=len(others))
        worst = await _first(conn, page.paged.person, others)
    return Rung(worst, late, len(others) - 1 if worst else 0)


async def _first(conn: AnyConnection, person: str, others: Sequence[asyncpg.Record]) -> Page | None:
    """The worst of the others that he was contacted for, to be spoken in place of the first."""
    for one in others[:10]:
        row = await conn.fetchrow(query("row_of_page"), one["case_id"], one["turn"], person)
        page = _page(row)
        if page is not None:
            return page
    return None


def _page(row: asyncpg.Record | None) -> Page | None:
    if row is None or row["kind"] != "page":
        return None
    facts = _facts(row["payload"])
    paged = Paged(
        row["case_id"], row["turn"], row["person"], facts.code, "open", row["created_at"], True, "",
    )  # fmt: skip
    return Page(row["id"], facts, paged)


async def _late(service: Service, conn: AnyConnection, paged: Paged, now: datetime) -> str | None:
    """What is said instead of asking for a key; None where one is wanted."""
    row = await conn.fetchrow(query("case_by_id"), paged.case)
    if row is None:
        return OVER
    shelf = await service.library.shelf(conn, now)
    case = codec.decode_case(row["body"])
    return instead(case, shelf.book(case.policy), paged.person, paged.turn, now)


def stamp(at: datetime) -> int:
    """An instant (UTC) for an address, in microseconds."""
    return (at - EPOCH) // timedelta(microseconds=1)


async def take_all(service: Service, key: str, page: Page, until: int) -> str:
    """Every case that was open for the person at that instant; said aloud, so by number.

    `key` names the press: repeated, it is answered the same.
    """
    at = EPOCH + timedelta(microseconds=until)
    return await Responder(service).once(
        key, page.facts.to, "pressed for all", lambda: _taken(service, page.paged, at)
    )


async def _taken(service: Service, paged: Paged, at: datetime) -> str:
    async with service.pool.acquire() as conn:
        found = await conn.fetch(query("open_pages_of"), paged.person, at)
    pages = [replace(paged, case=one["case_id"], turn=one["turn"]) for one in found]
    responder, reply = Responder(service), Reply(Verb.ACKNOWLEDGE, every=True)
    done = [await responder.did(reply, one, via="phone") for one in pages]
    taken = sum(well for well, _ in done)
    refused = [said for well, said in done if not well]
    have = f"You have {taken} {'case' if taken == 1 else 'cases'}."
    kept = have if taken else "Nothing was changed."
    return " ".join((kept, *refused[:3], "Text a question mark to have them listed."))
