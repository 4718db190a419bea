"""The directory as the outside changes it: whole documents, one account, one person.

Everything of one document is written in one transaction or not at all. What a customer is
recognised by must lead to one account; a document that says otherwise is refused, also against what
is there already. Plans are sold, so who changes one must be of the sales side (R3, R4).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from routing.directory import Directory
from routing.people import Account, ContactMethod, Person
from service import matching
from service.audit import note
from service.clock import Clock
from service.policyfile.load import read_directory
from service.store import codec
from service.store.pool import AnyConnection, Pool
from service.store.sql import query

MOST_NAMED = 5
_SHOWN = {"domain": "the domain", "pin": "the PIN", "email": "the address"}


class DirectoryConflict(Exception):
    """What the document says cannot stand beside what is there; nothing was written."""


class PlanRefused(Exception):
    """The document changes plans, and who brings it may not; nothing was written."""


@dataclass(frozen=True, slots=True)
class Done:
    """How many of each were written, how many of those were new, and what somebody should see."""

    accounts: int
    people: int
    new: int
    notices: tuple[str, ...] = ()


async def bring_in(pool: Pool, clock: Clock, text: str, file: str, by: str, *, plans: bool) -> Done:
    """Read a document (YAML or JSON) and write it; what it leaves out stays as it is.

    `plans`: whether `by` may change plans. Raises DirectoryErrors, DirectoryConflict, PlanRefused.
    """
    read = await asyncio.to_thread(read_directory, text, file)
    return await write(pool, clock, read, by, plans=plans)


async def write(
    pool: Pool, clock: Clock, read: Directory, by: str, *, plans: bool, mends: bool = False
) -> Done:
    """Write accounts and people by their ids, in one transaction.

    `mends`: an address that a provider refused for good is tried again. A document that is brought
    in every night would otherwise text somebody every night who asked for no more texts.
    """
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute(query("bump_generation"))
        now = clock.now()
        known = await _known_accounts(conn, read.accounts)
        if not plans:
            _refuse_plans(read.accounts, known)
        there = await _people(conn, read.people, now, mends=mends)
        await _accounts(conn, read.accounts, now)
        detail = {"accounts": sorted(read.accounts)[:100], "people": sorted(read.people)[:100]}
        await note(conn, now, by, "wrote the directory", detail)
        new = len(read.accounts) - len(known) + len(read.people) - there
        return Done(len(read.accounts), len(read.people), new, await _notices(conn, read, now))


async def _known_accounts(conn: AnyConnection, wanted: Iterable[str]) -> dict[str, Account]:
    rows = await conn.fetch(query("accounts_by_id"), list(wanted))
    return {r["id"]: codec.decode_account(r["body"]) for r in rows}


def _refuse_plans(accounts: Mapping[str, Account], known: Mapping[str, Account]) -> None:
    changed = [
        f"{a.id} ({known[a.id].plan if a.id in known else 'new'} to {a.plan})"
        for a in accounts.values()
        if a.id not in known or known[a.id].plan != a.plan
    ]
    if changed:
        some = ", ".join(changed[:MOST_NAMED]) + (", ..." if len(changed) > MOST_NAMED else "")
        raise PlanRefused(f"Plans are changed by the sales side alone: {some}.")


async def _people(
    conn: AnyConnection, people: Mapping[str, Person], now: datetime, *, mends: bool
) -> int:
    """Write them; how many of them there were before."""
    ids = list(people)
    rows = await conn.fetch(query("people_by_id"), ids)
    before = {r["id"]: codec.decode_person(r["body"]) for r in rows}
    written = list(people.values())
    if not mends:
        proofs = {tuple(r) for r in await conn.fetch(query("proofs_of_people"), ids)}
        written = [_as_proven(_as_disabled(p, before.get(p.id)), proofs) for p in written]
    await conn.execute(query("upsert_people"), ids, [codec.encode(p) for p in written], now)
    await _revoke(conn, written, now, mends=mends)
    return len(before)


def _as_proven(person: Person, proofs: AbstractSet[tuple[str, ...]]) -> Person:
    """An address that was proven stays so as long as it is the same, whatever a document omits."""
    methods = tuple(
        replace(m, verified=True) if (person.id, m.id, m.type, m.address) in proofs else m
        for m in person.contact_methods
    )
    return replace(person, contact_methods=methods)


async def _revoke(
    conn: AnyConnection, people: Iterable[Person], now: datetime, *, mends: bool
) -> None:
    """Proofs of addresses that were replaced hold no more; nor do those that somebody denies."""
    kept = [
        (p.id, m.id, m.address)
        for p in people
        for m in p.contact_methods
        if m.verified or not mends
    ]
    columns = [list(column) for column in zip(*kept, strict=True)] or [[], [], []]
    await conn.execute(query("revoke_proofs"), [p.id for p in people], *columns, now)


def _as_disabled(person: Person, before: Person | None) -> Person:
    """Addresses that providers refuse for good stay disabled as long as they are the same."""
    if before is None:
        return person
    dead = {(m.id, m.type, m.address): m.disabled for m in before.contact_methods if m.disabled}
    if not dead:
        return person

    def kept(method: ContactMethod) -> ContactMethod:
        why = dead.get((method.id, method.type, method.address))
        return replace(method, disabled=method.disabled or why)

    return replace(person, contact_methods=tuple(kept(m) for m in person.contact_methods))


async def _accounts(conn: AnyConnection, accounts: Mapping[str, Account], now: datetime) -> None:
    found = list(accounts.values())
    if not found:
        return
    ids = [a.id for a in found]
    await conn.execute(query("upsert_accounts"), ids, [codec.encode(a) for a in found], now)
    await conn.execute(query("drop_account_keys"), ids)
    keys = [(kind, value, a.id) for a in found for kind, value in matching.account_keys(a)]
    columns: Sequence[Sequence[str]] = [list(column) for column in zip(*keys, strict=True)]
    await conn.execute(query("insert_account_keys"), *columns)
    shared = await conn.fetch(query("shared_account_keys"), *columns[:2])
    if shared:
        said = "; ".join(
            f"{_shown(r['kind'], r['value'])} belongs to {' and '.join(r['accounts'])}"
            for r in shared[:MOST_NAMED]
        )
        raise DirectoryConflict(f"What tells whose ticket it is must tell one account: {said}.")


def _shown(kind: str, value: str) -> str:
    """A PIN is never repeated."""
    if kind == "pin":
        return "a PIN"
    return f"{_SHOWN.get(kind, kind.removeprefix('ext:') + ' id')} {value}"


async def _notices(conn: AnyConnection, read: Directory, now: datetime) -> tuple[str, ...]:
    """What is taken, and does not fit the policy or the people that are there now."""
    accounts = read.accounts.values()
    found = await _unknown_plans(conn, accounts, now)
    named = [
        (a.id, role, person)
        for a in accounts
        for role, person in (("account manager", a.account_manager), ("CSM", a.csm))
        if person
    ]
    rows = await conn.fetch(query("people_by_id"), [person for *_, person in named])
    people = {r["id"] for r in rows}
    return (
        *found,
        *_unreachable(await _now(conn, read.people)),
        *(
            f"{account} has the {role} {person}, who is not in the directory."
            for account, role, person in named
            if person not in people
        ),
    )


async def _now(conn: AnyConnection, people: Iterable[str]) -> list[Person]:
    """People as they were written."""
    rows = await conn.fetch(query("people_by_id"), list(people))
    return sorted((codec.decode_person(r["body"]) for r in rows), key=lambda person: person.id)


def _unreachable(people: Iterable[Person]) -> Iterator[str]:
    """Who could be paged if somebody proved that an address is theirs."""
    for person in people:
        if person.contact_methods and not any(m.usable for m in person.contact_methods):
            yield (
                f"{person.id} has no contact method that is verified and works, so no page reaches "
                f"{person.name}."
            )


async def _unknown_plans(
    conn: AnyConnection, accounts: Iterable[Account], now: datetime
) -> list[str]:
    heads = await conn.fetch(query("policy_heads"))
    current = ([r["id"] for r in heads if r["effective_at"] <= now] or [None])[-1]
    if current is None:
        return []
    row = await conn.fetchrow(query("policy_by_id"), current)
    plans = codec.decode(row["document"])["plans"] if row else {}
    return [
        f"{a.id} is on the plan {a.plan}, which {current} does not have."
        for a in accounts
        if a.plan not in plans
    ]
