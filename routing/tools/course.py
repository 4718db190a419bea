"""The course of one recorded ticket under one policy, a happening at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from routing.book import Book
from routing.case import Case, State
from routing.decide import Decision, decide, open_case
from routing.event import Acknowledge, Contact, Customer, Event, Refusal, Reported, StandDown, Tick
from routing.policy import Policy
from routing.report import Comment, Report, ReportKind
from routing.sla import ClockState, Metric
from routing.tools.tally import Contacted

MOST = 2_000
"""Events of one ticket that are played."""
CALM = frozenset({State.ACKNOWLEDGED, State.WAITING, State.SNOOZED, State.ENGINEERING})

Recorded = tuple[datetime, Report]
"""What a ticket system reported, and when it happened (UTC)."""
CustomerOf = Callable[[Report, Policy], Customer | None]


@dataclass(frozen=True, slots=True)
class Habits:
    """How people are taken to act, where the records do not tell."""

    answer: timedelta = timedelta(minutes=3)
    """From the first contact begun to its acknowledgement."""
    reply: timedelta = timedelta(minutes=15)
    """From the acknowledgement to a public reply, where none is on record."""


@dataclass(slots=True)
class Course:
    """One ticket under one policy."""

    book: Book
    habits: Habits
    speaks: bool
    """Whether a reply is made up, there being none on record."""
    case: Case
    wake_at: datetime | None = None
    """The case's."""
    answers: tuple[datetime, str] | None = None
    replies_at: datetime | None = None
    played: int = 0
    contacts: list[Contacted] = field(default_factory=list)

    def take(self, decision: Decision, now: datetime) -> None:
        self.case = decision.case
        self.wake_at = decision.case.wake_at
        for effect in decision.effects:
            if isinstance(effect, Contact):
                self.contacts.append((now, effect.turn, effect.person))
                if self.answers is None:
                    self.answers = (now + self.habits.answer, effect.person)
            elif isinstance(effect, StandDown) and effect.person is None:
                self.answers = None

    def happen(self, now: datetime, event: Event) -> None:
        self.played += 1
        try:
            self.take(decide(self.case, event, self.book, now), now)
        except Refusal:
            return
        if isinstance(event, Acknowledge) and self.speaks and self.case.first_reply_at is None:
            self.replies_at = now + self.habits.reply

    def told(self, now: datetime, report: Report, customer: CustomerOf) -> None:
        """The ticket system reports."""
        self.happen(now, Reported(report, customer(report, self.book.policy)))

    def answer(self) -> None:
        """Whoever was reached first acknowledges."""
        if self.answers is not None:
            (at, person), self.answers = self.answers, None
            self.happen(at, Acknowledge(person, "record"))

    def reply(self) -> None:
        """Whoever has acknowledged replies."""
        if self.replies_at is not None:
            at, self.replies_at = self.replies_at, None
            self.happen(at, Reported(_reply(self.case, at)))

    def wake(self) -> None:
        """What the case wakes for."""
        if self.wake_at is not None:
            self.happen(self.wake_at, Tick())

    def next(self) -> tuple[datetime, Callable[[Course], None]] | None:
        """What comes first: an answer, a reply, or what the case wakes for."""
        wake = self.wake_at
        if self.answers is not None and (wake is None or self.answers[0] <= wake):
            return self.answers[0], Course.answer
        if self.replies_at is not None and (wake is None or self.replies_at <= wake):
            return self.replies_at, Course.reply
        return None if wake is None else (wake, Course.wake)

    def due(
        self, end: datetime, *, calm: bool = False
    ) -> tuple[datetime, Callable[[Course], None]] | None:
        """`next`, if it comes by `end`; `calm`: and if anybody is waited for."""
        if self.played >= MOST or (calm and self.settled):
            return None
        due = self.next()
        return None if due is None or due[0] > end else due

    def until(self, end: datetime, *, calm: bool = False) -> None:
        """Play all that is `due`."""
        while (due := self.due(end, calm=calm)) is not None:
            due[1](self)

    @property
    def settled(self) -> bool:
        """Whether nobody is paged or waited for any more."""
        if self.answers is not None or self.replies_at is not None:
            return False
        case = self.case
        if not case.live or (case.state in CALM and case.round is None):
            return True
        owed = (c for c in case.clocks if c.metric is Metric.FIRST_REPLY)
        waits = any(c.state is ClockState.RUNNING for c in owed)
        return case.state is State.HELD and case.hold_until is None and not waits

    def goes_on_like(self, other: Course) -> bool:
        """Whether what is still to come is the same for both, under the same policy."""
        return (
            self.wake_at == other.wake_at
            and (self.answers, self.replies_at) == (other.answers, other.replies_at)
            and max(self.played, other.played) < MOST
            and self.case == other.case
        )

    def follow(self, other: Course, since: int) -> None:
        """What happened to the other happened here: its contacts from `since` on are new."""
        self.case, self.wake_at = other.case, other.wake_at
        self.answers, self.replies_at = other.answers, other.replies_at
        self.played += 1
        self.contacts += other.contacts[since:]


def opened(book: Book, records: Sequence[Recorded], customer: CustomerOf, habits: Habits) -> Course:
    """The course of a ticket as its first record begins it."""
    at, first = records[0]
    speaks = not any(is_reply(report) for _, report in records)
    event = Reported(first, customer(first, book.policy))
    begun = open_case(f"{first.source}/{first.ticket}", event, book, at)
    course = Course(book, habits, speaks, begun.case)
    course.take(begun, at)
    return course


def is_reply(report: Report) -> bool:
    """Whether a public reply of an agent is on record."""
    said = report.comment
    return said is not None and said.author == "agent" and said.public


def _reply(case: Case, at: datetime) -> Report:
    number = case.ticket.versions.get("status", (at.timestamp(), 0))
    return Report(
        case.source,
        case.ticket_id,
        ReportKind.COMMENTED,
        number,
        "made up",
        at=at,
        comment=Comment("made up", "agent", at=at),
    )
