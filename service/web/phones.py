"""The simulator beside the service: its phones, our people, cases and clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from notifiers.simulator.config import Hooks, OwnNumber, SimulatorConfig
from notifiers.simulator.simulation import Simulation
from routing.region import with_sun
from service.library import NothingLoaded, Shelf
from service.settings import Settings
from service.store import codec
from service.store.sql import query
from service.web.devclock import move
from service.wiring import Service

SHOWN = 12
"""Cases on the page, the newest first."""
CUSTOMERS = 6
"""Their phones on the page."""
LINES = 60
"""Lines of each case's timeline."""


def simulation(settings: Settings, service: Callable[[], Service]) -> Simulation | None:
    """The stand-in for Twilio, where the settings name no other."""
    twilio = settings.twilio
    if settings.production or twilio is None or not twilio.simulated:
        return None
    base = settings.public_url
    ours = [
        OwnNumber(
            number,
            f"{base}/twilio/sms",
            f"{base}/twilio/voice" if number == twilio.hotline_number else None,
        )
        for number in dict.fromkeys((twilio.from_number, twilio.hotline_number))
        if number
    ]
    config = SimulatorConfig(
        account_sid=twilio.account_sid,
        auth_token=twilio.auth_tokens[0],
        numbers=tuple(ours),
        clock=lambda: service().clock.now(),  # noqa: PLW0108 - the clock is made later
        messaging_service_sid=twilio.messaging_service_sid,
        journal=settings.data_dir / "phones.jsonl",
    )
    return Simulation(config, _hooks(service))


def _hooks(service: Callable[[], Service]) -> Hooks:
    async def cases() -> Sequence[Mapping[str, Any]]:
        return await _cases(service())

    async def people() -> Sequence[Mapping[str, Any]]:
        return await _people(service())

    async def advance(seconds: float) -> None:
        await move(service(), timedelta(seconds=seconds))

    return Hooks(cases, people, advance)


async def _cases(service: Service) -> list[dict[str, Any]]:
    async with service.pool.acquire() as conn:
        nothing = [None] * 6
        rows = await conn.fetch(query("list_cases"), *nothing, SHOWN, None)
        lines = {r["id"]: await conn.fetch(query("timeline_of"), r["id"], 0, LINES) for r in rows}
    try:
        book = (await service.desk.shelf()).book()
    except NothingLoaded:
        return []
    shown = []
    for row in rows:
        case = codec.decode_case(row["body"])
        shown.append(
            {
                "id": case.id,
                "subject": case.ticket.subject,
                "account": case.account_name,
                "severity": case.severity,
                "state": case.state.value,
                "owner": book.name(case.owner) if case.owner else None,
                "wake_at": case.wake_at,
                "timeline": [{"at": line["at"], "text": line["text"]} for line in lines[case.id]],
            }
        )
    return shown


async def _people(service: Service) -> list[dict[str, Any]]:
    """Everybody with a number, in the order in which a page would reach them now.

    Customers stand beside the first, so that one sees both ends of a call to the hotline.
    """
    try:
        shelf = await service.desk.shelf()
    except NothingLoaded:
        return []
    first = _soonest(shelf, service.clock.now())
    found: dict[str, str] = {}
    for person in sorted(shelf.people.values(), key=lambda p: (first.get(p.id, 99), p.name)):
        for method in person.contact_methods:
            if method.type in {"sms", "voice"}:
                found.setdefault(method.address, person.name)
    staff = [{"name": name, "number": number} for number, name in found.items()]
    return [*staff[:1], *await _customers(service), *staff[1:]]


async def _customers(service: Service) -> list[dict[str, Any]]:
    """One telephone of each account."""
    async with service.pool.acquire() as conn:
        rows = await conn.fetch(query("all_accounts"))
    found = []
    for account in (codec.decode_account(row["body"]) for row in rows):
        contact = next((c for c in account.contacts if c.phone), None)
        if contact is not None:
            found.append({"name": f"{contact.name}, {account.name}", "number": contact.phone})
    return found[:CUSTOMERS]


def _soonest(shelf: Shelf, now: datetime) -> dict[str, int]:
    """The region with the sun, whoever stands behind it, then Sustained Engineering."""
    policy, book = shelf.current, shelf.book()
    sun = with_sun(policy.regions, policy.calendars, now)
    schedules = [sun.schedule, sun.backup] if sun else []
    schedules.append(policy.engineering.schedule or "")
    on_call = [p for s in schedules if s for p in book.on_call(s, now)]
    return {person: place for place, person in reversed(list(enumerate(on_call)))}
