"""Answers a responder's text: what it means, what becomes of it, what is said back.

The sentence is said only after what it says was written.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from routing import words
from routing.event import Note, Refusal, Taken
from routing.hotline_outbound import sentence
from routing.hotline_prompt import Prompt
from routing.hotline_telling import worded
from routing.reply import Reply, Verb, parse
from service import own_link
from service.answering import MENU, SAID, event_of
from service.choosing import Paged, choose, since
from service.desk import NoSuchCase
from service.hotline.outbound import Outbound
from service.hotline.texts import Texts
from service.listing import MOST_LINES, cases_of, listed, worst_first
from service.outbox import LEASE
from service.store.pool import AWAY, describe
from service.store.sql import query
from service.wiring import Service

REMEMBERED = timedelta(days=7)
MOST_REPLIES = 6
"""Answers an unknown number gets within `QUIET`; after that a loop of machines is starved."""
QUIET = timedelta(hours=1)
HARDLY_BEGUN = LEASE - timedelta(seconds=5)
"""What was leased less than five seconds ago nobody can have read."""
MOST_TEXT = 1600
MOST_NAMED = 60
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Responder:
    service: Service

    async def text(self, key: str, sender: str, body: str) -> str:
        """The answer to a text from `sender` (E.164); empty for none.

        `key` is the provider's own for this delivery: repeated, it gets the same answer again.
        """
        body = body.replace("\x00", "")  # PostgreSQL keeps none
        if parse(body).verb is Verb.OWN:
            people = (await self.service.desk.shelf()).phones.get(sender, ())
            if people:  # a link is not kept: it is a key
                return await own_link.answered(self.service, people)
        return await self.once(key, sender, body, lambda: self._answer(sender, body))

    async def pressed(self, key: str, phone: str, reply: Reply, paged: Paged) -> str:
        """The answer to a key pressed in a call; repeated, it is the same again."""
        said = f"pressed for {reply.verb}"
        return await self.once(key, phone, said, lambda: self.act(reply, paged, via="phone"))

    async def once(
        self, key: str, sender: str, body: str, answer: Callable[[], Awaitable[str]]
    ) -> str:
        """The answer to a delivery, made once and then remembered under its key."""
        async with self.service.pool.acquire() as conn:
            known = await conn.fetchval(query("inbound_answer"), key)
        if known is not None:
            return str(known)
        said = (await answer())[:MOST_TEXT]
        try:
            async with self.service.pool.acquire() as conn:
                now = self.service.clock.now()
                await conn.execute(query("keep_inbound"), key, now, sender, body[:MOST_TEXT], said)
        except AWAY as error:  # what it says is written already, so it is said
            log.warning("database_away", door="inbound", error=describe(error))
        return said

    async def _answer(self, sender: str, body: str) -> str:
        shelf = await self.service.desk.shelf()
        people = shelf.phones.get(sender, ())
        if people:
            return await self._reply(people, parse(body))
        answer = await Texts(self.service).answer(sender, body)
        return await self._stranger(sender) if answer is None else answer

    async def _reply(self, people: tuple[str, ...], reply: Reply) -> str:
        if reply.carrier:
            return ""
        pages = await self._pages(people)
        if reply.verb in {Verb.NONE, Verb.MENU}:
            return _unclear(reply, pages)
        chosen = choose(reply, pages)
        if not chosen.pages:
            return chosen.why_not
        if reply.verb is Verb.STATUS or chosen.told:
            return await self._status(chosen.pages)
        if reply.every:
            done = [(page, *await self.did(reply, page)) for page in chosen.pages]
            return _together(done, since(chosen.newer))
        page = chosen.pages[0]
        return f"{SAID[reply.verb]} {page.code}: {await self.act(reply, page)}"

    async def _stranger(self, sender: str) -> str:
        async with self.service.pool.acquire() as conn:
            since = self.service.clock.now() - QUIET
            said = await conn.fetchval(query("replies_since"), sender, since)
        if said >= MOST_REPLIES:
            return ""
        rules = (await self.service.desk.shelf()).current.hotline
        if rules.number:
            return worded(rules, Prompt("stranger_text"))
        return (
            "This number belongs to nobody on call here, so nothing was changed. "
            "Customers: please use your support portal."
        )

    async def _pages(self, people: tuple[str, ...]) -> list[Paged]:
        async with self.service.pool.acquire() as conn:
            now = self.service.clock.now()
            begun = now + HARDLY_BEGUN
            rows = await conn.fetch(query("case_of_reply"), list(people), now - REMEMBERED, begun)
        return [
            Paged(
                r["case_id"], r["turn"], r["person"], r["code"], r["state"], r["opened_at"],
                r["live"], r["case_state"], r["rank"], r["told"],
            )
            for r in rows
        ]  # fmt: skip

    async def act(self, reply: Reply, page: Paged, via: str = "SMS") -> str:
        """Do what the reply says with one page's case; the sentence of what is true now."""
        return (await self.did(reply, page, via))[1]

    async def did(self, reply: Reply, page: Paged, via: str = "SMS") -> tuple[bool, str]:
        """Whether it was done, and the sentence."""
        try:
            if reply.verb is Verb.CALL:
                bridge = await Outbound(self.service).begin(page.case, page.person)
                return True, sentence(bridge)
            people = (await self.service.desk.shelf()).people
            event = event_of(reply, page, via, people)
            acted = await self.service.desk.act(page.case, event)
            if reply.remark and not isinstance(event, Note):
                await self.service.desk.act(page.case, Note(page.person, reply.remark))
        except Taken as taken:
            return False, f"{taken}{_over(reply, page, via)}"
        except (Refusal, NoSuchCase) as refusal:
            return False, str(refusal)
        return True, acted.answer

    async def _status(self, pages: Sequence[Paged]) -> str:
        if len(pages) == 1:
            return f"{await self.stands(pages[0])} Code {pages[0].code}."
        shelf, now = await self.service.desk.shelf(), self.service.clock.now()
        worst = worst_first(pages)
        cases = await cases_of(self.service.pool, worst[:MOST_LINES])
        return listed(worst, cases, shelf.book(), now)

    async def stands(self, page: Paged) -> str:
        """Who has the case of a page, and what is due next."""
        shelf, now = await self.service.desk.shelf(), self.service.clock.now()
        case = (await cases_of(self.service.pool, [page])).get(page.case)
        if case is None:
            return str(NoSuchCase(page.case))
        holder = case.holder
        owner = f", {shelf.book().name(holder)} has it" if holder else ", nobody has it"
        due = words.next_due(case, now)
        return f"{words.label(case)} is {case.state}{owner}. {due}".strip()


