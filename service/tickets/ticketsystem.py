"""What every ticket system is to us: how its webhooks are trusted and read, and how we write back.

Nothing here does IO. Verifying and reading are functions of the bytes that came in; writing back is
a conversation, a generator that yields requests, is sent their answers, and returns what became of
it. Whoever drives it owns the connection, the time-outs and the outbox.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from routing.report import Report, TicketStatus

NOBODY: frozenset[str] = frozenset()


class Forged(Exception):
    """The signature, token or key is missing or wrong. Answer 401; nothing was read."""


class Stale(Exception):
    """Authentic, but signed too long ago or too far ahead. Answer 401; nothing was read."""


class Unreadable(Exception):
    """Authentic, but not understood. Keep it as a dead letter and answer 202."""


class Misconfigured(Exception):
    """The settings for writing back are incomplete; the sentence names the variable."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One webhook as it came in.

    `headers` have lower-case names. `received_at` is true wall time (UTC), whatever clock the
    service runs on. `url` is the public address it was sent to, with its query.
    """

    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    method: str = "POST"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an authentic webhook said. Without reports, `ignored` is the sentence of why not."""

    reports: tuple[Report, ...] = ()
    ignored: str | None = None

    def __iter__(self) -> Iterator[Report]:
        return iter(self.reports)

    def __len__(self) -> int:
        return len(self.reports)


@dataclass(frozen=True, slots=True)
class Access:
    """Where and as whom we write. `own` are our ids and addresses there, to know our own echo."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    own: frozenset[str] = NOBODY
    options: Mapping[str, str] = field(default_factory=dict)
    """The system's optional settings that are set, by their names."""
    tokens: dict[str, str] = field(default_factory=dict, repr=False)
    """Short-lived tokens that conversations fetched; whoever holds the access keeps them."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a ticket shall show. `key` is unique per write-back and becomes its marker.

    `seen` is the ticket's own word for the revision we last knew (Zendesk: `updated_at`); where the
    system can refuse a write on top of somebody else's, it is asked to.
    """

    ticket: str
    key: str
    note: str | None = None
    public: bool = False
    status: TicketStatus | None = None
    tags: tuple[str, ...] = ()
    seen: str | None = None
    at: datetime | None = None
    """When it was decided (UTC); HubSpot dates a note by it and refuses one without."""


@dataclass(frozen=True, slots=True)
class Request:
    """`path` is relative to `Access.url`, or to `base` where the request goes elsewhere.

    The body is `json`, or `form` (urlencoded), or nothing.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    json: object = field(default=None, repr=False)
    base: str | None = None
    form: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` have lower-case names."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Done:
    """It is written. `already`: our marker was found, so an earlier try had got through."""

    already: bool = False


@dataclass(frozen=True, slots=True)
class Retry:
    """Nothing is known to be written; ask again after this long."""

    after: timedelta
    sentence: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Asking again will not help; somebody has to read the sentence."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody changed the ticket meanwhile; read it again before writing."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Opening:
    """A ticket to be created for a case. `key` is unique to it and becomes its marker."""

    key: str
    case: str
    subject: str
    text: str
    name: str | None = None
    email: str | None = None
    """Who asks, where it is known: the contact whose telephone it was."""
    words: tuple[str, ...] = ()
    """The policy's words for its severity at this system, in lower case, the best first."""
    tags: tuple[str, ...] = ()
    phone: str | None = None
    """Whence the call came (E.164)."""
    customer: str = ""
    """The account's name."""
    organization: str | None = None
    """The account's external id at this system."""
    since: datetime | None = None
    """When the case began (UTC): no ticket of ours is older."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The ticket is there. `already`: an earlier try had got through."""

    ticket: str
    url: str | None = None
    already: bool = False
    priority: str | None = None
    """What the system calls it, in the word its webhooks are read as; None where it has none."""
    number: str | None = None
    """What people call it, where that is not its id."""


Judgement = Done | Retry | Refused | Conflict
Creation = Generator[Request, Answer, Opened | Judgement]
Conversation = Generator[Request, Answer, Judgement]
Following = Generator[Request, Answer, Report | Judgement]


class TicketSystem(Protocol):
    """One ticket system. The instances are stateless and shared."""

    @property
    def source(self) -> str:
        """The name in `/webhooks/{source}`, in reports and in account `external_ids`."""

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings for writing back, without prefix; empty when we cannot write back."""

    @property
    def optional(self) -> tuple[str, ...]:
        """Settings that refine writing back, without prefix."""

    def verify(self, envelope: Envelope, secrets: Sequence[str], now: Sequence[datetime]) -> None:
        """Return when any secret fits and, where the source dates its webhooks, any `now` is near.

        Raises Forged or Stale.
        """

    def read(self, envelope: Envelope, own: frozenset[str] = NOBODY) -> Reading:
        """Understand a verified webhook. `own`: see `Access`. Raises Unreadable."""

    def access(self, settings: Mapping[str, str]) -> Access | None:
        """None when nothing is set. Raises Misconfigured when something is missing."""

    def search(self, change: Change, access: Access, page: int = 1) -> Request:
        """The request whose answer shows our marker, if an earlier try got through."""

    def contains_marker(self, body: bytes, key: str) -> bool:
        """Whether the answer to `search` shows the marker of `key`."""

    def judge(self, answer: Answer) -> Judgement:
        """What an answer to one of our requests means."""

    def write(self, change: Change, access: Access) -> Conversation:
        """Look for our marker, then write what is missing."""


@runtime_checkable
class Creating(Protocol):
    """A system in which tickets are created for the cases that callers begin."""

    name: str
    """As people know it."""

    @property
    def lag(self) -> timedelta:
        """How long the system may know of no ticket that it has just created."""

    def wanting(self, access: Access) -> tuple[str, ...]:
        """What HELIOGRAPH_<SYSTEM>_NEW_TICKET lacks for creating tickets; empty when nothing."""

    def create(self, opening: Opening, access: Access) -> Creation:
        """Look for the ticket of an earlier try, and create it where there is none."""

    def may_create(self, access: Access) -> Conversation:
        """Whether our credentials may, as far as the system tells; nothing is written."""


@runtime_checkable
class Hinting(Protocol):
    """A system whose webhooks say too little, or prove too little, to be taken at their word.

    Zoho Desk signs no body; HubSpot sends an id and one property. With write access, the ticket is
    read from its API before a report is decided; without, the webhook is all there is.
    """

    def fetch(self, report: Report, access: Access) -> Request:
        """The request for the ticket as it is now."""

    def fetched(self, report: Report, answer: Answer) -> Report:
        """The report as the ticket itself tells it. Raises Unreadable."""

    def follow(self, report: Report, access: Access) -> Following:
        """Ask for the ticket: the report as it tells it, or the judgement of why there is none."""
