"""Whether the database has the schema that this release needs, and bringing it there."""

from service.cli_failure import Failed
from service.clock import Clock, SystemClock
from service.settings import Settings
from service.store.migrate import Newer, migrate, pending, read_migrations
from service.store.pool import connect

PATIENCE = 60.0
"""Seconds in which a PostgreSQL that starts beside us answers."""


async def bring_forward(
    url: str, clock: Clock | None = None, *, patience: float = PATIENCE
) -> tuple[str, ...]:
    """Applies what is pending and returns the names. Raises MigrationError, DatabaseAwayError."""
    connection = await connect(url, name="heliograph migrate", patience=patience)
    try:
        return await migrate(connection, read_migrations(), now=(clock or SystemClock()).now())
    finally:
        await connection.close()


async def missing(url: str, *, patience: float = PATIENCE) -> tuple[str, ...]:
    """The names of what is pending. Changes nothing."""
    connection = await connect(url, name="heliograph migrate", patience=patience)
    try:
        return tuple(step.name for step in await pending(connection, read_migrations()))
    finally:
        await connection.close()


async def ensure(settings: Settings, *, patience: float = PATIENCE) -> None:
    """Before anything else: applies what is pending in development, and refuses in production.

    A database that is newer is accepted: changes are made so that the release before them still
    works, since it runs until the last process of a rollout is replaced.
    """
    url = settings.database_url or ""
    try:
        if not settings.production:
            await bring_forward(url, patience=patience)
            return
        steps = await missing(url, patience=patience)
    except Newer:
        return
    if steps:
        raise Failed(
            f"the database lacks {', '.join(steps)}. Nothing was changed. Run heliograph migrate "
            "with this release first."
        )
