"""The embedded servers, each test on a data folder of its own, several in processes of their own.

The helper process below is killed, so it must be a real one.
"""

import asyncio
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg
import pytest
import redis

from service.attach import run_beside
from service.clock import monotonic
from service.embedded import Addresses, EmbeddedError, EmbeddedServers, InUse, running
from service.embedded.data_dir import DataDir
from service.embedded.postgres import first_number, is_postmaster
from service.embedded.process import Stay
from service.store.pool import connect

ROOT = Path(__file__).parents[2]
HOLDER = """
import signal, sys
from pathlib import Path
from service.embedded import EmbeddedServers
with EmbeddedServers(Path(sys.argv[1]), durable=False) as servers:
    print(servers.postgres.pid, servers.redis.pid, flush=True)
    signal.pause()
"""

HEIR = """
import asyncio, sys
from service.attach import attached, inherit
from service.settings import read_settings
given = {"HELIOGRAPH_ENVIRONMENT": "test", "HELIOGRAPH_DATA_DIR": sys.argv[1]}
with attached(read_settings(given)) as settings:
    print(settings.database_url, settings.redis_url, flush=True)
    asyncio.run(inherit())
"""
NOWHERE = Addresses("postgresql://127.0.0.1:1", "redis://127.0.0.1:1")


@pytest.fixture(scope="session")
def made(memory: Path) -> Path:
    """A folder that servers have run in; making a cluster is the slow part of a first start."""
    folder = memory / "made"
    with EmbeddedServers(folder, durable=False):
        pass
    return folder


@pytest.fixture
def used(made: Path, data_dir: Path) -> Path:
    """A copy of it."""
    shutil.copytree(made, data_dir)
    (data_dir / "servers.json").unlink()
    return data_dir


