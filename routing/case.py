"""A case as a value: one ticket, from its first report to its end.

Theory of operation. Every running deadline is an absolute instant inside the case; `wake_at` is
their minimum and the only thing anybody has to remember. Nothing is a timer, so nothing can be
stale. `turn` and `writes` number pages and write-backs and never go back: a replay has their key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from operator import attrgetter

from routing.page import Page, PageState
from routing.sla import Clock


class State(StrEnum):
    HELD = "held"
    PAGING = "paging"
    EXHAUSTED = "exhausted"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    WAITING = "waiting"
    ENGINEERING = "engineering"
    RESOLVED = "resolved"
    CLOSED = "closed"


LIVE = frozenset(State) - {State.RESOLVED, State.CLOSED}

RUNS: dict[State, frozenset[str]] = {
    State.HELD: frozenset({"hold_until", "engineering_at"}),
    State.PAGING: frozenset({"engineering_at"}),
    State.EXHAUSTED: frozenset({"remind_at", "engineering_at"}),
    State.ACKNOWLEDGED: frozenset(
        {"owner_due", "handover_at", "shift_at", "remind_at", "engineering_at"}
    ),
    State.SNOOZED: frozenset({"snooze_until", "engineering_at"}),
    State.WAITING: frozenset({"engineering_at"}),
    State.ENGINEERING: frozenset({"remind_at", "leaders_at", "handover_at"}),
    State.RESOLVED: frozenset({"close_at"}),
    State.CLOSED: frozenset(),
}
"""State to the deadlines that may run in it; entering a state ends all others.

Besides these, whatever is live has `clocks_at` and, where nothing else runs, `review_at`; a round
and open pages run while somebody is paged.
"""


DEADLINES = (*sorted(frozenset().union(*RUNS.values())), "review_at", "clocks_at")
_deadlines = attrgetter(*DEADLINES)


class Purpose(StrEnum):
    """What a round of pages asks for, and so what an acknowledgement of it means."""

    PAGE = "page"
    """Take the case."""
    ASK = "ask"
    """Are you still on it? The owner is asked first."""
    HANDOVER = "handover"
    """The sun sets: take it over. The first owner keeps it until then."""
    ENGINEERING = "engineering"
    """Take the item in the Sustained Engineering queue."""


@dataclass(frozen=True)
class Round:
    """Where an escalation stands. Step -1 comes before the policy's first step (the one asked)."""

    purpose: Purpose
    policy: str
    step: int
    number: int
    due_at: datetime
    """When the step ends (UTC) and the next begins."""
    region: str | None = None
    """The region whose on-call is paged, where it is not the acting one."""
    declined: tuple[str, ...] = ()
    """Who declined in this round: not paged again before the next one."""
    first_turn: int = 0
    """The turn of its first page: who was paged before it was asked something else."""
    told: bool = False
    """Whether the ticket has been told that nobody answered: it is told once."""
    held: int = 0
    """How often the step has begun anew because nothing of it had left."""


class Stage(StrEnum):
    """Stages of an item in the Sustained Engineering queue (R104..R112)."""

    QUEUED = "queued"
    REVIEWING = "reviewing"
    CONFIRMED = "confirmed"
    PLANNED = "planned"
    TESTED = "tested"
    RELEASED = "released"
    RETURNED = "returned"


@dataclass(frozen=True)
class Item:
    stage: Stage
    queued_at: datetime
    reason: str
    engineer: str | None = None
    pull_request: str | None = None
    plan: str | None = None
    version: str | None = None
    returned: str | None = None
    stage_at: datetime | None = None


