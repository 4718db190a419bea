"""A ring wakes those who have something to do, and nobody else."""

from datetime import timedelta
from uuid import uuid4

import pytest

from routing.event import Note
from service.chime import Chime
from service.outbox import LANES, Outbox
from service.porter import SOON, Porter
from service.store.pool import Pool
from tests.service.office import NOW, Office

TOPICS = (*LANES, "cases", "stored")


class Loops:
    """One for each topic, and a porter at the door."""

    def __init__(self, office: Office) -> None:
        self.chime = Chime()
        self.porter = Porter(office.service, self.chime)
        self.listeners = {topic: self.chime.listener(topic) for topic in TOPICS}

    async def woken(self) -> set[str]:
        await self.porter.look()
        woken = {t for t, listener in self.listeners.items() if listener._event.is_set()}
        for listener in self.listeners.values():
            listener._event.clear()
        return woken


@pytest.fixture
async def loops(office: Office) -> Loops:
    return Loops(office)


async def test_where_nothing_is_due_nobody_is_woken(loops: Loops) -> None:
    assert await loops.woken() == set()


async def test_a_lane_is_woken_for_what_it_has_to_send(office: Office, loops: Loops) -> None:
    """Broken once: the query asked every lane whether any lane had something to send."""
    landed = await office.report("T-1")
    assert await loops.woken() == {"sms"}
    await Outbox(office.pool).claim("sms", 5, NOW, uuid4())
    assert await loops.woken() == set()
    await office.desk.act(str(landed.case), Note("anna", "On my way."))
    assert await loops.woken() == {"systems"}


async def test_the_alarm_is_woken_for_what_is_due_before_it_looks_by_itself(
    office: Office, loops: Loops
) -> None:
    landed = await office.report("T-1", status="open")
    await Outbox(office.pool).claim("sms", 5, NOW, uuid4())
    wake_at = (await office.case(str(landed.case))).wake_at
    assert wake_at
    office.clock.at = wake_at - SOON - timedelta(milliseconds=1)
    assert "cases" not in await loops.woken()
    office.clock.at = wake_at - SOON
    assert "cases" in await loops.woken()


async def test_what_was_only_stored_is_decided(office: Office, loops: Loops) -> None:
    await office.desk.store([office.arrival("T-1")], [0])
    assert await loops.woken() == {"stored"}


async def test_whoever_cannot_be_asked_for_is_woken_to_look_for_himself(
    office: Office, loops: Loops, lost: Pool
) -> None:
    office.service.pool = lost
    assert await loops.woken() == set(TOPICS)
