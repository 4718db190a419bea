import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from service.embedded import EmbeddedServers
from service.store.pool import Connection
from tests.servers import TEMPLATE, sibling
from tests.stories.world import World

Build = Callable[..., World]
for _name in ("httpx", "arq.worker"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # a line for every request and ring


class Shared:
    """One world for all stories that can share it, wiped in between; a spoilt one is replaced."""

    def __init__(self, make: Callable[[], World]) -> None:
        self._make = make
        self._world: World | None = None

    def get(self) -> World:
        if self._world is None:
            self._world = self._make().__enter__()
        self._world.wipe()
        return self._world

    def close(self) -> None:
        world, self._world = self._world, None
        if world is not None:
            world._stack.close()


@pytest.fixture(scope="session")
async def stories_database(servers: EmbeddedServers, postgres: Connection) -> AsyncIterator[str]:
    await postgres.execute(f"create database stories template {TEMPLATE}")
    yield sibling(servers.addresses.database_url, "stories")
    await postgres.execute("drop database stories with (force)")


@pytest.fixture(scope="session")
def shared(
    stories_database: str, servers: EmbeddedServers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shared]:
    redis = servers.addresses.redis_url
    folder = tmp_path_factory.mktemp
    made = Shared(lambda: World(stories_database, redis, folder("stories"), used=True))
    yield made
    made.close()


@pytest.fixture
def world(shared: Shared) -> Iterator[World]:
    """A world in which nothing has happened. Fails at the end on what nobody expected."""
    world = shared.get()
    yield world
    try:
        world.check()
    except AssertionError:
        shared.close()
        raise


@pytest.fixture
def build(shared: Shared, database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Build]:
    """Makes a world of the test's own: `build(processes=True)` where something is to be killed."""
    shared.close()
    with ExitStack() as stack:

        def made(**how: Any) -> World:
            return stack.enter_context(World(database_url, redis_url, tmp_path, **how))

        yield made
