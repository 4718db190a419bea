"""Tickets of callers' cases: where they are created, and whether we may."""

from __future__ import annotations

import httpx

from service.clock import Clock
from service.conversing import Line
from service.doctor.finding import Finding, bad, good, warn
from service.doctor.hotline import rules_of
from service.settings import Settings, variable
from service.tickets.systems import creating
from service.tickets.ticketsystem import Access, Creating, Done, Judgement, Refused
from service.wiring import access_of, creators_of

WITHOUT = "Callers' cases get no ticket: no system is set up for it."


async def check_tickets(settings: Settings, clock: Clock) -> list[Finding]:
    """Nothing where no policy is loaded, it has no hotline or wants no tickets."""
    try:
        rules = await rules_of(settings, clock)
    except Exception:  # noqa: BLE001 -- the database's own check says what it is
        return []
    if rules is None or not rules.number or rules.tickets == "none":
        return []
    access = access_of(settings)
    name = rules.tickets
    if name == "any":
        name = next(iter(creators_of(access)), "")
    if not name:
        fix = "Give a ticket system what it wants of a new ticket, or say hotline.tickets: none."
        return [warn("tickets", WITHOUT, fix)]
    system = creating(name)
    if system is None or name not in access:
        says = f"The policy wants callers' tickets in {name}, which we cannot write to."
        return [bad("tickets", says, f"Set HELIOGRAPH_{variable(name)}_URL and its companions.")]
    return [await _of(system, access[name])]


async def _of(system: Creating, access: Access) -> Finding:
    line = Line(timeout=10)
    try:
        return _judged(system, await line.hold(system.may_create(access), access))
    except httpx.HTTPError as error:
        says = f"{system.name} does not answer ({type(error).__name__}): callers' tickets wait."
        return warn("tickets", says, "Check its address and the network, and run this again.")
    finally:
        await line.close()


def _judged(system: Creating, verdict: Judgement) -> Finding:
    if isinstance(verdict, Done):
        return good("tickets", f"Callers' tickets are created in {system.name}.")
    says = f"Callers' tickets cannot be created: {verdict.sentence}"
    if isinstance(verdict, Refused):
        return bad("tickets", says, "See `docs/ticket-systems.md` for what our user must be.")
    return warn("tickets", says, "Run this again.")
