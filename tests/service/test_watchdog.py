"""What the others leave behind is noticed, and told past the outbox."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from litestar import Litestar, get

from notifiers.simulator.harness import ACCOUNT, TOKEN, Simulator
from notifiers.simulator.server import Served
from service import watchdog
from service.store.pool import Pool
from service.watchdog import Health, _shout, examine, watch
from service.wiring import sender_of
from tests.service.office import NOW, Office, opened
from tests.stories.organisation import NUMBERS


@pytest.fixture
def twilio() -> Iterator[Simulator]:
    with Simulator(strict=False) as running:
        yield running


class Monitor:
    def __init__(self) -> None:
        self.beats = asyncio.Semaphore(0)
        self.url = ""


@pytest.fixture
async def monitor() -> AsyncIterator[Monitor]:
    """An outside monitor that counts our heartbeats."""
    made, loop = Monitor(), asyncio.get_running_loop()

    @get("/beat")
    async def beat() -> None:
        loop.call_soon_threadsafe(made.beats.release)

    with Served(Litestar([beat], openapi_config=None, logging_config=None)) as served:
        made.url = f"{served.url}/beat"
        yield made


@pytest.fixture
async def watched(
    database_url: str, redis_url: str, twilio: Simulator, monitor: Monitor
) -> AsyncIterator[Office]:
    settings = {
        "TWILIO_API_URL": twilio.api_url,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM_NUMBER": twilio.number,
        "HEARTBEAT_URL": monitor.url,
    }
    async with opened(database_url, redis_url, **settings) as office:
        yield office


def test_what_is_late_is_said_in_sentences() -> None:
    well = Health(NOW - timedelta(seconds=60), NOW - timedelta(seconds=120), None)
    assert well.troubles(NOW) == []
    late = timedelta(minutes=5)
    assert Health(NOW - late, NOW - late, NOW - late).troubles(NOW) == [
        "a case has not been woken for 300 s",
        "a page or note has not left for 300 s",
        "a webhook has not been decided for 300 s",
    ]


async def test_a_case_a_page_and_a_webhook_that_are_left_behind_are_found(office: Office) -> None:
    await office.report("T-1")
    await office.desk.store([office.arrival("T-2")], [0])
    assert (await examine(office.service, office.clock.now())).troubles(office.clock.now()) == []
    office.clock.forward(minutes=8)
    troubles = (await examine(office.service, office.clock.now())).troubles(office.clock.now())
    assert [t.split(" for ")[0] for t in troubles] == [
        "a case has not been woken",
        "a page or note has not left",
        "a webhook has not been decided",
    ]


async def test_what_waits_for_its_time_is_not_late(office: Office) -> None:
    await office.report("T-1", priority="low")
    await office.pool.execute(
        "update outbox set available_at = $1", office.clock.now() + timedelta(hours=2)
    )
    office.clock.forward(minutes=30)
    assert (await examine(office.service, office.clock.now())).oldest_send is None


async def test_the_duty_manager_is_told_past_the_outbox(watched: Office, twilio: Simulator) -> None:
    sender = sender_of(watched.service)
    await _shout(watched.service, sender, ["a case has not been woken for 300 s"])
    await sender.close()
    texts = twilio.simulation.exchange.texts_of(NUMBERS["grace"])
    assert [t.body for t in texts] == [
        "Heliograph needs help: a case has not been woken for 300 s. Look at /readyz and the logs."
    ]
    assert await watched.pool.fetchval("select count(*) from outbox") == 0


@pytest.mark.parametrize(
    ("target", "told"),
    [("person erik", "erik"), ("schedule support", "anna"), ("engineering", "erik")],
)
async def test_whoever_the_policy_names_is_told(
    watched: Office, twilio: Simulator, target: str, told: str
) -> None:
    """Broken once: a duty manager who is not named as a person or a schedule was told nothing."""
    kind, _, name = target.partition(" ")
    await watched.pool.execute(
        "update policies set document = jsonb_set(document::jsonb, '{duty_manager}',"
        " jsonb_build_array(jsonb_build_object('kind', $1::text, 'id', $2::text)))::json",
        kind, name,
    )  # fmt: skip
    await watched.pool.execute("update generations set value = value + 1")
    sender = sender_of(watched.service)
    await _shout(watched.service, sender, ["nothing leaves"])
    await sender.close()
    assert len(twilio.simulation.exchange.texts_of(NUMBERS[told])) == 1


async def test_the_outside_monitor_hears_of_us_only_while_all_is_well(
    watched: Office, twilio: Simulator, monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "EVERY", 0.02)
    sender = sender_of(watched.service)
    task = asyncio.create_task(watch(watched.service, sender))
    async with asyncio.timeout(60):
        await monitor.beats.acquire()
        await watched.report("T-1")
        watched.clock.forward(minutes=8)
        grace = NUMBERS["grace"]
        while not twilio.simulation.exchange.texts_of(grace):  # noqa: ASYNC110 - no event for it
            await asyncio.sleep(0.01)
    while not monitor.beats.locked():
        await monitor.beats.acquire()
    await asyncio.sleep(0.2)
    assert monitor.beats.locked()
    assert len(twilio.simulation.exchange.texts_of(grace)) == 1  # and not again at every look
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await sender.close()


def test_the_duty_manager_is_told_of_each_trouble_and_not_of_the_same_again() -> None:
    """Broken once: half an hour after any text nothing else was told, whatever it was."""
    told, late = watchdog.Told(), "a page or note has not left for {} s"
    failing = "the first provider of sms is {} UTC: It was silent."
    gone = watchdog.ABSENT
    assert told.news([late.format(130), failing.format("passed by since 10:00")], NOW)
    assert not told.news([failing.format("on trial since 10:05")], NOW + timedelta(minutes=9))
    assert told.news([gone.format(61)], NOW + timedelta(minutes=10))
    assert not told.news([gone.format(76), late.format(800)], NOW + timedelta(minutes=30))
    assert not told.news([gone.format(1261)], NOW + timedelta(minutes=40))
    assert told.news([gone.format(1262)], NOW + timedelta(minutes=40, seconds=1))


async def test_the_duty_manager_hears_of_a_postgresql_that_stays_away(
    watched: Office, twilio: Simulator, lost: Pool
) -> None:
    """Broken once: nobody was told that nobody was paged any more."""
    sender, away = sender_of(watched.service), watchdog.Away()
    assert await away.look(watched.service, NOW) == []
    await watched.desk.shelf()
    there, watched.service.pool, watched.desk.pool = watched.pool, lost, lost
    assert await away.look(watched.service, NOW) is None
    assert await away.look(watched.service, NOW + timedelta(seconds=60)) is None
    troubles = await away.look(watched.service, NOW + timedelta(seconds=61))
    assert troubles is not None
    await _shout(watched.service, sender, troubles)
    (text,) = twilio.simulation.exchange.texts_of(NUMBERS["grace"])
    assert "PostgreSQL is away for 61 s, nothing is taken in and nobody is paged." in text.body
    watched.service.pool = watched.desk.pool = there
    assert await away.look(watched.service, NOW + timedelta(seconds=62)) == []
    assert away.since is None
    await sender.close()


async def test_the_watchdog_outlives_whatever_it_looks_at(
    watched: Office, monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "EVERY", 0.02)
    sender = sender_of(watched.service)
    await watched.pool.execute("alter table intake rename to intakes")
    task = asyncio.create_task(watch(watched.service, sender))
    await asyncio.sleep(0.1)
    assert monitor.beats.locked()
    await watched.pool.execute("alter table intakes rename to intake")
    async with asyncio.timeout(60):
        await monitor.beats.acquire()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await sender.close()
