from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.embedded import EmbeddedServers
from service.store.pool import Connection
from tests.servers import TEMPLATE, sibling
from tests.service.web.world import World, opened, settings_of


@pytest.fixture
async def world(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[World]:
    """A web process and a database of its own."""
    async with opened(settings_of(tmp_path, database_url, redis_url)) as made:
        yield made


@pytest.fixture(scope="session")
async def still(
    tmp_path_factory: pytest.TempPathFactory, servers: EmbeddedServers, postgres: Connection
) -> AsyncIterator[World]:
    """One for all tests that change nothing."""
    folder = tmp_path_factory.mktemp("still")
    await postgres.execute(f"create database still template {TEMPLATE}")
    url = sibling(servers.addresses.database_url, "still")
    async with opened(settings_of(folder, url, servers.addresses.redis_url)) as made:
        yield made
    await postgres.execute("drop database still with (force)")
