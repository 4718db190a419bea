"""The caller's line: each request of his telephone is one step of the conversation."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import structlog

from notifiers.mask import mask
from routing.hotline import step
from routing.hotline_call import (
    WAITING,
    Call,
    CaseMade,
    Comment,
    DialOver,
    Held,
    HungUp,
    Illegal,
    Keys,
    OpenCase,
    Rang,
    ResponderLeft,
    Silence,
    State,
    Step,
)
from routing.hotline_room_events import NobodyCame, Remark
from routing.hotline_waiting import unspoken
from routing.policy import HotlineRules
from service.hotline import keeping, speech
from service.hotline.acting import act
from service.hotline.callers import Callers
from service.hotline.keeping import Stored
from service.hotline.recordings import OVER, recorded
from service.hotline.remarks import Remarks
from service.library import Shelf
from service.store.sql import query
from service.wiring import Service

ATTEMPTS = 6
UNSEEN = timedelta(seconds=12)
"""A responder who waits for the caller asks every two seconds; after this he is gone."""
log = structlog.get_logger(__name__)
Form = Mapping[str, str]


class NoSuchCall(Exception):
    """We never answered this call, or too long ago."""


@dataclass(slots=True)
class Line:
    service: Service
    callers: Callers = field(init=False)

    def __post_init__(self) -> None:
        self.callers = Callers(self.service)

    async def rang(self, form: Form) -> bytes:
        """A call comes in; the same call again gets the same answer again."""
        name = form["CallSid"]
        stored, shelf = await self._look(name)
        if stored is not None:
            return stored.answer
        number, now = number_of(form.get("From", "")), self.service.clock.now()
        caller = await self.callers.by(shelf.current, "phone", number)
        limited = caller is None and (
            number in (rules := shelf.current.hotline).blocked
            or await self.callers.too_many(rules, number)
        )
        call = Call(name, number, secrets.token_urlsafe(24), now)
        made = step(call, Rang(caller, limited), shelf.current.hotline, now)
        call = replace(made.call, turn=1)
        answer = self._document(call, made, shelf.current.hotline)
        log.info("hotline_rang", call=name, number=mask(number or ""), known=caller is not None)
        if await self._insert(call, answer, made, shelf):
            return answer
        return (await self.stored(name)).answer

    async def _insert(self, call: Call, answer: bytes, made: Step, shelf: Shelf) -> bool:
        """False where the call is there by now."""
        wall = self.service.clock.wall()
        async with self.service.pool.acquire() as conn:
            if not made.acts:
                return await keeping.insert(conn, call, answer, wall)
            async with conn.transaction():
                if not await keeping.insert(conn, call, answer, wall):
                    return False
                await act(conn, call, made.acts, shelf, self.service.clock.now())
        await self.service.desk.ring()
        return True

    async def answer(self, name: str, turn: int, form: Form) -> bytes:
        """The next document of a call. A request of an older turn changes nothing."""
        for _ in range(ATTEMPTS):
            stored, shelf = await self._look(name)
            if stored is None:
                raise NoSuchCall(f"There is no call {name}.")
            if turn != stored.call.turn:
                return stored.answer
            event = await self._event(stored, form, shelf)
            try:
                done = await self._save(stored, event, shelf, answers=True)
            except Illegal:
                return speech.goodbye(shelf.current.hotline, stored.call.language)
            if done is not None:
                return done[1]
        raise RuntimeError("the call is changed by too many at once")

    async def tell(self, name: str, event: Any) -> Call | None:  # noqa: ANN401 - any event of the table
        """Something that the caller's own telephone did not ask for; None where it comes late."""
        for _ in range(ATTEMPTS):
            stored, shelf = await self._look(name)
            if stored is None:
                return None
            try:
                done = await self._save(stored, event, shelf, answers=False)
            except Illegal:
                return None
            if done is not None:
                return done[0]
        raise RuntimeError("the call is changed by too many at once")

    async def stored(self, name: str) -> Stored:
        """Raises NoSuchCall."""
        stored, _ = await self._look(name)
        if stored is None:
            raise NoSuchCall(f"There is no call {name}.")
        return stored

    async def known(self, name: str) -> Call | None:
        """The call, if we ever answered it."""
        stored, _ = await self._look(name)
        return stored.call if stored else None

    async def _look(self, name: str) -> tuple[Stored | None, Shelf]:
        """The call and what it is decided by, in one round trip. Raises NothingLoaded."""
        async with self.service.pool.acquire() as conn:
            stored, generation = await keeping.look(conn, name)
            return stored, await self.service.library.at(conn, generation, self.service.clock.now())

    async def _save(
        self,
        stored: Stored,
        event: Any,  # noqa: ANN401 - any event of the table
        shelf: Shelf,
        *,
        answers: bool,
    ) -> tuple[Call, bytes] | None:
        """Step and write; None where somebody else was quicker and it must be looked at anew."""
        made = await self._through_desk(stored.call, event, shelf)
        if made.call == stored.call and not made.acts and not made.prompts:
            return stored.call, await self._unchanged(stored, made, shelf, answers=answers)
        call = replace(made.call, turn=made.call.turn + answers)
        answer = self._document(call, made, shelf.current.hotline) if answers else None
        if not await self._write(stored, call, answer, made, shelf):
            return None
        if call.outcome is not None and stored.call.outcome is None:
            self.service.measures.hotline.labels(call.outcome).inc()
            log.info("hotline_ended", call=call.id, outcome=call.outcome, case=call.case)
        return call, answer or stored.answer

    async def _unchanged(self, stored: Stored, made: Step, shelf: Shelf, *, answers: bool) -> bytes:
        """The same turn again, as often as nothing is to be said: there is nothing to write."""
        if not answers:
            return stored.answer
        if stored.due(wall := self.service.clock.wall()):
            async with self.service.pool.acquire() as conn:
                await keeping.heard(conn, stored, wall)
        return self._document(stored.call, made, shelf.current.hotline)

    async def _write(
        self, stored: Stored, call: Call, answer: bytes | None, made: Step, shelf: Shelf
    ) -> bool:
        """One statement where that is enough. False where somebody else was quicker."""
        wall, version = self.service.clock.wall(), stored.version
        async with self.service.pool.acquire() as conn:
            if not made.acts:
                return await keeping.update(conn, call, version, answer, wall)
            async with conn.transaction():
                if not await keeping.update(conn, call, version, answer, wall):
                    return False
                await act(conn, call, made.acts, shelf, self.service.clock.now())
        await self.service.desk.ring()
        return True

    async def _through_desk(self, call: Call, event: Any, shelf: Shelf) -> Step:  # noqa: ANN401
        """One step, and where it asks for a case the one that follows from having it."""
        rules = shelf.current.hotline
        made = step(call, event, rules, self.service.clock.now())
        opening = next((a for a in made.acts if isinstance(a, OpenCase)), None)
        if opening is not None:
            case = await self.callers.case(shelf.current, made.call, opening)
            more = step(made.call, CaseMade(case), rules, self.service.clock.now())
            made = replace(more, prompts=made.prompts + more.prompts, acts=made.acts + more.acts)
        if made.call.case is not None:
            await self._say(made.call, made.call.case, made)
        return made

    async def _say(self, call: Call, case: str, made: Step) -> None:
        """What is said to the case: written before the step is, so that it may be said twice."""
        for said in made.acts:
            if isinstance(said, Comment):
                await self.callers.comment(case, f"{call.id}/comment/{call.turn}", said.text)
            elif isinstance(said, Remark | NobodyCame):
                await Remarks(self.service).say(case, said)

    def _document(self, call: Call, made: Step, rules: HotlineRules) -> bytes:
        base = self.service.settings.public_url
        return speech.document(base, call, rules, made.prompts, made.then)

    async def _event(self, stored: Stored, form: Form, shelf: Shelf) -> Any:  # noqa: ANN401
        """What a request of the caller's telephone means."""
        call, digits = stored.call, form.get("Digits", "")
        if "DialCallStatus" in form:
            return DialOver(gone=form.get("CallStatus") in OVER)
        if call.state is State.RECORDING:
            return recorded(self.service.settings.public_url, form)
        if form.get("CallStatus") in OVER:
            return HungUp()
        if self._responder_gone(stored):
            return ResponderLeft()
        if digits:
            asked = call.state is State.IDENTIFYING
            pin = "".join(d for d in digits if d.isdigit())
            found = await self.callers.by(shelf.current, "pin", pin) if asked else None
            return Keys(digits, found)
        return await self._held(call)

    async def _held(self, call: Call) -> Held | Silence:
        """With his ticket, and his place in line when it is to be said."""
        if call.state is not State.CONNECTING:
            return Held() if call.state is State.BRIDGED else Silence()
        ticket = await self.callers.ticket(call)
        if not unspoken(call, self.service.clock.now()):
            return Held(ticket=ticket)
        async with self.service.pool.acquire() as conn:
            row = await conn.fetchrow(query("hotline_place"), call.waiting_since, call.case)
        return Held(row["ahead"], row["rung"], ticket) if row else Held(ticket=ticket)

    def _responder_gone(self, stored: Stored) -> bool:
        call = stored.call
        meets = call.state is State.BRIDGED and not call.met and not call.ready
        if call.responder is None or not (meets or call.state in WAITING):
            return False
        seen = stored.seen_at
        return seen is None or self.service.clock.wall() - seen > UNSEEN


HIDDEN = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
"""What Twilio gives for anonymous, restricted, blocked, unknown and unavailable callers."""


def number_of(sender: str) -> str | None:
    """The caller's number, or None for one who hides it."""
    digits = sender.removeprefix("+")
    shown = sender.startswith("+") and digits.isdigit() and len(digits) >= 7  # noqa: PLR2004 - E.164
    return sender if shown and sender not in HIDDEN else None
