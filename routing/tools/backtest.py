"""Recorded tickets under another policy: who would have been paged, and which promises kept.

The very decisions of the service are played over what each ticket's system reported, at the
instants it did. What records cannot tell is taken alike for both policies: whoever is reached first
acknowledges, and replies where no agent's reply is on record. A ticket is played until nobody is
waited for any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from routing.book import Book
from routing.case import Case, State
from routing.decide import Decision, decide, open_case
from routing.event import Acknowledge, Contact, Customer, Event, Refusal, Reported, StandDown, Tick
from routing.policy import Policy
from routing.report import Comment, Report, ReportKind
from routing.sla import ClockState, Metric
from routing.tools.tally import Broken, Tally, Verdict

LONGEST = timedelta(days=30)
"""A ticket is played no longer after its last record."""
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
class _Play:
    """One ticket under one policy."""

    book: Book
    habits: Habits
    tally: Tally
    case: Case
    speaks: bool
    """Whether a reply is made up, there being none on record."""
    answers: tuple[datetime, str] | None = None
    replies_at: datetime | None = None
    played: int = 0

    def take(self, decision: Decision, now: datetime) -> None:
        self.case = decision.case
        for effect in decision.effects:
            if isinstance(effect, Contact):
                self.tally.contact(effect, now)
                if self.answers is None:
                    self.answers = (now + self.habits.answer, effect.person)
            elif isinstance(effect, StandDown) and effect.person is None:
                self.answers = None

    def until(self, end: datetime, *, calm: bool = False) -> None:
        """Play what is due by `end`; `calm`: no further than until nobody is waited for."""
        while self.played < MOST and not (calm and self.settled):
            due = self._next()
            if due is None or due[0] > end:
                return
            due[1]()

    def happen(self, now: datetime, event: Event) -> None:
        self.played += 1
        try:
            self.take(decide(self.case, event, self.book, now), now)
        except Refusal:
            return
        if isinstance(event, Acknowledge) and self.speaks and self.case.first_reply_at is None:
            self.replies_at = now + self.habits.reply

    def _next(self) -> tuple[datetime, Callable[[], None]] | None:
        """What comes first: an answer, a reply, or what the case wakes for."""
        wake = self.case.wake_at
        if self.answers is not None and (wake is None or self.answers[0] <= wake):
            return self.answers[0], partial(self._answer, *self.answers)
        if self.replies_at is not None and (wake is None or self.replies_at <= wake):
            return self.replies_at, partial(self._reply, self.replies_at)
        return None if wake is None else (wake, partial(self.happen, wake, Tick()))

    def _answer(self, at: datetime, person: str) -> None:
        self.answers = None
        self.happen(at, Acknowledge(person, "record"))

    def _reply(self, at: datetime) -> None:
        self.replies_at = None
        self.happen(at, Reported(_reply(self.case, at)))

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


def is_reply(report: Report) -> bool:
    """Whether a public reply of an agent is on record."""
    said = report.comment
    return said is not None and said.author == "agent" and said.public


def play(
    book: Book, records: Sequence[Recorded], customer: CustomerOf, habits: Habits, tally: Tally
) -> Case:
    """One ticket's records, in order of time, under the policy of `book`; counted in `tally`."""
    at, first = records[0]
    speaks = not any(is_reply(report) for _, report in records)
    event = Reported(first, customer(first, book.policy))
    opened = open_case(f"{first.source}/{first.ticket}", event, book, at)
    stage = _Play(book, habits, tally, opened.case, speaks)
    stage.take(opened, at)
    for now, report in records[1:]:
        stage.until(now)
        stage.happen(now, Reported(report, customer(report, book.policy)))
    stage.until(records[-1][0] + LONGEST, calm=True)
    tally.ended(stage.case)
    return stage.case


@dataclass(slots=True)
class Backtest:
    """Two policies over the same tickets. Each ticket is played whole and then forgotten."""

    old: Book
    new: Book
    customer: CustomerOf
    habits: Habits
    verdict: Verdict

    def ticket(self, records: Sequence[Recorded]) -> None:
        """Play one ticket's records, which need not be in order, under both."""
        inorder = sorted(records, key=lambda one: (one[0], one[1].version))
        sides = ((self.old, self.verdict.old), (self.new, self.verdict.new))
        cases = [play(b, inorder, self.customer, self.habits, tally) for b, tally in sides]
        self.verdict.span(inorder[0][0], inorder[-1][0])
        self.verdict.tickets += 1
        self.verdict.records += len(records)
        self.verdict.compare(list(_broken(cases[0])), list(_broken(cases[1])))


def _broken(case: Case) -> Iterator[Broken]:
    for clock in case.clocks:
        for at in clock.breaches:
            yield Broken(case.id, clock.metric.value, case.severity, case.plan, at)


def between(old: Book, new: Book, customer: CustomerOf, habits: Habits | None = None) -> Backtest:
    """A backtest that has played nothing yet."""
    zones = {name: person.time_zone for name, person in {**old.people, **new.people}.items()}
    verdict = Verdict(Tally(old.policy.id, zones), Tally(new.policy.id, zones))
    return Backtest(old, new, customer, habits or Habits(), verdict)
