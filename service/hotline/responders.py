"""The responder's line: the page he took, or the call that brings him to the caller.

He who has pressed his key waits, asking every two seconds, until the caller is told; then he enters
the conference, and the caller after him. Where the caller is gone the call back begins on this very
line.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from notifiers.twilio import twiml
from notifiers.twilio.patience import PATIENCE
from routing.hotline_call import WAITING, Call, Joined, State
from routing.hotline_callback import Callback, TooLate
from routing.hotline_facts import moment
from routing.hotline_room_events import RoomLeft, RoomOver
from routing.hotline_truth import Standing, instead
from routing.hotline_words import POLL_SECONDS
from routing.policy import HotlineRules
from service.hotline import keeping, speech
from service.hotline.callbacks import Callbacks
from service.hotline.line import Form, Line
from service.store.sql import query
from service.wiring import Service

LIVE = frozenset({State.CONNECTING, State.OFFERING_CALLBACK, State.BRIDGED})


@dataclass(slots=True)
class Responders:
    service: Service
    line: Line = field(init=False)
    callbacks: Callbacks = field(init=False)

    def __post_init__(self) -> None:
        self.line, self.callbacks = Line(self.service), Callbacks(self.service)

    async def _rules(self) -> HotlineRules:
        return (await self.service.desk.shelf()).current.hotline

    async def whisper(self, case: str, person: str, action: str) -> bytes:
        """What the call that brings a responder says: who waits, and which key connects."""
        rules = await self._rules()
        call, callback = await self._for(case, person)
        if call is not None:
            facts = {"account": call.account_name, "plan": call.plan, "case": case}
            words = speech.said(rules, "whisper", **facts)
        elif callback is not None:
            deadline = moment(callback.deadline, self.service.clock.now())
            facts = {"account": callback.account_name, "plan": callback.plan, "case": case}
            words = speech.said(rules, "whisper_back", deadline=deadline, **facts)
        else:
            return await self.truth(case, person)
        asked = twiml.gather(words, twiml.pause(2), words, action=action, timeout=8, digits=1)
        return twiml.voice(asked, speech.said(rules, "no_key"), twiml.hangup())

    async def take(self, case: str, person: str, line: str) -> bytes | None:
        """He pressed his key. What his line (CallSid) does now; None where no customer waits."""
        call, callback = await self._for(case, person)
        if call is not None:
            joined = await self.line.tell(call.id, Joined(person))
            if joined is not None:
                return await self.wait(joined.id, person, line, first=True)
        if callback is not None:
            return await self._call_back(callback, person, line)
        return None

    async def wait(self, name: str, person: str, line: str, *, first: bool = False) -> bytes:
        """The responder's line asks: the conference, some more seconds, or the call back."""
        rules = await self._rules()
        call = (await self.line.stored(name)).call
        if call.state in WAITING and call.responder is None:
            call = await self.line.tell(name, Joined(person)) or call
        if call.state not in LIVE or call.responder != person:
            return await self._without(call, person, line, rules)
        async with self.service.pool.acquire() as conn:
            wall = self.service.clock.wall()
            await conn.execute(query("hotline_responder_seen"), name, wall)
        here = f"{self.service.settings.public_url}/twilio/hotline/responder/{name}/{person}"
        if call.state is State.BRIDGED and not first:
            await self.line.tell(name, Joined(person))
            return twiml.voice(speech.enter(here, call))
        said = [speech.said(rules, "bringing")] if first else []
        hold = twiml.gather(
            *said, action=here + PATIENCE, timeout=POLL_SECONDS, digits=1, on_silence=True
        )
        return twiml.voice(hold)

    async def _without(self, call: Call, person: str, line: str, rules: HotlineRules) -> bytes:
        """The caller is gone while he waited, or somebody else speaks with him."""
        if call.case is None:
            return speech.farewell(rules, "caller_gone")
        _, callback = await self._for(call.case, person)
        if call.state is not State.ENDED or callback is None:
            return await self.truth(call.case, person)
        return await self._call_back(callback, person, line)

    async def truth(self, case: str, person: str) -> bytes:
        """Why he is not connected: who has the call, or the case, or that the customer is gone."""
        async with self.service.pool.acquire() as conn:
            row = await conn.fetchrow(query("hotline_standing"), case)
        if row is None:
            return speech.farewell(await self._rules(), "case_over")
        call = keeping.decode(row["call"]) if row["call"] else None
        callback = keeping.decode_callback(row["callback"]) if row["callback"] else None
        found = instead(person, Standing(row["owner"], row["live"], call, callback))
        shelf = await self.service.desk.shelf()
        facts = {"who": shelf.book().name(found.who)} if found.who else {}
        return twiml.voice(speech.said(shelf.current.hotline, found.key, **facts), twiml.hangup())

    async def room(self, name: str, form: Form) -> None:
        """What Twilio tells of the conference: who has left it, and that it is over."""
        if form.get("StatusCallbackEvent") == "participant-leave":
            number = form.get("SequenceNumber", "")
            order = int(number) if number.isdigit() else 0
            if form.get("ParticipantLabel") in {"customer", "responder"}:
                await self.line.tell(name, RoomLeft(form["ParticipantLabel"], order))
        else:
            await self.line.tell(name, RoomOver())

    async def _call_back(self, callback: Callback, person: str, line: str) -> bytes:
        try:
            return await self.callbacks.dial(callback.id, person, line)
        except TooLate:
            return await self.truth(callback.case, person)

    async def _for(self, case: str, person: str) -> tuple[Call | None, Callback | None]:
        """The caller who waits for the owner of a case, and the oldest promise to call somebody.

        Nobody waits for one who has not got the case.
        """
        async with self.service.pool.acquire() as conn:
            row = await conn.fetchrow(query("case_by_id"), case)
            if row is None or row["owner"] != person:
                return None, None
            waits = await conn.fetchval(query("hotline_call_of_case"), case)
            call = await keeping.load(conn, waits) if waits else None
            promised = await conn.fetchval(query("open_callback_of_case"), case)
            callback = await keeping.load_callback(conn, promised) if promised else None
        his = call is not None and call.call.responder in {None, person}
        return call.call if call and his else None, callback[0] if callback else None
