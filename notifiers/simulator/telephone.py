"""Calls: placed by us or by a person, ringing, answered, talked through, ended, and reported."""

from asyncio import shield
from collections.abc import Callable
from datetime import timedelta

from notifiers.simulator.conversation import Conversation, Switch, Verb
from notifiers.simulator.exchange import new_sid
from notifiers.simulator.leg import (
    CallFailedError,
    HangUpError,
    LeaveError,
    Leg,
    Source,
    progress_fields,
)
from notifiers.simulator.records import Ailment, Call, Direction, Trouble
from notifiers.simulator.timers import first
from notifiers.twilio.errors import CODES

_EVENTS = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
_APOLOGY = "We are sorry. An application error has occurred. Goodbye."


class Telephone:
    def __init__(self, switch: Switch) -> None:
        self.switch = switch
        self.exchange = switch.exchange
        self.timers = switch.timers
        self.legs: dict[str, Leg] = {}
        self.more_verbs: Callable[[Conversation], dict[str, Verb]] = lambda _: {}
        """Verbs that need a telephone themselves."""
        self._pace = switch.exchange.config.pace

    # What Twilio is asked to do

    def place(self, call: Call, trouble: Trouble | None = None) -> Leg:
        """Start an outbound call: it rings, and goes on by its instructions."""
        leg = self.open(call)
        self.switch.tasks.start(self._outbound(leg, trouble))
        return leg

    def open(self, call: Call) -> Leg:
        leg = Leg(call)
        self.legs[call.sid] = leg
        self.exchange.keep_call(call)
        return leg

    def cancel(self, call: Call) -> None:
        """Stop a call that nobody answered yet."""
        if call.status in {"queued", "ringing"}:
            self.legs[call.sid].end("canceled")

    def complete(self, call: Call) -> None:
        """Hang up, in whatever state the call is."""
        self.legs[call.sid].end("completed" if call.status == "in-progress" else "canceled")

    def redirect(self, call: Call, source: Source) -> None:
        leg = self.legs[call.sid]
        leg.instead = source
        leg.interrupted.set()

    # What people do. Each says whether there was such a call to do it with.

    def ring_us(self, number: str, to: str) -> Call:
        """A person calls our number."""
        now = self.timers.now()
        call = Call(
            sid=new_sid("CA"),
            direction=Direction.INBOUND,
            from_=number,
            to=to,
            status="ringing",
            created=now,
            updated=now,
        )
        leg = self.open(call)
        self.switch.tasks.start(self._inbound(leg))
        return call

    def pick_up(self, sid: str, how: str = "person") -> bool:
        """`how`: person, machine or decline."""
        leg = self.legs.get(sid)
        return leg is not None and leg.call.status == "ringing" and leg.pick(how)

    def press(self, sid: str, keys: str) -> bool:
        leg = self.legs.get(sid)
        if leg is None or leg.call.status != "in-progress" or leg.over.is_set():
            return False
        leg.hear(self.timers.now(), "keys", keys)
        for key in keys:
            leg.keys.put_nowait(key)
        self.exchange.changed(leg.call)
        return True

    def speak(self, sid: str, words: str) -> bool:
        leg = self.legs.get(sid)
        if leg is None or leg.call.status != "in-progress" or leg.over.is_set():
            return False
        now = self.timers.now()
        leg.hear(now, "spoken", words)
        leg.speech.put_nowait(words)
        for partner in leg.partners:
            partner.hear(now, "other", words)
            self.exchange.changed(partner.call)
        self.exchange.changed(leg.call)
        return True

    def hang_up(self, sid: str) -> bool:
        leg = self.legs.get(sid)
        if leg is None or leg.over.is_set():
            return False
        leg.end("completed" if leg.call.status == "in-progress" else "canceled")
        return True

    # How a call goes

    async def _outbound(self, leg: Leg, trouble: Trouble | None) -> None:
        call = leg.call
        self.report(leg, "initiated")
        if await self.reach(leg, trouble):
            await self.detect(leg)
            source = Source(call.url or "", call.method, call.twiml)
            await self.talk(leg, source)
        self.finish(leg)

    async def _inbound(self, leg: Leg) -> None:
        own = self.exchange.own(leg.call.to)
        if own is None or own.voice_url is None:
            leg.verdict = "failed"
        else:
            await self.talk(leg, Source(own.voice_url))
        self.finish(leg)

    async def reach(self, leg: Leg, trouble: Trouble | None) -> bool:
        """Ring the phone. Whether somebody, or some machine, answered."""
        call = leg.call
        ringing = call.created + timedelta(seconds=self._pace.queue)
        await first(leg.over.wait(), self.timers.until(ringing))
        if leg.over.is_set():
            return False
        if trouble is not None and trouble.ailment in {Ailment.BUSY, Ailment.FAILED}:
            leg.verdict = trouble.ailment.value
            call.error = trouble.code
            return False
        self.exchange.settle_call(call, "ringing", self.timers.now())
        self.report(leg, "ringing")
        how = await self._answer(leg, trouble)
        if how in {"person", "machine"}:
            leg.hear(self.timers.now(), "note", f"answered by a {how}")
            self.exchange.settle_call(call, "in-progress", self.timers.now())
            self.report(leg, "in-progress")
            return True
        leg.verdict = {"decline": "busy", "": "no-answer"}.get(how, leg.verdict)
        return False

    async def _answer(self, leg: Leg, trouble: Trouble | None) -> str:
        """person, machine, decline, over, or '' if it rang in vain."""
        rung = leg.call.updated
        gives_up = rung + timedelta(seconds=leg.call.timeout)
        ailment = None if trouble is None else trouble.ailment
        if ailment is Ailment.MACHINE:
            takes = rung + timedelta(seconds=self._pace.voicemail)
            index, _ = await first(leg.over.wait(), shield(leg.picked), self.timers.until(takes))
            if index == 2 and takes <= gives_up:  # noqa: PLR2004 - the third of them
                leg.pick("machine")
        else:
            await first(leg.over.wait(), shield(leg.picked), self.timers.until(gives_up))
        if leg.over.is_set():
            return "over"
        return leg.picked.result() if leg.picked.done() else ""

    async def detect(self, leg: Leg) -> None:
        """Answering machine detection; at once, or beside the call."""
        call = leg.call
        if not call.detection:
            return
        if call.async_amd:
            self.switch.tasks.start(self._detect_beside(leg))
            return
        await first(leg.over.wait(), self.timers.sleep(self._pace.detection))
        call.answered_by = _verdict(leg)

    async def _detect_beside(self, leg: Leg) -> None:
        await first(leg.over.wait(), self.timers.sleep(self._pace.detection))
        leg.call.answered_by = _verdict(leg)
        self.exchange.changed(leg.call)
        if leg.call.amd_callback is None:
            words = CODES[21262][1]
            self.exchange.alert(self.timers.now(), 21262, words, leg.call.sid)
            return
        fields = [
            ("AccountSid", self.exchange.config.account_sid),
            ("CallSid", leg.call.sid),
            ("AnsweredBy", leg.call.answered_by),
            ("MachineDetectionDuration", str(round(self._pace.detection * 1000))),
        ]
        self.switch.post(leg, leg.call.amd_callback, fields)

    async def talk(self, leg: Leg, source: Source) -> None:
        """Follow instructions until the call is over, or there are none left."""
        while not leg.over.is_set():
            conversation = Conversation(self.switch, leg)
            conversation.verbs |= self.more_verbs(conversation)
            try:
                index, _ = await first(
                    conversation.run(source), leg.over.wait(), leg.interrupted.wait()
                )
            except (HangUpError, LeaveError):
                return
            except CallFailedError as problem:
                self._apologise(leg, problem)
                return
            if index != 2 or leg.instead is None:  # noqa: PLR2004 - the third of them
                return
            source = leg.instead
            leg.interrupted.clear()

    def _apologise(self, leg: Leg, problem: CallFailedError) -> None:
        now = self.timers.now()
        leg.hear(now, "said", _APOLOGY)
        leg.hear(now, "note", str(problem))
        leg.verdict = "failed"
        leg.call.error = problem.code or None
        self.exchange.alert(now, problem.code, str(problem), leg.call.sid)

    def finish(self, leg: Leg) -> None:
        leg.over.set()
        self.exchange.settle_call(leg.call, leg.verdict, self.timers.now())
        self.report(leg, leg.call.status)
        self.legs.pop(leg.call.sid, None)

    def report(self, leg: Leg, status: str) -> None:
        """The status callback, if it was asked for."""
        call = leg.call
        if call.callback is None or _EVENTS.get(status, "completed") not in call.events:
            return
        account = self.exchange.config.account_sid
        fields = progress_fields(call, account, status, call.sequence, self.timers.now())
        call.sequence += 1
        self.switch.post(leg, call.callback, fields)


def _verdict(leg: Leg) -> str:
    how = leg.picked.result() if leg.picked.done() else ""
    return {"person": "human", "machine": "machine_start"}.get(how, "unknown")
