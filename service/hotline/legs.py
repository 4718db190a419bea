"""Calls of ours to people of ours: what each is for is told by the key of its row."""

from __future__ import annotations

from dataclasses import dataclass

from service.hotline import speech
from service.hotline.acting import HELP
from service.hotline.helping import Helping
from service.hotline.outbound import CONTACT, OUT, Outbound
from service.hotline.responders import Responders
from service.store.sql import query
from service.wiring import Service


@dataclass(frozen=True, slots=True)
class Leg:
    """`name` and `what` are of the key `hotline/NAME/WHAT/NUMBER`."""

    case: str
    person: str
    """Empty for a contact."""
    name: str
    what: str


async def leg_of(service: Service, row: int) -> Leg:
    """Raises LookupError."""
    async with service.pool.acquire() as conn:
        found = await conn.fetchrow(query("outbox_by_id"), row)
    if found is None or found["kind"] != "bridge":
        raise LookupError(f"Row {row} is no call of the hotline.")
    _, name, what, *_ = found["key"].split("/")
    return Leg(found["case_id"], found["person"] or "", name, what)


async def whispered(service: Service, row: int, action: str) -> bytes:
    """What the person hears, and which key connects."""
    leg = await leg_of(service, row)
    if leg.what == HELP:
        return await Helping(service).whisper(leg.name, action)
    if leg.what == OUT:
        return await Outbound(service).whisper(leg.name, action)
    if leg.what == CONTACT:
        return await Outbound(service).contact(leg.name, action)
    return await Responders(service).whisper(leg.case, leg.person, action)


async def taken(service: Service, row: int, line: str) -> bytes:
    """He pressed the key that connects."""
    leg = await leg_of(service, row)
    if leg.what == HELP:
        return await Helping(service).take(leg.name, leg.person)
    if leg.what == OUT:
        return await Outbound(service).take(leg.name)
    if leg.what == CONTACT:
        return await Outbound(service).meet(leg.name)
    responders = Responders(service)
    document = await responders.take(leg.case, leg.person, line)
    return document or await responders.truth(leg.case, leg.person)


async def declined(service: Service, row: int) -> bytes:
    """No key was pressed, or another one; to a customer it is not said what that means to us."""
    leg = await leg_of(service, row)
    if leg.what == CONTACT:
        return await Outbound(service).farewell(leg.name)
    return speech.farewell((await service.desk.shelf()).current.hotline, "no_key")
