"""The people in the directory: whether what is set up here reaches them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import asyncpg

from routing.people import Person
from service.doctor.finding import Finding, good, warn
from service.settings import Settings
from service.store import codec
from service.store.pool import connect
from service.store.sql import query
from service.wiring import notifiers_of

PATIENCE = 5.0
MOST_NAMED = 5


async def check_people(settings: Settings) -> list[Finding]:
    """Nothing where there is no directory yet, or no database: that is told elsewhere."""
    try:
        connection = await connect(settings.database_url or "", patience=PATIENCE)
    except Exception:  # noqa: BLE001 - whatever it is, it is told of the database
        return []
    try:
        rows = await connection.fetch(query("all_people"))
    except asyncpg.UndefinedTableError:
        return []
    finally:
        await connection.close()
    people = [codec.decode_person(row["body"]) for row in rows]
    return list(reached(people, {notifier.channel for notifier in notifiers_of(settings)}))


def reached(people: Iterable[Person], channels: Collection[str]) -> Iterator[Finding]:
    """Who has a method that is verified, and whose channel is set up."""
    paged = [person for person in people if person.contact_methods]
    off: dict[str, list[str]] = {}
    for person in paged:
        for kind in {m.type for m in person.contact_methods if m.usable} - set(channels):
            off.setdefault(kind, []).append(person.id)
    for kind, names in sorted(off.items()):
        says = f"{kind} is not set up, and {some(names)} would be paged by it."
        yield warn("people", says, "Set the channel up (docs/channels.md), or change the methods.")
    alone = [p.id for p in paged if not any(_works(p, channels))]
    if alone:
        fix = "Verify a contact method of each, or set its channel up."
        yield warn("people", f"No page can reach {some(alone)}.", fix)
    elif paged:
        yield good("people", f"Pages can reach all {len(paged)} who have contact methods.")


def _works(person: Person, channels: Collection[str]) -> Iterator[bool]:
    return (m.usable and m.type in channels for m in person.contact_methods)


def some(names: list[str]) -> str:
    """The first few, and how many more."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