@contextmanager
def holder(data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """Another process that runs the servers, with their pids."""
    command = [sys.executable, "-c", HOLDER, str(data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        pids = [int(pid) for pid in process.stdout.readline().split()]
        try:
            yield process, pids
        finally:
            process.kill()


def ends(pid: int, seconds: float = 60.0) -> bool:
    """Whether the process is gone, or is within that time. The bound is only for failing."""
    deadline = monotonic() + seconds
    while monotonic() < deadline:
        process = Path(f"/proc/{pid}")
        try:
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            # Its threads have its sockets as long as one of them is left.
            if state == "Z" and len(list((process / "task").iterdir())) == 1:
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False


def children_of(data_dir: Path) -> list[str]:
    """Every process that has the folder in its command line, but this one and its like."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes()
        except OSError:
            continue
        if os.fsencode(data_dir) in line and entry.parent.name != str(os.getpid()):
            found.append(line.replace(b"\0", b" ").decode())
    return found


async def test_data_outlives_a_restart_and_the_address_stays(used: Path) -> None:
    with EmbeddedServers(used) as servers:
        first = servers.addresses
        connection = await asyncpg.connect(first.database_url)
        await connection.execute("create table kept (id integer); insert into kept values (7)")
        await connection.close()
        with redis.Redis.from_url(first.redis_url) as client:
            client.set("kept", "7")
    with EmbeddedServers(used) as servers:
        assert servers.addresses == first
        connection = await asyncpg.connect(servers.addresses.database_url)
        assert await connection.fetchval("select id from kept") == 7
        assert await connection.fetchval("show fsync") == "on"
        assert await connection.fetchval("show timezone") == "UTC"
        await connection.close()
        with redis.Redis.from_url(servers.addresses.redis_url) as client:
            assert client.get("kept") == b"7"
    assert children_of(used) == []


@pytest.mark.parametrize("last_signal", [signal.SIGKILL, signal.SIGTERM])
def test_no_server_outlives_its_parent(used: Path, last_signal: signal.Signals) -> None:
    with holder(used) as (process, pids):
        process.send_signal(last_signal)
        process.wait()
    assert len(pids) == 2
    assert [ends(pid) for pid in pids] == [True, True]
    assert children_of(used) == []


def test_a_start_right_after_a_kill_waits_for_the_old_server(used: Path) -> None:
    with holder(used) as (process, _):
        process.kill()
        process.wait()
        with EmbeddedServers(used, durable=False) as servers:
            assert servers.postgres.alive


def test_a_second_start_is_told_who_has_the_folder(used: Path) -> None:
    with holder(used) as (process, pids):
        with (
            pytest.raises(EmbeddedError, match=f"in use: process {process.pid} runs"),
            EmbeddedServers(used),
        ):
            pass
        assert all(Path(f"/proc/{pid}").exists() for pid in pids)


async def test_another_process_finds_the_servers_and_no_one_else_can(used: Path) -> None:
    assert running(used / "none") is None
    with holder(used):
        addresses = running(used)
        assert addresses is not None
        connection = await asyncpg.connect(addresses.database_url)
        await connection.close()
        wrong = addresses.database_url.replace("postgres:", "postgres:x")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(wrong)
        for name in ("servers.json", "secret", "redis.conf"):
            assert stat.S_IMODE((used / name).stat().st_mode) == 0o600
    assert running(used) is None


def test_no_password_stands_in_a_command_line_or_a_repr(data_dir: Path) -> None:
    with EmbeddedServers(data_dir, durable=False) as servers:
        password = (data_dir / "secret").read_text()
        assert not [line for line in children_of(data_dir) if password in line]
        assert password not in repr(servers.addresses)
        assert password not in repr(servers.postgres)
        assert password not in repr(servers.redis)


async def test_a_killed_server_is_revived_at_its_address_with_its_rows(used: Path) -> None:
    with EmbeddedServers(used) as servers:
        before = servers.addresses
        connection = await asyncpg.connect(before.database_url)
        await connection.execute("create table kept as select generate_series(1, 500) as id")
        for server in (servers.postgres, servers.redis):
            assert server.pid is not None
            os.kill(server.pid, signal.SIGKILL)
            assert ends(server.pid)
        assert servers.revive() == ["PostgreSQL", "Redis"]
        assert servers.revive() == []
        assert servers.addresses == before
        connection = await asyncpg.connect(before.database_url)
        assert await connection.fetchval("select count(*) from kept") == 500
        await connection.close()


def test_a_pid_file_that_names_a_stranger_is_only_stale(used: Path) -> None:
    with EmbeddedServers(used, durable=False) as servers:
        pid_file = servers.postgres.data / "postmaster.pid"
        left_behind = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *left_behind[1:]]) + "\n")
    assert not is_postmaster(os.getpid(), servers.postgres.data)
    with EmbeddedServers(used, durable=False) as servers:
        assert servers.postgres.alive


def test_a_killed_initdb_leaves_nothing_to_trip_over(data_dir: Path) -> None:
    half = data_dir / "postgres.init"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with EmbeddedServers(data_dir, durable=False) as servers:
        assert servers.postgres.alive
    assert not half.exists()


def test_data_of_another_release_is_named_and_untouched(used: Path) -> None:
    with EmbeddedServers(used, durable=False):
        pass
    (used / "postgres" / "PG_VERSION").write_text("12\n")
    with (
        pytest.raises(EmbeddedError, match=r"made by PostgreSQL 12.*pg_dumpall"),
        EmbeddedServers(used, durable=False),
    ):
        pass


def test_a_start_that_fails_says_what_postgres_said(used: Path) -> None:
    with EmbeddedServers(used, durable=False):
        pass
    (used / "postgres" / "postgresql.conf").write_text("nonsense = 1\n")
    with (
        pytest.raises(EmbeddedError, match=r"data is untouched(.|\n)*nonsense"),
        EmbeddedServers(used, durable=False),
    ):
        pass
    assert children_of(used) == []


def test_an_unreadable_redis_is_put_aside_and_started_empty(used: Path) -> None:
    with (
        EmbeddedServers(used) as servers,
        redis.Redis.from_url(servers.addresses.redis_url) as client,
    ):
        client.set("a", "b")
    (log,) = (used / "redis").glob("appendonlydir/*.incr.aof")
    log.write_bytes(b"*3\r\n$3\r\nnonsense\r\n" * 50)
    with (
        EmbeddedServers(used) as servers,
        redis.Redis.from_url(servers.addresses.redis_url) as client,
    ):
        assert client.get("a") is None
    assert (used / "redis.unreadable-1").is_dir()


def test_a_taken_port_is_left_to_its_owner(used: Path, made: Path) -> None:
    other = used / "other"
    shutil.copytree(made, other)
    with EmbeddedServers(used, durable=False) as one:
        DataDir(other).publish(one.addresses)
        with EmbeddedServers(other, durable=False) as two:
            assert two.postgres.port != one.postgres.port
            assert two.redis.port != one.redis.port


def test_a_server_that_others_work_with_does_not_move(used: Path, made: Path) -> None:
    """Broken once: it came up elsewhere, and whoever worked with it answered 503 for ever."""
    other = used / "other"
    shutil.copytree(made, other)
    with EmbeddedServers(used, durable=False) as one:
        refused = pytest.raises(EmbeddedError, match=f"listens on 127.0.0.1:{one.postgres.port}")
        with refused, EmbeddedServers(other, durable=False, before=one.addresses):
            pass
        port, pid = one.redis.port, one.redis.pid
        kept = used / "redis" / "kept"
        kept.touch()
        assert port
        assert pid
        os.kill(pid, signal.SIGKILL)
        assert ends(pid)
        refused = pytest.raises(EmbeddedError, match=f"Redis cannot run on.*:{port}")
        with socket.create_server(("127.0.0.1", port)), refused:
            one.revive()
        assert kept.exists()  # broken once: what it had was put aside, for a port
        assert one.revive() == ["Redis"]
        assert one.redis.port == port


def test_a_long_and_odd_path_is_no_obstacle(data_dir: Path, made: Path) -> None:
    odd = data_dir / ("long" * 40) / "with space and 'quote'"
    shutil.copytree(made, odd)
    with EmbeddedServers(odd, durable=False) as servers:
        assert servers.redis.alive


def test_a_relative_folder_is_made_where_we_stand(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_dir.mkdir()
    monkeypatch.chdir(data_dir)
    with EmbeddedServers(Path("data"), durable=False):
        addresses = json.loads((data_dir / "data" / "servers.json").read_text())
        assert addresses["database_url"].startswith("postgresql://")
    assert stat.S_IMODE((data_dir / "data").stat().st_mode) == 0o700


def test_who_works_with_the_servers_of_a_process_that_ends_runs_them_on(used: Path) -> None:
    """Broken once: `web` answered 503 until somebody started the killed `worker` again."""
    command = [sys.executable, "-c", HEIR, str(used)]
    with holder(used) as (first, pids), ExitStack() as stack:
        heirs = [
            stack.enter_context(
                subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
            )
            for _ in range(2)
        ]
        for heir in heirs:
            stack.callback(heir.kill)
        (told,) = {heir.stdout.readline() for heir in heirs if heir.stdout}
        database_url, redis_url = told.split()
        (used / "servers.json").unlink()  # as a start that fails meanwhile leaves it
        first.kill()
        assert all(ends(pid) for pid in pids)
        owner = owned_by(used, {heir.pid for heir in heirs})
        assert asyncio.run(answered(database_url)) == 1
        assert running(used)
        with redis.Redis.from_url(redis_url) as client:
            assert client.ping()
        next(heir for heir in heirs if heir.pid == owner).terminate()
        owned_by(used, {heir.pid for heir in heirs} - {owner})
        assert asyncio.run(answered(database_url)) == 1


async def test_servers_are_started_beside_the_event_loop(data_dir: Path) -> None:
    """Broken once: while they came up nothing was answered, not even that PostgreSQL is away."""
    gate = threading.Event()
    thread = Stay(gate.wait)
    thread.start()
    waiting = asyncio.wrap_future(thread.begun)
    gate.set()
    await waiting
    assert thread.is_alive()
    failing = Stay(lambda: EmbeddedServers(data_dir / "x", before=NOWHERE).__enter__())
    with DataDir(data_dir / "x").held():
        failing.start()
        with pytest.raises(InUse):
            await asyncio.wrap_future(failing.begun)
    failing.join()


@contextmanager
def slow(gate: threading.Event, did: list[str]) -> Iterator[None]:
    gate.wait()
    did.append("started")
    yield
    did.append("ended")


async def test_who_is_stopped_while_servers_start_ends_them_and_last_of_all() -> None:
    """Broken once: they ended as soon as they ran, under whoever was still writing down."""
    gate, did = threading.Event(), list[str]()
    with ExitStack() as stack:
        heir = asyncio.create_task(run_beside(stack, slow(gate, did)))
        await asyncio.sleep(0)
        heir.cancel()
        with pytest.raises(asyncio.CancelledError):
            await heir
        stack.callback(gate.set)
        did.append("stopping")
    assert did == ["stopping", "started", "ended"]


def owned_by(data_dir: Path, heirs: set[int]) -> int:
    """Which of these processes has the servers, once one has, and they run."""
    deadline = monotonic() + 60
    while monotonic() < deadline:
        owner = first_number(data_dir / "lock")
        if owner in heirs and (data_dir / "servers.json").exists():
            return owner
        time.sleep(0.01)
    raise AssertionError(f"none of {heirs} runs them")


async def answered(url: str) -> int:
    connection = await connect(url)
    value: int = await connection.fetchval("select 1")
    await connection.close()
    return value
