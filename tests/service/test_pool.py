from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from service.embedded import EmbeddedServers
from service.store.arrays import ARRAYS
from service.store.pool import Connection, DatabaseAwayError, Plain, Pool, open_pool, ride_out
from service.store.sql import all_queries


async def test_json_travels_as_text(pool: Pool) -> None:
    text = '{"a":[1,null,true],"\u00fc":{"nested":"x"}}'
    assert await pool.fetchval("select $1::json", text) == text


async def test_instants_come_back_in_utc(pool: Pool) -> None:
    at = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert await pool.fetchval("select $1::timestamptz", at) == at
    assert await pool.fetchval("show timezone") == "UTC"


async def test_arrays_are_those_of_the_server_and_travel_like_any_other(pool: Pool) -> None:
    said = await pool.fetch(
        "select e.typname as name, e.oid::int as element, a.oid::int as array, a.typdelim"
        " from pg_type a join pg_type e on e.oid = a.typelem and e.typarray = a.oid"
        " where e.typname = any($1::text[])",
        list(ARRAYS),
    )
    assert {r["name"]: (r["element"], r["array"]) for r in said} == ARRAYS
    assert {r["typdelim"] for r in said} == {b","}
    at = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    texts = ['{"a": "x,y"}', None, "[]"]
    assert await pool.fetchval("select $1::json[]", texts) == texts
    assert await pool.fetchval("select $1::timestamptz[]", [at, None]) == [at, None]
    assert await pool.fetchval("select $1::bytea[]", [b"\x00,", b""]) == [b"\x00,", b""]
    assert await pool.fetchval("select $1::smallint[]", [[1], [-2]]) == [[1], [-2]]


async def test_no_query_has_a_type_that_must_be_looked_up_in_the_catalogue(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[object] = []
    asyncpgs: Any = Plain
    ask = asyncpgs._introspect_types

    async def noted(self: Connection, kinds: object, *given: object) -> object:
        looked_up.append(kinds)
        return await ask(self, kinds, *given)

    monkeypatch.setattr(Plain, "_introspect_types", noted)
    pool = await open_pool(database_url)
    async with pool.acquire() as conn:
        for each in all_queries().values():
            if "[]" in each.text or "array" in each.text:
                await conn.prepare(each.text)
    pool.terminate()
    assert looked_up == []


async def test_a_server_that_stays_away_is_named_in_a_sentence() -> None:
    with pytest.raises(DatabaseAwayError, match="HELIOGRAPH_DATABASE_URL"):
        await open_pool("postgresql://postgres@127.0.0.1:1/none", patience=0.2)


async def test_whoever_waits_for_a_server_is_told_so_once() -> None:
    with capture_logs() as told, pytest.raises(DatabaseAwayError):
        await open_pool("postgresql://postgres@127.0.0.1:1/none", patience=0.2)
    assert [(line["event"], line["waiting_seconds"]) for line in told] == [("database_away", 0.2)]
    with capture_logs() as told, pytest.raises(DatabaseAwayError):
        await ride_out(_refused, patience=0.2)
    assert told == []


async def _refused() -> None:
    raise ConnectionRefusedError("away")


async def test_a_wrong_password_is_not_waited_out(servers: EmbeddedServers) -> None:
    port = servers.postgres.port
    with pytest.raises(asyncpg.InvalidPasswordError):
        await open_pool(f"postgresql://postgres:wrong@127.0.0.1:{port}/postgres")


async def test_an_action_is_repeated_until_the_server_is_back() -> None:
    attempts: list[None] = []

    async def action() -> str:
        attempts.append(None)
        if len(attempts) < 3:
            raise ConnectionRefusedError("away")
        return "done"

    assert await ride_out(action, patience=10) == "done"
    assert len(attempts) == 3


async def test_a_malformed_address_is_not_waited_out() -> None:
    with pytest.raises(ValueError, match="none"):
        await open_pool("postgresql://postgres@127.0.0.1:none/none")
