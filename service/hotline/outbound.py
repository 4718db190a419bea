"""An engineer calls a customer from a case: stepped, saved, dialled."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from notifiers.twilio import twiml
from notifiers.twilio.patience import PATIENCE
from routing.event import Refusal
from routing.hotline_callback import Callback
from routing.hotline_caller import language_for
from routing.hotline_outbound import (
    COMPLETED,
    ENDS,
    Bridge,
    BridgeState,
    CallContact,
    ContactTook,
    HangUpContact,
    KeepPromise,
    LegOver,
    Looked,
    ResponderTook,
    Tell,
    Turn,
    contact_of,
    sentence,
    step,
)
from routing.hotline_words import POLL_SECONDS
from routing.policy import HotlineRules
from routing.words import instant
from service.desk import NoSuchCase
from service.hotline import promises, speech
from service.hotline.acting import dial, number_of, ring
from service.hotline.line import Form
from service.hotline.recordings import OVER
from service.hotline.remarks import Remarks
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query
from service.wiring import Service

OUT, CONTACT = "out", "contact"
"""In the keys of the two calls."""
ATTEMPTS = 6
MOST = 50
_bridge = codec.decoder(Bridge)


@dataclass(slots=True)
class Outbound:
    service: Service

    async def begin(self, case: str, person: str, index: int | None = None) -> Bridge:
        """Ring the person first. Raises Refusal with the sentence of why not, or NoSuchCase."""
        shelf, now = await self.service.desk.shelf(), self.service.clock.now()
        async with self.service.pool.acquire() as conn, conn.transaction():
            row = await conn.fetchrow(query("case_by_id"), case)
            if row is None:
                raise NoSuchCase(case)
            body = await conn.fetchval(query("account_by_id"), row["account"])
            account = codec.decode_account(body) if body else None
            ticket = codec.decode_case(row["body"]).ticket
            chosen = contact_of(account, ticket, index)
            who = shelf.people.get(person)
            if who is None or number_of(who) is None:
                raise Refusal("You have no verified telephone, so nobody was called.")
            bridge = Bridge(
                secrets.token_hex(8), case, person, who.name, chosen.name, chosen.phone or "",
                secrets.token_urlsafe(24), now, since=now,
                language=language_for(shelf.current.hotline, account, chosen, ticket.language),
            )  # fmt: skip
            made = await conn.fetchval(query("insert_hotline_bridge"), *_columns(bridge))
            if made is None:
                raise Refusal("A call of yours is under way already. Nobody else was called.")
            await ring(conn, f"hotline/{bridge.id}/{OUT}/1", case, who, now)
        await Remarks(self.service).note(case, f"{who.name} calls {chosen.name}.")
        await self.service.desk.ring()
        return bridge

    async def tell(self, name: str, event: Any) -> Bridge:  # noqa: ANN401 - any event of the table
        """One event of one call. Raises LookupError."""
        for _ in range(ATTEMPTS):
            done = await self._step(name, event)
            if done is None:
                continue
            turn, kept = done
            await self._say(turn, kept)
            if turn.acts:
                await self.service.desk.ring()
            return turn.bridge
        raise RuntimeError("the call is changed by too many at once")

    async def _step(
        self,
        name: str,
        event: Any,  # noqa: ANN401 - any event of the table
    ) -> tuple[Turn, Sequence[Callback]] | None:
        """The step, with the promises that are kept by it; None where somebody was quicker."""
        now = self.service.clock.now()
        async with self.service.pool.acquire() as conn, conn.transaction():
            row = await conn.fetchrow(query("hotline_bridge"), name)
            if row is None:
                raise LookupError(f"There is no call {name}.")
            before = _bridge(row["body"])
            turn = step(before, event, now)
            if turn.bridge == before:
                return turn, ()
            after = turn.bridge
            columns = (after.state.value, after.outcome, codec.encode(after))
            if not await conn.fetchval(
                query("update_hotline_bridge"), name, row["version"], *columns
            ):
                return None
            return turn, await self._act(conn, turn)

    async def _act(self, conn: AnyConnection, turn: Turn) -> Sequence[Callback]:
        now, bridge, kept = self.service.clock.now(), turn.bridge, list[Callback]()
        key = f"hotline/{bridge.id}/{CONTACT}/1"
        for act in turn.acts:
            if isinstance(act, CallContact):
                await dial(conn, key, bridge.case, bridge.number, self._shown(), now)
            elif isinstance(act, HangUpContact):
                await promises.hang_up(conn, key, now)
            elif isinstance(act, KeepPromise):
                kept += await promises.keep(conn, bridge.case, bridge.number, bridge.person, now)
        return kept

    async def _say(self, turn: Turn, kept: Sequence[Callback]) -> None:
        """On the case; who keeps what was promised about a case that nobody has, has it."""
        now, bridge, remarks = self.service.clock.now(), turn.bridge, Remarks(self.service)
        if kept:
            await remarks.take(bridge.case, bridge.person)
        promised = [
            f"The call that was promised before {instant(one.deadline, now)} is {one.outcome}."
            for one in kept
        ]
        for words in [*(act.text for act in turn.acts if isinstance(act, Tell)), *promised]:
            await remarks.note(bridge.case, words)

    def _shown(self) -> str | None:
        """The hotline's number, which a customer may call back."""
        twilio = self.service.settings.twilio
        return twilio.hotline_number if twilio else None

    async def _load(self, name: str) -> Bridge:
        async with self.service.pool.acquire() as conn:
            row = await conn.fetchrow(query("hotline_bridge"), name)
        if row is None:
            raise LookupError(f"There is no call {name}.")
        return _bridge(row["body"])

    async def _rules(self) -> HotlineRules:
        return (await self.service.desk.shelf()).current.hotline

    async def whisper(self, name: str, action: str) -> bytes:
        """What the engineer hears when his telephone rings: whom 1 will call."""
        bridge, rules = await self._load(name), await self._rules()
        if bridge.state is BridgeState.ENDED:
            return speech.farewell(rules, "call_over")
        words = speech.said(rules, "whisper_out", who=bridge.contact, case=bridge.case)
        asked = twiml.gather(words, twiml.pause(2), words, action=action, timeout=8, digits=1)
        return twiml.voice(asked, speech.said(rules, "no_key"), twiml.hangup())

    async def take(self, name: str) -> bytes:
        """He pressed his key: the contact is rung, and he waits."""
        bridge, rules = await self.tell(name, ResponderTook()), await self._rules()
        words = speech.said(rules, "calling_out", who=bridge.contact)
        return twiml.voice(self._hold(name, words))

    def _hold(self, name: str, *says: twiml.Verb) -> twiml.Verb:
        here = self._here(name, "wait")
        return twiml.gather(*says, action=here, timeout=POLL_SECONDS, digits=1, on_silence=True)

    async def wait(self, name: str, form: Form) -> bytes:
        """His line asks: some more seconds, the conference, or what became of it."""
        if form.get("CallStatus") in OVER:
            await self.tell(name, LegOver("responder", COMPLETED))
        bridge = await self._load(name)
        if bridge.state is BridgeState.BRIDGED:
            return twiml.voice(self._room(bridge, "responder"))
        if bridge.state is BridgeState.ENDED:
            return twiml.voice(twiml.say(sentence(bridge)), twiml.hangup())
        return twiml.voice(self._hold(name))

    async def contact(self, name: str, action: str) -> bytes:
        """The contact's telephone was answered.

        Who was promised a call is connected by his key, since a mailbox keeps no promise.
        """
        bridge = await self._load(name)
        if bridge.state is BridgeState.CALLING_CONTACT and await self._promised(bridge):
            return speech.promised(await self._rules(), action, bridge.case, bridge.language)
        return await self.meet(name)

    async def _promised(self, bridge: Bridge) -> bool:
        async with self.service.pool.acquire() as conn:
            return bool(await conn.fetchval(query("promised_to"), bridge.case, bridge.number))

    async def meet(self, name: str) -> bytes:
        """Who calls the contact, and why; then both are in one room."""
        bridge, rules = await self.tell(name, ContactTook()), await self._rules()
        if bridge.state is not BridgeState.BRIDGED:
            return speech.farewell(rules, "out_gone", bridge.language)
        words = speech.said(rules, "greeting_out", bridge.language, case=bridge.case)
        return twiml.voice(words, self._room(bridge, "customer"))

    async def farewell(self, name: str) -> bytes:
        """For a contact who pressed no key."""
        return speech.goodbye(await self._rules(), (await self._load(name)).language)

    async def over(self, name: str, leg: str) -> bytes:
        """A line is back from the conference: it is over."""
        bridge = await self.tell(name, LegOver(leg, COMPLETED))
        theirs = bridge.language if leg == "contact" else ""
        return speech.goodbye(await self._rules(), theirs)

    def _room(self, bridge: Bridge, label: str) -> twiml.Verb:
        room = twiml.conference(
            bridge.room, startConferenceOnEnter=True, endConferenceOnExit=True, beep="false",
            participantLabel=label,
        )  # fmt: skip
        return twiml.dial(room, action=self._here(bridge.id, f"over-{label}"), method="POST")

    def _here(self, name: str, what: str) -> str:
        return f"{self.service.settings.public_url}/twilio/hotline/out/{name}/{what}{PATIENCE}"

    async def tick(self) -> None:
        """What Twilio has told of the two lines, and those of which nothing is heard."""
        async with self.service.pool.acquire() as conn:
            rows = await conn.fetch(query("open_hotline_bridges"), MOST)
        for row in rows:
            await self.tell(row["id"], Looked())
            for leg in ("responder", "contact"):
                how = _ended(row[f"{leg}_state"], row[f"{leg}_receipt"])
                if how is not None:
                    await self.tell(row["id"], LegOver(leg, how))


def _ended(state: str | None, receipt: str | None) -> str | None:
    """How a call ended; None while it has not."""
    if receipt in ENDS or receipt == COMPLETED:
        return receipt
    return state if state in ENDS else None


def _columns(bridge: Bridge) -> tuple[object, ...]:
    return (
        bridge.id, bridge.case, bridge.person, bridge.state.value, bridge.outcome, bridge.asked_at,
        codec.encode(bridge),
    )  # fmt: skip
