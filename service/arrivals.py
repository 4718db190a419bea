"""Webhooks as they come in, and the rows that keep them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from routing.report import Report
from service.store.pool import AnyConnection
from service.store.sql import query

Key = tuple[str, str]
"""Source and event key: the same for every delivery of one event."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One authentic webhook: its reports, or why it could not be read (`unreadable`)."""

    source: str
    event_key: str
    received_at: datetime
    headers: str
    """JSON; never a secret."""
    body: bytes
    reports: tuple[Report, ...] = ()
    unreadable: str | None = None
    ignored: str | None = None
    stored: int | None = None
    """The intake row that holds it already, when it was stored first."""

    @property
    def key(self) -> Key:
        return self.source, self.event_key


@dataclass(frozen=True, slots=True)
class Landed:
    """What became of a webhook."""

    case: str | None
    duplicate: bool = False
    dead: bool = False


@dataclass(frozen=True, slots=True)
class Fate:
    """What is written down about a webhook: the state of its row, its case, and the reason."""

    arrival: Arrival
    state: str
    case: str | None = None
    said: str | None = None


async def known_ones(conn: AnyConnection, arrivals: Sequence[Arrival]) -> dict[Key, str | None]:
    """Those that were taken in before, each with its case."""
    if not arrivals:
        return {}
    rows = await conn.fetch(query("known_intake"), *_keys(arrivals))
    return {(r["source"], r["event_key"]): r["case_id"] for r in rows}


def _keys(arrivals: Sequence[Arrival]) -> tuple[list[str], list[str]]:
    """Sources and event keys, as columns."""
    return [a.source for a in arrivals], [a.event_key for a in arrivals]


async def lock_stored(conn: AnyConnection, arrivals: Sequence[Arrival]) -> set[int]:
    """The stored ones that wait still; another worker may have been quicker."""
    stored = [a.stored for a in arrivals if a.stored is not None]
    return {r["id"] for r in await conn.fetch(query("lock_stored"), stored)} if stored else set()


def fresh_ones(arrivals: Sequence[Arrival], known: Mapping[Key, str | None]) -> list[Arrival]:
    """Each delivery once, also where one batch holds it twice."""
    first: dict[Key, Arrival] = {}
    for arrival in arrivals:
        if arrival.stored is not None or arrival.key not in known:
            first.setdefault(arrival.key, arrival)
    return list(first.values())


def landings(
    arrivals: Sequence[Arrival], known: Mapping[Key, str | None], fates: Sequence[Fate]
) -> list[Landed]:
    """What to answer each, in their order; `fates` are those of the fresh ones."""
    found = {fate.arrival.key: fate for fate in fates}
    return [_landed(arrival, known, found.get(arrival.key)) for arrival in arrivals]


def _landed(arrival: Arrival, known: Mapping[Key, str | None], fate: Fate | None) -> Landed:
    if fate is None:
        return Landed(known.get(arrival.key), duplicate=True)
    return Landed(fate.case, duplicate=fate.arrival is not arrival, dead=fate.state == "dead")


async def keep(
    conn: AnyConnection,
    fates: Sequence[Fate],
    decided_at: datetime | None,
    urgency: Mapping[Key, int] | None = None,
) -> None:
    """Write down what became of each. Raises UniqueViolationError where another took it first.

    `decided_at` is None for what is only stored, with its `urgency` (0 is decided first).
    """
    stored = [f for f in fates if f.arrival.stored is not None]
    if stored:
        await conn.execute(
            query("intake_decided"),
            [f.arrival.stored for f in stored],
            [f.state for f in stored],
            [f.case for f in stored],
            [f.said for f in stored],
            decided_at,
        )
    await _insert(conn, [f for f in fates if f.arrival.stored is None], decided_at, urgency or {})


async def _insert(
    conn: AnyConnection,
    fates: Sequence[Fate],
    decided_at: datetime | None,
    urgency: Mapping[Key, int],
) -> None:
    if not fates:
        return
    columns = zip(*(_line(fate, decided_at, urgency) for fate in fates), strict=True)
    rows = await conn.fetch(query("insert_intake"), *map(list, columns))
    if len(rows) < len(fates):
        raise asyncpg.UniqueViolationError("another process took the same delivery")


def _line(
    fate: Fate, decided_at: datetime | None, urgency: Mapping[Key, int]
) -> tuple[object, ...]:
    """What `insert_intake` takes, in its order."""
    arrival = fate.arrival
    return (
        *arrival.key, arrival.received_at, fate.state, urgency.get(arrival.key, 0),
        arrival.headers, arrival.body, fate.case, fate.said, decided_at,
    )  # fmt: skip
