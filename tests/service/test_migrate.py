import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.store.migrate import (
    LOCK,
    Migration,
    MigrationError,
    migrate,
    pending,
    read_migrations,
    statements,
)
from service.store.pool import Connection, connect

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
TABLE = Migration(1, "0001_thing.sql", "create table thing (id integer primary key);")
INDEX = Migration(
    2,
    "0002_index.sql",
    "-- no-transaction\ncreate index concurrently if not exists thing_id on thing (id);\n"
    "-- and a second one\ncreate index concurrently if not exists thing_id_2 on thing (id);\n",
)
LATER = Migration(3, "0003_other.sql", "create table other (id integer);")


@pytest.fixture
async def database(empty_database_url: str) -> AsyncIterator[Connection]:
    connection = await connect(empty_database_url)
    yield connection
    await connection.close()


async def names(connection: Connection) -> list[str]:
    rows = await connection.fetch("select name from schema_migrations order by number")
    return [row["name"] for row in rows]


async def test_each_file_is_applied_once_and_recorded_at_the_given_instant(
    database: Connection,
) -> None:
    assert await migrate(database, [TABLE, INDEX], now=NOW) == (TABLE.name, INDEX.name)
    assert await migrate(database, [TABLE, INDEX, LATER], now=NOW) == (LATER.name,)
    assert await names(database) == [TABLE.name, INDEX.name, LATER.name]
    assert await database.fetchval("select distinct applied_at from schema_migrations") == NOW
    assert await database.fetchval("select count(*) from pg_indexes where tablename='thing'") == 3


async def test_many_at_once_apply_everything_once(empty_database_url: str) -> None:
    """Concurrent index builds included: a waiter inside pg_advisory_lock() would deadlock them."""

    async def one() -> tuple[str, ...]:
        connection = await connect(empty_database_url)
        try:
            return await migrate(connection, [TABLE, INDEX, LATER], now=NOW)
        finally:
            await connection.close()

    applied = await asyncio.gather(*(one() for _ in range(6)))
    assert sorted(name for names in applied for name in names) == [
        TABLE.name,
        INDEX.name,
        LATER.name,
    ]


async def test_an_edited_file_is_refused(database: Connection) -> None:
    await migrate(database, [TABLE], now=NOW)
    edited = Migration(1, TABLE.name, TABLE.text + "\n-- a word more")
    with pytest.raises(MigrationError, match=r"0001_thing\.sql was edited"):
        await migrate(database, [edited, LATER], now=NOW)
    assert await names(database) == [TABLE.name]


async def test_a_database_newer_than_the_code_is_refused(database: Connection) -> None:
    await migrate(database, [TABLE, LATER], now=NOW)
    with pytest.raises(MigrationError, match=r"newer than this release: it has 0003_other\.sql"):
        await migrate(database, [TABLE], now=NOW)


async def test_a_file_added_behind_an_applied_one_is_refused(database: Connection) -> None:
    await migrate(database, [TABLE, LATER], now=NOW)
    with pytest.raises(MigrationError, match="added behind"):
        await migrate(database, [TABLE, INDEX, LATER], now=NOW)


async def test_a_failing_file_leaves_nothing_and_the_earlier_ones(database: Connection) -> None:
    broken = Migration(2, "0002_broken.sql", "create table half (id integer); select nonsense;")
    with pytest.raises(MigrationError, match=r"0002_broken\.sql failed and was rolled back"):
        await migrate(database, [TABLE, broken], now=NOW)
    assert await names(database) == [TABLE.name]
    assert await database.fetchval("select to_regclass('half')") is None
    assert await database.fetchval("select pg_try_advisory_lock($1)", LOCK)


async def test_a_half_applied_file_without_transaction_can_be_run_again(
    database: Connection,
) -> None:
    broken = Migration(2, INDEX.name, INDEX.text + "select nonsense;")
    with pytest.raises(MigrationError, match="may be half applied"):
        await migrate(database, [TABLE, broken], now=NOW)
    assert await migrate(database, [TABLE, INDEX], now=NOW) == (INDEX.name,)


async def test_pending_changes_nothing(database: Connection) -> None:
    assert await pending(database, [TABLE]) == (TABLE,)
    assert await database.fetchval("select to_regclass('schema_migrations')") is None


def test_files_are_read_in_order_whatever_their_newlines(tmp_path: Path) -> None:
    (tmp_path / "0002_b.sql").write_bytes(b"select 2;\r\n")
    (tmp_path / "0001_a.sql").write_text("select 1;\n")
    found = read_migrations(tmp_path)
    assert [migration.number for migration in found] == [1, 2]
    assert found[1].sha256 == Migration(2, "0002_b.sql", "select 2;\n").sha256


@pytest.mark.parametrize("files", [("1_a.sql",), ("0001_A.sql",), ("0001_a.sql", "0001_b.sql")])
def test_misnamed_files_are_refused(tmp_path: Path, files: tuple[str, ...]) -> None:
    for name in files:
        (tmp_path / name).write_text("select 1;")
    with pytest.raises(MigrationError, match=r"\.sql"):
        read_migrations(tmp_path)


def test_a_function_outside_a_transaction_is_refused() -> None:
    body = "-- no-transaction\ncreate function f() returns int language sql as $$ select 1; $$;"
    with pytest.raises(MigrationError, match="function"):
        statements(Migration(1, "0001_f.sql", body))
