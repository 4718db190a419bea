"""What is written on a ticket is written once, in order, and not for ever."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest

from routing.event import Acknowledge, Note
from service.sender import Sender
from service.tickets.marker import marker
from service.wiring import sender_of
from tests.service.office import NOW, Office, StillClock, opened
from tests.service.post import Post
from tests.stories.zendesk import API_TOKEN, EMAIL, Ticket, Zendesk


@dataclass
class Clerk:
    office: Office
    zendesk: Zendesk
    sender: Sender
    ticket: Ticket

    async def serve(self, **by: float) -> None:
        self.office.clock.forward(**by)
        await Post(self.office, None, self.sender).serve("systems")  # type: ignore[arg-type]

    async def states(self) -> list[str]:
        rows = await self.office.pool.fetch(
            "select state from outbox where kind = 'write' order by id"
        )
        return [row["state"] for row in rows]

    @property
    def notes(self) -> list[str]:
        return [c["body"].split("\n")[0] for c in self.ticket.comments]


@pytest.fixture
def zendesk() -> Iterator[Zendesk]:
    with Zendesk(StillClock().now) as running:
        yield running
        running.settle()


@pytest.fixture
async def clerk(database_url: str, redis_url: str, zendesk: Zendesk) -> AsyncIterator[Clerk]:
    settings = {
        "ZENDESK_URL": zendesk.url,
        "ZENDESK_EMAIL": EMAIL,
        "ZENDESK_API_TOKEN": API_TOKEN,
    }
    async with opened(database_url, redis_url, **settings) as office:
        ticket = zendesk.open("T-1")
        await office.report("T-1")
        await office.pool.execute(
            "update cases set source = 'zendesk', body = replace(body::text,"
            ' \'"source":"standard"\', \'"source":"zendesk"\')::json'
        )
        sender = sender_of(office.service)
        yield Clerk(office, zendesk, sender, ticket)
        await sender.close()


async def test_notes_are_written_in_the_order_they_were_decided(clerk: Clerk) -> None:
    await clerk.office.desk.act("ACME-1", Acknowledge("anna", "SMS"))
    for n in range(3):
        await clerk.office.desk.act("ACME-1", Note("anna", f"step {n}"))
    for _ in range(4):
        await clerk.serve()
    assert clerk.notes[0].startswith("Anna Lind has acknowledged")
    assert clerk.notes[1:] == [f"Anna Lind: step {n}" for n in range(3)]
    assert await clerk.states() == ["delivered"] * 4


async def test_a_note_that_fails_is_tried_again_and_those_after_it_wait(clerk: Clerk) -> None:
    await clerk.office.desk.act("ACME-1", Note("anna", "first"))
    await clerk.office.desk.act("ACME-1", Note("anna", "second"))
    clerk.zendesk.refusals[:] = [503]
    await clerk.serve()
    await clerk.serve(seconds=1)
    assert (clerk.notes, await clerk.states()) == ([], ["queued", "queued"])
    await clerk.serve(seconds=29)
    await clerk.serve()
    assert clerk.notes == ["Anna Lind: first", "Anna Lind: second"]


async def test_a_write_whose_answer_was_lost_is_found_by_its_marker(clerk: Clerk) -> None:
    """Broken once: without the look, the note stood there twice."""
    await clerk.office.desk.act("ACME-1", Note("anna", "once"))
    (row,) = await clerk.sender.outbox.claim("systems", 5, clerk.office.clock.now(), uuid4())
    words = f"Anna Lind: once\n\n{marker(row.key)}"
    clerk.zendesk.comment(clerk.ticket, words, "900", public=False)  # and here we died
    clerk.office.clock.forward(seconds=45)
    await clerk.sender.outbox.lapse(clerk.office.clock.now())
    await clerk.serve()
    assert clerk.notes == ["Anna Lind: once"]
    assert await clerk.states() == ["delivered"]


async def test_what_a_system_refuses_is_given_up_and_the_next_is_written(clerk: Clerk) -> None:
    await clerk.office.desk.act("ACME-1", Note("anna", "first"))
    await clerk.office.desk.act("ACME-1", Note("anna", "second"))
    clerk.zendesk.refusals[:] = [422]
    await clerk.serve()
    await clerk.serve()
    assert (clerk.notes, await clerk.states()) == (["Anna Lind: second"], ["dead", "delivered"])


async def test_a_system_that_is_away_is_asked_for_a_day_and_no_longer(clerk: Clerk) -> None:
    await clerk.office.desk.act("ACME-1", Note("anna", "lost"))
    clerk.zendesk.__exit__()
    for _ in range(120):
        await clerk.serve(minutes=15)
        if await clerk.states() == ["dead"]:
            break
    assert NOW + timedelta(hours=23) < clerk.office.clock.now() <= NOW + timedelta(hours=24)


async def test_a_defect_of_ours_is_not_tried_for_ever(clerk: Clerk) -> None:
    """Broken once: a row that could not even be read was tried twice a minute, for ever."""
    await clerk.office.desk.act("ACME-1", Note("anna", "first"))
    await clerk.office.desk.act("ACME-1", Note("anna", "second"))
    await clerk.office.pool.execute(
        "update outbox set payload = '{\"rubbish\": 1}' where key = 'ACME-1/write/1'"
    )
    await clerk.serve()
    assert await clerk.states() == ["queued", "queued"]
    await clerk.serve(hours=24)
    await clerk.serve()
    assert (await clerk.states())[0] == "dead"
    assert clerk.notes == ["Anna Lind: second"]


async def test_without_write_access_nothing_is_written_and_nothing_waits(office: Office) -> None:
    await office.report("T-1")
    await office.desk.act("ACME-1", Note("anna", "for nobody"))
    sender = sender_of(office.service)
    await Post(office, None, sender).serve("systems")  # type: ignore[arg-type]
    row = await office.pool.fetchrow("select state, said from outbox where kind = 'write'")
    assert row is not None
    assert tuple(row) == ("delivered", "no write-back is set up for it")
    await sender.close()
