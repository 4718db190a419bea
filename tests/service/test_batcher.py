"""Webhooks that arrive together share a transaction, and no other fate."""

import asyncio
from dataclasses import replace

import pytest

from service.arrivals import Arrival, Landed
from service.store.pool import is_away
from service.web import batcher
from service.web.batcher import Batcher
from tests.service.office import Office


async def take(office: Office, *arrivals: Arrival) -> list[Landed | BaseException]:
    """What each of them is answered, sent all at once."""
    made = Batcher(office.desk)
    return await asyncio.gather(*(made.take(a) for a in arrivals), return_exceptions=True)


async def test_what_arrives_together_is_answered_each_with_its_own_case(office: Office) -> None:
    landed = await take(office, *(office.arrival(f"T-{n}") for n in range(10)))
    cases = {one.case for one in landed if isinstance(one, Landed)}
    assert len(cases) == 10


async def test_one_that_cannot_be_saved_is_a_dead_letter_and_the_others_are_decided(
    office: Office,
) -> None:
    bad = office.arrival("T-1", subject="no\x00thing")
    landed = await take(office, office.arrival("T-0"), bad, office.arrival("T-2"))
    fates = [(one.case is not None, one.dead) for one in landed if isinstance(one, Landed)]
    assert fates == [(True, False), (False, True), (True, False)]


async def test_a_value_that_fits_in_no_row_is_not_taken_for_an_absent_database(
    office: Office,
) -> None:
    """Broken once: asyncpg's refusal was taken for an absence, and nobody of the batch got in."""
    bad = replace(office.arrival("T-1"), event_key=7)  # type: ignore[arg-type]
    first, second, third = await take(office, office.arrival("T-0"), bad, office.arrival("T-2"))
    assert isinstance(second, Exception)
    assert not is_away(second)
    assert isinstance(first, Landed)
    assert isinstance(third, Landed)
    assert first.case
    assert third.case


async def test_in_a_burst_the_urgent_are_decided_and_the_others_stored(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batcher, "BURST", 4)
    monkeypatch.setattr(batcher, "AMID", 4)
    waiting = [office.arrival(f"T-{n}", priority="low") for n in range(10)]
    urgent = [office.arrival(f"U-{n}", priority="urgent") for n in range(3)]
    landed = await take(office, *waiting, *urgent)
    assert all(isinstance(one, Landed) and one.case for one in landed[10:])
    states = await office.pool.fetch(
        "select state, count(*) as n from intake group by 1 order by 1"
    )
    assert [tuple(row) for row in states] == [("decided", 4), ("stored", 9)]


async def test_without_a_policy_everything_is_kept_for_later(office: Office) -> None:
    await office.pool.execute("truncate policies")
    await office.pool.execute("update generations set value = value + 1")
    landed = await take(
        office,
        office.arrival("T-0"),
        office.arrival("T-1", event_key="once"),
        office.arrival("T-1", event_key="once"),
    )
    assert landed == [Landed(None), Landed(None), Landed(None, duplicate=True)]
    assert await office.pool.fetchval("select count(*) from intake where state = 'stored'") == 2
