from collections.abc import AsyncIterator

import pytest

from tests.service.web.world import World, opened, settings_of


@pytest.fixture
async def world(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with opened(settings_of(database_url, redis_url)) as made:
        yield made
