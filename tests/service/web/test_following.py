"""HubSpot and Zoho Desk tell hints: the ticket is asked for before anything is decided."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar, Request, Response, get, post
from litestar.params import FromPath

from service.hints import LATER, Hints
from service.stored import decide_stored
from tests.service.tickets.signing import ZOHO, zoho
from tests.service.web.world import NOW, World, opened, serving, settings_of

SECRET, PUBLIC = "hubspot-client-secret", "http://127.0.0.1:8000"
ORG = "60022843030"
Json = dict[str, Any]


class Desk:
    """The API of a HubSpot and of a Zoho Desk with its accounts server."""

    def __init__(self) -> None:
        self.tickets: dict[str, Json] = {}
        self.fails = 0
        """So many requests are answered 503."""
        self.asked: list[str] = []
        self.token = "fresh"

    def app(self) -> Litestar:
        @get("/crm/v3/objects/tickets/{name:str}")
        async def hubspot(name: FromPath[str]) -> Response[Json]:
            return self._answer(name, {"id": name, "properties": self.tickets.get(name, {})})

        @get("/api/v1/tickets/{name:str}")
        async def desk(name: FromPath[str], request: Request[Any, Any, Any]) -> Response[Json]:
            if request.headers.get("authorization") != f"Zoho-oauthtoken {self.token}":
                return Response({"errorCode": "INVALID_OAUTH"}, status_code=401)
            return self._answer(name, {"id": name, **self.tickets.get(name, {})})

        @post("/oauth/v2/token", status_code=200)
        async def token() -> Json:
            return {"access_token": self.token}

        return Litestar([hubspot, desk, token], openapi_config=None)

    def _answer(self, name: str, body: Json) -> Response[Json]:
        self.asked.append(name)
        if self.fails:
            self.fails -= 1
            return Response({"message": "later"}, status_code=503)
        return Response(body, status_code=200 if name in self.tickets else 404)


@pytest.fixture
async def desk() -> Desk:
    return Desk()


@pytest.fixture
async def world(
    tmp_path: Path, database_url: str, redis_url: str, desk: Desk
) -> AsyncIterator[World]:
    async with serving(desk.app()) as api:
        url = str(api.base_url).rstrip("/")
        settings = settings_of(
            tmp_path,
            database_url,
            redis_url,
            PUBLIC_URL=PUBLIC,
            WEBHOOK_SECRET_HUBSPOT=SECRET,
            HUBSPOT_URL=url,
            HUBSPOT_ACCESS_TOKEN="pat",
            WEBHOOK_SECRET_ZOHO_DESK=base64.b64encode(ZOHO.encode()).decode(),
            ZOHO_DESK_URL=url,
            ZOHO_DESK_ORG_ID=ORG,
            ZOHO_DESK_CLIENT_ID="c",
            ZOHO_DESK_CLIENT_SECRET="s",
            ZOHO_DESK_REFRESH_TOKEN="r",
        )
        async with opened(settings) as made:
            yield made


@pytest.fixture
async def hints(world: World) -> AsyncIterator[Hints]:
    made = Hints(world.service)
    yield made
    await made.close()


async def hubspot(world: World, number: int = 1) -> httpx.Response:
    event = {
        "eventId": number,
        "subscriptionType": "ticket.creation",
        "objectId": 77,
        "occurredAt": int(NOW.timestamp() * 1000),
    }
    body, stamp = json.dumps([event]).encode(), str(int(world.clock.wall().timestamp() * 1000))
    url = f"{PUBLIC}/webhooks/hubspot"
    proof = hmac.digest(SECRET.encode(), b"POST" + url.encode() + body + stamp.encode(), "sha256")
    headers = {
        "x-hubspot-signature-v3": base64.b64encode(proof).decode(),
        "x-hubspot-request-timestamp": stamp,
    }
    return await world.http.post("/webhooks/hubspot", content=body, headers=headers)


async def cases(world: World) -> list[Json]:
    found: list[Json] = (await world.get("/cases"))["items"]
    return found


async def states(world: World) -> list[tuple[str, str]]:
    async with world.service.pool.acquire() as conn:
        rows = await conn.fetch("select event_key, state from intake order by event_key")
    return [(r["event_key"], r["state"]) for r in rows]


async def test_a_ticket_is_asked_for_before_it_is_decided(
    world: World, desk: Desk, hints: Hints
) -> None:
    desk.tickets["77"] = {"subject": "System down", "hs_ticket_priority": "URGENT"}
    answer = await hubspot(world)
    assert (answer.status_code, answer.json()) == (202, {"case": None, "duplicate": False})
    assert await decide_stored(world.service) == 0
    assert await cases(world) == []
    assert await hints.look() == 1
    (case,) = await cases(world)
    assert (case["subject"], case["severity"]) == ("System down", "L1")
    again = await hubspot(world)
    assert again.json() == {"case": case["id"], "duplicate": True}
    assert await hints.look() == 0


async def test_a_system_that_does_not_answer_costs_no_page_and_is_asked_again(
    world: World, desk: Desk, hints: Hints
) -> None:
    desk.tickets["77"] = {"subject": "System down", "hs_ticket_priority": "URGENT"}
    desk.fails = 5
    await hubspot(world)
    assert await hints.look() == 0
    (case,) = await cases(world)
    assert (case["subject"], case["state"]) == ("", "paging")
    assert await states(world) == [("1", "stored"), ("1/hint", "decided")]
    asked = len(desk.asked)
    await hints.look()
    assert len(desk.asked) == asked  # it is left alone for a while
    desk.fails = 0
    world.clock.forward(seconds=6)
    assert await hints.look() == 1
    (case,) = await cases(world)
    assert (case["subject"], case["severity"]) == ("System down", "L1")
    assert await states(world) == [("1", "decided"), ("1/hint", "decided")]


async def test_a_put_off_hint_is_no_webhook_that_waits_for_a_decision(
    world: World, desk: Desk, hints: Hints
) -> None:
    desk.fails = 2
    await hubspot(world)
    await hints.look()
    async with world.service.pool.acquire() as conn:
        assert await conn.fetchval("select urgency from intake where event_key = '1'") == LATER
    world.clock.forward(minutes=10)
    health = await world.http.get("/readyz")
    assert "webhook has not been decided" not in health.text


async def test_a_ticket_that_is_gone_is_decided_by_the_hint_for_good(
    world: World, desk: Desk, hints: Hints
) -> None:
    await hubspot(world)
    assert await hints.look() == 1
    assert len(await cases(world)) == 1
    assert await states(world) == [("1", "decided")]
    assert desk.asked == ["77"]


async def test_zoho_desk_is_believed_about_nothing_its_api_does_not_say(
    world: World, desk: Desk, hints: Hints
) -> None:
    desk.tickets["9"] = {"subject": "Checkout down", "priority": "Low", "statusType": "Open"}
    told = {"id": "9", "subject": "Forged", "priority": "Urgent", "statusType": "Open"}
    event = {"eventType": "Ticket_Add", "eventTime": "1772445600000", "payload": told}
    body = json.dumps([event]).encode()
    envelope = zoho(body, ZOHO, world.clock.wall())
    answer = await world.http.post(
        "/webhooks/zoho-desk", content=body, headers=dict(envelope.headers)
    )
    assert answer.status_code == 202, answer.text
    assert await hints.look() == 1
    (case,) = await cases(world)
    assert (case["subject"], case["severity"]) == ("Checkout down", "L4")
    desk.token = "another"
    assert await _touched(world, body.replace(b"1772445600000", b"1772445601000")) == 202
    assert await hints.look() == 1  # under a token that was renewed


async def _touched(world: World, body: bytes) -> int:
    headers = dict(zoho(body, ZOHO, world.clock.wall()).headers)
    return (await world.http.post("/webhooks/zoho-desk", content=body, headers=headers)).status_code
