"""Emergencies that begin with a text: the same path as a caller's who confirmed and hung up."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from routing.hotline import step
from routing.hotline_call import Call, CaseMade, OpenCase, PromiseCallback, State, Tell
from routing.hotline_caller import caller_of, contact_at, language_for
from routing.hotline_text import Act as Confirmed
from routing.people import Account
from service.hotline import keeping
from service.hotline.acting import act
from service.hotline.callers import Callers
from service.store.sql import query
from service.wiring import Service

MOST, SPAN = 3, timedelta(hours=1)
"""Emergencies an account may begin by text so long; then its people are told to call."""


@dataclass(slots=True)
class Emergencies:
    service: Service

    async def begin(self, number: str, account: Account, told: Confirmed) -> Tell | None:
        """The case, its ticket, its pages and a promise. What to text; None where there are many.

        Confirmed again, it is the same emergency.
        """
        now, shelf = self.service.clock.now(), await self.service.desk.shelf()
        mark = hashlib.sha256(f"{number}/{told.asked_at}".encode()).hexdigest()
        name = f"TX{mark[:32]}"
        async with self.service.pool.acquire() as conn:
            since = now - SPAN
            many = await conn.fetchval(query("text_emergencies_of"), account.id, since, name)
        if many >= MOST:
            return None
        who = caller_of(shelf.current, account)
        language = language_for(shelf.current.hotline, account, contact_at(account, number))
        call = Call(
            name, number, secrets.token_urlsafe(24), now, State.ENDED,
            account=account.id, account_name=account.name, plan=who.plan, known_by="text",
            entitled=who.entitled, confirmed=True, words=told.text, outcome="text", ended_at=now,
            language=language,
        )  # fmt: skip
        case = await Callers(self.service).case(shelf.current, call, OpenCase("emergency"))
        made = step(call, CaseMade(case), shelf.current.hotline, now)
        promises = [a for a in made.acts if isinstance(a, PromiseCallback)]
        async with self.service.pool.acquire() as conn, conn.transaction():
            if await keeping.insert(conn, made.call, b"", self.service.clock.wall()):
                await act(conn, made.call, promises, shelf, now)
                self.service.measures.hotline.labels("text").inc()
        await self.service.desk.ring()
        return next(a for a in made.acts if isinstance(a, Tell))
