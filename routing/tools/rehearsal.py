"""Playing a case forward: who would be woken when, if nobody answers, or if somebody does.

The very decisions of the service are played, tick by tick, against the directory; nothing is sent.
What the provider's pacing adds is worked out beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from routing.book import Book
from routing.case import Case
from routing.decide import Decision, decide
from routing.directory import Directory
from routing.event import Acknowledge, Announce, Contact, Entry, Post, Tick, WriteBack
from routing.gsm import MOST_WIDE_SEGMENTS
from routing.policy import Policy
from routing.tools.sketch import Sketch, book_of, open_sketch

COST = {"sms": MOST_WIDE_SEGMENTS}
"""Segments of a text; a call is a call."""
MOST_TICKS = 5_000


@dataclass(frozen=True, slots=True)
class Pacing:
    """How many segments of texts, and calls, a second the provider takes from us; 0 lifts it."""

    sms: float = 1.0
    voice: float = 1.0

    def gap(self, channel: str) -> timedelta:
        """How long the next one waits, at the worst: a text may have as many segments as any."""
        rate = {"sms": self.sms, "voice": self.voice}.get(channel, 0.0)
        return timedelta(seconds=COST.get(channel, 1) / rate) if rate > 0 else timedelta()


@dataclass(frozen=True, slots=True)
class Answer:
    """Somebody answers `after` being reached: a person by id, or the n-th to be reached."""

    person: str = ""
    nth: int = 0
    after: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that would happen (UTC). `kind`: contact, told, note, answer, or the timeline's."""

    at: datetime
    kind: str
    text: str
    person: str = ""
    channel: str = ""
    late: timedelta = timedelta()
    """What the provider's pacing adds."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    case: Case
    """As it is at the end."""
    happenings: tuple[Happening, ...]
    answered_by: str = ""

    @property
    def contacts(self) -> tuple[Happening, ...]:
        return tuple(one for one in self.happenings if one.kind == "contact")

    @property
    def woken(self) -> tuple[str, ...]:
        """Who would be reached, each once, in order."""
        return tuple(dict.fromkeys(one.person for one in self.contacts))

    def as_json(self) -> dict[str, object]:
        return {
            "case": {"state": self.case.state.value, "owner": self.case.owner},
            "woken": list(self.woken),
            "answered_by": self.answered_by or None,
            "happenings": [
                {
                    "at": one.at.isoformat().replace("+00:00", "Z"),
                    "kind": one.kind,
                    "text": one.text,
                    "person": one.person or None,
                    "channel": one.channel or None,
                    "late_seconds": one.late.total_seconds(),
                }
                for one in self.happenings
            ],
        }


@dataclass(slots=True)
class _Stage:
    """The play as it goes on."""

    book: Book
    case: Case
    pacing: Pacing
    happenings: list[Happening] = field(default_factory=list)
    free: dict[str, datetime] = field(default_factory=dict)
    reached: list[str] = field(default_factory=list)

    def take(self, decision: Decision, at: datetime) -> None:
        self.case = decision.case
        self.happenings += [
            _said(entry, at) for entry in decision.entries if entry.kind != "contact"
        ]
        for effect in decision.effects:
            if isinstance(effect, Contact):
                self._contact(effect, at)
            elif isinstance(effect, Announce):
                self.happenings.append(Happening(at, "told", effect.text, effect.person))
            elif isinstance(effect, Post) and effect.text:
                self.happenings.append(Happening(at, "told", effect.text, "", effect.channel))
            elif isinstance(effect, WriteBack):
                kind = "reply" if effect.public else "note"
                self.happenings.append(Happening(at, kind, effect.text))

    def _contact(self, effect: Contact, at: datetime) -> None:
        begins = max(at, self.free.get(effect.channel, at))
        self.free[effect.channel] = begins + self.pacing.gap(effect.channel)
        text = f"{effect.channel} to {self.book.name(effect.person)}"
        if effect.person not in self.reached:
            self.reached.append(effect.person)
        self.happenings.append(
            Happening(begins, "contact", text, effect.person, effect.channel, begins - at)
        )

    def answer(self, who: Answer) -> tuple[str, datetime] | None:
        """Who answers and when, as soon as that person has been reached."""
        person = who.person or (
            self.reached[who.nth - 1] if 0 < who.nth <= len(self.reached) else ""
        )
        first = next(
            (h.at for h in self.happenings if h.kind == "contact" and h.person == person), None
        )
        return None if first is None else (person, first + who.after)


def _said(entry: Entry, at: datetime) -> Happening:
    return Happening(at, entry.kind, entry.text, entry.person or "")


def rehearse(
    policy: Policy,
    directory: Directory,
    sketch: Sketch,
    at: datetime,
    *,
    answer: Answer | None = None,
    lasting: timedelta = timedelta(hours=4),
    pacing: Pacing | None = None,
) -> Rehearsal:
    """Play the ticket from `at` (UTC) for `lasting`, or until somebody has answered."""
    opened = open_sketch(policy, directory, sketch, at)
    stage = _Stage(book_of(policy, directory), opened.decision.case, pacing or Pacing())
    stage.take(opened.decision, at)
    answered = ""
    for now in _wakes(stage, at + lasting):
        due = stage.answer(answer) if answer else None
        if due is not None and due[1] <= now:
            answered, at_answer = due
            _answered(stage, answered, at_answer)
            break
        stage.take(decide(stage.case, Tick(), stage.book, now), now)
    return Rehearsal(stage.case, tuple(sorted(stage.happenings, key=lambda h: h.at)), answered)


def _answered(stage: _Stage, person: str, at: datetime) -> None:
    stage.happenings.append(Happening(at, "answer", f"{stage.book.name(person)} answers", person))
    stage.take(decide(stage.case, Acknowledge(person, "rehearsal"), stage.book, at), at)


def _wakes(stage: _Stage, until: datetime) -> Iterator[datetime]:
    """The instants the case wakes at, as they come out of the play."""
    for _ in range(MOST_TICKS):
        wake = stage.case.wake_at
        if wake is None or wake > until:
            return
        yield wake


def spoken(rehearsal: Rehearsal, kinds: Mapping[str, str] | None = None) -> str:
    """The rehearsal as lines a person reads: what would happen, with the time since the ticket."""
    shown = kinds or {"contact": "page", "answer": "answer", "exhausted": "loud", "held": "held"}
    if not rehearsal.happenings:
        return "Nothing would happen."
    begin = rehearsal.happenings[0].at
    lines = [
        f"{one.at:%Y-%m-%d %H:%M:%S}Z  +{_clock(one.at - begin)}  {shown[one.kind]:<7} {one.text}"
        for one in rehearsal.happenings
        if one.kind in shown
    ]
    return "\n".join(lines) or "Nobody would be paged."


def _clock(since: timedelta) -> str:
    minutes, seconds = divmod(int(since.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
