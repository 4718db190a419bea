"""From a document to a directory: accounts and people, every problem listed at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TypeVar

from routing.directory import Directory
from routing.language.chat_addresses import IN_CHATS, parse_user
from routing.language.cursor import Cursor, Members, Notes
from routing.language.problems import DirectoryErrors, nearest
from routing.language.tree import Node
from routing.language.windows import parse_windows
from routing.language.words import (
    parse_choice,
    parse_count,
    parse_duration,
    parse_flag,
    parse_language,
    parse_zone,
)
from routing.people import Account, Contact, ContactMethod, ContactRule, Environment, Person

One = TypeVar("One", Account, Person)
Phone = Callable[[str], str]
"""Brings a telephone number to E.164; its ValueError is the sentence of what is wrong."""

ROLES = ("viewer", "responder", "manager", "admin", "sales", "csm")
STATUSES = ("trial", "active", "suspended", "expired")
METHODS = ("sms", "voice", "email", "mattermost", "rocketchat", "slack", "webhook", "apprise")
URGENCIES = ("urgent", "normal")
MOST_REPEATS = 10
EVERY, SOONEST = timedelta(minutes=5), timedelta(minutes=1)
"""How long between the repetitions of a contact: unless said, and at least."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,99}")
_PIN = re.compile(r"\d{4,12}")
_DOMAIN = re.compile(r"(?=.{1,253}$)[^\s@.]+(?:\.[^\s@.]+)+")
_ADDRESS = re.compile(r"[^\s@]{1,64}@(?:[^\s@.]+\.)+[^\s@.]+")
ACCOUNT_MEMBERS = (
    "id",
    "name",
    "plan",
    "status",
    "region",
    "domains",
    "external_ids",
    "pin",
    "contacts",
    "environments",
    "account_manager",
    "csm",
    "language",
)
PERSON_MEMBERS = (
    "id",
    "name",
    "email",
    "roles",
    "team",
    "region",
    "time_zone",
    "skills",
    "contact_methods",
    "contact_rules",
    "quiet_hours",
    "language",
)


def directory_from(tree: Node, phone: Phone) -> Directory:
    """Read a whole directory. Raises DirectoryErrors with everything that is wrong."""
    notes = Notes()
    of = Cursor(tree, notes).members("accounts", "people")
    accounts = [(at, _account(at, phone)) for at in of.tables("accounts")]
    people = [(at, _person(at, phone)) for at in of.tables("people")]
    _refuse_shared(accounts)
    directory = Directory(_by_id(people), _by_id(accounts))
    if notes.problems:
        raise DirectoryErrors(dict.fromkeys(notes.problems))
    return directory


def _by_id(found: list[tuple[Cursor, One]]) -> dict[str, One]:
    known: dict[str, One] = {}
    for at, one in found:
        if one.id and one.id in known:
            at.wrong(f"{one.id!r} is here twice; give each its own id.")
        known[one.id] = one
    return known


def _refuse_shared(accounts: list[tuple[Cursor, Account]]) -> None:
    """What tells whose ticket it is must tell one account."""
    owners: dict[tuple[str, str], str] = {}
    for at, account in accounts:
        for kind, value in _identities(account):
            owner = owners.setdefault((kind, value), account.id)
            if owner != account.id:
                shown = "this PIN" if kind == "PIN" else f"{kind} {value}"
                at.wrong(f"{shown} already belongs to {owner}; one of the two is wrong.")


def _identities(account: Account) -> Iterator[tuple[str, str]]:
    yield from (("domain", domain) for domain in account.domains)
    yield from ((f"{source} id", value) for source, value in account.external_ids.items())
    if account.pin:
        yield "PIN", account.pin


def _account(at: Cursor, phone: Phone) -> Account:
    members = at.members(*ACCOUNT_MEMBERS)
    return Account(
        _id(members),
        _needed(members, "name"),
        _needed(members, "plan"),
        members.read("status", parse_choice(*STATUSES), "active"),
        members.text("region") or None,
        tuple(item.read(parse_domain, "") for item in members.items("domains")),
        {source: value.text() for source, value in members.named("external_ids")},
        members.read("pin", parse_pin, None),
        tuple(_contact(item, phone) for item in members.tables("contacts")),
        tuple(_environment(item) for item in members.tables("environments")),
        members.text("account_manager") or None,
        members.text("csm") or None,
        members.read("language", parse_language, ""),
    )


