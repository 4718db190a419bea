"""Several engineers are rung at once for one caller: one bridge, and the truth for all others.

`{page: [...]}` of the policy. Each row of the outbox is a telephone that rings.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import permutations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from service.store import codec
from service.web.twilio import MOST_WRONG
from tests.service.calling import POLICY, Phone, calls, cases, run, sent
from tests.service.test_hotline_table import EMPTY, connecting
from tests.service.web import world as web
from tests.service.web.world import World

NAMES = {"anna": "Anna Lind", "ben": "Ben Okafor", "carl": "Carl Ek"}
NUMBERS = {"anna": "+46701740605", "ben": "+46701740606", "carl": "+46701740607"}
SIDS = {name: "CA" + name[0] * 32 for name in NAMES}
RINGING = "update outbox set state = 'sent', ref = $2 where kind = 'page' and person = $1"


@pytest.fixture
async def world(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[World]:
    """Anna, Ben and Carl are all rung for a caller's case."""
    settings = web.settings_of(tmp_path, database_url, redis_url)
    at_once = "{page: [person anna, person ben, person carl], wait: 5m}"
    policy = POLICY.replace("{page: schedule support, wait: 5m}", at_once)
    directory = web.DIRECTORY.replace(
        "urgent: [{method: mobile, after: 0m}, {method: call, after: 2m}]",
        "urgent: [{method: call, after: 0m}]",
    )
    for name in ("ben", "carl"):
        directory = directory.replace(
            f'type: sms, address: "{NUMBERS[name]}"', f'type: voice, address: "{NUMBERS[name]}"'
        )
    (tmp_path / "policy.yaml").write_text(policy)
    (tmp_path / "directory.yaml").write_text(directory)
    async with web.opened(settings) as made:
        yield made


async def all_rung(world: World) -> tuple[Phone, dict[str, tuple[Phone, str]]]:
    """The caller, and the line of each with the path of his page; each has heard who calls."""
    ada = await connecting(world)
    rows = await world.service.pool.fetch("select id, person from outbox where kind = 'page'")
    assert {row["person"] for row in rows} == set(NAMES)
    lines = {}
    for row in rows:
        name = row["person"]
        await run(world, RINGING, name, SIDS[name])
        line = Phone(world, SIDS[name], NUMBERS[name])
        assert "Acme Corp" in await line.posts(f"/twilio/page/{row['id']}", To=NUMBERS[name])
        lines[name] = (line, f"/twilio/page/{row['id']}")
    return ada, lines


async def bridges(ada: Phone, lines: dict[str, tuple[Phone, str]]) -> list[str]:
    """Who is led into the caller's conference, whoever's line asks."""
    await ada.waits()
    led = []
    for name, (line, _) in lines.items():
        if "<Conference" in await line.posts(f"/twilio/hotline/responder/CA1/{name}"):
            led.append(name)
    assert "<Conference" in await ada.waits()
    return led


async def hung_up(world: World) -> set[str]:
    return {codec.decode(text)["ref"] for text in await sent(world, "cancel")}


async def test_the_first_key_alone_connects_and_the_others_are_hung_up_or_hear_who_has_it(
    world: World,
) -> None:
    wrong = []
    for first, second, third in permutations(NAMES):
        ada, lines = await all_rung(world)
        line, path = lines[first]
        taken = await line.posts(f"{path}/key", Digits="1")
        canceled = await hung_up(world)
        line, path = lines[second]
        late = await line.posts(f"{path}/key", Digits="1")
        line, path = lines[third]
        silent = await line.posts(path)
        led = await bridges(ada, lines)
        (case,) = await cases(world)
        well = (
            "Connecting you with the customer" in taken
            and {SIDS[second], SIDS[third]} <= canceled
            and all(f"{NAMES[first]} has" in said for said in (late, silent))
            and all("<Gather" not in said and "<Hangup" in said for said in (late, silent))
            and (led, case["owner"]) == ([first], first)
        )
        if not well:
            wrong.append((first, second, taken, canceled, late, silent, led, case["owner"]))
        await run(world, EMPTY)
    assert wrong == []


async def test_keys_of_the_same_instant_give_one_bridge(world: World) -> None:
    """Each presses twice, as Twilio asks again."""
    for _ in range(5):
        ada, lines = await all_rung(world)
        pressed = [line.raw(f"{path}/key", Digits="1") for line, path in [*lines.values()] * 2]
        answers = [answer.text for answer in await asyncio.gather(*pressed)]
        (case,) = await cases(world)
        owner = str(case["owner"])
        led = await bridges(ada, lines)
        connected = ["Connecting you" in answer for answer in answers]
        assert led == [owner]
        assert connected == [name == owner for name in lines] * 2
        assert sum(f"{NAMES[owner]} has" in answer for answer in answers) == 4
        (call,) = await calls(world)
        assert (call["state"], call["responder"]) == ("bridged", owner)
        await run(world, EMPTY)


async def test_who_only_listens_hears_who_has_it_before_he_is_asked_again(world: World) -> None:
    """Broken once: he was read the page a second time, and told that nothing was changed."""
    _, lines = await all_rung(world)
    (anna, first), *others = (lines[name] for name in ("anna", "ben", "carl"))
    for line, path in others:
        assert "?heard=1#" in line.last
        assert "Acme Corp" in await line.posts(f"{path}?heard=1")
        assert "No key was pressed, so nothing was changed" in await line.posts(f"{path}?heard=2")
    await anna.posts(f"{first}/key", Digits="1")
    for line, path in others:
        for heard in (1, 2):
            said = await line.posts(f"{path}?heard={heard}")
            assert "Anna Lind has ACME-1" in said
            assert "<Gather" not in said


async def once_more(line: Phone) -> str:
    """What the call says after a key that leads back to its page."""
    again = str(ET.fromstring(line.last).findtext("Redirect"))  # noqa: S314 - our own document
    return await line.posts("/" + again.split("/", 3)[3].partition("#")[0])


async def test_a_key_that_means_nothing_is_answered_by_the_page_but_not_for_ever(
    world: World,
) -> None:
    """Broken once: to a line that whistles it was read until somebody ended the call."""
    _, lines = await all_rung(world)
    line, _ = lines["anna"]
    for key in (*"*" * 7, *"7" * (MOST_WRONG - 1), "5", "*"):
        await line.presses(key)
        assert "Acme Corp" in await once_more(line)
    await once_more(line)  # and once nothing is pressed
    await line.presses("#")
    await once_more(line)
    said = await line.presses("0")
    assert "nothing was changed" in said
    assert "<Redirect" not in said
    assert (await cases(world))[0]["owner"] is None
    assert "Anna Lind" not in await line.posts(f"{lines['anna'][1]}/key?wrong=9", Digits="1")
    assert (await cases(world))[0]["owner"] == "anna", "a key that means something always does"


async def test_mailboxes_count_for_nothing_and_keep_nobody_from_taking_it(world: World) -> None:
    ada, lines = await all_rung(world)
    for name in ("anna", "ben"):
        line, path = lines[name]
        told = path.replace("page", "status")
        for fields in ({"AnsweredBy": "machine_start"}, {"CallStatus": "completed"}):
            assert (await line.raw(told, SequenceNumber="3", **fields)).status_code == 204
    (case,) = await cases(world)
    assert (case["state"], case["owner"]) == ("paging", None)
    assert "hold.wav" in await ada.waits()
    assert (await calls(world))[0]["responder"] is None
    line, path = lines["carl"]
    assert "Connecting you" in await line.posts(f"{path}/key", Digits="1")
    assert await bridges(ada, {"carl": lines["carl"]}) == ["carl"]
