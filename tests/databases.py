"""Databases that tests borrow: wiped in between, which takes a tenth of making them anew."""

import asyncio
import itertools
from collections.abc import Collection

import asyncpg

from service.store.pool import AnyConnection, Connection, connect

SHAPE = """
select md5(string_agg(concat_ws(' ', relname, relkind, attnum, attname, atttypid, attnotnull), ','
                      order by relname, attnum))
  || (select count(*)::text from pg_trigger where not tgisinternal)
  || (select count(*)::text from pg_constraint)
from pg_class join pg_attribute on attrelid = pg_class.oid
where relnamespace = 'public'::regnamespace
"""
TABLES = """
select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
"""
SEQUENCES = """
select oid::regclass::text as name from pg_class
where relnamespace = 'public'::regnamespace and relkind = 'S'
"""
OTHERS = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
"""


KEEPERS: dict[str, Connection] = {}
"""A connection to each database that is lent, by its URL."""


class Databases:
    """Copies of the migrated `template`, on the server that `server` is connected to."""

    def __init__(self, server: Connection, url: str, template: str) -> None:
        self._server, self._url, self._template = server, url, template
        self._names = (f"test_{n}" for n in itertools.count(1))
        self._idle: list[tuple[str, Connection]] = []
        self._shape = self._wipe = ""

    async def borrow(self) -> str:
        """The URL of one in which nothing has happened."""
        name, keeper = self._idle.pop() if self._idle else await self._make()
        url = self.sibling(name)
        KEEPERS[url] = keeper
        return url

    async def give_back(self, url: str) -> None:
        """Wiped for the next one; dropped where its tables are not what they were."""
        name = url.rpartition("/")[2]
        keeper = KEEPERS.pop(url)
        try:
            while await keeper.fetch(OTHERS):  # noqa: ASYNC110 -- they end without telling us
                await asyncio.sleep(0.001)
            if await keeper.fetchval(SHAPE) == self._shape:
                await keeper.execute(self._wipe)
                self._idle.append((name, keeper))
                return
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            pass  # whatever the test did to it, another test gets another one
        keeper.terminate()
        await self._server.execute(f"drop database {name} with (force)")

    def sibling(self, database: str) -> str:
        """The same server, another database."""
        return f"{self._url.rpartition('/')[0]}/{database}"

    async def close(self) -> None:
        for _, keeper in self._idle:
            await keeper.close()

    async def _make(self) -> tuple[str, Connection]:
        name = next(self._names)
        await self._server.execute(
            f"create database {name} template {self._template} strategy file_copy"
        )
        keeper = await connect(self.sibling(name))
        if not self._shape:
            self._shape = await keeper.fetchval(SHAPE)
            self._wipe = await contents(keeper, await tables_of(keeper))
        return name, keeper


async def contents(connection: AnyConnection, tables: Collection[str]) -> str:
    """What makes these tables, and all sequences, of another database as they are here now."""
    steps = ["begin", "set local session_replication_role = replica"]
    steps += [f"delete from {table}" for table in tables]  # noqa: S608
    for table in tables:
        rows = await connection.fetchval(f"select json_agg(t)::text from {table} t")  # noqa: S608
        if rows:
            quoted = rows.replace("'", "''")
            steps.append(
                f"insert into {table} overriding system value"  # noqa: S608
                f" select * from json_populate_recordset(null::{table}, '{quoted}')"
            )
    for row in await connection.fetch(SEQUENCES):
        at = await connection.fetchrow(f"select last_value, is_called from {row['name']}")  # noqa: S608
        steps.append(f"select setval('{row['name']}', {', '.join(map(str, at or ()))})")
    return "; ".join([*steps, "commit"])


async def tables_of(connection: Connection) -> list[str]:
    return [row["relname"] for row in await connection.fetch(TABLES)]