def _id(members: Members) -> str:
    members.need("id")
    return members.read("id", parse_id, "")


def _needed(members: Members, name: str) -> str:
    members.need(name)
    return members.text(name)


def _contact(at: Cursor, phone: Phone) -> Contact:
    members = at.members("name", "email", "phone", "named", "language")
    return Contact(
        _needed(members, "name"),
        members.read("email", parse_address, None),
        members.read("phone", phone, None),
        members.read("named", parse_flag, default=False),
        members.read("language", parse_language, ""),
    )


def _environment(at: Cursor) -> Environment:
    members = at.members("name", "production")
    return Environment(
        _needed(members, "name"), members.read("production", parse_flag, default=True)
    )


def _person(at: Cursor, phone: Phone) -> Person:
    members = at.members(*PERSON_MEMBERS)
    methods = tuple(_method(item, phone) for item in members.tables("contact_methods"))
    ids = [method.id for method in methods]
    if len(ids) != len(set(ids)):
        at.wrong("two contact methods have the same id.")
    return Person(
        _id(members),
        _needed(members, "name"),
        members.read("email", parse_address, None),
        frozenset(item.read(parse_choice(*ROLES), "") for item in members.items("roles")) - {""},
        members.text("team", "support"),
        members.text("region") or None,
        members.read("time_zone", parse_zone, "UTC"),
        frozenset(members.words("skills")),
        methods,
        _rules(members, ids),
        tuple(w for item in members.items("quiet_hours") for w in item.read(parse_windows, ())),
        members.read("language", parse_language, ""),
    )


def _method(at: Cursor, phone: Phone) -> ContactMethod:
    members = at.members("id", "type", "address", "verified", "disabled", "user")
    for name in ("type", "address"):
        members.need(name)
    kind = members.read("type", parse_choice(*METHODS), "")
    parse = {"sms": phone, "voice": phone, "email": parse_address, **IN_CHATS}
    return ContactMethod(
        _id(members),
        kind,
        members.read("address", parse.get(kind, str.strip), ""),
        members.read("verified", parse_flag, default=False),
        members.text("disabled") or None,
        members.read("user", parse_user, None),
    )


def _rules(members: Members, methods: list[str]) -> dict[str, tuple[ContactRule, ...]]:
    urgencies = members.table("contact_rules", *URGENCIES)
    return {
        urgency: tuple(_rule(item, methods) for item in at.tables())
        for urgency, at in urgencies.found.items()
    }


def _rule(at: Cursor, methods: list[str]) -> ContactRule:
    members = at.members("method", "after", "repeat", "every")
    name = _needed(members, "method")
    if name and name not in methods:
        at.wrong(f"no contact method is called {name!r}; {nearest(name, methods)}")
    repeat = members.read("repeat", parse_count(0, MOST_REPEATS), 0)
    every = members.read("every", parse_interval, EVERY)
    if not repeat and members.get("every"):
        at.wrong("`every` says how often it is repeated; say `repeat` as well, how many times.")
    after = members.read("after", parse_duration, timedelta())
    return ContactRule(name, after, repeat, every if repeat else timedelta())


def parse_interval(text: str) -> timedelta:
    """A duration of a minute at least."""
    found = parse_duration(text)
    if found < SOONEST:
        raise ValueError(f"{text!r} is too soon to try again; wait a minute at least.")
    return found


def parse_id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError(
            f"{text!r} is no id; use letters, digits and . _ : @ - and begin with one of the first."
        )
    return text


def parse_pin(text: str) -> str:
    """4 to 12 digits, as a caller keys them in. The refusal does not repeat it."""
    if not _PIN.fullmatch(text):
        raise ValueError("a PIN has 4 to 12 digits and nothing else; put it in quotes.")
    return text


def parse_domain(text: str) -> str:
    """A mail domain, lower case, in its ASCII form."""
    word = text.casefold().rstrip(".")
    try:
        word = word.encode("idna").decode()
    except UnicodeError as wrong:
        raise ValueError(f"{text!r} is no mail domain.") from wrong
    if not _DOMAIN.fullmatch(word):
        raise ValueError(f"{text!r} is no mail domain; write acme.example.")
    return word


def parse_address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"{text!r} is no e-mail address; write ada@acme.example.")
    return text
