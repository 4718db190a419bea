"""Somebody is brought into a conversation: the responder aside, and the helper's own line."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from notifiers.twilio import twiml
from notifiers.twilio.patience import PATIENCE
from routing.book import find
from routing.hotline_call import (
    Call,
    HungUp,
    Joined,
    ResponderLeft,
    State,
)
from routing.hotline_prompt import prompt
from routing.hotline_room_events import HelperGone, HelperJoined, Starred
from routing.hotline_words import POLL_SECONDS
from routing.policy import HotlineRules
from service.hotline import keeping, speech
from service.hotline.acting import HELP
from service.hotline.line import Form, Line
from service.hotline.recordings import OVER
from service.store import codec
from service.store.sql import query
from service.wiring import Service

LONGEST = timedelta(seconds=75)
"""A helper's call of which nothing is heard for so long has come to nothing."""
WHY = {
    "busy": "the line was busy",
    "no-answer": "did not answer",
    "failed": "could not be called",
    "canceled": "could not be called",
    "completed": "answered and pressed no key",
}
MOST = 50


@dataclass(slots=True)
class Helping:
    service: Service
    line: Line = field(init=False)

    def __post_init__(self) -> None:
        self.line = Line(self.service)

    async def _rules(self) -> HotlineRules:
        return (await self.service.desk.shelf()).current.hotline

    async def left(self, name: str, person: str, form: Form) -> bytes:
        """The responder's line is back from the conference: he hung up, or pressed `*`.

        That the caller hung up looks the same from here, so he is given a second to be told so.
        """
        rules = await self._rules()
        if form.get("CallStatus") in OVER:
            await self.line.tell(name, ResponderLeft())
            return speech.goodbye(rules)
        call = (await self.line.stored(name)).call
        if not _his(call, person):
            return speech.farewell(rules, "customer_left")
        await self._seen(name)
        return twiml.voice(self._asks(name, person, 0, 1))

    async def aside(self, name: str, person: str, turn: int, form: Form) -> bytes:
        """What becomes of bringing somebody in, until it is known or he goes back."""
        call = (await self.line.stored(name)).call
        if turn == 0:
            call = await self._starred(call)
        if not _his(call, person):
            return speech.farewell(await self._rules(), "customer_left")
        await self._seen(name)
        if form.get("Digits") == "1" and turn:
            return await self._back(call, person)
        if call.help == "ringing":
            words = [await self._said("helping", call.helper)] if turn == 0 else []
            return twiml.voice(self._asks(name, person, turn + 1, POLL_SECONDS, *words))
        return await self._back(call, person, await self._news(call))

    async def _starred(self, call: Call) -> Call:
        """The caller has left, or the responder wants somebody brought in."""
        if call.left_by == "customer":
            return await self.line.tell(call.id, HungUp()) or call
        return await self.line.tell(call.id, Starred(await self._who(call))) or call

    async def _news(self, call: Call) -> twiml.Verb:
        who = call.helpers[-1] if call.helpers else None
        return await self._said("helped" if call.help == "taken" else "nobody_came", who)

    def _asks(
        self, name: str, person: str, turn: int, seconds: int, *says: twiml.Verb
    ) -> twiml.Verb:
        here = f"{self.service.settings.public_url}/twilio/hotline/aside/{name}/{person}/{turn}"
        return twiml.gather(
            *says, action=here + PATIENCE, timeout=seconds, digits=1, on_silence=True
        )

    async def _said(self, key: str, who: str | None) -> twiml.Verb:
        shelf = await self.service.desk.shelf()
        return speech.said(shelf.current.hotline, key, who=shelf.book().name(who))

    async def _back(self, call: Call, person: str, *says: twiml.Verb) -> bytes:
        """Into the conference again; the caller follows."""
        await self.line.tell(call.id, Joined(person))
        here = f"{self.service.settings.public_url}/twilio/hotline/responder/{call.id}/{person}"
        return twiml.voice(*says, speech.enter(here, call))

    async def _seen(self, name: str) -> None:
        async with self.service.pool.acquire() as conn:
            wall = self.service.clock.wall()
            await conn.execute(query("hotline_responder_seen"), name, wall)

    async def _who(self, call: Call) -> tuple[str, ...]:
        """Whom the policy names, as they are on call now."""
        if call.case is None:
            return ()
        async with self.service.pool.acquire() as conn:
            row = await conn.fetchrow(query("case_by_id"), call.case)
        shelf, now = await self.service.desk.shelf(), self.service.clock.now()
        if row is None:
            return ()
        case = codec.decode_case(row["body"])
        book = shelf.book(case.policy)
        targets = shelf.current.hotline.bring_in
        return tuple(p for target in targets for p in find(book, case, target, now).people)

    async def whisper(self, name: str, action: str) -> bytes:
        """What a helper hears; only his key lets him in."""
        shelf = await self.service.desk.shelf()
        rules, call = shelf.current.hotline, (await self.line.stored(name)).call
        if call.state is not State.BRIDGED:
            return speech.farewell(rules, "call_over")
        words = speech.said(
            rules, "whisper_help", asker=shelf.book().name(call.responder),
            account=call.account_name or prompt("nobody_known"), plan=call.plan,
            case=call.case or "",
        )  # fmt: skip
        asked = twiml.gather(words, twiml.pause(2), words, action=action, timeout=8, digits=1)
        return twiml.voice(asked, speech.said(rules, "no_key"), twiml.hangup())

    async def take(self, name: str, person: str) -> bytes:
        """He pressed his key: he is in, also where the responder has not come back yet."""
        call = await self.line.tell(name, HelperJoined(person))
        if call is None:
            return speech.farewell(await self._rules(), "call_over")
        return twiml.voice(speech.help_out(self._helper(name, person), call, person))

    async def again(self, name: str, person: str, form: Form) -> bytes:
        """A helper's line is back: he hung up, or the responder has left the room by `*` again."""
        call = (await self.line.stored(name)).call
        if form.get("CallStatus") in OVER or call.state is not State.BRIDGED:
            return speech.farewell(await self._rules(), "call_over")
        back = "DialCallStatus" not in form  # he is told what became of the others a look later
        here = self._helper(name, person)
        if back and _meets(call):
            return twiml.voice(speech.help_out(here, call, person))
        hold = twiml.gather(action=here + PATIENCE, timeout=POLL_SECONDS, digits=1, on_silence=True)
        return twiml.voice(hold)

    def _helper(self, name: str, person: str) -> str:
        return f"{self.service.settings.public_url}/twilio/hotline/helper/{name}/{person}"

    async def tick(self, now: datetime) -> None:
        """Helpers whose telephone was busy, rang in vain, or could not be called."""
        async with self.service.pool.acquire() as conn:
            rows = await conn.fetch(query("hotline_helpers_called"), HELP, MOST)
        for row in rows:
            call = keeping.decode(row["body"])
            why = _why(row["state"], row["receipt"], now - (call.helper_at or now))
            if why is not None:
                await self.line.tell(call.id, HelperGone(call.help_legs, why))


def _his(call: Call, person: str) -> bool:
    return call.state is State.BRIDGED and call.responder == person


def _meets(call: Call) -> bool:
    """Whether caller and responder are in the conference, or about to be."""
    return (call.met or call.ready) and call.left_by != "customer"


def _why(state: str | None, receipt: str | None, rung: timedelta) -> str | None:
    """Why a call came to nothing, in a clause; None while it may still come to something."""
    if state is None:
        return "has no telephone we may call"
    if receipt in WHY:
        return WHY[receipt]
    if state in {"dead", "cancelled"}:
        return "could not be called"
    return "did not answer" if rung > LONGEST else None
