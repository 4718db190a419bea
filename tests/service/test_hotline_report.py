"""The hotline's report, its static fallback, and what the doctor says of it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from notifiers.twilio.twiml_check import check
from routing.policy import HotlineRules
from service.doctor.finding import Level
from service.doctor.hotline import check_hotline, judge
from service.hotline.rescue import last_resort
from service.settings import read_settings
from tests.forks import heliograph
from tests.service.calling import ADA, HOTLINE, LAST_RESORT, Phone, run
from tests.service.test_doctor import NUMBERS, SID, answering
from tests.service.web.world import World

RULES = HotlineRules(number=HOTLINE, fallback_numbers=(LAST_RESORT,))

MET = """
update hotline_calls set body = body::jsonb || '{"met_at": "2026-03-02T10:01:00Z"}' where id = 'CA1'
"""


async def test_calls_are_reported_in_the_api_and_on_the_command_line(world: World) -> None:
    phones = [Phone(world, sid) for sid in ("CA1", "CA2", "CA3")]
    for phone in phones:
        await phone.rings()
        await phone.presses("1")
        if "Is it about" in phone.last:
            await phone.presses("2")
        world.clock.forward(seconds=1)
    await phones[-1].hangs_up()
    live = (await world.get("/hotline/calls?live=true"))["items"]
    assert [(call["id"], call["place"], call["waiting_seconds"]) for call in live] == [
        ("CA2", 2, 2), ("CA1", 1, 3),
    ]  # fmt: skip
    await run(world, MET)
    found = await world.get("/hotline/report")
    assert found["total"] == found["accounts"]["acme"]
    assert (found["total"]["calls"], found["total"]["lost"], found["total"]["open"]) == (3, 1, 1)
    assert found["total"]["human_p50"] == 60
    for nothing in ("account=borealis", "to=2026-03-02T10:00:00Z"):
        assert (await world.get(f"/hotline/report?{nothing}"))["total"]["calls"] == 0
    csm = await world.get("/hotline/report", role="csm", person="anna")
    assert csm["accounts"] == {}, "acme is not hers"
    span = ("--since", "2026-03-02T10:00:00Z", "--until", "2026-03-02T11:00:00Z")
    told = await command(world, "report", *span, "--json")
    assert json.loads(told)["total"] == found["total"]
    lines = (await command(world, "report", *span)).splitlines()
    assert lines[2].split() == ["acme", "3", "3", "1", "60", "60", "1", "1", "0", "0"]
    assert lines[3].split()[0] == "all"


async def command(world: World, *words: str) -> str:
    """What `heliograph hotline` prints on standard output; it must be good."""
    settings = world.service.settings
    environment = {
        "HELIOGRAPH_ENVIRONMENT": "test", "HELIOGRAPH_DATABASE_URL": settings.database_url or "",
    }  # fmt: skip
    done = await asyncio.to_thread(heliograph, "hotline", *words, environment=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_the_fallback_is_a_document_that_dials_whom_the_policy_names(
    with_phones: World, tmp_path: Path
) -> None:
    out, world = tmp_path / "fallback.xml", with_phones
    assert await command(world, "fallback", "--out", str(out)) == ""
    assert check(out.read_bytes().strip()) == []
    assert LAST_RESORT in out.read_text()
    (finding,) = await check_hotline(world.service.settings, world.clock)
    assert finding.level is Level.GOOD


@pytest.mark.parametrize(
    ("path", "status", "body", "level"),
    [
        ("/good", 200, last_resort("https://h.example", RULES).decode(), Level.GOOD),
        ("/others", 200, last_resort("https://h.example", HotlineRules()).decode(), Level.WARN),
        ("/broken", 200, "<Response><Dail/></Response>", Level.BAD),
        ("/gone", 404, "", Level.WARN),
    ],
)
async def test_the_numbers_fallback_is_read_and_judged(
    path: str, status: int, body: str, level: Level
) -> None:
    settings = read_settings({"HELIOGRAPH_ENVIRONMENT": "test"})
    with answering({path: (status, body.encode())}) as address:
        there = address.replace("127.0.0.1", "localhost")
        assert (await judge(f"{there}{path}", settings, RULES)).level is level
        assert (await judge(f"{settings.public_url}{path}", settings, RULES)).level is Level.BAD
    assert (await judge("", settings, RULES)).level is Level.BAD


async def test_the_doctor_looks_the_number_up(world: World) -> None:
    listed: list[dict[str, Any]] = []
    answers: dict[str, tuple[int, Any]] = {NUMBERS: (200, {"incoming_phone_numbers": listed})}
    with answering(answers) as address:
        settings = read_settings(
            {
                "HELIOGRAPH_ENVIRONMENT": "test",
                "HELIOGRAPH_DATABASE_URL": world.service.settings.database_url or "",
                "HELIOGRAPH_TWILIO_API_URL": address,
                "HELIOGRAPH_TWILIO_ACCOUNT_SID": SID,
                "HELIOGRAPH_TWILIO_AUTH_TOKEN": "token",
                "HELIOGRAPH_TWILIO_FROM_NUMBER": ADA,
            }
        )
        (finding,) = await check_hotline(settings, world.clock)
        assert "no number of this Twilio account" in finding.says
        listed.append({"phone_number": HOTLINE, "voice_fallback_url": ""})
        (finding,) = await check_hotline(settings, world.clock)
        assert (finding.level, "no Voice Fallback URL" in finding.says) == (Level.BAD, True)
        assert "heliograph hotline fallback" in finding.fix
        answers.clear()
        (finding,) = await check_hotline(settings, world.clock)
        assert finding.level is Level.WARN
