"""What a ticket system told us, in one vocabulary for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class TicketStatus(StrEnum):
    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    ON_HOLD = "on_hold"
    SOLVED = "solved"
    CLOSED = "closed"


class ReportKind(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    COMMENTED = "commented"


@dataclass(frozen=True, slots=True)
class Requester:
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    id: str | None = None
    language: str | None = None
    """What he is spoken to in on the hotline; what his ticket is written in is the report's."""


@dataclass(frozen=True, slots=True)
class Comment:
    """`author` is customer, agent or system; an automatic acknowledgement is system (R33)."""

    id: str
    author: str
    public: bool = True
    body: str = ""
    author_email: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The state of a ticket as one webhook tells it. None means "left as it was".

    `version` orders the reports of one ticket: the source's (updated_at, sequence) or its revision
    number; reports arrive in any order and any number of times.
    """

    source: str
    ticket: str
    kind: ReportKind
    version: tuple[float, int]
    event_key: str
    """Identity of this delivery at its source, the same over retries."""
    at: datetime | None = None
    """When it happened, as the source says (UTC)."""
    created_at: datetime | None = None
    """When the ticket was created, as the source says (UTC)."""
    url: str | None = None
    subject: str | None = None
    description: str | None = None
    status: TicketStatus | None = None
    priority: str | None = None
    """The source's own word, lower case; the policy maps it to a severity."""
    channel: str | None = None
    environment: str | None = None
    category: str | None = None
    product: str | None = None
    language: str | None = None
    tags: tuple[str, ...] | None = None
    organization: str | None = None
    """The organisation's id at the source (matched with Account.external_ids[source])."""
    account: str | None = None
    """Our own account id, when the source knows it (source `standard` sends it as organization)."""
    requester: Requester | None = None
    assignee_email: str | None = None
    comment: Comment | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    echo: bool = False
    """Our own write-back coming home."""
    opens: bool = True
    """Whether a case begins with it where the ticket has none; an end begins nothing."""
