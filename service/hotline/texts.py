"""Texts from customers: STATUS, FALSE ALARM, a new emergency, and more about an open case."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from routing.event import Refusal, Resolve
from routing.hotline_call import Call
from routing.hotline_callback import CallbackState
from routing.hotline_facts import due, moment
from routing.hotline_prompt import Fact, Prompt, prompt
from routing.hotline_telling import plain, worded
from routing.hotline_text import LIVES, Act, Question, Sender, Turn, Word, decide, named, read
from routing.people import Account
from service.hotline import keeping
from service.hotline.acting import text_number
from service.hotline.callers import Callers, matters
from service.hotline.emergencies import Emergencies
from service.store import codec
from service.store.sql import query
from service.wiring import Service

REMEMBERED = timedelta(days=7)
DOUBT = timedelta(minutes=10)
"""How long the first FALSE ALARM waits for the second."""
LISTED = 5
"""Cases that one text can name."""
UNANSWERED = 50
MOST, SPAN = 30, timedelta(hours=1)
"""Texts of one number that are taken in so long; the next is told to call, those after nothing."""
_question = codec.decoder(Question)


@dataclass(slots=True)
class Texts:
    service: Service

    async def answer(self, sender: str, body: str) -> str | None:
        """What a customer's text is answered (empty: nothing); None for a number nobody knows."""
        account = await Callers(self.service).account("phone", sender)
        who = await self._who(sender, account)
        if account is None and not who.own:
            return None
        rules = (await self.service.desk.shelf()).current.hotline
        many = await self._many(sender)
        if many >= MOST:
            return worded(rules, prompt("many_texts_text"), who.language) if many == MOST else ""
        now = self.service.clock.now()
        turn = decide(read(body), who, await self._asked(sender), now)
        said = await self._do(sender, account, turn, who)
        await self._ask(sender, turn.question, who.language)
        return "\n".join(worded(rules, one, who.language) for one in said)

    async def _do(
        self, sender: str, account: Account | None, turn: Turn, who: Sender
    ) -> list[Prompt]:
        """What is answered, one below the other."""
        act = turn.act
        if act is None:
            return [Prompt(turn.key, turn.facts)] if turn.key else []
        match act.word:
            case Word.STATUS:
                return [await self._status(case, sender) for case in act.cases]
            case Word.FALSE_ALARM:
                return [await self._false_alarm(sender, act.cases[0])]
            case Word.EMERGENCY if account is not None:
                return [await self._emergency(sender, account, act)]
            case _:
                return [await self._more(sender, act, who)]

    async def _emergency(self, sender: str, account: Account, act: Act) -> Prompt:
        made = await Emergencies(self.service).begin(sender, account, act)
        return Prompt(made.key, made.facts) if made else prompt("many_texts_text")

    async def _more(self, sender: str, act: Act, who: Sender) -> Prompt:
        """On the case it is about; where it was taken to be about one of several, that is said."""
        case, now = act.cases[0], self.service.clock.now()
        added = await Callers(self.service).comment(case, _mark(sender, act.text, now), act.text)
        if not added:
            return prompt("no_case_text")
        others = ", ".join(named(other, who.about) for other in act.others)
        return prompt("noted_among_text" if others else "noted_text", case=case, cases=others)

    async def _who(self, sender: str, account: Account | None) -> Sender:
        policy = (await self.service.desk.shelf()).current
        since = self.service.clock.now() - REMEMBERED
        async with self.service.pool.acquire() as conn:
            mine = await conn.fetch(query("hotline_cases_with"), sender, since, LISTED)
            theirs = await conn.fetch(
                query("hot_cases_of_account"), account.id if account else None, LISTED
            )
            spoken = await conn.fetchval(query("language_of_caller"), sender, since)
        caller = await Callers(self.service).by(policy, "phone", sender) if account else None
        language = caller.language if caller else spoken or ""
        known = matters([*mine, *theirs], self.service.clock.now())
        return Sender(
            account is not None,
            caller is not None and caller.entitled,
            tuple(row["id"] for row in mine),
            tuple(row["id"] for row in theirs),
            {one.case: plain(policy.hotline, one.about, language) for one in known},
            language,
        )

    async def _many(self, sender: str) -> int:
        async with self.service.pool.acquire() as conn:
            since = self.service.clock.now() - SPAN
            return int(await conn.fetchval(query("replies_since"), sender, since))

    async def _asked(self, sender: str) -> Question | None:
        async with self.service.pool.acquire() as conn:
            body = await conn.fetchval(query("hotline_question"), sender)
        return _question(body) if body else None

    async def _ask(self, sender: str, question: Question | None, language: str) -> None:
        async with self.service.pool.acquire() as conn:
            if question is None:
                await conn.execute(query("forget_hotline_question"), sender)
            else:
                asked = replace(question, language=language)
                kept = (question.asked_at, codec.encode(asked))
                await conn.execute(query("ask_hotline_question"), sender, *kept)

    async def note_unanswered(self) -> None:
        """Of what nobody said which case it is about: on the likeliest, so that nothing is lost."""
        now = self.service.clock.now()
        async with self.service.pool.acquire() as conn:
            rows = await conn.fetch(query("unanswered_hotline_questions"), now - LIVES, UNANSWERED)
        for row in rows:
            await self._note(row["number"], _question(row["body"]))

    async def _note(self, sender: str, question: Question) -> None:
        """On the first that is open still; the sender is told where, and how to say another."""
        mark = _mark(sender, question.text, question.asked_at)
        case = await self._first_open(question, mark)
        rules, now = (await self.service.desk.shelf()).current.hotline, self.service.clock.now()
        others = ", ".join(other for other in question.cases if other != case)
        async with self.service.pool.acquire() as conn, conn.transaction():
            if case is not None:
                said = prompt("kept_text", case=case, cases=others)
                words = worded(rules, said, question.language)
                await text_number(conn, f"hotline/{mark}", case, sender, words, now)
            await conn.execute(query("settle_hotline_question"), sender, question.asked_at)
        await self.service.desk.ring()

    async def _first_open(self, question: Question, mark: str) -> str | None:
        """The case that took the text, which reopens one only if none is open any more.

        None where all of them are closed by now.
        """
        async with self.service.pool.acquire() as conn:
            rows = await conn.fetch(query("open_among"), question.cases)
        still = {row["id"] for row in rows}
        for case in sorted(question.cases, key=lambda case: case not in still):
            if await Callers(self.service).comment(case, mark, question.text):
                return case
        return None

    async def _call(self, sender: str, case: str) -> str | None:
        async with self.service.pool.acquire() as conn:
            found: str | None = await conn.fetchval(query("hotline_call_with"), sender, case)
        return found

    async def _status(self, case: str, sender: str) -> Prompt:
        now, call = self.service.clock.now(), await self._call(sender, case)
        async with self.service.pool.acquire() as conn:
            row = await conn.fetchrow(query("case_by_id"), case)
            promise = await keeping.load_callback(conn, call) if call else None
        if row is None:
            return prompt("no_case_text")
        facts: dict[str, Fact] = {
            "owner": prompt("owned" if row["owner"] else "sought"),
            "due": due(codec.decode_case(row["body"]), now),
        }
        if promise and promise[0].state is not CallbackState.DONE:
            facts["promise"] = prompt("promise", deadline=moment(promise[0].deadline, now))
        return prompt("status_text", case=case, state=prompt(row["state"]), **facts)

    async def _false_alarm(self, sender: str, case: str) -> Prompt:
        """Asked twice, so that a slip of the thumb ends nothing."""
        now, name = self.service.clock.now(), await self._call(sender, case) or ""
        async with self.service.pool.acquire() as conn, conn.transaction():
            stored = await keeping.load(conn, name)
            if stored is None or not _doubted(stored.call, now - DOUBT):
                if stored is not None:
                    doubted = replace(stored.call, alarm_doubted_at=now)
                    wall = self.service.clock.wall()
                    await keeping.update(conn, doubted, stored.version, None, wall)
                return prompt("doubt_text", case=case)
        try:
            await self.service.desk.act(case, Resolve("the caller", "a text: false alarm"))
        except Refusal:
            return await self._status(case, sender)
        return prompt("false_alarm_text", case=case)


def _mark(sender: str, text: str, at: datetime) -> str:
    """The key under which a text is on a case: the same text of the same instant is there once."""
    return f"text/{hashlib.sha256(f'{sender}/{text}/{at}'.encode()).hexdigest()[:24]}"


def _doubted(call: Call, since: datetime) -> bool:
    return call.alarm_doubted_at is not None and call.alarm_doubted_at >= since
