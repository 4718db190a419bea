from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from notifiers.simulator.harness import Simulator
from service.store.pool import Pool, open_pool
from tests.service.calling import POLICY
from tests.service.office import Office, opened
from tests.service.post import Post, posting
from tests.service.web import world as web


@pytest.fixture
async def office(database_url: str, redis_url: str) -> AsyncIterator[Office]:
    async with opened(database_url, redis_url) as made:
        yield made


@pytest.fixture
def twilio(office: Office) -> Iterator[Simulator]:
    with Simulator(strict=False, patience=60, clock=office.clock.wall) as running:
        yield running


@pytest.fixture
async def post(office: Office, twilio: Simulator) -> AsyncIterator[Post]:
    async with posting(office, twilio) as made:
        yield made


@pytest.fixture
async def lost(database_url: str) -> Pool:
    """A pool that is closed."""
    pool = await open_pool(database_url)
    await pool.close()
    return pool


@pytest.fixture
async def world(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[web.World]:
    """The web process of a small organisation with a hotline."""
    settings = web.settings_of(tmp_path, database_url, redis_url)
    (tmp_path / "policy.yaml").write_text(POLICY)
    async with web.opened(settings) as made:
        yield made


@pytest.fixture
async def with_phones(
    tmp_path: Path, database_url: str, redis_url: str
) -> AsyncIterator[web.World]:
    """The same with the simulator, as whoever sets up no Twilio has it."""
    settings = web.settings_of(tmp_path, database_url, redis_url, TWILIO_API_URL="")
    (tmp_path / "policy.yaml").write_text(POLICY)
    async with web.opened(settings) as made:
        yield made
