"""Texts from customers: STATUS, FALSE ALARM, and more information for an open case."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from routing.event import Refusal, Resolve
from routing.hotline_call import Call, Prompt
from routing.hotline_callback import CallbackState
from routing.hotline_words import worded
from routing.policy import HotlineRules
from routing.reply import parse
from routing.words import instant, next_due
from service.hotline import keeping
from service.hotline.callers import Callers
from service.store import codec
from service.store.sql import query
from service.wiring import Service

REMEMBERED = timedelta(days=7)
DOUBT = timedelta(minutes=10)
"""How long the first FALSE ALARM waits for the second."""
OVER = frozenset({"resolved", "closed"})


@dataclass(slots=True)
class Texts:
    service: Service

    async def answer(self, sender: str, body: str) -> str | None:
        """What a customer's text is answered (empty: nothing); None for a number nobody knows."""
        account = await Callers(self.service).account("phone", sender)
        mine = await self._mine(sender)
        if account is None and mine is None:
            return None
        if parse(body.replace("\x00", "")).carrier:
            return ""
        rules = (await self.service.desk.shelf()).current.hotline
        word = " ".join(re.sub(r"[^a-z ]", " ", body.casefold()).split())
        if word == "false alarm" and mine is not None:
            return await self._false_alarm(mine, rules)
        case = mine[1] if mine else await self._hot(account.id if account else "")
        if case is None:
            return _say(rules, "no_case_text")
        if word == "status":
            return await self._status(case, mine[0] if mine else None, rules)
        mark = hashlib.sha256(f"{sender}/{body}/{self.service.clock.now()}".encode()).hexdigest()
        await Callers(self.service).comment(case, f"text/{mark[:24]}", body.strip()[:1600])
        return _say(rules, "noted_text", case=case)

    async def _mine(self, sender: str) -> tuple[str, str] | None:
        """The latest call from this number whose case is not over: (call, case)."""
        async with self.service.pool.acquire() as conn:
            since = self.service.clock.now() - REMEMBERED
            for row in await conn.fetch(query("hotline_calls_with"), sender, since):
                case = await conn.fetchrow(query("case_by_id"), row["case_id"])
                if case is not None and case["state"] not in OVER:
                    return row["id"], row["case_id"]
        return None

    async def _hot(self, account: str) -> str | None:
        async with self.service.pool.acquire() as conn:
            found: str | None = await conn.fetchval(query("hot_case_of_account"), account)
        return found

    async def _status(self, case: str, call: str | None, rules: HotlineRules) -> str:
        now = self.service.clock.now()
        async with self.service.pool.acquire() as conn:
            row = await conn.fetchrow(query("case_by_id"), case)
            promise = await keeping.load_callback(conn, call) if call else None
        if row is None:
            return _say(rules, "no_case_text")
        owner = "an engineer has it" if row["owner"] else "we are calling our engineers"
        due = next_due(codec.decode_case(row["body"]), now)
        said = ""
        if promise and promise[0].state is not CallbackState.DONE:
            said = f" An engineer calls you before {instant(promise[0].deadline, now)}."
        facts = {"owner": owner, "due": f" {due}" if due else "", "promise": said}
        return _say(rules, "status_text", case=case, state=row["state"], **facts)

    async def _false_alarm(self, mine: tuple[str, str], rules: HotlineRules) -> str:
        """Asked twice, so that a slip of the thumb ends nothing."""
        name, case = mine
        now = self.service.clock.now()
        async with self.service.pool.acquire() as conn, conn.transaction():
            stored = await keeping.load(conn, name)
            if stored is None or not _doubted(stored.call, now - DOUBT):
                if stored is not None:
                    doubted = replace(stored.call, alarm_doubted_at=now)
                    wall = self.service.clock.wall()
                    await keeping.update(conn, doubted, stored.version, None, wall)
                return _say(rules, "doubt_text", case=case)
        try:
            await self.service.desk.act(case, Resolve("the caller", "a text: false alarm"))
        except Refusal as refusal:
            return str(refusal)
        return _say(rules, "false_alarm_text", case=case)


def _doubted(call: Call, since: datetime) -> bool:
    return call.alarm_doubted_at is not None and call.alarm_doubted_at >= since


def _say(rules: HotlineRules, key: str, /, **facts: str) -> str:
    return worded(rules, Prompt(key, {"number": rules.number, "portal": rules.portal, **facts}))
