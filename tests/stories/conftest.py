from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.stories.world import World

Build = Callable[..., World]


@pytest.fixture
def build(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Build]:
    """Makes the test's world: `build(processes=True)` where something is to be killed."""
    with ExitStack() as stack:

        def made(**how: Any) -> World:
            return stack.enter_context(World(database_url, redis_url, tmp_path, **how))

        yield made


@pytest.fixture
def world(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[World]:
    with World(database_url, redis_url, tmp_path) as made:
        yield made
