"""A customer is on the line while our processes are killed and PostgreSQL is restarted."""

from collections.abc import Iterator

import pytest

from service.embedded import EmbeddedServers
from tests.stories.conftest import Shared
from tests.stories.crashes import database
from tests.stories.hotline import HOW, calls, case_of, confirmed, ring, rung
from tests.stories.hotline_papers import ADA
from tests.stories.house import wait_until
from tests.stories.test_crashes import AWAY, fresh, web_of, worker_of
from tests.stories.world import World


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    """Servers of this module's own, to be restarted."""
    with EmbeddedServers(tmp_path_factory.mktemp("hotline")) as running:
        yield running


@pytest.fixture(scope="module")
def standing(ours: EmbeddedServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    url, redis = database(ours, "hotline"), ours.addresses.redis_url
    folder = tmp_path_factory.mktemp("house")
    with World(url, redis, folder, processes=True, **HOW) as world:
        yield world


@pytest.fixture
def world(shared: Shared, ours: EmbeddedServers, standing: World) -> Iterator[World]:
    yield from fresh(shared, ours, standing)


def meets(world: World) -> None:
    def look() -> bool:
        return [call["outcome"] for call in calls(world)] == ["bridged"]

    wait_until(look, lambda: f"they did not meet: {calls(world)}")
    assert case_of(world)["owner"] == "carl"


def test_the_web_is_killed_in_mid_call_and_nobody_is_lost(world: World) -> None:
    """While they speak: a line that asks for nothing waits for nobody, however slow the start."""
    ada = confirmed(world)
    carl = rung(world).answers().hears("Press 1").presses("1").hears("in the conference")
    ada.hears("in the conference")
    web_of(world).kill()
    ada.speaks("Everything is down")
    carl.hears("Everything is down")
    web_of(world).start()
    ada.hangs_up()
    carl.ends()
    meets(world)


def test_the_worker_is_killed_in_mid_call_and_is_not_even_needed_to_meet(world: World) -> None:
    ada = ring(world).hears("press 1")
    worker_of(world).kill()
    ada.presses("1").hears("case number")
    worker_of(world).start()
    world.phone_of(ADA).gets_sms("is open")
    world.phone_of(ADA).gets_sms("is ticket")
    carl = rung(world).answers().hears("Press 1")
    worker_of(world).kill()
    carl.presses("1").hears("in the conference")
    ada.hears("in the conference").hangs_up()
    carl.ends()
    meets(world)


def test_postgresql_is_restarted_while_a_caller_waits(world: World, ours: EmbeddedServers) -> None:
    world.expects_error(AWAY)
    ada = confirmed(world)
    carl = rung(world)
    ours.postgres.stop()
    ours.postgres.start()
    carl.answers().hears("Press 1").presses("1").hears("in the conference")
    ada.hears("in the conference").hangs_up()
    carl.ends()
    meets(world)
    world.lapse()  # of what was being written while nobody could note it
