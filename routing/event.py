"""What can happen to a case, and what the world should do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from routing.people import Account
from routing.report import Report


@dataclass(frozen=True, slots=True)
class Customer:
    """Whose ticket it is, as far as it could be told. `how` says by what it was told."""

    account: str | None
    name: str
    plan: str
    how: str
    region: str | None = None
    status: str = "active"
    production: Mapping[str, bool] = field(default_factory=dict)
    """Environment name (lower case) to whether it is production."""
    record: Account | None = None
    """The account itself, for what its plan entitles it to."""


@dataclass(frozen=True, slots=True)
class Reported:
    """The ticket system said something about this case's ticket."""

    report: Report
    customer: Customer | None = None
    """None: as it was."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has come to `wake_at`."""

    unsent: bool = False
    """Whether nothing of the latest turn has left us yet: we were away, or its number is busy."""


@dataclass(frozen=True, slots=True)
class ContactRefused:
    """A contact could not be made, for certain."""

    turn: int
    person: str
    method: str
    attempt: int
    reason: str
    dead: bool = False
    """Whether it will not work again, whoever tries."""
    instead: str = ""
    """The channel that gets through where this one is barred, to be used at once."""


@dataclass(frozen=True, slots=True)
class Acknowledge:
    person: str
    via: str = "api"
    turn: int | None = None
    """What was answered, where that was a post that asked nobody in particular."""


@dataclass(frozen=True, slots=True)
class Decline:
    person: str
    via: str = "api"


@dataclass(frozen=True, slots=True)
class Escalate:
    """A responder hands the case to Sustained Engineering (R105)."""

    person: str
    via: str = "api"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Resolve:
    person: str
    via: str = "api"


@dataclass(frozen=True, slots=True)
class Snooze:
    person: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Reassign:
    """`person` gives the case to `to`, who is paged and owns it on acknowledging."""

    person: str
    to: str


@dataclass(frozen=True, slots=True)
class TakeOver:
    """`person` takes the case, whoever has it; who had it is told."""

    person: str
    via: str = "api"


@dataclass(frozen=True, slots=True)
class AddResponder:
    """`to` is paged as well and helps on acknowledging; the owner stays."""

    person: str
    to: str


@dataclass(frozen=True, slots=True)
class Note:
    person: str
    text: str


@dataclass(frozen=True, slots=True)
class ChangeSeverity:
    person: str
    severity: str


@dataclass(frozen=True, slots=True)
class Advance:
    """A Sustained Engineering stage: claim, confirm, plan, test, release or return.

    `detail` is the pull request link, the plan, what was tested, the version or the reason.
    """

    person: str
    stage: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Linked:
    """A case that a caller began has its ticket at `source`; `priority` is what was set there."""

    source: str
    ticket: str
    url: str | None = None
    subject: str | None = None
    priority: str | None = None
    number: str | None = None
    """What people call it, where that is not its id."""


@dataclass(frozen=True, slots=True)
class Unticketed:
    """No ticket could be created for a caller's case at `source`; `said` is the sentence of why."""

    source: str
    said: str


@dataclass(frozen=True, slots=True)
class Superseded:
    """The ticket of this case is that of another case, `by`, which goes on instead."""

    by: str


Event = (
    Reported
    | Tick
    | ContactRefused
    | Acknowledge
    | Decline
    | Escalate
    | Resolve
    | Snooze
    | Reassign
    | TakeOver
    | AddResponder
    | Note
    | ChangeSeverity
    | Advance
    | Linked
    | Unticketed
    | Superseded
)


@dataclass(frozen=True, slots=True)
class Contact:
    """Reach a person now. (turn, person, method, attempt) is the natural key within the case."""

    turn: int
    person: str
    method: str
    channel: str
    attempt: int
    purpose: str
    """page, ask, handover, engineering or join: what an answer means, and how it is worded."""


@dataclass(frozen=True, slots=True)
class StandDown:
    """Cancel everything of this case that is queued or ringing, at once.

    For everyone; or for `person` alone, who has answered that he does not take it.
    """

    person: str | None = None


@dataclass(frozen=True, slots=True)
class WriteBack:
    """Tell the ticket. `number` counts the case's write-backs and never resets."""

    number: int
    text: str
    public: bool = False
    status: str | None = None
    tags: tuple[str, ...] = ()
    """Put on the ticket beside those it has; ours begin with `heliograph`."""


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell a person something that wants no answer (stakeholders, R7, R8, R107)."""

    number: int
    person: str
    text: str


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Create the case's ticket, before anything else is written on it."""

    organizations: Mapping[str, str] = field(default_factory=dict)
    """What the customer is called at each source: the account's external ids."""


@dataclass(frozen=True, slots=True)
class TellCustomer:
    """Text the telephone the case was begun from. `key` is one of the hotline's words."""

    key: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Post:
    """Put something into a chat channel, where it reaches nobody for certain.

    Without a `text` it is a page that whoever reads it may take; with one it is news.
    """

    number: int
    channel: str
    """The policy's own name for it."""
    purpose: str
    why: str = ""
    text: str = ""
    turn: int = 0
    """The turn of the case that it belongs to; 0 for news."""


Effect = Contact | StandDown | WriteBack | Announce | Post | OpenTicket | TellCustomer


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the case's timeline: what happened and why."""

    kind: str
    text: str
    person: str | None = None
    due_at: datetime | None = None
    """For what was late: when it should have happened."""
    data: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """The event cannot happen to this case now; the case is as it was. Its text can be spoken."""


class Taken(Refusal):
    """Somebody else has the case. Whoever must have it all the same says so (`TakeOver`)."""
