"""Nobody loses a way to be reached without anybody hearing of it."""

import uuid
from dataclasses import replace
from datetime import timedelta

from routing.people import ContactMethod
from service.contacts import OPTED_OUT
from service.losing import PATIENCE
from service.messages import Urls, words_of
from service.outbox import Outbox
from service.store import codec
from service.store.sql import query
from tests.service.office import NOW, Office

MAIL = ContactMethod("mail", "email", "carl@support.example", verified=True)


async def told(office: Office) -> dict[str, tuple[str, str]]:
    """Who was told, by what, what."""
    rows = await office.pool.fetch(
        "select person, channel, payload->>'text' as text from outbox where key like 'lost/%'"
    )
    return {row["person"]: (row["channel"], row["text"]) for row in rows}


async def test_a_manager_hears_once_whom_a_stop_silenced_and_nobody_is_rung(
    office: Office,
) -> None:
    for _ in range(2):
        await office.service.contacts.disable("carl", "mobile", OPTED_OUT)
    assert await told(office) == {
        "grace": (
            "sms",
            (
                "Carl Ek gets no texts to +4670***07 any more: opted out with STOP. That person is "
                "still reached by calls. See that it is mended."
            ),
        )
    }
    assert await office.pool.fetchval("select count(*) from outbox") == 1
    assert office.rings


async def test_who_forges_stop_and_start_in_turn_is_told_of_once_an_hour(office: Office) -> None:
    for _ in range(3):
        await office.service.contacts.disable("carl", "mobile", OPTED_OUT)
        await office.service.contacts.enable("carl", "mobile")
    assert await office.pool.fetchval("select count(*) from outbox") == 1
    office.clock.forward(hours=1)
    await office.service.contacts.disable("carl", "mobile", OPTED_OUT)
    assert await office.pool.fetchval("select count(*) from outbox") == 2


async def test_it_is_not_lost_with_a_provider_that_is_away_or_a_telephone_that_is_off(
    office: Office,
) -> None:
    await office.service.contacts.disable("carl", "mobile", OPTED_OUT)
    outbox = Outbox(office.pool)
    (row,) = await outbox.claim("sms", 1, office.clock.now(), uuid.uuid4())
    assert row.give_up_at == NOW + PATIENCE
    words = words_of(row, Urls("https://pager.example", office.service.signer))
    assert words["valid_for"] == PATIENCE == timedelta(days=1)


async def test_the_person_hears_it_by_what_is_left(office: Office) -> None:
    """Whoever forges a STOP from a telephone does not thereby silence a mailbox."""
    carl = (await office.service.desk.shelf()).people["carl"]
    carl = replace(carl, contact_methods=(*carl.contact_methods, MAIL))
    await office.pool.execute(query("upsert_people"), ["carl"], [codec.encode(carl)], NOW)
    await office.service.contacts.disable("carl", "mobile", OPTED_OUT)
    found = await told(office)
    assert set(found) == {"carl", "grace"}
    assert found["carl"] == (
        "email",
        (
            "You get no texts to +4670***07 any more: opted out with STOP. You are still reached "
            "by calls and mails. If that was not you, tell a manager."
        ),
    )
