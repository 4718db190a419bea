"""How a person is reached, as he changes it himself: methods and rules.

A new method is no proof of anything: nothing is sent there but the proof until it is given. What
would leave nothing to reach him by is refused, and every change of a method is told to an address
that was there before, so that nobody's pages are led elsewhere behind his back.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from notifiers.mask import mask
from routing.event import Refusal
from routing.language.directory_reader import parse_address
from routing.page import usable_rules
from routing.people import ContactMethod, ContactRule, Person
from service import personal
from service.audit import note
from service.personal import Letter
from service.policyfile.numbers import e164
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query
from service.wiring import Service

TYPES: Mapping[str, Callable[[str], str]] = {"sms": e164, "voice": e164, "email": parse_address}
"""What a person may add himself, and how its address is read."""
URGENCIES = ("urgent", "normal")
MOST_METHODS, MOST_RULES = 10, 12
LATEST = timedelta(hours=2)
"""A contact later than this is no contact."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A person as he is to be, and for a changed method what he is told of it."""

    person: Person
    what: str
    detail: Mapping[str, str]
    tell: str = ""


async def add_method(service: Service, person: str, kind: str, address: str) -> ContactMethod:
    """A new method, unproven. Raises Refusal."""
    made = ContactMethod(f"{kind}-{secrets.token_hex(3)}", kind, _address(kind, address))

    def change(found: Person) -> Changed:
        if len(found.contact_methods) >= MOST_METHODS:
            raise Refusal(f"You have {MOST_METHODS} ways to be reached: remove one first.")
        if any((m.type, m.address) == (kind, made.address) for m in found.contact_methods):
            raise Refusal("You have that one already. Nothing was changed.")
        told = f"A new way to reach you was added on your page: {kind} to {mask(made.address)}."
        after = replace(found, contact_methods=(*found.contact_methods, made))
        return Changed(after, "added a contact method", {"method": made.id, "type": kind}, told)

    await _edit(service, person, change)
    return made


def _address(kind: str, address: str) -> str:
    parse = TYPES.get(kind)
    if parse is None:
        raise Refusal(f"{kind[:20]!r} cannot be added here. Nothing was changed.")
    try:
        return parse(address.strip())
    except ValueError as wrong:
        raise Refusal(f"{wrong} Nothing was changed.") from None


async def remove_method(service: Service, person: str, method: str) -> None:
    """The method and its rules are gone. Raises Refusal for the last that works."""

    def change(found: Person) -> Changed:
        gone = next((m for m in found.contact_methods if m.id == method), None)
        if gone is None:
            raise Refusal("You have no such method any more. Nothing was changed.")
        left = tuple(m for m in found.contact_methods if m.id != method)
        rules = {
            urgency: tuple(r for r in own if r.method != method)
            for urgency, own in found.contact_rules.items()
        }
        after = replace(found, contact_methods=left, contact_rules=rules)
        if gone.usable and not any(m.usable for m in left):
            said = "It is the only one that works: add and prove another first."
            raise Refusal(f"{said} Nothing was changed.")
        told = f"A way to reach you was removed on your page: {gone.type} to {mask(gone.address)}."
        return Changed(after, "removed a contact method", {"method": method}, told)

    await _edit(service, person, change)


async def set_rules(
    service: Service, person: str, wanted: Mapping[str, Iterable[ContactRule]]
) -> None:
    """What is tried when. Raises Refusal for rules nothing of which works."""

    def change(found: Person) -> Changed:
        rules = {u: _ordered(found, u, wanted.get(u, ())) for u in URGENCIES}
        after = replace(found, contact_rules={u: own for u, own in rules.items() if own})
        return Changed(after, "changed contact rules", {})

    await _edit(service, person, change)


def _ordered(found: Person, urgency: str, wanted: Iterable[ContactRule]) -> tuple[ContactRule, ...]:
    rules = tuple(sorted(wanted, key=lambda rule: rule.after))
    methods = {m.id for m in found.contact_methods}
    if len(rules) > MOST_RULES:
        raise Refusal(f"That is more than {MOST_RULES} contacts. Nothing was changed.")
    for rule in rules:
        if rule.method not in methods:
            raise Refusal(f"You have no method {rule.method[:40]!r}. Nothing was changed.")
        if not timedelta() <= rule.after <= LATEST:
            most = int(LATEST.total_seconds() // 60)
            raise Refusal(f"A contact comes 0 to {most} minutes after. Nothing was changed.")
    if rules and not any(m.usable for m in found.contact_methods if m.id in _named(rules)):
        said = f"None of these works for {urgency} pages: name a method that is proven."
        raise Refusal(f"{said} Nothing was changed.")
    return rules


def _named(rules: Iterable[ContactRule]) -> set[str]:
    return {rule.method for rule in rules}


async def _edit(service: Service, person: str, change: Callable[[Person], Changed]) -> None:
    now = service.clock.now()
    async with service.pool.acquire() as conn, conn.transaction():
        # First, as whoever writes the directory does: the two must not wait for each other.
        await conn.execute(query("bump_generation"))
        body = await conn.fetchval(query("person_by_id"), person)
        if body is None:
            raise Refusal("You are not in the directory any more. Nothing was changed.")
        found = codec.decode_person(body)
        changed = change(found)
        await conn.execute(query("upsert_people"), [person], [codec.encode(changed.person)], now)
        await note(conn, now, person, f"{changed.what} of {person}", changed.detail)
        await _tell(conn, found, changed.tell, now)
    await service.bell.ring()


async def _tell(conn: AnyConnection, before: Person, text: str, now: datetime) -> None:
    """To where he was reached before the change."""
    method = personal.written_method(before)
    if text and method is not None:
        await personal.send(
            conn, before.id, method, Letter(f"{text} Not you? Tell a manager."), now
        )


def plan(person: Person, urgency: str) -> list[tuple[ContactMethod, timedelta]]:
    """What a page would really do: methods and when, what does not work passed over."""
    methods = {m.id: m for m in person.contact_methods}
    return [(methods[r.method], r.after) for r in usable_rules(person, urgency)]
