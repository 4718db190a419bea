"""Whoever ends the paging ends it for everybody at once: what is queued, on its way, ringing."""

import pytest

from routing.event import (
    Acknowledge,
    AddResponder,
    Escalate,
    Event,
    Reassign,
    Resolve,
    Snooze,
    TakeOver,
)
from service.store import codec
from tests.service.office import Office

ENDS: list[Event] = [
    Acknowledge("carl", "sms"),
    TakeOver("anna", "sms"),
    Snooze("carl", 30),
    Reassign("carl", "anna"),
    Resolve("carl", "sms"),
    Escalate("carl", "sms"),
]


async def ringing(office: Office, ticket: str) -> str:
    """Carl is texted and his other phone rings; Ben's text waits, Anna's is being sent."""
    case = (await office.report(ticket, tags=("by-voice",))).case
    assert case is not None
    office.clock.forward(minutes=2)
    await office.desk.wake()
    for person in ("ben", "anna"):
        await office.desk.act(case, AddResponder("carl", person))
    await office.pool.execute(
        "update outbox set ref = case when person = 'carl' then channel || '-' || id end,"
        " state = case person when 'anna' then 'sending' when 'carl' then 'sent' else state end"
        " where case_id = $1 and kind = 'page'", case,
    )  # fmt: skip
    return case


@pytest.mark.parametrize("event", ENDS, ids=lambda event: type(event).__name__)
async def test_what_is_queued_is_not_sent_and_what_rings_is_hung_up(
    office: Office, event: Event
) -> None:
    """Broken once: with the cancelling of ringing calls left out, Carl's phone rang on."""
    case = await ringing(office, "T-1")
    before = await office.pool.fetchval("select max(id) from outbox")
    await office.desk.act(case, event)
    rows = await office.pool.fetch(
        "select person, channel, state, unwanted, ref from outbox"
        " where case_id = $1 and kind = 'page' and id <= $2", case, before,
    )  # fmt: skip
    told = {(r["person"], r["channel"]): (r["state"], r["unwanted"]) for r in rows}
    assert told["ben", "sms"] == ("cancelled", True)
    assert told["anna", "sms"] == ("sending", True), "given up as soon as the provider has it"
    call = next(r["ref"] for r in rows if r["channel"] == "voice")
    hung_up = await office.pool.fetch("select payload from outbox where kind = 'cancel'")
    assert [codec.decode(r["payload"])["ref"] for r in hung_up] == [call]
    now = await office.case(case)
    assert {p.person for p in now.open_pages} <= {"anna", "erik"}
