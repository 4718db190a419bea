"""Who may do what: the whole table, and that nothing of the API is missing from it."""

import hashlib
import re

import httpx
import pytest

from service.web.api import SECTIONS
from tests.service.web.world import ADMIN, World

ROLES = ("viewer", "responder", "manager", "admin", "sales", "csm")
PERSONS = {"responder": "anna", "manager": "grace", "csm": "cleo"}
ALL, ACT, PUSH = "vrmasc", "rma", "rmac"
TABLE = {
    "GET /cases": ALL,
    "GET /cases/NOPE-1": ALL,
    "GET /cases/NOPE-1/timeline": ALL,
    "POST /cases/NOPE-1/acknowledge": ACT,
    "POST /cases/NOPE-1/decline": ACT,
    "POST /cases/NOPE-1/escalate": PUSH,
    "POST /cases/NOPE-1/engineering": ACT,
    "POST /cases/NOPE-1/resolve": ACT,
    "POST /cases/NOPE-1/snooze": ACT,
    "POST /cases/NOPE-1/reassign": ACT,
    "POST /cases/NOPE-1/take": ACT,
    "POST /cases/NOPE-1/add": ACT,
    "POST /cases/NOPE-1/call": ACT,
    "POST /cases/NOPE-1/note": ACT,
    "POST /cases/NOPE-1/severity": ACT,
    "GET /oncall": ALL,
    "GET /schedules/support/shifts": ALL,
    "POST /schedules/support/overrides": ACT,
    "DELETE /schedules/support/overrides/none": "ma",
    "GET /engineering": ALL,
    "POST /engineering/NOPE-1/claim": ACT,
    "POST /engineering/NOPE-1/confirm": ACT,
    "POST /engineering/NOPE-1/plan": ACT,
    "POST /engineering/NOPE-1/test": ACT,
    "POST /engineering/NOPE-1/release": ACT,
    "POST /engineering/NOPE-1/return": ACT,
    "POST /directory": "mas",
    "GET /accounts": ALL,
    "GET /accounts/acme": ALL,
    "PUT /accounts/acme": "mas",
    "GET /people": ALL,
    "GET /people/anna": ALL,
    "GET /people/anna/calendar": "rma",
    "POST /people/anna/link": "rma",
    "GET /schedules/support/calendar": ACT,
    "PUT /people/anna": "ma",
    "GET /people/anna/absences": ALL,
    "PUT /people/anna/absences": ACT,
    "POST /people/anna/methods/mobile/verify": ACT,
    "GET /people/anna/methods/mobile/verify": ACT,
    "POST /people/anna/methods/mobile/confirm": ACT,
    "GET /hotline/calls": ALL,
    "GET /pacing": ALL,
    "GET /hotline/callbacks": ALL,
    "GET /hotline/report": ALL,
    "GET /hotline/recordings": ACT,
    "GET /hotline/recordings/none/audio": ACT,
    "GET /policy": ALL,
    "PUT /policy": "ma",
    "POST /policy/check": "vrmas",
    "POST /policy/coverage": "vrmas",
    "POST /policy/backtest": "vrmas",
    "POST /policy/explain": "vrmas",
    "POST /policy/rehearse": "vrmas",
    "POST /policy/diff": "vrmas",
    "POST /policy/test": "vrmas",
    "GET /intake/dead": "ma",
    "POST /intake/1/replay": "ma",
}
"""Path to the first letters of the roles that may ask it; bodies are empty, so none changes."""


def test_the_table_is_whole() -> None:
    asked = {
        (method, re.sub(r"\{\w+:\w+\}", "{}", path))
        for handlers in SECTIONS.values()
        for handler in handlers
        for path in handler.paths
        for method in handler.http_methods
    }
    told = set()
    for line in TABLE:
        method, path = line.split()
        parts = path.split("/")
        fixed = parts[1] in {"policy", "hotline"} or parts[1:3] == ["intake", "dead"]
        if len(parts) > 2 and not fixed:
            parts[2] = "{}"
        if {"overrides", "methods"} & set(parts) and len(parts) > 4:
            parts[4] = "{}"
        if "recordings" in parts and len(parts) > 3:
            parts[3] = "{}"
        told.add((method, "/".join(parts)))
    assert told == asked


@pytest.mark.parametrize("line", TABLE)
async def test_each_role_may_what_the_table_says(still: World, line: str) -> None:
    method, path = line.split()
    for role in ROLES:
        content = "{" if method in {"PUT", "POST"} else None
        answer = await still.ask(method, path, role=role, person=PERSONS.get(role), content=content)
        refused = answer.status_code == 403 and "with the role" in answer.json()["detail"]
        assert (role, refused) == (role, role[0] not in TABLE[line])
        assert answer.status_code < 500


@pytest.mark.parametrize("line", TABLE)
async def test_without_a_token_there_is_nothing(still: World, line: str) -> None:
    method, path = line.split()
    good = (await still.token("admin"))["authorization"].removeprefix("Bearer ")
    for header in (
        None,
        "",
        "Bearer",
        f"Basic {good}",
        f"Bearer {good}x",
        f"Bearer {good[:-1]}",
        f"Bearer {ADMIN}x",
        "Bearer ' or 1=1 --",
        f"Bearer {hashlib.sha256(good.encode()).hexdigest()}",
        "Bearer " + "x" * 5000,
    ):
        headers = {} if header is None else {"authorization": header}
        answer = await still.http.request(method, f"/api/v1{path}", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == "application/problem+json"


async def test_the_bootstrap_token_is_an_admins(still: World) -> None:
    headers = {"authorization": f"bearer  {ADMIN}"}
    answer = await still.http.get("/api/v1/intake/dead", headers=headers)
    assert answer.status_code == 200


async def test_a_revoked_token_is_refused_at_once(world: World) -> None:
    await world.get("/cases", role="viewer")
    async with world.service.pool.acquire() as conn:
        await conn.execute("update tokens set revoked_at = now()")
    assert (await world.ask("GET", "/cases", role="viewer")).status_code == 401


async def test_what_is_not_of_the_api_needs_no_token(still: World) -> None:
    for path in ("/livez", "/readyz", "/metrics", "/schema", "/schema/openapi.json"):
        answer: httpx.Response = await still.http.get(path)
        assert (path, answer.status_code) == (path, 200)
