"""The servers a process works with: those in the settings, else the embedded ones.

The embedded ones may be run by another process (`heliograph demo`, or a `web` started before this
`worker`); if none does, this one runs them for as long as it lives.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from service.embedded import Addresses, EmbeddedError, EmbeddedServers, running
from service.environment import PREFIX
from service.settings import Settings


@contextmanager
def attached(settings: Settings) -> Iterator[Settings]:
    """The settings with both addresses filled in, for the block and in this process's environment.

    Raises EmbeddedError where an embedded server is needed and cannot run.
    """
    with ExitStack() as stack:
        if not (settings.database_url and settings.redis_url):
            folder = settings.data_dir
            settings = filled(settings, running(folder) or run_ourselves(stack, folder))
        yield settings


def run_ourselves(stack: ExitStack, folder: Path) -> Addresses:
    try:
        return stack.enter_context(EmbeddedServers(folder)).addresses
    except EmbeddedError:
        found = running(folder)
        if found is None:
            raise
        return found  # another process was a moment quicker


def filled(settings: Settings, addresses: Addresses) -> Settings:
    known = replace(
        settings,
        database_url=settings.database_url or addresses.database_url,
        redis_url=settings.redis_url or addresses.redis_url,
    )
    os.environ[f"{PREFIX}DATABASE_URL"] = known.database_url or ""
    os.environ[f"{PREFIX}REDIS_URL"] = known.redis_url or ""
    return known
