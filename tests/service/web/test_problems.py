"""Errors are problem documents: a sentence, no traceback, and the process goes on."""

from pathlib import Path

import pytest
from prometheus_client import CONTENT_TYPE_LATEST

from tests.service.web.cable import Cable
from tests.service.web.world import World, opened, settings_of


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/api/v1/nothing", 404, "There is nothing at /api/v1/nothing."),
        ("GET", "/api/v2/cases", 404, "/schema"),
        ("DELETE", "/api/v1/cases", 405, "DELETE is not possible at /api/v1/cases."),
        ("PATCH", "/api/v1/accounts/acme", 405, "Possible there: "),
        ("GET", "/api/v1/cases/{x}", 401, "carries no token"),
    ],
)
async def test_what_is_asked_of_no_one(
    still: World, method: str, path: str, status: int, words: str
) -> None:
    answer = await still.http.request(method, path)
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (answer.status_code, told["status"]) == (status, status)
    assert words in told["detail"]
    assert {"type", "title", "status", "detail"} <= set(told)


BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nothing/<b>here</b>", 404, "There is nothing at /nothing/&lt;b&gt;here&lt;/b&gt;."),
        ("/v2/enqueue", 405, "GET is not possible at /v2/enqueue."),
        ("/me/ask/x/y/z", 404, "There is nothing at"),
        ("/calendars/nobody.ics", 404, "calendar"),
    ],
)
async def test_who_opens_an_address_with_a_browser_is_told_on_a_page(
    still: World, path: str, status: int, words: str
) -> None:
    answer = await still.http.get(path, headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "text/html; charset=utf-8",
    )
    assert words in answer.text
    assert '<a href="/">Go to the start</a>' in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    if status == 405:
        assert answer.headers["allow"]


@pytest.mark.parametrize(
    ("method", "path", "accept"),
    [
        ("GET", "/nothing", "*/*"),
        ("GET", "/nothing", "application/json, text/html;q=0.5"),
        ("GET", "/api/v1/cases", BROWSER["accept"]),
        ("POST", "/webhooks/nobody", "text/html, image/gif, *; q=.2, */*; q=.2"),
    ],
)
async def test_programs_and_the_api_are_told_by_a_document(
    still: World, method: str, path: str, accept: str
) -> None:
    answer = await still.http.request(method, path, headers={"accept": accept})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


async def test_a_wrong_method_is_told_the_right_ones(still: World) -> None:
    answer = await still.http.delete("/api/v1/policy")
    assert {"GET", "PUT"} <= set(answer.headers["allow"].split(", "))


async def test_a_defect_of_ours_shows_no_traceback_and_has_its_number(world: World) -> None:
    case = await world.ticket()
    async with world.service.pool.acquire() as conn:
        await conn.execute("update cases set body = '{\"secret\": 1}'")
    answer = await world.ask("GET", f"/cases/{case}")
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "secret" not in answer.text
    assert "in our log under" in answer.json()["detail"]
    assert (await world.ask("GET", "/oncall")).status_code == 200


async def test_while_postgres_is_away_the_answer_is_503_and_then_all_is_well(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    cable = Cable(database_url)
    await cable.put_in()
    async with opened(settings_of(tmp_path, cable.url, redis_url)) as world:
        case = await world.ticket(priority="urgent")
        headers = await world.token("responder", "anna")
        await cable.pull()
        for method, path in (
            ("GET", "/cases"),
            ("GET", f"/cases/{case}"),
            ("POST", f"/cases/{case}/acknowledge"),
            ("GET", "/oncall"),
            ("GET", "/people"),
        ):
            answer = await world.http.request(method, f"/api/v1{path}", headers=headers)
            assert (path, answer.status_code) == (path, 503)
            assert answer.headers["retry-after"]
            assert answer.headers["content-type"] == "application/problem+json"
            assert "PostgreSQL is away" in answer.json()["detail"]
        assert (await world.http.get("/livez")).status_code == 200
        assert (await world.http.get("/readyz")).status_code == 503
        metrics = await world.http.get("/metrics")
        assert (metrics.status_code, "heliograph_database_up 0.0" in metrics.text) == (200, True)
        await cable.put_in()
        assert (await world.act(case, "acknowledge"))["owner"] == "anna"
        metrics = await world.http.get("/metrics")
        assert "heliograph_database_up 1.0" in metrics.text
        assert metrics.headers["content-type"] == CONTENT_TYPE_LATEST
        assert 'heliograph_cases{state="acknowledged"} 1.0' in metrics.text
    await cable.pull()


async def test_a_redis_that_is_away_is_said_and_holds_nothing_up(
    tmp_path: Path, database_url: str
) -> None:
    settings = settings_of(tmp_path, database_url, "redis://127.0.0.1:9/0")
    async with opened(settings) as world:
        assert (await world.http.get("/readyz")).json()["troubles"] == []
        await world.ticket()
        await world.service.bell.close()
        ready = await world.http.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["troubles"] == [
            "Redis is away, so pages leave up to a second later",
        ]


async def test_without_a_policy_it_is_said_so(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    async with opened(settings_of(tmp_path, database_url, redis_url)) as world:
        async with world.service.pool.acquire() as conn:
            await conn.execute("delete from policies")
            await conn.execute("update generations set value = value + 1")
        answer = await world.ask("GET", "/oncall")
        assert answer.status_code == 503
        assert "No policy has been applied yet" in answer.json()["detail"]
