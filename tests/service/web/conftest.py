from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.service.web.world import World, opened, settings_of


@pytest.fixture
async def world(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with opened(settings_of(tmp_path, database_url, redis_url)) as made:
        yield made
