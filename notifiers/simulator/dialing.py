"""The Dial verb: other people's phones, and the bridge between two calls."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from notifiers.simulator.conversation import Conversation
from notifiers.simulator.exchange import new_sid
from notifiers.simulator.leg import CallFailedError, HangUpError, Leg, Source
from notifiers.simulator.records import Call, Direction
from notifiers.simulator.telephone import Telephone
from notifiers.simulator.timers import first


@dataclass(frozen=True, slots=True)
class Dialled:
    """What `action` is told. Beware: `completed` alone does not say that two people spoke."""

    status: str
    sid: str = ""
    seconds: int = 0
    bridged: bool = False

    def fields(self) -> list[tuple[str, str]]:
        fields = [("DialCallStatus", self.status)]
        if self.sid:
            fields += [
                ("DialCallSid", self.sid),
                ("DialCallDuration", str(self.seconds)),
                ("DialBridged", "true" if self.bridged else "false"),
            ]
        return fields


class Dialling:
    def __init__(self, telephone: Telephone) -> None:
        self._telephone = telephone
        self._switch = telephone.switch

    async def numbers(
        self, conversation: Conversation, element: ET.Element, targets: list[ET.Element]
    ) -> Dialled:
        """Ring every number at once; the first who takes the call is connected."""
        caller_id = self._caller_id(conversation, element)
        children = [self._child(conversation, element, target, caller_id) for target in targets]
        try:
            winner = await self._race(conversation, children, targets)
            if winner is None:
                return _in_vain(children)
            self._dismiss([child for child in children if child is not winner])
            return await self._talk(conversation, winner, element)
        finally:
            self._dismiss(children)

    async def bridge(self, one: Leg, other: Leg, limit: int, *, star: bool = False) -> int:
        """Let two people speak until one of them is gone; the seconds it lasted."""
        now = self._switch.timers.now()
        one.partners, other.partners = [other], [one]
        for leg, partner in ((one, other), (other, one)):
            leg.hear(now, "note", f"connected with {partner.call.phone}")
            self._switch.exchange.changed(leg.call)
        waits = [one.over.wait(), other.over.wait(), self._switch.timers.sleep(limit)]
        try:
            await first(*waits, *([pressed_star(one)] if star else []))
        finally:
            one.partners, other.partners = [], []
        return round((self._switch.timers.now() - now).total_seconds())

    def _caller_id(self, conversation: Conversation, element: ET.Element) -> str:
        call = conversation.leg.call
        caller_id = element.get("callerId") or call.from_
        if caller_id != call.from_ and self._switch.exchange.own(caller_id) is None:
            words = f"Dial: Invalid callerId value: {caller_id}"
            raise CallFailedError(13214, words)
        return caller_id

    def _child(
        self, conversation: Conversation, dial: ET.Element, target: ET.Element, caller_id: str
    ) -> Leg:
        now = self._switch.timers.now()
        callback = target.get("statusCallback")
        amd = target.get("amdStatusCallback")
        call = Call(
            sid=new_sid("CA"),
            direction=Direction.DIAL,
            from_=caller_id,
            to=(target.text or "").strip(),
            status="queued",
            created=now,
            updated=now,
            parent=conversation.leg.call.sid,
            timeout=int(dial.get("timeout", "30")),
            callback=callback and urljoin(conversation.base, callback),
            events=tuple(target.get("statusCallbackEvent", "completed").split()),
            detection="machineDetection" in target.attrib,
            async_amd=True,
            amd_callback=amd and urljoin(conversation.base, amd),
        )
        return self._telephone.open(call)

    async def _race(
        self, conversation: Conversation, children: list[Leg], targets: list[ET.Element]
    ) -> Leg | None:
        rings = {
            asyncio.create_task(self._ring(conversation, child, target)): child
            for child, target in zip(children, targets, strict=True)
        }
        waiting = set(rings)
        try:
            while waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                taken = [rings[task] for task in rings if task in done and task.result()]
                if taken:
                    return taken[0]
            return None
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def _ring(self, conversation: Conversation, child: Leg, target: ET.Element) -> bool:
        """Whether this one takes the call, having heard the whisper if there is one."""
        trouble = self._switch.exchange.meet_trouble(child.call.to, "voice")
        self._telephone.report(child, "initiated")
        taken = await self._telephone.reach(child, trouble)
        if taken:
            await self._telephone.detect(child)
        whisper = target.get("url")
        if taken and whisper:
            taken = await self._whisper(child, conversation.source(whisper, target))
        if not taken:
            self._telephone.finish(child)
        return taken

    async def _whisper(self, child: Leg, source: Source) -> bool:
        try:
            await first(Conversation(self._switch, child).run(source), child.over.wait())
        except HangUpError:
            return False
        return not child.over.is_set()

    async def _talk(self, conversation: Conversation, child: Leg, element: ET.Element) -> Dialled:
        conversation.take_up()
        limit = int(element.get("timeLimit", "14400"))
        star = element.get("hangupOnStar") == "true"
        seconds = await self.bridge(conversation.leg, child, limit, star=star)
        return Dialled("completed", child.call.sid, seconds, bridged=True)

    def _dismiss(self, children: list[Leg]) -> None:
        for child in children:
            if not child.call.over:
                child.end("completed" if child.call.answered else "canceled")
                self._telephone.finish(child)


def _in_vain(children: list[Leg]) -> Dialled:
    """A mailbox or a whisper that hung up gives `completed`: nobody was connected all the same."""
    last = children[-1].call
    answered = next((child.call for child in children if child.call.answered), None)
    if answered is not None:
        return Dialled("completed", answered.sid, answered.seconds)
    return Dialled(last.status, last.sid)


async def pressed_star(leg: Leg) -> None:
    """The key that `hangupOnStar` waits for; others are heard by the other side alone."""
    while await leg.keys.get() != "*":
        pass
