"""It holds: processes are killed, servers restarted, emptied and frozen, and everybody is paged.

Real processes, ended by SIGKILL. In each test the tickets that were accepted with a 202 are
compared with the texts that were sent: none is missing, and none is there twice.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator

import pytest
from redis import Redis

from notifiers.simulator.records import Ailment, Trouble
from service.embedded import EmbeddedServers
from tests.stories.conftest import Shared
from tests.stories.crashes import Books, database, frozen, meanwhile
from tests.stories.house import WebProcess, WorkerProcess, wait_until
from tests.stories.world import World

AWAY = "database_away|unforeseen.*(Connection|Shutdown|CannotConnectNow)"


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    """PostgreSQL and Redis of this module's own, to be treated badly."""
    with EmbeddedServers(tmp_path_factory.mktemp("crashes")) as running:
        yield running


@pytest.fixture(scope="module")
def standing(ours: EmbeddedServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Processes on those servers, for all tests here: to start them takes longer than a test."""
    url, redis = database(ours, "crashes"), ours.addresses.redis_url
    with World(url, redis, tmp_path_factory.mktemp("house"), processes=True) as world:
        yield world


@pytest.fixture
def world(shared: Shared, ours: EmbeddedServers, standing: World) -> Iterator[World]:
    yield from fresh(shared, ours, standing)


def fresh(shared: Shared, ours: EmbeddedServers, standing: World) -> Iterator[World]:
    """A world in which nothing has happened, and everything runs."""
    shared.close()
    rise(standing, ours)
    standing.wipe()
    yield standing
    rise(standing, ours)
    standing.check()


def rise(world: World, ours: EmbeddedServers, *more: WorkerProcess) -> None:
    """Start whatever does not run."""
    ours.revive()
    dead = [p for p in (web_of(world), worker_of(world), *more) if not p.alive]
    for process in dead:
        process.begin()
    for process in dead:
        process.ready()


def worker_of(world: World) -> WorkerProcess:
    assert isinstance(world.worker, WorkerProcess)
    return world.worker


def web_of(world: World) -> WebProcess:
    assert isinstance(world.web, WebProcess)
    return world.web


def state_of(world: World, key: str) -> str:
    return next((row.split()[1] for row in world.outbox() if row.startswith(key)), "absent")


def test_a_worker_killed_between_send_and_settle_pages_nobody_twice(
    world: World, ours: EmbeddedServers
) -> None:
    """Broken once: without the look at what the provider lists, Anna had two texts."""
    world.phone("anna").has(Trouble(Ailment.SLOW, seconds=1.5, times=1))
    ticket = world.ticket()
    key = f"{ticket.case}/1/anna/mobile/1"
    wait_until(lambda: not world.phone("anna").troubled, lambda: str(world.outbox()))
    worker_of(world).kill()
    web_of(world).kill()  # at once, so that no receipt tells of it either
    world.phone("anna").gets_sms(ticket.case)
    world.forgive()
    assert state_of(world, key) == "sending"
    rise(world, ours)
    world.lapse()
    wait_until(lambda: state_of(world, key) in {"sent", "delivered"}, lambda: str(world.outbox()))
    assert len(world.phone("anna").texts) == 1
    (row,) = world.rows("select unclear, tries, ref from outbox where kind = 'page'")
    assert (row["unclear"], row["tries"]) == (False, 2)


def test_a_worker_killed_before_its_page_left_is_followed_by_one_that_sends_it(
    world: World,
) -> None:
    world.phone("anna").has(Trouble(Ailment.DEAF, times=1))
    ticket = world.ticket()
    wait_until(lambda: not world.phone("anna").troubled, lambda: str(world.outbox()))
    worker_of(world).kill()
    worker_of(world).start()
    assert world.phone("anna").texts == []
    world.lapse()
    world.phone("anna").gets_sms(ticket.case)


def test_a_web_process_killed_at_any_moment_loses_nothing(world: World) -> None:
    """Its ring never reaches the worker: the sweep alone finds the page."""
    environment = web_of(world).environment
    web_of(world).environment = {**environment, "HELIOGRAPH_REDIS_URL": "redis://127.0.0.1:9/0"}
    web_of(world).stop()
    web_of(world).start()
    books = Books(world)
    with meanwhile(books.post):
        for _ in range(2):
            books.goes_on(4)
            web_of(world).kill()
            web_of(world).start()
        books.goes_on()
    assert books.lost
    web_of(world).environment = environment
    books.balance()
    world.forgive()


def test_redis_may_be_emptied_restarted_and_gone(world: World, ours: EmbeddedServers) -> None:
    books = Books(world)
    pids = worker_of(world).pid, web_of(world).pid
    with meanwhile(books.post):
        for _ in range(3):
            Redis.from_url(ours.addresses.redis_url).flushall()
        ours.redis.stop()
        books.goes_on(20)
        books.paged()  # by the sweep alone
        ours.redis.start()
        books.goes_on(5)
    assert (books.refused, books.lost) == ([], 0)
    assert (worker_of(world).pid, web_of(world).pid) == pids
    books.balance()


def test_a_redis_that_hangs_holds_up_no_page(world: World, ours: EmbeddedServers) -> None:
    books = Books(world)
    with frozen(ours.redis.pid):
        for _ in range(5):
            books.post()
        books.balance()


def test_postgresql_may_be_restarted_and_gone(world: World, ours: EmbeddedServers) -> None:
    world.expects_error(AWAY)
    books = Books(world)
    pids = worker_of(world).pid, web_of(world).pid
    with meanwhile(books.post):
        books.goes_on()
        for _ in range(2):
            ours.postgres.stop()
            books.is_missed()
            ours.postgres.start()
            books.goes_on(5)
    assert set(books.refused) == {503}
    assert (worker_of(world).pid, web_of(world).pid) == pids
    world.lapse()  # of what was being sent while nobody could write down what became of it
    books.balance()


def test_postgresql_may_crash_under_load(world: World, ours: EmbeddedServers) -> None:
    world.expects_error(AWAY)
    books = Books(world)
    with meanwhile(books.post):
        books.goes_on()
        assert ours.postgres.pid
        os.kill(ours.postgres.pid, signal.SIGKILL)
        wait_until(lambda: not ours.postgres.alive, lambda: "it lives")
        ours.revive()
        books.goes_on(5)
    # What was being sent when the server crashed is settled once its lease has lapsed.
    world.lapse()
    books.balance()


def test_two_workers_share_the_work_and_page_nobody_twice(world: World) -> None:
    other = world.another_worker()
    other.start()
    books = Books(world)
    threads = [threading.Thread(target=lambda: [books.post() for _ in range(10)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    books.balance()
    world.forward(minutes=5)
    books.balance("ben")
    world.phone("ben").replies("ack all").gets_sms("ACK ALL, 40 cases")
    other.stop()


def test_a_worker_that_is_stopped_finishes_what_it_is_sending(world: World) -> None:
    world.phone("anna").has(Trouble(Ailment.SLOW, seconds=1, times=3))
    tickets = [world.ticket() for _ in range(3)]
    wait_until(lambda: not world.phone("anna").troubled, lambda: str(world.outbox()))
    worker_of(world).stop()
    assert all(row.endswith(("sent", "delivered")) for row in world.outbox())
    for ticket in tickets:
        world.phone("anna").gets_sms(ticket.case)


def test_an_outage_of_ours_ends_with_one_contact_for_each_case(world: World) -> None:
    """Broken once: all the contacts of three hours left at once."""
    asked = world.ticket()
    world.phone("anna").gets_sms(asked.case)
    worker_of(world).stop()
    unasked = world.ticket()
    world.leap(hours=3)
    worker_of(world).start()
    world.phone("ben").gets_sms(asked.case)
    world.phone("anna").gets_sms(unasked.case)
    world.settle()
    assert len(world.phone("anna").texts) == 2
    assert len(world.phone("ben").texts) == 1
    world.forward(minutes=5)
    world.phone("erik").gets_sms(asked.case)
    world.phone("ben").gets_sms(unasked.case)


def test_everything_at_once(world: World, ours: EmbeddedServers) -> None:
    """A bad day: whatever can be killed is, while tickets keep coming."""
    world.expects_error(AWAY)
    books = Books(world)
    other = world.another_worker()
    other.start()
    blows: list[Callable[[], object]] = [
        worker_of(world).kill,
        ours.redis.stop,
        web_of(world).kill,
        ours.postgres.stop,
        other.kill,
    ]
    with meanwhile(books.post):
        for blow in blows:
            books.goes_on(3)
            blow()
            rise(world, ours, other)
    world.zendesk.settle()
    world.lapse()
    cases = books.paged()
    world.settle()
    assert set(books.texts()) == cases
    for text in world.phone("anna").texts:
        world.phone("anna").gets_sms(text)
    world.forgive()
    other.stop()
