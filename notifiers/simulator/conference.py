"""Conferences: rooms that people enter by Dial, wait in, speak in, and leave."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from email.utils import format_datetime
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from notifiers.simulator.conversation import Conversation, Switch
from notifiers.simulator.dialing import Dialled, pressed_star
from notifiers.simulator.exchange import new_sid
from notifiers.simulator.leg import Leg
from notifiers.simulator.music import music
from notifiers.simulator.timers import first

_MAX = 250


@dataclass(slots=True, eq=False)
class Member:
    leg: Leg
    label: str
    starts: bool
    ends: bool
    muted: bool


@dataclass(slots=True, eq=False)
class Room:
    name: str
    sid: str = field(default_factory=lambda: new_sid("CF"))
    members: list[Member] = field(default_factory=list)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    callback: str | None = None
    events: frozenset[str] = frozenset()
    sequence: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Conferences:
    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self.rooms: dict[str, Room] = {}

    async def enter(
        self, conversation: Conversation, element: ET.Element, *, star: bool = False
    ) -> Dialled:
        """Be in the room until the call, or the conference, is over, or `*` leads out of it."""
        name = (element.text or "").strip()
        room = self.rooms.setdefault(name, Room(name))
        if room.over.is_set():  # the last ones are on their way out: a new conference begins
            room = self.rooms[name] = Room(name)
        if len(room.members) >= int(element.get("maxParticipants", _MAX)):
            return Dialled("failed")
        self._listen(conversation, room, element)
        member = Member(
            conversation.leg,
            element.get("participantLabel", ""),
            starts=element.get("startConferenceOnEnter", "true") == "true",
            ends=element.get("endConferenceOnExit") == "true",
            muted=element.get("muted") == "true",
        )
        begun = self._switch.timers.now()
        self._join(room, member)
        try:
            await first(
                self._stay(conversation, room, element),
                *([pressed_star(conversation.leg)] if star else []),
            )
        finally:
            self._leave(room, member)
        seconds = round((self._switch.timers.now() - begun).total_seconds())
        return Dialled("answered", member.leg.call.sid, seconds)

    def _listen(self, conversation: Conversation, room: Room, element: ET.Element) -> None:
        """The first who asks for events of a room gets them, as at Twilio."""
        callback = element.get("statusCallback")
        if callback is not None and room.callback is None:
            room.callback = urljoin(conversation.base, callback)
            room.events = frozenset(element.get("statusCallbackEvent", "").split())

    async def _stay(self, conversation: Conversation, room: Room, element: ET.Element) -> None:
        wait = element.get("waitUrl")
        if not room.started.is_set():
            work: list[Awaitable[object]] = [room.started.wait(), room.over.wait()]
            if wait:
                work.append(music(conversation, conversation.source(wait, element)))
            await first(*work)
        await room.over.wait()

    def _join(self, room: Room, member: Member) -> None:
        for other in room.members:
            self._note(other, "another joins the conference")
        others = len(room.members)
        with_whom = f"with {others} other{'s' if others > 1 else ''}" if others else "alone"
        room.members.append(member)
        self._note(member, f"in the conference, {with_whom}")
        if len(room.members) > 1 and any(one.starts for one in room.members):
            if not room.started.is_set():
                self._tell(room, "conference-start", member)
            room.started.set()
        self._tell(room, "participant-join", member)
        self._connect(room)

    def _leave(self, room: Room, member: Member) -> None:
        room.members.remove(member)
        member.leg.partners = []
        self._tell(room, "participant-leave", member)
        self._connect(room)
        if member.ends:
            room.over.set()
        if not room.members:
            self._tell(room, "conference-end", member)
            if self.rooms.get(room.name) is room:
                del self.rooms[room.name]

    def _connect(self, room: Room) -> None:
        """Who is muted is heard by nobody."""
        for member in room.members:
            others = [one.leg for one in room.members if one is not member]
            member.leg.partners = [] if member.muted else others

    def _note(self, member: Member, words: str) -> None:
        member.leg.hear(self._switch.timers.now(), "note", words)
        self._switch.exchange.changed(member.leg.call)

    def _tell(self, room: Room, event: str, member: Member) -> None:
        kind = event.partition("-")[2]
        if room.callback is None or kind not in room.events:
            return
        room.sequence += 1
        fields = [
            ("AccountSid", self._switch.exchange.config.account_sid),
            ("ConferenceSid", room.sid),
            ("FriendlyName", room.name),
            ("StatusCallbackEvent", event),
            ("SequenceNumber", str(room.sequence)),
            ("Timestamp", format_datetime(self._switch.timers.now())),
        ]
        if event.startswith("participant"):
            fields += [
                ("CallSid", member.leg.call.sid),
                ("ParticipantLabel", member.label),
                ("Muted", str(member.muted).lower()),
                ("Hold", "false"),
                ("Coaching", "false"),
                ("EndConferenceOnExit", str(member.ends).lower()),
                ("StartConferenceOnEnter", str(member.starts).lower()),
            ]
        self._switch.post(member.leg, room.callback, fields, room.turn)
