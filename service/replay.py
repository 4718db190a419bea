"""Dead letters: authentic webhooks nobody could read or decide, read again."""

from __future__ import annotations

from dataclasses import dataclass

from service.audit import note
from service.reading import READERS, read
from service.store import codec
from service.store.sql import query
from service.wiring import Service


class NoSuchLetter(Exception):
    """No webhook has this number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no stored webhook {number}. Nothing was replayed.")


class NotDead(Exception):
    """The webhook was decided before; the text says what became of it."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """`case` is None while the letter stays dead (`said` says why) or says nothing of a ticket."""

    case: str | None
    dead: bool
    said: str | None


async def replay(service: Service, number: int, by: str) -> Replayed:
    """Read a dead letter as if it came now. It was authentic then; that is not asked again.

    Raises NoSuchLetter, NotDead, NothingLoaded.
    """
    async with service.pool.acquire() as conn:
        row = await conn.fetchrow(query("intake_by_id"), number)
    if row is None:
        raise NoSuchLetter(number)
    if row["state"] != "dead":
        case = f" as {row['case_id']}" if row["case_id"] else ""
        raise NotDead(f"The webhook {number} was {row['state']}{case}. Nothing was replayed.")
    source = row["source"]
    if source not in READERS:
        raise NotDead(f"No source {source} is read here any more. The letter is kept.")
    arrival = read(
        source,
        codec.decode(row["headers"]),
        row["body"],
        row["received_at"],
        service.own(source),
        (number, row["event_key"]),
    )
    landed = await service.desk.report_alone(arrival)
    async with service.pool.acquire() as conn, conn.transaction():
        after = await conn.fetchrow(query("intake_by_id"), number)
        detail = {"intake": number, "case": landed.case}
        await note(conn, service.clock.now(), by, "replayed a dead letter", detail)
    state, said = (after["state"], after["said"]) if after else ("dead", None)
    return Replayed(landed.case, state == "dead", said)
