"""Every way to run PostgreSQL that this machine and this user allow, each for real."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from service.embedded.binaries import postgres_bin
from service.embedded.errors import EmbeddedError
from service.embedded.postgres import Postgres
from service.embedded.privilege import Footing, as_servant, find_footing, servant, starts

ROOT = os.getuid() == 0
NAMESPACES = ROOT and starts("namespace", postgres_bin())


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that every user can enter, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def footing_of(way: str, folder: Path, shared: Path) -> Footing:
    data = folder / "postgres"
    if way == "servant":
        return as_servant(servant(), postgres_bin(), data, shared)
    return find_footing(postgres_bin(), data, shared)


@pytest.mark.parametrize("way", ["chosen", "servant"] if ROOT else ["chosen"])
async def test_it_runs_and_finds_its_rows_again(way: str, tmp_path: Path, shared: Path) -> None:
    for expected in (1, 2):
        footing = footing_of(way, tmp_path, shared)
        server = Postgres(footing, "secret", tmp_path / "log", durable=False)
        server.start()
        try:
            assert await count_starts(server.url) == expected
            assert footing.data.stat().st_uid == footing.owner
            assert uid_of(server) == footing.owner
        finally:
            server.stop()


def uid_of(server: Postgres) -> int:
    return Path(f"/proc/{server.pid}").stat().st_uid


async def count_starts(url: str) -> int:
    connection = await asyncpg.connect(url)
    await connection.execute("create table if not exists starts (id serial)")
    await connection.execute("insert into starts default values")
    number = await connection.fetchval("select count(*) from starts")
    await connection.close()
    assert isinstance(number, int)
    return number


def test_the_way_chosen_is_the_one_that_changes_least(tmp_path: Path, shared: Path) -> None:
    footing = find_footing(postgres_bin(), tmp_path / "postgres", shared)
    expected = "direct" if not ROOT else "namespace" if NAMESPACES else f"setuid:{servant()}"
    assert footing.mode == expected
    assert list(shared.iterdir()) == [] or footing.mode.startswith("setuid")


if ROOT:
    NOBODY = pwd.getpwnam("nobody").pw_uid

    def test_a_users_data_is_run_as_that_user(shared: Path) -> None:
        data = shared / "postgres"
        data.mkdir()
        os.chown(data, NOBODY, -1)
        footing = find_footing(postgres_bin(), data, shared)
        assert (footing.mode, footing.data) == (f"setuid:{NOBODY}", data)

    def test_data_out_of_its_owners_reach_is_never_replaced_by_an_empty_cluster(
        tmp_path: Path, shared: Path
    ) -> None:
        tmp_path.chmod(0o700)
        data = tmp_path / "postgres"
        data.mkdir()
        os.chown(data, NOBODY, -1)
        with pytest.raises(EmbeddedError, match="cannot reach"):
            find_footing(postgres_bin(), data, shared)

else:

    def test_another_users_data_is_refused_with_what_to_do(shared: Path) -> None:
        with pytest.raises(EmbeddedError, match=r"belongs to root.*chown -R"):
            find_footing(postgres_bin(), Path("/root"), shared)