@dataclass(frozen=True)
class Ticket:
    """The ticket as far as its reports have told it."""

    url: str | None = None
    subject: str = ""
    description: str = ""
    status: str = "new"
    priority: str | None = None
    channel: str | None = None
    environment: str | None = None
    category: str | None = None
    product: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    requester_name: str | None = None
    requester_email: str | None = None
    requester_phone: str | None = None
    requester_language: str | None = None
    """What the hotline speaks to him."""
    assignee_email: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    """Member to the version that last set it: reports arrive in any order."""
    comments: tuple[str, ...] = ()
    """Ids of the last comments seen."""
    first_priority: str | None = None
    """What the ticket was created with: another one now means that somebody has judged it (R30)."""
    number: str | None = None
    """What people call a ticket of our making, where that is not its id."""
    updated_stamp: datetime | None = None


@dataclass(frozen=True)
class Case:
    """Without slots, as everything here that decisions change: see `routing.value`."""

    id: str
    source: str
    ticket_id: str
    policy: str
    opened_at: datetime
    account: str | None
    account_name: str
    plan: str
    severity: str
    state: State
    ticket: Ticket = field(default_factory=Ticket)
    severity_fixed: bool = False
    """A person set the severity; the ticket's priority does not move it any more."""
    home_region: str | None = None
    acting_region: str | None = None
    production: bool = True
    environments: Mapping[str, bool] = field(default_factory=dict)
    account_manager: str | None = None
    csm: str | None = None
    told: tuple[str, ...] = ()
    """What was said once and is not said again: stakeholders told, replies given."""
    owner: str | None = None
    owner_since: datetime | None = None
    clocks: tuple[Clock, ...] = ()
    first_reply_at: datetime | None = None
    route: str | None = None
    round: Round | None = None
    turn: int = 0
    writes: int = 0
    pages: tuple[Page, ...] = ()
    engineering: Item | None = None
    hold_until: datetime | None = None
    review_at: datetime | None = None
    snooze_until: datetime | None = None
    remind_at: datetime | None = None
    engineering_at: datetime | None = None
    owner_due: datetime | None = None
    handover_at: datetime | None = None
    shift_at: datetime | None = None
    """When the owner's shift ends: he is asked then (UTC)."""
    close_at: datetime | None = None
    clocks_at: datetime | None = None
    """When the next SLA target will be missed."""
    reopened_at: datetime | None = None
    """When it last came back after it was solved: the policy's times run anew from there."""
    replied_at: datetime | None = None
    """The last public reply of an agent."""
    asked_at: datetime | None = None
    """The customer's oldest comment that is not answered yet."""
    account_status: str = ""
    named_contact: bool = False
    emergency: bool = False
    """A caller said that it is one: it is paged at any hour, also once it has its ticket."""
    responders: tuple[str, ...] = ()
    """Who was asked to help, besides whoever has it, and said yes."""
    noted: str = ""
    """The last note of a responder, cut, with his name and the time."""
    leaders_at: datetime | None = None
    """When leadership is told that it still is with Sustained Engineering (R107)."""

    posted: tuple[str, ...] = ()
    """Chat channels that were told somebody is wanted, and not yet that nobody is any more."""

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def wake_at(self) -> datetime | None:
        """The earliest instant (UTC) something is due; None only for a closed case."""
        if self.state is State.CLOSED:
            return None
        deadlines: list[datetime | None] = [*_deadlines(self)]
        if self.round is not None:
            deadlines.append(self.round.due_at)
        deadlines += [p.wake_at for p in self.pages if p.state is PageState.OPEN]
        return min(filter(None, deadlines), default=None)

    @property
    def holder(self) -> str | None:
        """Who has it: while Sustained Engineering does, the engineer of its item."""
        if self.state is State.ENGINEERING:
            return self.engineering.engineer if self.engineering else None
        return self.owner

    def page_of(self, person: str) -> Page | None:
        """The person's latest page in this case."""
        return next((p for p in reversed(self.pages) if p.person == person), None)

    @property
    def open_pages(self) -> tuple[Page, ...]:
        return tuple([p for p in self.pages if p.state is PageState.OPEN])

    @property
    def waited_for(self) -> tuple[Page, ...]:
        """The open pages that a round waits for: of those asked to help, none."""
        return tuple([p for p in self.open_pages if p.asked_by is None])
