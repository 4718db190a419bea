"""Queues: callers who wait by Enqueue, what they hear meanwhile, and who takes them out."""

import asyncio
from collections import deque
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree import ElementTree as ET

from notifiers.simulator.conversation import Conversation, Switch
from notifiers.simulator.dialing import Dialled, Dialling
from notifiers.simulator.exchange import new_sid
from notifiers.simulator.leg import HangUpError, LeaveError, Leg, Source
from notifiers.simulator.music import music
from notifiers.simulator.timers import first
from notifiers.simulator.webhook import Fields

_MAX = 1000


@dataclass(slots=True, eq=False)
class Waiter:
    leg: Leg
    since: datetime
    called: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True, eq=False)
class Line:
    name: str
    sid: str = field(default_factory=lambda: new_sid("QU"))
    waiting: deque[Waiter] = field(default_factory=deque)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody joined."""


class Queues:
    def __init__(self, switch: Switch, dialling: Dialling) -> None:
        self._switch = switch
        self._dialling = dialling
        self.lines: dict[str, Line] = {}

    async def enqueue(self, conversation: Conversation, element: ET.Element) -> Source | None:
        """Wait in a queue; `action` is told how it ended."""
        name = (element.text or "").strip()
        line = self.lines.setdefault(name, Line(name))
        waiter = Waiter(conversation.leg, self._switch.timers.now())
        if len(line.waiting) >= int(element.get("maxQueueSize", _MAX)):
            result = "queue-full"
        else:
            result = await self._wait(conversation, element, line, waiter)
        action = element.get("action")
        if action is None:
            return None
        waited = round((self._switch.timers.now() - waiter.since).total_seconds())
        extra = [("QueueResult", result), ("QueueSid", line.sid), ("QueueTime", str(waited))]
        return conversation.source(action, element, extra)

    async def take(
        self, conversation: Conversation, element: ET.Element, patience: int, limit: int
    ) -> Dialled:
        """Connect the dialling call with whoever has waited longest."""
        name = (element.text or "").strip()
        line = self.lines.setdefault(name, Line(name))
        waiter = await self._next(line, patience)
        if waiter is None:
            return Dialled("no-answer")
        waiter.called.set()
        try:
            greeting = element.get("url")
            if greeting:
                await _hear(self._switch, waiter.leg, conversation.source(greeting, element))
            seconds = await self._dialling.bridge(conversation.leg, waiter.leg, limit)
        finally:
            waiter.done.set()
        return Dialled("completed", waiter.leg.call.sid, seconds, bridged=True)

    async def _wait(
        self, conversation: Conversation, element: ET.Element, line: Line, waiter: Waiter
    ) -> str:
        line.waiting.append(waiter)
        line.news.set()
        conversation.hear("note", f"waits in {line.name}, place {len(line.waiting)}")
        work: list[Awaitable[object]] = [waiter.called.wait()]
        url = element.get("waitUrl")
        if url:
            # The address asks for its own method by another name than every other verb's.
            source = conversation.source(url, element)
            method = element.get("waitUrlMethod", "POST")
            source = Source(source.url, method)
            work.append(music(conversation, source, lambda: self._place(line, waiter)))
        try:
            await first(*work)
        except LeaveError:
            return "leave"
        finally:
            if waiter in line.waiting:
                line.waiting.remove(waiter)
        await waiter.done.wait()
        return "bridged"

    async def _next(self, line: Line, patience: int) -> Waiter | None:
        until = self._switch.timers.sleep(patience)
        deadline = asyncio.ensure_future(until)
        try:
            while not line.waiting:
                line.news.clear()
                await first(line.news.wait(), asyncio.shield(deadline))
                if deadline.done() and not line.waiting:
                    return None
            return line.waiting.popleft()
        finally:
            deadline.cancel()

    def _place(self, line: Line, waiter: Waiter) -> Fields:
        waited = round((self._switch.timers.now() - waiter.since).total_seconds())
        return [
            ("QueueSid", line.sid),
            ("QueueTime", str(waited)),
            ("QueuePosition", str(line.waiting.index(waiter) + 1)),
            ("AvgQueueTime", str(waited)),
            ("CurrentQueueSize", str(len(line.waiting))),
        ]


async def _hear(switch: Switch, leg: Leg, source: Source) -> None:
    try:
        await first(Conversation(switch, leg).run(source), leg.over.wait())
    except HangUpError:
        leg.end()
