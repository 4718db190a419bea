"""What may be asked of a policy: the bodies of `/api/v1/policy/...`."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, field

Days = Annotated[int, Meta(ge=1, le=400)]


class TicketWords(Struct, forbid_unknown_fields=True, kw_only=True):
    """What a ticket would say; what is left out it does not say."""

    account: str = ""
    plan: str = ""
    region: str = ""
    status: str = ""
    contact: str = ""
    source: str = "standard"
    priority: str = ""
    severity: str = ""
    channel: str = "portal"
    environment: str = ""
    category: str = ""
    product: str = ""
    language: str = ""
    tags: list[str] = []
    subject: str = ""
    fields: dict[str, str] = {}


class Asks(Struct, forbid_unknown_fields=True, kw_only=True):
    """`policy` is the text of another policy; without it the one in force is asked."""

    policy: str | None = None


class AsksDays(Asks, kw_only=True):
    days: Days = 365
    at: str | None = None
    """From when on (RFC 3339); now unless said."""


class AsksCoverage(AsksDays, kw_only=True):
    burst: Annotated[int, Meta(ge=1, le=10_000)] = 1
    """So many cases at once; each further one waits for the provider's pace."""
    sms_per_second: Annotated[float, Meta(ge=0)] | None = None
    """Segments of texts; 0 is no limit; as it is set here unless said."""
    calls_per_second: Annotated[float, Meta(ge=0)] | None = None


class AsksTicket(Asks, kw_only=True):
    ticket: TicketWords = field(default_factory=TicketWords)
    at: str | None = None
    """When the ticket comes (RFC 3339); now unless said."""
    lasting: str = "4h"
    """How long it is played, at most 30 days."""


class Explains(Asks, kw_only=True):
    """A thought-up `ticket`, which may say nothing, or a past `case`."""

    ticket: TicketWords | UnsetType = UNSET
    case: str | None = None
    person: str | None = None
    """Of a past case this person's pages alone."""
    at: str | None = None
    """When the ticket comes (RFC 3339); now unless said."""
    lasting: str = "4h"
    """How long it is played, at most 30 days."""


class AnswerWords(Struct, forbid_unknown_fields=True, kw_only=True):
    """A person, or the n-th to be reached, answers so long after being reached."""

    person: str = ""
    nth: Annotated[int, Meta(ge=0, le=1000)] = 0
    after: str = "1m"


class Rehearses(AsksTicket, kw_only=True):
    answer: AnswerWords | None = None
    """Nobody answers unless it is said who does."""


class Diffs(Struct, forbid_unknown_fields=True, kw_only=True):
    """`policy` is the text of the newer policy; `against` of the older one, else that in force."""

    policy: str
    against: str | None = None
    days: Days = 90
    at: str | None = None
    """From when on (RFC 3339); now unless said."""
