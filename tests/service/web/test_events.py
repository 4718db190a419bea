"""PagerDuty's Events API v2 over HTTP, and the probe of Zoho Desk."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.stored import decide_stored
from tests.service.tickets.signing import ZOHO
from tests.service.web.world import World, opened, settings_of

KEY, OTHER = "e93facc04764012d7bfb002500d5d1a6", "11111111111111111111111111111111"


@pytest.fixture
async def world(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[World]:
    settings = settings_of(
        tmp_path,
        database_url,
        redis_url,
        WEBHOOK_SECRET_PAGERDUTY=f"{KEY},{OTHER}",
        WEBHOOK_SECRET_ZOHO_DESK=base64.b64encode(ZOHO.encode()).decode(),
    )
    async with opened(settings) as made:
        yield made


def event(action: str = "trigger", key: str | None = "srv01/mysql", **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"routing_key": KEY, "event_action": action, **more}
    if key is not None:
        body["dedup_key"] = key
    if action == "trigger":
        given = {"summary": "DISK at 99%", "severity": "critical", "source": "db3"}
        body["payload"] = {**given, **more.pop("payload", {})}
    return body


async def send(world: World, body: object) -> httpx.Response:
    world.clock.forward(seconds=1)
    return await world.http.post("/v2/enqueue", content=json.dumps(body))


async def case_of(world: World, ticket: str = "srv01/mysql") -> dict[str, Any]:
    cases = (await world.get("/cases"))["items"]
    (found,) = [c for c in cases if (c["source"], c["ticket"]) == ("pagerduty", ticket)]
    assert isinstance(found, dict)
    return found


async def lines(world: World, case: str) -> list[str]:
    items = (await world.get(f"/cases/{case}/timeline"))["items"]
    return [f"{line['kind']}: {line['text']}" for line in items]


async def test_an_alert_pages_and_its_end_stands_everybody_down(world: World) -> None:
    answer = await send(world, event(payload={"custom_details": {"account": "acme"}}))
    assert answer.status_code == 202
    assert answer.json() == {
        "status": "success",
        "message": "Event processed",
        "dedup_key": "srv01/mysql",
    }
    case = await case_of(world)
    assert (case["account"], case["severity"], case["state"]) == ("acme", "L1", "paging")
    assert (await send(world, event("resolve"))).status_code == 202
    assert (await case_of(world))["state"] == "resolved"
    again = event(routing_key=OTHER)
    assert (await send(world, again)).status_code == 202
    assert (await case_of(world))["state"] == "paging"


@pytest.mark.parametrize(
    ("severity", "level"),
    [("critical", "L1"), ("error", "L2"), ("warning", "L3"), ("info", "L4")],
)
async def test_severities_are_words_of_the_policy(world: World, severity: str, level: str) -> None:
    await send(world, event(payload={"severity": severity}))
    assert (await case_of(world))["severity"] == level


async def test_an_acknowledgement_by_a_tool_is_told_and_stops_no_page(world: World) -> None:
    await send(world, event())
    answer = await send(world, event("acknowledge", client="Icinga"))
    assert answer.status_code == 202
    case = await case_of(world)
    assert (case["state"], case["owner"]) == ("paging", None)
    told = "system_comment: told without a person: Icinga acknowledged the alert; that stops no"
    assert any(line.startswith(told) for line in await lines(world, case["id"]))


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
async def test_what_only_ends_something_begins_no_case(world: World, action: str) -> None:
    answer = await send(world, event(action, "never heard of"))
    assert (answer.status_code, answer.json()["dedup_key"]) == (202, "never heard of")
    assert (await world.get("/cases"))["items"] == []


async def test_an_alert_without_a_key_is_given_one_by_which_it_can_be_resolved(
    world: World,
) -> None:
    key = (await send(world, event(key=None))).json()["dedup_key"]
    assert (await case_of(world, key))["state"] == "paging"
    await send(world, event("resolve", key))
    assert (await case_of(world, key))["state"] == "resolved"


async def test_refusals_are_those_of_pagerduty(world: World) -> None:
    for body, error in (
        ({**event(), "routing_key": "x" * 32}, "'routing_key' is not known here"),
        ({**event(), "payload": {"summary": "s", "source": "s"}}, "'payload.severity' must be"),
        ("no object", "The body is"),
    ):
        answer = await send(world, body)
        assert (answer.status_code, answer.json()["status"]) == (400, "invalid event")
        assert answer.json()["errors"][0].startswith(error)
    assert (await world.get("/cases"))["items"] == []
    assert (await world.http.get("/v2/enqueue")).status_code == 405


async def test_the_key_that_proves_an_event_is_not_kept(world: World) -> None:
    await send(world, event())
    async with world.service.pool.acquire() as conn:
        (row,) = await conn.fetch("select body from intake")
    assert KEY.encode() not in row["body"]


async def test_an_alert_that_was_only_stored_is_decided_under_its_key(world: World) -> None:
    """As while no policy is loaded, and in a burst."""
    async with world.service.pool.acquire() as conn:
        await conn.execute("create table aside as table policies; delete from policies")
        await conn.execute("update generations set value = value + 1")
        key = (await send(world, event(key=None))).json()["dedup_key"]
        await conn.execute("insert into policies select * from aside")
        await conn.execute("update generations set value = value + 1")
    assert await decide_stored(world.service) == 1
    assert (await case_of(world, key))["state"] == "paging"


async def test_without_a_key_there_is_no_such_door(still: World) -> None:
    assert (await still.http.post("/v2/enqueue", content="{}")).status_code == 404
    assert (await still.http.get("/webhooks/zoho-desk")).status_code == 404


async def test_zoho_desk_finds_its_address_before_it_posts(world: World) -> None:
    answer = await world.http.get("/webhooks/zoho-desk")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    other = await world.http.get("/webhooks/standard")
    assert (other.status_code, other.headers["allow"]) == (405, "POST")
    assert (await world.http.get("/webhooks/pagerduty")).status_code == 404
