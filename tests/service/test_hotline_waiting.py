"""What a waiting caller hears, and messages that are left."""

from __future__ import annotations

import wave
from array import array
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest

from tests.service.calling import POLICY, Phone, run
from tests.service.web.world import World, opened, settings_of
from tools.music import FILE, play

PAGED_AGAIN = """
insert into outbox (key, case_id, lane, kind, channel, person, rank, payload, created_at,
                    available_at, give_up_at)
select key || '/again', case_id, lane, kind, channel, 'ben', rank, payload, created_at,
       available_at, give_up_at
from outbox where kind = 'page'
"""


@pytest.fixture
async def world(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[World]:
    settings = settings_of(tmp_path, database_url, redis_url)
    (tmp_path / "policy.yaml").write_text(POLICY)
    async with opened(settings) as made:
        yield made


async def confirmed(world: World, sid: str) -> Phone:
    phone = Phone(world, sid)
    await phone.rings()
    document = await phone.presses("1")
    if "Is it about case" in document:
        await phone.presses("2")
    return phone


async def test_a_waiting_caller_hears_music_and_his_place_in_line(world: World) -> None:
    first = await confirmed(world, "CA1")
    assert "/twilio/hotline/hold.wav</Play>" in first.last
    world.clock.forward(seconds=10)
    second = await confirmed(world, "CA2")
    world.clock.forward(seconds=25)
    said = await first.waits()
    assert "You are first in line; we are ringing the engineer on call" in said
    world.clock.forward(seconds=10)
    assert "You are second in line" in await second.waits()
    assert "in line" not in await second.waits(), "once in half a minute is enough"
    await run(world, PAGED_AGAIN)
    world.clock.forward(seconds=30)
    assert "ringing the next engineer" in await first.waits()


async def test_the_music_is_ours_and_anybodys(world: World) -> None:
    answer = await world.http.get("/twilio/hotline/hold.wav")
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.content == FILE.read_bytes()
    assert "hold.wav" in await Phone(world).posts("/twilio/hotline/hold")


def test_the_music_in_the_file_is_the_music_that_is_played() -> None:
    kept, played = (samples(each) for each in (FILE.read_bytes(), play()))
    assert len(kept) == len(played) == 4 * 8000
    assert max(abs(a - b) for a, b in zip(kept, played, strict=True)) <= 1
    assert 2000 < max(kept) < 20000


def samples(sound: bytes) -> array[int]:
    with wave.open(BytesIO(sound)) as opened:
        return array("h", opened.readframes(opened.getnframes()))


@pytest.mark.parametrize(
    ("music", "heard"),
    [("none", "<Pause"), ("https://sounds.example/short.mp3", "sounds.example/short.mp3</Play>")],
)
async def test_the_policy_chooses_the_music(world: World, music: str, heard: str) -> None:
    (policy,) = await world.service.pool.fetch("select document from policies")
    changed = policy["document"].replace('"music":"ours"', f'"music":"{music}"')
    await world.service.pool.execute("update policies set document = $1", changed)
    await run(world, "update generations set value = value + 1")
    assert heard in (await confirmed(world, "CA1")).last
