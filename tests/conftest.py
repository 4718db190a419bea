"""Real servers for the whole run, and a database of its own for each test that asks for one."""

import itertools
from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis

from service.clock import SystemClock
from service.embedded import EmbeddedServers
from service.store.migrate import migrate, read_migrations
from service.store.pool import Connection, Pool, connect, open_pool

TEMPLATE = "template_heliograph"
numbers = itertools.count(1)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    """PostgreSQL and Redis through the very supervisor that `heliograph demo` uses."""
    with EmbeddedServers(tmp_path_factory.mktemp("servers"), durable=False) as running:
        yield running


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


@pytest.fixture
async def database_url(servers: EmbeddedServers, postgres: Connection) -> AsyncIterator[str]:
    """A fresh, migrated database; gone after the test."""
    name = f"test_{next(numbers)}"
    await postgres.execute(f"create database {name} template {TEMPLATE}")
    yield sibling(servers.addresses.database_url, name)
    await postgres.execute(f"drop database {name} with (force)")


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
