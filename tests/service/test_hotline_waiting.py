"""What a waiting caller hears, and messages that are left."""

from __future__ import annotations

import re
import wave
from array import array
from dataclasses import replace
from io import BytesIO

import pytest

from notifiers.simulator.harness import Simulator
from notifiers.simulator.records import Ailment, Trouble
from notifiers.twilio.client import Credentials, Twilio
from service import policies
from service.hotline.recordings import Recordings
from service.settings import TwilioSettings
from tests.service.calling import POLICY, Phone, run
from tests.service.web.world import World
from tools.music import FILE, play

PAGED_AGAIN = """
insert into outbox (key, case_id, lane, kind, channel, person, rank, payload, created_at,
                    available_at, give_up_at)
select key || '/again', case_id, lane, kind, channel, 'ben', rank, payload, created_at,
       available_at, give_up_at
from outbox where kind = 'page'
"""


async def confirmed(world: World, sid: str) -> Phone:
    phone = Phone(world, sid)
    await phone.rings()
    document = await phone.presses("1")
    if "Is it about case" in document:
        await phone.presses("9")
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
    await change(world, f"music: {music}")
    assert heard in (await confirmed(world, "CA1")).last


async def test_a_message_is_on_the_case_and_its_transcript_once(world: World) -> None:
    await change(world, "transcribe: yes")
    ada = await confirmed(world, "CA1")
    world.clock.forward(minutes=4)
    await ada.waits()
    document = await ada.presses("2")
    assert 'transcribe="true"' in document
    path = written(document)
    left = {"RecordingSid": "RE1", "RecordingUrl": "https://r/RE1", "RecordingDuration": "9"}
    assert "Thank you" in await ada.posts(ada.action, **left)
    said = {
        "RecordingSid": "RE1", "TranscriptionSid": "TR1", "TranscriptionStatus": "completed",
        "TranscriptionText": "All of it is down",
    }  # fmt: skip
    for _ in range(2):
        assert (await ada.raw(path, **said)).status_code == 204
    assert (await ada.raw(path, TranscriptionStatus="failed")).status_code == 204
    page = await world.get("/hotline/recordings?limit=1")
    (message,) = page["items"]
    assert (message["id"], message["seconds"]) == ("RE1", 9)
    assert message["transcript"] == "All of it is down"
    lines = (await world.get(f"/cases/{message['case']}/timeline?limit=200"))["items"]
    told = [line["text"] for line in lines]
    assert sum("All of it is down" in line for line in told) == 1
    assert sum(message["audio"] in line for line in told) == 1


def written(document: str) -> str:
    """The path Twilio is to tell what a message says."""
    return "/" + document.partition('transcribeCallback="')[2].partition("#")[0].split("/", 3)[3]


async def change(world: World, member: str) -> None:
    """Another version of the policy, with this among its rules for the hotline."""
    text = POLICY.replace("  greeting:", f"  {member}\n  greeting:")
    await policies.apply(world.service.pool, world.clock, text, "policy.yaml", "test")


async def test_a_message_is_heard_with_a_token_until_its_retention_is_over(world: World) -> None:
    with Simulator(strict=False) as twilio:
        exchange, account = twilio.simulation.exchange, credentials(twilio)
        exchange.recordings["RE1"] = "All of it is down"
        exchange.transcriptions["TR1"] = "All of it is down"
        ada = await confirmed(world, "CA1")
        fields = {"RecordingUrl": "https://r/RE1", "TranscriptionSid": "TR1"}
        await ada.posts("/twilio/hotline/trouble", **fields)
        said = {**fields, "TranscriptionStatus": "completed", "TranscriptionText": "down"}
        await ada.raw("/twilio/hotline/transcript/CA1", **said)
        settings = replace(world.service.settings, twilio=settings_at(world, twilio))
        world.service.settings = settings
        path = "/hotline/recordings/RE1/audio"
        heard = await world.ask("GET", path, role="responder", person="anna")
        assert (heard.status_code, heard.text) == (200, "All of it is down")
        assert (await world.ask("GET", path, role="viewer")).status_code == 403
        assert (await world.ask("GET", "/hotline/recordings/RE2/audio")).status_code == 404
        recordings = Recordings(world.service, account)
        world.clock.forward(days=90, seconds=-1)
        assert await recordings.sweep() == 0
        world.clock.forward(seconds=1)
        twilio.trouble(Trouble(Ailment.REFUSE, code=20500))
        assert await recordings.sweep() == 0, "Twilio refused"
        twilio.trouble(None)
        assert await recordings.sweep() == 0, "and is not asked again at once"
        world.clock.forward(minutes=5)
        assert await recordings.sweep() == 1
        assert (exchange.recordings, exchange.transcriptions) == ({}, {})
        assert (await world.get("/hotline/recordings"))["items"] == []
        await account.close()
    audits = await world.service.pool.fetch("select who, what from audit order by id")
    assert [tuple(row) for row in audits if "recording" in row["what"]] == [
        ("anna", "recording heard"),
        ("retention", "recording deleted"),
    ]


def credentials(twilio: Simulator) -> Twilio:
    login = Credentials(twilio.account_sid, (twilio.auth_token,))
    return Twilio(login, api_url=twilio.api_url)


def settings_at(world: World, twilio: Simulator) -> TwilioSettings:
    """The same numbers, at another Twilio."""
    ours = world.service.settings.twilio
    assert ours is not None
    return replace(
        ours, account_sid=twilio.account_sid, auth_tokens=(twilio.auth_token,),
        api_url=twilio.api_url,
    )  # fmt: skip


async def test_the_page_has_both_ends_of_a_call(with_phones: World) -> None:
    page = (await with_phones.http.get("/simulator/board")).text
    names = re.findall(r"<h2 id=\"p\d+-name\">([^<]+)", page)
    assert names[:2] == ["Anna Lind", "Ada Byron, Acme Corp"]
    assert page.count(">Call us</button>") == len(names)
