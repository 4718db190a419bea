"""Random walks: everything that can happen to a case, in any state, in any order, at any time.

A walk is made of moves, each a value with its instant, so a walk that fails can be played again,
and is shrunk by leaving out whatever it fails without.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from routing.book import Book
from routing.case import Case, Stage, State
from routing.decide import decide, open_case
from routing.engineering import MOVES
from routing.event import (
    Acknowledge,
    AddResponder,
    Advance,
    ChangeSeverity,
    ContactRefused,
    Customer,
    Decline,
    Escalate,
    Event,
    Linked,
    Note,
    Reassign,
    Refusal,
    Reported,
    Resolve,
    Snooze,
    Superseded,
    TakeOver,
    Tick,
    Unticketed,
)
from routing.lookup import HOTLINE
from routing.people import ContactRule, Person
from routing.policy import EngineeringRules, EscalationPolicy, Policy, Route, StepTarget
from routing.report import Comment, Report, ReportKind, TicketStatus
from routing.rule import Match
from routing.schedule import Schedule
from tests.routing import world
from tests.routing.invariants import Seen, Stored, check_step, survived
from tests.routing.world import hours, is_a, minutes, step

PAUSES = (
    timedelta(0), timedelta(0), timedelta(seconds=1), minutes(1), minutes(1), minutes(3),
    minutes(20), hours(1), hours(3), hours(26),
)  # fmt: skip
LONG = (timedelta(days=3), timedelta(days=9), timedelta(days=45))
SEVERITIES = ("high", "medium", "low", "none")
THRICE = {
    "urgent": (
        ContactRule("sms", minutes(0)),
        ContactRule("voice", minutes(1)),
        ContactRule("sms", minutes(3)),
    )
}
EVERYBODY = world.people(*(replace(p, contact_rules=THRICE) for p in world.EVERYBODY.values()))
CUSTOMERS = (
    Customer("acme", "Acme Corp", "premier", "its organisation", "emea"),
    Customer("acme", "Acme Corp", "standard", "its organisation", "amer"),
    Customer("beta", "Beta", "standard", "a domain", production={"test": False}),
    Customer(None, "Unknown customer", "unknown", "nobody we know"),
    Customer("acme", "Acme Corp", "no-such-plan", "a mistake"),
)


@dataclass(frozen=True, slots=True)
class Move:
    now: datetime
    book: Book
    event: Event


@dataclass(slots=True)
class Played:
    """How far a walk has come."""

    case: Case | None = None
    stored: list[Stored] = field(default_factory=list)
    """The case as it was stored, each time."""
    seen: Seen = field(default_factory=Seen)
    refused: list[str] = field(default_factory=list)

    def play(self, move: Move) -> None:
        """Raises AssertionError for what must not be."""
        before = self.case
        try:
            if before is not None:
                decision = decide(before, move.event, move.book, move.now)
            elif isinstance(move.event, Reported):
                decision = open_case("ACME-7", move.event, move.book, move.now)
            else:
                return
        except Refusal as refusal:
            self.refused.append(str(refusal))
        else:
            check_step(before, move.event, decision, move.book, move.now, self.seen)
            self.case = decision.case
            self.stored.append(survived(before, decision.case))

    def end(self) -> None:
        """Raises AssertionError where a case that was decided upon has changed since."""
        assert not any(one.changed() for one in self.stored), "a decided case has changed"


def fails(moves: Sequence[Move]) -> BaseException | None:
    """What a walk breaks, if anything."""
    played = Played()
    try:
        for move in moves:
            played.play(move)
        played.end()
    except Exception as broken:  # noqa: BLE001 - whatever it is, it is what the walk has found
        return broken
    return None


def shrunk(moves: list[Move]) -> list[Move]:
    """The walk without everything that it fails without."""
    index = len(moves) - 1
    while index > 0:
        shorter = moves[:index] + moves[index + 1 :]
        if fails(shorter):
            moves = shorter
        index = min(index, len(moves)) - 1
    return moves


def told(moves: Sequence[Move]) -> str:
    """A walk as lines, with the state each move led to."""
    played, lines = Played(), []
    for move in moves:
        try:
            played.play(move)
            state = played.case.state.value if played.case else "-"
        except Exception as broken:  # noqa: BLE001 - it is printed
            state = f"BROKEN: {type(broken).__name__}: {broken}"
        lines.append(f"{move.now:%d %b %H:%M:%S} {_short_form(move.event)} -> {state}")
    return "\n".join(lines)


def _short_form(value: object) -> str:
    """A value without the fields that have their usual value."""
    if not is_dataclass(value):
        return repr(value)
    usual = {f.name: f.default for f in fields(value)}
    said = ((name, getattr(value, name)) for name in usual)
    told = (f"{name}={_short_form(v)}" for name, v in said if v != usual[name] and v != {})
    return f"{type(value).__name__}({', '.join(told)})"


Cell = tuple[str, str]
"""A state or stage, and an event or action."""


class Walk:
    """One walk from one seed. Of what could happen it prefers what `visited` has seen least."""

    def __init__(self, seed: int, visited: Counter[Cell]) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a seed is what this is about
        self.visited = visited
        self.now = world.MONDAY + timedelta(hours=self.random.randrange(24 * 14))
        self.book = world.book(self.random.choice(POLICIES)(), EVERYBODY)
        self.version = 10
        self.source = HOTLINE if seed % 4 == 0 else "desk"
        self.played = Played()
        self.moves: list[Move] = []

    def step(self) -> None:
        self.now += self._pause()
        if self.random.random() < 0.08:
            self.book = _shaken(self.random, self.book)
        move = Move(self.now, self.book, self._event())
        self.moves.append(move)
        self.visited[self._cell(move.event)] += 1
        self.played.play(move)

    def _pause(self) -> timedelta:
        wake = self.played.case.wake_at if self.played.case else None
        if wake is not None and wake > self.now and self.random.random() < 0.4:
            late = self.random.choice((timedelta(0), timedelta(0), timedelta(seconds=40), hours(3)))
            return wake - self.now + late
        return self.random.choice(LONG if self.random.random() < 0.02 else PAUSES)

    def _event(self) -> Event:
        case = self.played.case
        if case is None:
            return self.reported()
        if case.wake_at is not None and case.wake_at <= self.now and self.random.random() < 0.8:
            return Tick()
        if case.state is State.CLOSED and self.random.random() < 0.5:
            return self.reported()
        could = self.random.choices(_CHOICES, cum_weights=_WEIGHTS, k=3)
        _, make = min(could, key=lambda choice: self._met(case, choice[0]))
        return make(self, case)

    def _cell(self, event: Event) -> Cell:
        case = self.played.case
        if case is None:
            return "new", "Reported"
        if isinstance(event, Advance) and case.state is State.ENGINEERING and case.engineering:
            return case.engineering.stage.value, event.stage
        return case.state.value, type(event).__name__

    def _met(self, case: Case, kind: type[Event]) -> int:
        """How often it has happened in this state."""
        if kind is Advance and case.state is State.ENGINEERING and case.engineering:
            stage = case.engineering.stage
            return min((self.visited[stage.value, action] for action in ONWARD[stage]), default=0)
        return self.visited[case.state.value, kind.__name__]

    def least(self, case: Case, actions: Sequence[str]) -> str:
        """The action that this stage has seen least."""
        stage = case.engineering.stage.value if case.engineering else ""
        return min(actions, key=lambda action: self.visited[stage, action])

    def who(self, case: Case) -> str:
        paged = [p.person for p in case.pages[-3:]]
        everybody = [*world.EVERYBODY, "ghost", *(paged * 3), *([case.owner] * 3)]
        return self.random.choice([w for w in everybody if w is not None])

    def reported(self) -> Reported:
        choose = self.random.choice
        self.version = max(4, self.version + choose((1, 1, 1, 0, -2)))
        kind = choose(list(ReportKind))
        author = choose((None, None, "customer", "agent", "system"))
        number = f"c{self.random.randrange(self.version + 2)}"
        comment = Comment(number, author, choose((True, False)), "words") if author else None
        at = choose(
            (None, self.now, self.now - hours(2), self.now - hours(90), self.now + hours(1))
        )
        report = Report(
            self.source, "4711", kind, (float(self.version), 0), f"k{self.version}", at=at,
            subject=choose((None, "System down")), comment=comment,
            fields=choose(({}, {}, {"team": "sre"}, {"team": "web"})),
            echo=self.random.random() < 0.05, **self._said(),
        )  # fmt: skip
        return Reported(report, choose((None, None, None, *CUSTOMERS)))

    def _said(self) -> dict[str, Any]:
        choose = self.random.choice
        return {
            "status": choose(self._statuses()),
            "priority": choose((None, None, "urgent", "normal", "low", "what")),
            "environment": choose((None, None, None, "test", "production")),
            "channel": choose((None, None, "email", "portal")),
            "tags": choose((None, None, None, (), ("engineering",), ("sso", "vip"))),
            "assignee_email": choose((None, None, "anna@support.example", "who@else.example")),
        }

    def _statuses(self) -> Sequence[TicketStatus | None]:
        """Mostly nothing; what is over is mostly opened again."""
        case = self.played.case
        if case is not None and not case.live:
            return (None, TicketStatus.OPEN, TicketStatus.OPEN, TicketStatus.PENDING)
        rare = TicketStatus.CLOSED if self.random.random() < 0.2 else None
        return (*[None] * 8, rare, *(s for s in TicketStatus if s is not TicketStatus.CLOSED))


def _refused(walk: Walk, case: Case) -> Event:
    tried = [(p, t) for p in case.pages[-6:] for t in p.tried]
    if not tried:
        return ContactRefused(1, walk.who(case), "sms", 1, "nothing of it is true")
    page, contact = walk.random.choice([*tried, *tried[-2:] * 3])
    dead = walk.random.random() < 0.5
    how = (page.turn, page.person, contact.method, contact.attempt, "no such number")
    return ContactRefused(*how, dead=dead)


def _advance(walk: Walk, case: Case) -> Event:
    actions = sorted({action for _, action in MOVES})
    if case.engineering is not None and walk.random.random() < 0.9:
        actions = [a for s, a in MOVES if s is case.engineering.stage] or actions
        onward = [a for a in actions if a not in {"claim", "return"}]
        actions += onward * 3
        if walk.random.random() < 0.4:
            actions = [walk.least(case, actions)]
    detail = walk.random.choice(("https://git.example/pull/7",) * 4 + ("",))
    return Advance(walk.who(case), walk.random.choice(actions), detail)


ONWARD = {stage: [action for of, action in MOVES if of is stage] for stage in Stage}
Make = Callable[[Walk, Case], Event]
_WEIGHED: list[tuple[int, type[Event], Make]] = [
    (16, Reported, lambda walk, _: walk.reported()),
    (6, Tick, lambda *_: Tick()),
    (12, ContactRefused, _refused),
    (12, Acknowledge, lambda w, case: Acknowledge(w.who(case))),
    (8, Decline, lambda w, case: Decline(w.who(case))),
    (2, Escalate, lambda w, case: Escalate(w.who(case), reason=w.random.choice(("", "stuck")))),
    (3, Resolve, lambda w, case: Resolve(w.who(case))),
    (9, Snooze, lambda w, case: Snooze(w.who(case), w.random.choice((0, 5, 240, 99_999)))),
    (5, Reassign, lambda w, case: Reassign(w.who(case), w.who(case))),
    (4, TakeOver, lambda w, case: TakeOver(w.who(case))),
    (6, AddResponder, lambda w, case: AddResponder(w.who(case), w.who(case))),
    (3, Note, lambda w, case: Note(w.who(case), w.random.choice(("", " ", "seen", "seen")))),
    (4, ChangeSeverity, lambda w, case: ChangeSeverity(w.who(case), w.random.choice(SEVERITIES))),
    (16, Advance, _advance),
    (2, Linked, lambda *_: Linked("desk", "4712", priority="urgent")),
    (1, Superseded, lambda *_: Superseded("ACME-8")),
    (1, Unticketed, lambda *_: Unticketed("desk", "it answered 403")),
]
_CHOICES = [(kind, make) for _, kind, make in _WEIGHED]
_WEIGHTS = list(itertools.accumulate(weight for weight, *_ in _WEIGHED))


def _shaken(rng: random.Random, book: Book) -> Book:
    """Somebody comes, goes, loses a telephone or goes off duty."""
    name = rng.choice(list(world.EVERYBODY))
    known = dict(book.people)
    match rng.randrange(5):
        case 0:
            known.pop(name, None)
        case 1:
            known[name] = EVERYBODY[name]
        case 2:
            known = dict(rng.choice(({}, EVERYBODY)))
        case 3:
            known[name] = _other_phone(rng, world.EVERYBODY[name])
        case _:
            return replace(book, schedules={**book.schedules, **_watches(rng)})
    return replace(book, people=known)


def _other_phone(rng: random.Random, person: Person) -> Person:
    methods = tuple(
        replace(m, disabled=rng.choice((None, "opted out")), verified=rng.random() < 0.8)
        for m in person.contact_methods
    )
    rules = tuple(
        ContactRule(
            rng.choice(("sms", "voice", "pager")), minutes(after), rng.choice((0, 0, 2)), minutes(3)
        )
        for after in rng.sample((0, 1, 4, 30), rng.randrange(4))
    )
    quiet = rng.choice(((), (), world.nightly(22, 7)))
    return replace(
        person, contact_methods=methods, contact_rules={"urgent": rules}, quiet_hours=quiet
    )


def _watches(rng: random.Random) -> dict[str, Schedule]:
    schedule = rng.choice(list(world.SCHEDULES))
    names = rng.sample(list(world.EVERYBODY), rng.randrange(3))
    begin = world.MONDAY + timedelta(hours=rng.randrange(400))
    shifts = ((name, begin, begin + hours(rng.choice((1, 8, 100)))) for name in names)
    return {schedule: rng.choice((world.watch(schedule, *names), world.turns(schedule, *shifts)))}


def _restless() -> Policy:
    """Owners are asked after an hour, engineering comes by time, leaders are told."""
    return world.sunny(
        acknowledge_timeout=hours(1),
        engineering=replace(
            world.ENGINEERING,
            after=((is_a("severity", "high"), hours(2)), (Match(), hours(30))),
        ),
        change_strategy="carry_elapsed",
        grace=hours(4),
    )


def _short() -> Policy:
    """No duty manager, no Sustained Engineering, hours that never open, a region in the dark."""
    sun = {**world.REGIONS, "apac": replace(world.REGIONS["apac"], calendar="never")}
    return world.sunny(
        regions=sun,
        engineering=EngineeringRules(),
        duty_manager=(),
        routes=(
            Route("risky", is_a("severity", "high"), "sun", page="at_risk"),
            Route("lost", is_a("severity", "medium"), "no-such-policy", page="now"),
            Route("covered", Match(), "calm"),
        ),
        reminder=minutes(7),
        change_strategy="restart_at_change",
    )


def _picky() -> Policy:
    """Steps that ask: only in hours, only at risk; several targets; groups; nobody at times."""
    first = replace(
        step("schedule first", when=Match(calendar="business")),
        targets=(
            StepTarget("schedule", "first"),
            StepTarget("group", "all"),
            StepTarget("channel", "x"),
        ),
    )
    return world.house(
        groups={"all": ("anna", "carl", "ghost")},
        escalation_policies={
            "urgent": EscalationPolicy(
                "urgent",
                (
                    first,
                    step("region_backup"),
                    step("person ben", 3, Match(sla_remaining_below=hours(1))),
                ),
                rounds=3,
            ),
            "empty": EscalationPolicy("empty", (), rounds=1),
        },
        routes=(
            Route("down", is_a("severity", "high"), "urgent", page="now"),
            Route("vip", is_a("tags", "vip"), "empty", page="now"),
            Route("rest", Match(), "urgent"),
        ),
        engineering=EngineeringRules(escalation="urgent", tags=frozenset({"engineering"})),
        duty_manager=(StepTarget("group", "all"), StepTarget("duty_manager")),
        acknowledge_timeout=minutes(10),
        quiet_holds=frozenset({"normal", "urgent"}),
        fixed_severity={"email": "medium"},
        non_production_severity="low",
        non_production_words=frozenset({"test"}),
        change_strategy="retarget_from_start",
    )


POLICIES: tuple[Callable[[], Policy], ...] = (world.house, world.sunny, _restless, _short, _picky)
