"""The hotline over signed HTTP: repeated and forged requests, floods, hidden numbers, faults."""

from __future__ import annotations

import asyncio
import re

import pytest

from service.hotline.ticking import tick
from tests.service.calling import ADA, HIDDEN, LAST_RESORT, Phone, cases, sent
from tests.service.web.visitor import visiting
from tests.service.web.world import World


async def test_the_case_is_there_before_the_answer_and_a_repetition_makes_no_second(
    world: World,
) -> None:
    ada = Phone(world)
    assert "press 1" in await ada.rings()
    assert await ada.rings() == ada.last, "the same call again"
    action = ada.action
    answers = await asyncio.gather(*(ada.raw(action, Digits="1") for _ in range(8)))
    assert len({answer.content for answer in answers}) == 1
    (case,) = await cases(world)
    assert (case["source"], case["severity"], case["state"]) == ("hotline", "L1", "paging")
    texts = [t for t in await sent(world, "announce") if ADA in t]
    assert len(texts) == 1
    assert str(case["id"]) in texts[0]
    late = await ada.raw(action, Digits="2")
    assert late.content == answers[0].content, "an older turn changes nothing"


async def test_a_forged_request_learns_and_changes_nothing(world: World) -> None:
    ada = Phone(world)
    answer = await ada.raw("/twilio/voice", token="another token")
    assert answer.status_code == 403
    assert (await world.get("/hotline/calls"))["items"] == []


async def test_a_fault_of_ours_dials_the_last_resort(world: World) -> None:
    ada = Phone(world)
    await ada.rings()
    async with world.service.pool.acquire() as conn:
        await conn.execute("alter table hotline_calls rename to away")
    action = ada.action
    answer = await ada.presses("1")
    assert LAST_RESORT in answer
    assert "<Record" in answer
    async with world.service.pool.acquire() as conn:
        await conn.execute("alter table away rename to hotline_calls")
    assert "case number" in await ada.posts(action, Digits="1"), "nothing was lost by it"


async def test_a_flood_leaves_the_door_open_for_a_pin_alone(world: World) -> None:
    for turn in range(5):
        await Phone(world, f"CA{turn}", "+14155550999").rings()
    phone = Phone(world, "CA9", "+14155550999")
    await phone.rings()
    assert "<Hangup" in await phone.presses("1")
    phone = Phone(world, "CA10", "+14155550999")
    await phone.rings()
    assert "press 1" in await phone.presses("482915")
    phone = Phone(world, "CA11", "+14155550999")
    await phone.rings()
    assert "PIN" in await phone.presses("1"), "a customer's telephone has all its tries"


async def test_hidden_callers_are_many_and_are_not_shut_out_by_each_other(world: World) -> None:
    for turn in range(19):
        await Phone(world, f"CA{turn}", HIDDEN).rings()
    slip = Phone(world, "CA30", HIDDEN)
    await slip.rings()
    assert "enter your support PIN" in await slip.presses("1")
    last = Phone(world, "CA31", HIDDEN)
    await last.rings()
    assert "<Hangup" in await last.presses("1")


async def test_an_account_that_calls_and_calls_has_one_case_and_everybody_waits_in_line(
    world: World,
) -> None:
    for turn in range(12):
        ada = Phone(world, f"CA{turn}")
        await ada.rings()
        if "Is it about case" in await ada.presses("1"):
            await ada.presses("9")  # a new one, each time
        assert "case number" in ada.last
    assert len(await cases(world)) == 10
    line = (await world.get("/hotline/calls?live=true"))["items"]
    assert len(line) == 12, "nobody was refused"


@pytest.mark.parametrize("number", ["+14155550666", HIDDEN, "anonymous", ""])
async def test_hidden_and_blocked_callers_get_through_with_their_pin(
    world: World, number: str
) -> None:
    phone = Phone(world, number=number)
    assert "PIN" in await phone.rings()
    assert "press 1" in await phone.presses("482915")
    await phone.presses("1")
    (case,) = await cases(world)
    assert case["account"] == "acme"
    texts = [t for t in await sent(world, "announce") if "is open" in t]
    assert len(texts) == (1 if number == "+14155550666" else 0)


async def test_who_is_silent_for_long_has_hung_up(world: World) -> None:
    ada = Phone(world)
    await ada.rings()
    await ada.presses("1")
    world.clock.forward(seconds=29)
    await tick(world.service)
    assert (await world.get("/hotline/calls"))["items"][0]["state"] == "connecting"
    world.clock.forward(seconds=2)
    await tick(world.service)
    (call,) = (await world.get("/hotline/calls"))["items"]
    assert (call["state"], call["outcome"]) == ("ended", "abandoned")
    (promise,) = (await world.get("/hotline/callbacks"))["items"]
    assert promise["remaining_seconds"] == 900


async def test_numbers_are_masked_for_those_who_answer_nobody(world: World) -> None:
    ada = Phone(world)
    await ada.rings()
    await ada.posts("/twilio/voice", CallStatus="completed")
    (seen,) = (await world.get("/hotline/calls", role="viewer"))["items"]
    assert (seen["state"], seen["outcome"]) == ("ended", "abandoned")
    assert not re.search(r"5550101", str(seen["number"]))
    assert (await world.get("/hotline/calls", role="responder", person="anna"))["items"][0][
        "number"
    ] == ADA
    csm = await world.get("/hotline/calls", role="csm", person="anna")
    assert csm["items"] == []
    first = await world.get("/hotline/calls?limit=1")
    assert first["next"] is None


async def test_who_only_looks_learns_no_callers_number(world: World) -> None:
    """Broken once: the timeline told whose call had joined a case."""
    for sid in ("CA1", "CA2"):
        phone = Phone(world, sid)
        await phone.rings()
        if "Is it about case" in await phone.presses("1"):
            await phone.presses("1")
    (case,) = await cases(world)
    paths = (f"/cases/{case['id']}", f"/cases/{case['id']}/timeline?limit=200")
    for role, whole in (("viewer", [False, False]), ("responder", [True, True])):
        told = [(await world.ask("GET", path, role=role)).text for path in paths]
        assert [ADA in text for text in told] == whole
        assert "A caller confirmed an emergency by telephone (+1415" in told[1]
        async with visiting(world, role) as visitor:
            assert (ADA in await visitor.open(paths[0])) is all(whole)
