"""A click on a button in a chat: whose it is, what became true, what everybody sees then.

A token says which page and which answer; the chat says who has clicked. Neither is enough alone: a
page to a person is answered by that person, a post to a channel by anybody known who may take
cases. The sentence is said only after what it says was written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from routing.event import Acknowledge, Event, Refusal
from routing.offer import ANSWERS
from routing.people import Person
from routing.posting import standing
from routing.truth import instead
from service.chatters import may_take
from service.desk import NoSuchCase
from service.library import NothingLoaded, Shelf
from service.links import Link, LinkExpired, LinkForged, Purpose
from service.store import codec
from service.store.pool import AWAY, describe
from service.store.sql import query
from service.wiring import Service

UNKNOWN = (
    "Nobody in the directory has this account, so nothing was changed. Ask your manager to add it "
    "to your contact methods."
)
NO_ROLE = "You do not take cases here, so nothing was changed. Please tell the person on call."
OVER = (
    "This page is too old to be answered here. Nothing was changed. If you are still being paged, "
    "use the newest post about it, or answer by text or on the phone."
)
SORRY = (
    "Heliograph cannot read or write just now, so it is not certain whether anything was changed. "
    "Please try again in a minute; the other ways to answer a page still work."
)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Click:
    """`key` is the same for every repetition of this very click."""

    key: str
    token: str
    via: str


@dataclass(frozen=True, slots=True)
class Clicked:
    """What is said to whoever clicked; and what everybody sees in place of the page, or None."""

    words: str
    post: str | None = None


class Clicks:
    def __init__(self, service: Service) -> None:
        self._service = service

    async def take(self, click: Click, who: Callable[[Shelf], Person | None]) -> Clicked:
        """Do it once. Raises LinkForged for a token that is none of ours."""
        try:
            link = self._link(click)
        except LinkExpired:
            return Clicked(OVER)
        try:
            shelf = await self._service.desk.shelf()
            person = who(shelf)
            why_not = _why_not(link, person, shelf)
            if person is None or why_not is not None:
                return Clicked(why_not or UNKNOWN)
            said = await self._once(click, link, person)
            return Clicked(said, await self._post(link, person))
        except (NoSuchCase, NothingLoaded) as nothing:
            return Clicked(str(nothing))
        except AWAY as error:
            log.warning("database_away", door=click.via, error=describe(error))
            return Clicked(SORRY)

    def _link(self, click: Click) -> Link:
        service = self._service
        link = service.signer.read(click.token, service.clock.now(), Purpose.BUTTON)
        if link.verb not in ANSWERS:
            raise LinkForged
        return link

    async def _once(self, click: Click, link: Link, person: Person) -> str:
        """The answer; the same one again for the same click."""
        async with self._service.pool.acquire() as conn:
            known = await conn.fetchval(query("inbound_answer"), click.key)
        if known is not None:
            return str(known)
        event: Event = ANSWERS[link.verb](person.id, click.via)
        if isinstance(event, Acknowledge) and not link.person:
            event = replace(event, turn=link.turn)
        try:
            said = (await self._service.desk.act(link.case, event)).answer
        except Refusal as refusal:
            said = str(refusal)
        said = said[:1].upper() + said[1:]
        now, sender = self._service.clock.now(), f"{click.via} {person.id}"
        try:
            async with self._service.pool.acquire() as conn:
                await conn.execute(query("keep_inbound"), click.key, now, sender, link.verb, said)
        except AWAY as error:  # what it says is written already, so it is said
            log.warning("database_away", door=click.via, error=describe(error))
        return said

    async def _post(self, link: Link, person: Person) -> str | None:
        """How it stands, for everybody; None while this person's answer is still wanted."""
        now = self._service.clock.now()
        async with self._service.pool.acquire() as conn:
            row = await conn.fetchrow(query("case_by_id"), link.case)
            shelf = await self._service.library.shelf(conn, now)
        if row is None:
            return None
        case = codec.decode_case(row["body"])
        book = shelf.book(case.policy)
        page = case.page_of(person.id) if link.person else None
        done = page is not None and not page.open and page.turn >= link.turn
        if done or instead(case, book, person.id, link.turn, now) is not None:
            return standing(case, book)
        return None


def _why_not(link: Link, person: Person | None, shelf: Shelf) -> str | None:
    """Why this person may not press this button; None where he may."""
    if person is None:
        return UNKNOWN
    if not link.person:
        return None if may_take(person) else NO_ROLE
    if link.person == person.id:
        return None
    return f"This page is for {shelf.book().name(link.person)}, so nothing was changed."
