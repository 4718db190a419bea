"""What decisions look things up in: policies, people, schedules, kept in memory while they hold.

A counter in the database moves whenever any of it changes; every transaction of the desk reads the
counter and so never decides by what is stale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from routing.book import Book
from routing.people import Person
from routing.policy import Policy
from routing.schedule import Override, Schedule
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query

_policy = codec.decoder(Policy)
_override = codec.decoder(Override)


class NothingLoaded(Exception):
    """There is no policy yet."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One generation of everything."""

    generation: int
    policies: Mapping[str, Policy]
    current: Policy
    people: Mapping[str, Person]
    schedules: Mapping[str, Schedule]
    phones: Mapping[str, tuple[str, ...]]
    """E.164 number to the people who have proved that it is theirs."""
    systems: tuple[str, ...] = ()
    """The ticket systems that are set up to create tickets in, the one to take first."""
    until: datetime | None = None
    """When the next policy version takes effect (UTC), if one is known."""
    books: dict[str, Book] = field(default_factory=dict, compare=False, repr=False)

    def book(self, policy: str | None = None) -> Book:
        """What a case decides by: its own policy version, live people and schedules."""
        chosen = self.policies.get(policy or "", self.current)
        book = self.books.get(chosen.id)
        if book is None:
            book = self.books[chosen.id] = Book(chosen, self.people, self.schedules)
        return book


class Library:
    def __init__(self, systems: tuple[str, ...] = ()) -> None:
        self._systems = systems
        self._shelf: Shelf | None = None
        self._policies: dict[str, Policy] = {}

    @property
    def last(self) -> Shelf | None:
        """What was read last, for when the database is away."""
        return self._shelf

    async def shelf(self, conn: AnyConnection, now: datetime) -> Shelf:
        """What holds at `now` (UTC), which drops old overrides. `conn` may be in a transaction."""
        return await self.at(conn, await conn.fetchval(query("generation")), now)

    async def at(self, conn: AnyConnection, generation: int, now: datetime) -> Shelf:
        """The same for who has just read the counter with something else."""
        shelf = self._shelf
        if shelf is None or shelf.generation != generation or (shelf.until and shelf.until <= now):
            shelf = self._shelf = await self.read(conn, now, generation)
        return shelf

    async def read(self, conn: AnyConnection, now: datetime, generation: int = 0) -> Shelf:
        """What holds at any instant, read anew and not kept."""
        rows = await conn.fetch(query("all_policies"))
        if not rows:
            raise NothingLoaded(
                "No policy has been applied yet. Webhooks are kept. "
                "Apply one with `heliograph policy apply FILE`."
            )
        policies = {r["id"]: self._version(r["id"], r["document"]) for r in rows}
        effective = [r["id"] for r in rows if r["effective_at"] <= now] or [rows[0]["id"]]
        current = policies[effective[-1]]
        people = {
            r["id"]: codec.decode_person(r["body"]) for r in await conn.fetch(query("all_people"))
        }
        overrides = await conn.fetch(query("live_overrides"), now)
        away = [_override(r["body"]) for r in await conn.fetch(query("live_absences"), now)]
        return Shelf(
            generation,
            policies,
            current,
            people,
            _with_overrides(
                _without(current.schedules, away), [(r["schedule"], r["body"]) for r in overrides]
            ),
            _phones(people),
            self._systems,
            min((r["effective_at"] for r in rows if r["effective_at"] > now), default=None),
        )

    def _version(self, name: str, document: str) -> Policy:
        """A version never changes: it is read, and its schedules are compiled, once."""
        known = self._policies.get(name)
        if known is None:
            known = self._policies[name] = replace(_policy(document), id=name)
        return known


def _without(schedules: Mapping[str, Schedule], away: Sequence[Override]) -> Mapping[str, Schedule]:
    """The schedules without those who are away, where they would be on call."""
    return {
        name: replace(s, overrides=(*own, *s.overrides)) if own else s
        for name, s in schedules.items()
        for own in [[absence for absence in away if absence.person in _people(s)]]
    }


def _people(schedule: Schedule) -> frozenset[str]:
    return frozenset(p for layer in schedule.layers for g in layer.rotation.groups for p in g)


def _with_overrides(
    schedules: Mapping[str, Schedule], rows: list[tuple[str, str]]
) -> Mapping[str, Schedule]:
    added: dict[str, tuple[Override, ...]] = {}
    for name, body in rows:
        added[name] = (*added.get(name, ()), _override(body))
    return {
        name: replace(s, overrides=(*s.overrides, *added[name])) if name in added else s
        for name, s in schedules.items()
    }


def _phones(people: Mapping[str, Person]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for person in people.values():
        for method in person.contact_methods:
            if method.verified and method.type in {"sms", "voice"}:
                owners = found.get(method.address, ())
                found[method.address] = tuple(dict.fromkeys((*owners, person.id)))
    return found
