"""A case as the API tells it."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType


class ClockView(Struct, frozen=True, kw_only=True):
    """A promise to the customer. `due_at` is null while it is paused or was never due."""

    metric: str
    state: str
    due_at: datetime | None
    remaining_seconds: int | None
    """Covered time that is left; below nothing, how long ago it was due. Null once met."""
    started_at: datetime
    met_at: datetime | None
    breached_at: datetime | None


class DeliveryView(Struct, frozen=True, kw_only=True):
    """One try to reach a person. `at` is when it last changed; `to` is masked."""

    channel: str
    method: str | None
    to: str | None
    attempt: int | None
    state: str
    at: datetime
    receipt: str | None
    said: str | None


class PageView(Struct, frozen=True, kw_only=True):
    """One person, one turn. `code` is what a reply names it by."""

    person: str
    name: str
    turn: int
    code: str | None
    state: str
    why: str | None
    opened_at: datetime
    closed_at: datetime | None
    deliveries: list[DeliveryView]


class EscalationView(Struct, frozen=True, kw_only=True):
    """Where paging stands: steps and rounds are counted from 1; step 0 asks one person first."""

    policy: str
    purpose: str
    step: int
    round: int
    step_ends_at: datetime


class EngineeringView(Struct, frozen=True, kw_only=True):
    """The item in the Sustained Engineering queue."""

    stage: str
    stage_at: datetime | None
    queued_at: datetime
    reason: str
    engineer: str | None
    pull_request: str | None
    plan: str | None
    version: str | None
    returned: str | None


class RequesterView(Struct, frozen=True, kw_only=True):
    name: str | None
    email: str | None
    phone: str | None


class TicketView(Struct, frozen=True, kw_only=True):
    """What the ticket's reports have told."""

    id: str
    number: str | None
    """What people call it, where that is not its id."""
    url: str | None
    subject: str
    description: str
    status: str
    priority: str | None
    channel: str | None
    environment: str | None
    category: str | None
    product: str | None
    language: str | None
    tags: list[str]
    requester: RequesterView
    assignee_email: str | None
    fields: dict[str, str]


class CaseView(Struct, frozen=True, kw_only=True):
    """One case: a ticket, what was promised for it, and who is being asked to answer it."""

    id: str
    source: str
    ticket: str
    """The ticket's id at its source."""
    ticket_details: TicketView
    subject: str
    url: str | None
    account: str | None
    account_name: str
    plan: str
    severity: str
    production: bool
    state: str
    owner: str | None
    owner_name: str | None
    owner_since: datetime | None
    responders: list[str]
    """Who helps the owner."""
    home_region: str | None
    acting_region: str | None
    route: str | None
    clocks: list[ClockView]
    pages: list[PageView]
    escalation: EscalationView | None
    wake_at: datetime | None
    """The next instant at which something is due by itself."""
    policy_version: str
    engineering: EngineeringView | None
    engineering_at: datetime | None
    """When it goes to Sustained Engineering unless it is resolved before."""
    snooze_until: datetime | None
    close_at: datetime | None
    opened_at: datetime
    updated_at: datetime
    answer: str | UnsetType = UNSET
    """After an action: what became true, in a sentence."""


class CasePage(Struct, frozen=True, kw_only=True):
    """`next` is the cursor of the following page, or null."""

    items: list[CaseView]
    next: str | None


class LineView(Struct, frozen=True, kw_only=True):
    """A line of the timeline. `due_at` is when it should have happened, where that was earlier."""

    id: int
    at: datetime
    kind: str
    text: str
    person: str | None
    due_at: datetime | None
    data: dict[str, str]


class TimelinePage(Struct, frozen=True, kw_only=True):
    items: list[LineView]
    next: str | None
