"""Promised call backs: stepped, saved, dialled."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from notifiers.twilio import twiml
from routing.book import find
from routing.case import Case
from routing.event import Note, Reassign, Refusal
from routing.hotline_call import CallResponder, HangUpResponder
from routing.hotline_callback import (
    Alarm,
    Callback,
    CallbackState,
    CallOver,
    CustomerReady,
    Inform,
    ResponderReady,
    SpokeElsewhere,
    TooLate,
    Turn,
    step,
)
from routing.hotline_words import RING_SECONDS
from routing.policy import StepTarget
from routing.words import instant
from service.hotline import keeping, promises, speech
from service.hotline.acting import ring, text
from service.hotline.callers import US
from service.library import Shelf
from service.store.pool import AnyConnection
from service.wiring import Service

ATTEMPTS = 6
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Callbacks:
    service: Service

    async def tell(self, name: str, event: Any) -> Callback:  # noqa: ANN401 - any event of the table
        """One event of one promise. Raises TooLate."""
        for _ in range(ATTEMPTS):
            turn = await self._step(name, event)
            if turn is not None:
                if any(isinstance(a, Alarm) for a in turn.acts):
                    await self._alarm(turn.callback)
                if turn.acts:
                    await self.service.desk.ring()
                return turn.callback
        raise RuntimeError("the promise is changed by too many at once")

    async def _step(self, name: str, event: Any) -> Turn | None:  # noqa: ANN401
        now, shelf = self.service.clock.now(), await self.service.desk.shelf()
        async with self.service.pool.acquire() as conn, conn.transaction():
            found = await keeping.load_callback(conn, name)
            if found is None:
                raise TooLate("There is no such promise.")
            callback, version = found
            turn = step(callback, event, now)
            if turn.callback == callback:
                return turn
            if not await keeping.update_callback(conn, turn.callback, version):
                return None
            if isinstance(event, CustomerReady):
                who = (callback.case, callback.number, turn.callback.person or "")
                await promises.keep(conn, *who, now)
            await self._act(conn, turn, shelf, now)
        if turn.callback.outcome:
            log.info("hotline_promise", callback=name, outcome=turn.callback.outcome)
        return turn

    async def _act(self, conn: AnyConnection, turn: Turn, shelf: Shelf, now: datetime) -> None:
        callback = turn.callback
        for act in turn.acts:
            match act:
                case CallResponder(person, leg):
                    key, who = promises.key_of(callback.id, leg), shelf.people.get(person)
                    await ring(conn, key, callback.case, who, now)
                case HangUpResponder(leg):
                    await promises.hang_up(conn, promises.key_of(callback.id, leg), now)
                case Inform(key):
                    facts, rules = {"case": callback.case}, shelf.current.hotline
                    await text(conn, callback, key, facts, rules, now, callback.misses)

    async def _alarm(self, callback: Callback) -> None:
        """A broken promise is written on the case and given to the duty manager, who is paged."""
        now = self.service.clock.now()
        was = instant(callback.deadline, now)
        said = f"The customer was promised a call by {was} and was not called. Call them now."
        log.error("hotline_promise_broken", callback=callback.id, case=callback.case)
        shelf = await self.service.desk.shelf()
        try:
            acted = await self.service.desk.act(callback.case, Note(US, said))
            person = duty_manager(shelf, acted.case, now)
            if person is not None and not _has_it(acted.case, person):
                await self.service.desk.act(callback.case, Reassign(US, person))
        except Refusal as refusal:
            log.warning("hotline_alarm_refused", case=callback.case, said=str(refusal))

    async def dial(self, name: str, person: str, line: str) -> bytes:
        """The responder is on the line: the customer is called next. Raises TooLate."""
        callback = await self.tell(name, ResponderReady(person, line))
        rules = (await self.service.desk.shelf()).current.hotline
        here = f"{self.service.settings.public_url}/twilio/hotline/back/{name}"
        twilio = self.service.settings.twilio
        shown = (twilio.hotline_number or twilio.from_number) if twilio else None
        customer = twiml.number(callback.number, url=f"{here}/customer", method="POST")
        dialled = twiml.dial(
            customer, action=f"{here}/over", method="POST", timeout=RING_SECONDS,
            callerId=shown or rules.number or None,
        )  # fmt: skip
        return twiml.voice(speech.said(rules, "dialling"), dialled)

    async def found(self, name: str) -> Callback:
        """Raises TooLate where there is none."""
        async with self.service.pool.acquire() as conn:
            stored = await keeping.load_callback(conn, name)
        if stored is None:
            raise TooLate("There is no such promise.")
        return stored[0]

    async def greet(self, name: str) -> bytes:
        """What the customer hears first: a key connects, a mailbox presses none."""
        rules = (await self.service.desk.shelf()).current.hotline
        callback = await self.found(name)
        here = f"{self.service.settings.public_url}/twilio/hotline/back/{name}/key"
        return speech.promised(rules, here, callback.case, callback.language)

    async def accept(self, name: str, digits: str) -> bytes:
        """The customer's key; an empty document lets the two lines be connected."""
        if digits != "1":
            rules = (await self.service.desk.shelf()).current.hotline
            return speech.goodbye(rules, (await self.found(name)).language)
        # Another call may have kept it meanwhile; the engineer waits all the same.
        with suppress(TooLate):
            await self.tell(name, CustomerReady())
        return twiml.voice()

    async def over(self, name: str, *, bridged: bool) -> bytes:
        """The responder's line is back from the customer's, and once more if our answer was lost.

        `bridged`: they were connected, which takes the customer's key; where that could not be
        written at the time it is now, also where they spoke for so long that he was taken to have
        been missed.
        """
        rules = (await self.service.desk.shelf()).current.hotline
        callback = await self.found(name)
        if bridged and callback.state is CallbackState.CALLING_CUSTOMER:
            callback = await self.tell(name, CustomerReady())
        elif bridged and callback.state is CallbackState.MISSED:
            callback = await self.tell(name, SpokeElsewhere(callback.person or ""))
        if callback.state in {CallbackState.CALLING_CUSTOMER, CallbackState.BRIDGED}:
            callback = await self.tell(name, CallOver())
        missed = callback.state is CallbackState.MISSED
        return twiml.voice(speech.said(rules, "missed" if missed else "goodbye"), twiml.hangup())


def _has_it(case: Case, person: str) -> bool:
    """Whether he owns it, or is being paged for it this moment."""
    return case.owner == person or any(p.person == person for p in case.open_pages)


def duty_manager(shelf: Shelf, case: Case, now: datetime) -> str | None:
    found = find(shelf.book(case.policy), case, StepTarget("duty_manager"), now)
    return found.people[0] if found.people else None