def _over(reply: Reply, page: Paged, via: str) -> str:
    """How to have it all the same, for whoever can write."""
    asks = reply.verb is Verb.ACKNOWLEDGE and via == "SMS" and not reply.every
    return f" Reply TAKE {page.code} to take it over." if asks else ""


def _unclear(reply: Reply, pages: list[Paged]) -> str:
    if reply.verb is Verb.MENU:
        return MENU
    if reply.code is not None:
        found = choose(reply, pages)
        if found.pages:
            code = found.pages[0].code
            return (
                f"What about {found.pages[0].case}? Reply 1 {code} to take it, 2 {code} to decline."
            )
        return found.why_not
    return f"That was not understood, so nothing was changed. {MENU}"


def _together(answers: list[tuple[Paged, bool, str]], newer: str = "") -> str:
    """One text: what is the person's now, what was not meant, and why the rest is not his."""
    taken = [page.case for page, done, _ in answers if done]
    more = f" and {len(taken) - MOST_NAMED} more" if len(taken) > MOST_NAMED else ""
    refused = " ".join(sentence for _, done, sentence in answers if not done)
    have = f"you have {', '.join(taken[:MOST_NAMED])}{more}." if taken else "nothing was changed."
    return " ".join(filter(None, (f"ACK ALL, {len(answers)} cases: {have}", newer, refused)))
