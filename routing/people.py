"""Who can be reached, and who is a customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from routing.calendar import Window


@dataclass(frozen=True, slots=True)
class ContactMethod:
    """One way to reach a person. `address` is E.164 for sms and voice, RFC 5322 for email."""

    id: str
    type: str
    address: str
    verified: bool = False
    disabled: str | None = None
    """Why nothing is sent here any more ("opted out", "not a mobile number"), or None."""
    user: str | None = None
    """The account behind it as the chat itself names it: whose click is believed."""

    @property
    def usable(self) -> bool:
        return self.verified and self.disabled is None


@dataclass(frozen=True, slots=True)
class ContactRule:
    """Use `method` (a ContactMethod id) `after` the page has begun."""

    method: str
    after: timedelta
    repeat: int = 0
    """How many times more, while nobody answers."""
    every: timedelta = timedelta()
    """How long between those times."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be on call, own a case, or act through a token."""

    id: str
    name: str
    email: str | None = None
    roles: frozenset[str] = frozenset()
    team: str = "support"
    region: str | None = None
    time_zone: str = "UTC"
    skills: frozenset[str] = frozenset()
    contact_methods: tuple[ContactMethod, ...] = ()
    contact_rules: Mapping[str, tuple[ContactRule, ...]] = field(default_factory=dict)
    """Urgency ("urgent", "normal") to what is tried, in order."""
    quiet_hours: tuple[Window, ...] = ()
    """When pages that may wait are held, on the clock of `time_zone`."""
    language: str = ""
    """What pages are worded in, where the policy has words for it."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A customer's person. `named` contacts may open tickets where the plan asks for it (R13)."""

    name: str
    email: str | None = None
    phone: str | None = None
    named: bool = False
    language: str = ""
    """What the hotline speaks and writes to him, where the policy's can; else as to his account."""


@dataclass(frozen=True, slots=True)
class Environment:
    name: str
    production: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """A customer. `status` is trial, active, suspended or expired (R2, R32, R41)."""

    id: str
    name: str
    plan: str
    status: str = "active"
    region: str | None = None
    domains: tuple[str, ...] = ()
    external_ids: Mapping[str, str] = field(default_factory=dict)
    pin: str | None = None
    contacts: tuple[Contact, ...] = ()
    environments: tuple[Environment, ...] = ()
    account_manager: str | None = None
    """Person id (R7)."""
    csm: str | None = None
    """Person id (R8)."""
    language: str = ""
    """BCP 47 tag, for the contacts that have none of their own."""
