"""What the doctor says of chats, webhooks and the long tail."""

import importlib.util
from typing import Any

import pytest

from service.doctor.chat import check_chats
from service.doctor.finding import Level
from tests.notifiers.products import SECRET
from tests.service.test_doctor import answering, settings_for

PING = "/mm/api/v4/system/ping"


async def found(address: str, **more: str) -> list[tuple[Level, str]]:
    settings = settings_for(address, **more)
    return [(each.level, f"{each.says} {each.fix}") for each in await check_chats(settings)]


async def test_without_chats_there_is_nothing_to_say() -> None:
    assert await found("http://127.0.0.1:1") == []


@pytest.mark.parametrize(
    ("status", "level"), [(200, Level.GOOD), (404, Level.WARN), (500, Level.WARN)]
)
async def test_a_chat_is_asked_whether_it_is_well_and_posted_nothing(
    status: int, level: Level
) -> None:
    with answering({PING: (status, {"status": "OK"})}) as address:
        hook = f"{address}/mm/hooks/secret-key"
        said = await found(address, MATTERMOST_WEBHOOK_URL=hook)
    assert [each for each, _ in said] == [level]
    assert "secret-key" not in said[0][1]


async def test_a_chat_that_is_away_is_bad() -> None:
    said = await found("http://127.0.0.1:1", ROCKETCHAT_WEBHOOK_URL="http://127.0.0.1:9/hooks/x")
    assert said[0][0] is Level.BAD
    assert "no page reaches rocketchat" in said[0][1]


async def test_slack_without_its_signing_secret_has_no_buttons() -> None:
    with answering({}) as address:
        without = await found(address, SLACK_WEBHOOK_URL=f"{address}/services/x")
        given = {"SLACK_SIGNING_SECRET": "x" * 32}
        complete = await found(address, SLACK_WEBHOOK_URL=f"{address}/services/x", **given)
    assert [level for level, _ in without] == [Level.GOOD, Level.WARN]
    assert "HELIOGRAPH_SLACK_SIGNING_SECRET" in without[1][1]
    assert [level for level, _ in complete] == [Level.GOOD]


async def test_in_production_nothing_goes_in_the_clear() -> None:
    with answering({PING: (200, {})}) as address:
        said = await found(
            address,
            ENVIRONMENT="production",
            SECRET_KEY="x" * 40,
            MATTERMOST_WEBHOOK_URL=f"{address}/mm/hooks/x",
        )
    assert [level for level, _ in said] == [Level.WARN, Level.GOOD, Level.WARN]


@pytest.mark.parametrize(("installed", "level"), [(True, Level.GOOD), (False, Level.BAD)])
async def test_the_long_tail_needs_its_library(
    monkeypatch: pytest.MonkeyPatch, installed: bool, level: Level
) -> None:
    def find(_: str) -> Any:
        return object() if installed else None

    monkeypatch.setattr(importlib.util, "find_spec", find)
    given = {"OUTGOING_WEBHOOK_SECRET": SECRET, "OUTGOING_ALLOW": "10.0.0.0/8"}
    said = await found("http://127.0.0.1:1", APPRISE_CONFIG="anna = json://x", **given)
    assert [each for each, _ in said] == [Level.GOOD, level]
    assert "10.0.0.0/8" in said[0][1]
