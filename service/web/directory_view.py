"""Accounts and people in the very form that directory documents have."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from notifiers.mask import mask
from routing.language.windows import windows_text
from routing.language.words import duration_text
from routing.people import Account, ContactRule, Person


class ContactDocument(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A customer's person; `named` ones may open tickets where the plan asks for it."""

    name: str
    email: str | None = None
    phone: str | None = None
    named: bool = False


class EnvironmentDocument(Struct, frozen=True, kw_only=True):
    name: str
    production: bool


class AccountDocument(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A customer. The PIN is shown to those alone who may change it."""

    id: str
    name: str
    plan: str
    status: str = ""
    region: str | None = None
    domains: list[str] = []
    external_ids: dict[str, str] = {}
    pin: str | None = None
    contacts: list[ContactDocument] = []
    environments: list[EnvironmentDocument] = []
    account_manager: str | None = None
    csm: str | None = None


class MethodDocument(Struct, frozen=True, kw_only=True):
    """One way to reach a person. `disabled` is why nothing is sent there any more."""

    id: str
    type: str
    address: str
    verified: bool
    disabled: str | None = None
    user: str | None = None


class RuleDocument(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Use a contact method so long after the page has begun: `0m`, `90s`, `2m`."""

    method: str
    after: str
    repeat: int = 0
    every: str | None = None


class PersonDocument(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody who can be on call. Others than managers and himself see addresses masked."""

    id: str
    name: str
    email: str | None = None
    roles: list[str] = []
    team: str = ""
    region: str | None = None
    time_zone: str = ""
    skills: list[str] = []
    contact_methods: list[MethodDocument] = []
    contact_rules: dict[str, list[RuleDocument]] = {}
    quiet_hours: list[str] = []
    language: str = ""


class AccountPage(Struct, frozen=True, kw_only=True):
    items: list[AccountDocument]
    next: str | None


class PersonPage(Struct, frozen=True, kw_only=True):
    items: list[PersonDocument]
    next: str | None


def _plain(text: str) -> str:
    return text


def account_document(account: Account, *, pin: bool = True, phones: bool = True) -> AccountDocument:
    shown: Callable[[str], str] = _plain if phones else mask
    return AccountDocument(
        id=account.id,
        name=account.name,
        plan=account.plan,
        status=account.status,
        region=account.region,
        domains=list(account.domains),
        external_ids=dict(account.external_ids),
        pin=account.pin if pin else None,
        contacts=[
            ContactDocument(
                name=c.name, email=c.email, phone=c.phone and shown(c.phone), named=c.named
            )
            for c in account.contacts
        ],
        environments=[
            EnvironmentDocument(name=e.name, production=e.production) for e in account.environments
        ],
        account_manager=account.account_manager,
        csm=account.csm,
    )


def person_document(person: Person, *, addresses: bool = True) -> PersonDocument:
    shown: Callable[[str], str] = _plain if addresses else mask
    return PersonDocument(
        id=person.id,
        name=person.name,
        email=person.email,
        roles=sorted(person.roles),
        team=person.team,
        region=person.region,
        time_zone=person.time_zone,
        skills=sorted(person.skills),
        contact_methods=[
            MethodDocument(
                id=m.id,
                type=m.type,
                address=shown(m.address),
                verified=m.verified,
                disabled=m.disabled,
                user=m.user,
            )
            for m in person.contact_methods
        ],
        contact_rules={
            urgency: [_rule(rule) for rule in rules]
            for urgency, rules in person.contact_rules.items()
        },
        quiet_hours=windows_text(person.quiet_hours),
        language=person.language,
    )


def _rule(rule: ContactRule) -> RuleDocument:
    return RuleDocument(
        method=rule.method,
        after=duration_text(rule.after),
        repeat=rule.repeat,
        every=duration_text(rule.every) if rule.repeat else None,
    )
