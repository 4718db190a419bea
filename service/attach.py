"""The servers a process works with: those in the settings, else the embedded ones.

The embedded ones may be run by another process (`heliograph demo`, or a `web` started before this
`worker`); if none does, this one runs them for as long as it lives. Should the other one end, those
it leaves behind are not left without: the first of them to notice runs the servers on.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import structlog

from service.embedded import Addresses, EmbeddedError, EmbeddedServers, InUse, running
from service.embedded.process import Stay
from service.environment import PREFIX
from service.settings import Settings

EVERY, AGAIN = 0.5, 10.0
"""Seconds between two looks, and after servers that would not start."""
_borrowed: list[tuple[Path, Addresses, ExitStack]] = []
"""The servers of another process that this one works with."""
log = structlog.get_logger(__name__)


@contextmanager
def attached(settings: Settings) -> Iterator[Settings]:
    """The settings with both addresses filled in, for the block and in this process's environment.

    Raises EmbeddedError where an embedded server is needed and cannot run.
    """
    with ExitStack() as stack:
        if not (settings.database_url and settings.redis_url):
            folder = settings.data_dir
            settings = filled(settings, borrowed(stack, folder) or run_ourselves(stack, folder))
        yield settings


def borrowed(stack: ExitStack, folder: Path) -> Addresses | None:
    """Where the servers of another process listen, and a note that they are not ours."""
    found = running(folder)
    if found is not None:
        _borrowed.append((folder, found, stack))
        stack.callback(_borrowed.clear)
    return found


async def inherit() -> None:
    """For ever. Where the process that runs our servers ends, run them on, where they listened."""
    while _borrowed:
        folder, before, stack = _borrowed[-1]
        try:
            await run_beside(stack, EmbeddedServers(folder, before=before))
        except InUse:
            await asyncio.sleep(EVERY)
        except EmbeddedError as error:
            log.error("servers_not_inherited", says=str(error))  # noqa: TRY400 - it says all
            await asyncio.sleep(AGAIN)
        else:
            _borrowed.clear()
            log.warning("servers_inherited", folder=str(folder))
    await asyncio.Event().wait()


async def run_beside(stack: ExitStack, servers: AbstractContextManager[object]) -> None:
    """Beside the event loop, which answers meanwhile that PostgreSQL is away.

    Who is told to stop meanwhile has them until the stack ends: what he still sends is written
    down.
    """
    thread = Stay(servers.__enter__)
    thread.start()
    try:
        await asyncio.wrap_future(thread.begun)
    except asyncio.CancelledError:
        stack.callback(end, thread, servers)
        raise
    stack.push(servers)


def end(thread: Stay, servers: AbstractContextManager[object]) -> None:
    """Once they have started, if they do."""
    if thread.begun.exception() is None:
        servers.__exit__(None, None, None)


def run_ourselves(stack: ExitStack, folder: Path) -> Addresses:
    try:
        return stack.enter_context(EmbeddedServers(folder)).addresses
    except EmbeddedError:
        found = borrowed(stack, folder)
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
