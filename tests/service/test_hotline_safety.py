"""Whatever is broken here, no telephone is left without words that help."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest

from notifiers.twilio.twiml_check import check
from service.hotline import safety
from service.hotline.speech import MUSIC
from service.web.hotline import HANDLERS
from tests.service.calling import ADA, LAST_RESORT, Phone, calls, cases, run
from tests.service.web.world import World

ANNA = {"To": "+46701740605"}
RESORT, STAY, BYE = (LAST_RESORT, "<Record"), ("stay on the line", "<Redirect"), ("Goodbye",)
DOORS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "/twilio/voice": ({}, RESORT),
    "/twilio/hotline/call/CA1/1": ({"Digits": "1"}, RESORT),
    "/twilio/hotline/call/CA1/2": ({"RecordingUrl": "https://r/1"}, RESORT),
    "/twilio/hotline/responder/CA1/anna": ({}, (*STAY, "/responder/CA1/anna?tried=1")),
    "/twilio/hotline/responder/CA1/anna?tried=2": ({}, ("in your texts", "<Hangup")),
    "/twilio/hotline/responder/CA1/anna/over": ({}, (*STAY, "/CA1/anna/over?tried=1")),
    "/twilio/hotline/aside/CA1/anna/0": ({}, (*STAY, "/aside/CA1/anna/0?tried=1")),
    "/twilio/hotline/helper/CA1/erik": ({}, (*STAY, "/helper/CA1/erik?tried=1")),
    "/twilio/hotline/out/b1/wait": ({}, (*STAY, "/out/b1/wait?tried=1")),
    "/twilio/hotline/out/b1/over-responder": ({}, (*STAY, "/over-responder?tried=1")),
    "/twilio/hotline/out/b1/over-customer": ({}, BYE),
    "/twilio/hotline/leg/7": (ANNA, (*STAY, "/leg/7?tried=1")),
    "/twilio/hotline/leg/7?tried=2": (ANNA, ("in your texts", "<Hangup")),
    "/twilio/hotline/leg/7/key": ({"Digits": "1", **ANNA}, (*STAY, "/leg/7?tried=1")),
    "/twilio/hotline/leg/8": ({"To": ADA}, ("One moment", "<Redirect", "/leg/8?tried=1")),
    "/twilio/hotline/leg/8?tried=2": ({"To": ADA}, ("call us if it is urgent", "<Hangup")),
    "/twilio/hotline/leg/8/key": ({"Digits": "1", "To": ADA}, ("One moment", "/leg/8?tried=1")),
    "/twilio/hotline/back/CA1/customer": ({}, ("Press 1 to speak", "/back/CA1/key")),
    "/twilio/hotline/back/CA1/key": ({"Digits": "1"}, ("<Response />",)),
    "/twilio/hotline/back/CA1/over": ({"DialCallStatus": "completed"}, BYE),
    "/twilio/hotline/trouble": ({"RecordingUrl": "https://r/1"}, BYE),
}
"""Path to the fields that come with it, and what is said although nothing can be read or written:
a caller is led to people, an engineer's line asks again, a customer's key connects all the same."""


def test_no_door_is_forgotten() -> None:
    """`hold.wav` and what is heard while on hold need nothing of ours; a transcript is no call."""
    paths = {path.partition("?")[0] for path in DOORS} | {"/twilio/hotline/room/CA1"}
    wanted = [path for handler in HANDLERS for path in handler.paths]
    forgotten = [w for w in wanted if not any(re.fullmatch(shape(w), path) for path in paths)]
    assert forgotten == ["/twilio/hotline/hold", MUSIC, "/twilio/hotline/transcript/{name:str}"]


def shape(path: str) -> str:
    """What an address of this route looks like."""
    return re.sub(r"{\w+:(\w+)}", lambda m: r"\d+" if m[1] == "int" else "[^/]+", path)


async def ring_at_all(world: World) -> None:
    phone = Phone(world)
    asked = [phone.raw(path, **fields) for path, (fields, _) in DOORS.items()]
    answers = await asyncio.gather(*asked, phone.raw("/twilio/hotline/room/CA1"))
    *answers, room = answers
    assert room.status_code == 204
    told = [a.text for a, p in zip(answers, DOORS, strict=True) if "/leg/8" in p]
    assert not [text for text in told if "fault" in text and "console" in text]
    wrong = [
        f"{path}: {answer.status_code} {answer.text}"
        for (path, (_, words)), answer in zip(DOORS.items(), answers, strict=True)
        if not good(answer, words)
    ]
    assert wrong == []


def good(answer: httpx.Response, words: tuple[str, ...]) -> bool:
    document = answer.text
    well = answer.status_code == 200 and check(answer.content) == []
    return well and all(word in document for word in words)


async def test_every_door_holds_when_a_statement_fails(world: World) -> None:
    await run(world, "alter table hotline_calls rename to gone")
    await run(world, "alter table hotline_callbacks rename to gone_too")
    await run(world, "alter table hotline_bridges rename to gone_with_them")
    await run(world, "alter table outbox rename to gone_as_well")
    await ring_at_all(world)


async def test_every_door_holds_when_the_database_hangs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safety, "DEADLINE", 0.2)
    async with world.service.pool.acquire() as conn, conn.transaction():
        await conn.execute(
            "lock table hotline_calls, hotline_callbacks, hotline_bridges, outbox, generations"
        )
        await ring_at_all(world)


async def test_every_door_holds_when_the_database_is_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safety, "DEADLINE", 0.2)
    world.service.pool.terminate()
    await ring_at_all(world)


async def test_a_policy_that_cannot_be_read_any_more_leaves_the_last_one_to_fall_back_on(
    world: World,
) -> None:
    await run(world, "update policies set id = 'small@2', document = '{}'")
    await run(world, "update generations set value = value + 1")
    assert LAST_RESORT in await Phone(world).rings()


async def test_a_database_that_comes_back_in_time_is_not_noticed(world: World) -> None:
    ada = Phone(world)
    await ada.rings()
    async with world.service.pool.acquire() as conn:
        mine = await conn.fetchval("select pg_backend_pid()")
        await conn.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> $1",
            mine,
        )
    assert "case number" in await ada.presses("1")


async def test_a_message_left_in_trouble_pages_once_things_work_again(world: World) -> None:
    url = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1"
    for _ in range(2):
        fields = {"RecordingUrl": url, "RecordingSid": "RE1"}
        assert "Goodbye" in await Phone(world).posts("/twilio/hotline/trouble", **fields)
    (case,) = await cases(world)
    assert (case["account"], case["state"], case["severity"]) == ("acme", "paging", "L1")
    known = Phone(world, "CA2", ADA)
    await known.rings()
    await known.presses("1")
    await known.presses("1")
    await known.posts("/twilio/hotline/trouble", RecordingUrl=url, RecordingSid="RE2")
    assert len(await cases(world)) == 1, "it is on the case the caller has"


async def test_a_caller_of_whom_nothing_changes_is_there_as_long_as_his_telephone_asks(
    world: World,
) -> None:
    ada = Phone(world)
    await ada.rings()
    await ada.presses("1")
    documents = set()
    for _ in range(5):
        world.clock.forward(seconds=5)
        documents.add(await ada.waits())
    assert len(documents) == 1, "the same turn, for there is nothing to say"
    assert (await calls(world))[0]["state"] == "connecting"
    async with world.service.pool.acquire() as conn:
        quiet = await conn.fetchval("select quiet_at from hotline_calls")
    assert quiet > world.clock.wall(), "he was heard of meanwhile"
