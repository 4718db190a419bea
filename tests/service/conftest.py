from collections.abc import AsyncIterator

import pytest

from tests.service.office import Office, opened


@pytest.fixture
async def office(database_url: str, redis_url: str) -> AsyncIterator[Office]:
    async with opened(database_url, redis_url) as made:
        yield made
