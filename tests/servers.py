"""Real servers for the whole run, and a database of its own for each test that asks for one."""

import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from service.clock import SystemClock
from service.embedded import EmbeddedServers
from service.store.migrate import migrate, read_migrations
from service.store.pool import Connection, Pool, connect, open_pool
from tests.databases import Databases

TEMPLATE = "template_heliograph"
MEMORY = Path("/dev/shm")  # noqa: S108 -- a folder with a random name is made in it
ENOUGH = 2_000_000_000
"""Bytes; a container's usual 64 MB is too little for a cluster."""
numbers = itertools.count(1)


@pytest.fixture(scope="session")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory where there is enough of it, else on disk; gone after the run."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH
    if not roomy or not os.access(MEMORY, os.W_OK):
        yield tmp_path_factory.mktemp("memory")
        return
    folder = Path(tempfile.mkdtemp(prefix="heliograph-tests-", dir=MEMORY))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def servers(memory: Path) -> Iterator[EmbeddedServers]:
    """PostgreSQL and Redis through the very supervisor that `heliograph demo` uses."""
    with EmbeddedServers(memory / "servers", durable=False) as running:
        yield running


@pytest.fixture
def data_dir(memory: Path) -> Iterator[Path]:
    """Where one test's own servers may live; not made yet."""
    folder = memory / f"data-{next(numbers)}"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def postgres(servers: EmbeddedServers) -> AsyncIterator[Connection]:
    """A connection to the server's own database, with the migrated template made."""
    url = servers.addresses.database_url
    connection = await connect(url)
    await connection.execute(f"create database {TEMPLATE}")
    template = await connect(sibling(url, TEMPLATE))
    await migrate(template, read_migrations(), now=SystemClock().now())
    await template.close()
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
async def databases(servers: EmbeddedServers, postgres: Connection) -> AsyncIterator[Databases]:
    lender = Databases(postgres, servers.addresses.database_url, TEMPLATE)
    yield lender
    await lender.close()


@pytest.fixture
async def database_url(databases: Databases) -> AsyncIterator[str]:
    """A migrated database in which nothing has happened."""
    url = await databases.borrow()
    yield url
    await databases.give_back(url)


@pytest.fixture
async def empty_database_url(servers: EmbeddedServers, postgres: Connection) -> AsyncIterator[str]:
    """A database without any table."""
    name = f"empty_{next(numbers)}"
    await postgres.execute(f"create database {name}")
    yield sibling(servers.addresses.database_url, name)
    await postgres.execute(f"drop database {name} with (force)")


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, name="test")
    yield opened
    opened.terminate()


@pytest.fixture
async def redis_url(servers: EmbeddedServers) -> str:
    """An empty Redis."""
    url = servers.addresses.redis_url
    async with Redis.from_url(url) as client:
        await client.flushall()
    return url


def sibling(url: str, database: str) -> str:
    """The same server, another database."""
    return f"{url.rpartition('/')[0]}/{database}"
