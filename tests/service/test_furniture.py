"""What tests find in their databases is what bringing it in would have written."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from service.store.pool import Connection
from service.wiring import Service
from tests.databases import KEEPERS, Databases, contents, tables_of
from tests.service import furniture, office
from tests.service.web import world
from tests.stories import organisation

_names: Iterator[int] = count()


async def _all(keeper: Connection) -> str:
    tables = {*await tables_of(keeper)} - {"measurements"}  # which go on
    return await contents(keeper, sorted(tables))


async def _seen(url: str, service: Service) -> str:
    """What the database holds, and what the service makes of it."""
    shelf = await service.desk.shelf()
    return f"{await _all(KEEPERS[url])} {shelf.current} {shelf.people} {shelf.phones}"


@pytest.fixture
def policy() -> str:
    """One that no other test has brought in."""
    return f"{organisation.POLICY}\n# {next(_names)}\n"


async def test_an_office_is_furnished_with_what_was_brought_in(
    databases: Databases, redis_url: str, policy: str
) -> None:
    found = []
    for _ in range(2):
        url = await databases.borrow()
        async with office.opened(url, redis_url, policy) as made:
            found.append(await _seen(url, made.service))
        await databases.give_back(url)
    assert found[0] == found[1]
    assert "anna" in found[0]


async def test_a_world_is_furnished_with_what_it_loaded_at_its_start(
    databases: Databases, redis_url: str, policy: str, tmp_path: Path
) -> None:
    found = []
    for _ in range(2):
        url = await databases.borrow()
        settings = world.settings_of(tmp_path, url, redis_url)
        (tmp_path / "policy.yaml").write_text(policy)
        async with world.opened(settings) as made:
            found.append(await _seen(url, made.service))
        await databases.give_back(url)
    assert found[0] == found[1]
    assert "anna" in found[0]


@pytest.mark.parametrize(
    "row",
    [
        "audit (at, who, what) values ('2026-03-02T10:00Z', 'somebody', 'did something')",
        "people (id, body, updated_at) values ('zoe', '{}', '2026-03-02T10:00Z')",
    ],
)
async def test_where_anything_was_written_nothing_is_bare(database_url: str, row: str) -> None:
    keeper = KEEPERS[database_url]
    assert await furniture.bare(keeper)
    await keeper.execute(f"insert into {row}")
    assert not await furniture.bare(keeper)


async def test_what_is_there_already_is_left_alone(
    database_url: str, redis_url: str, policy: str
) -> None:
    for number in (1, 2):
        async with office.opened(database_url, redis_url, f"{policy}# {number}") as made:
            versions = await made.pool.fetchval("select count(*) from policies")
        assert versions == number
