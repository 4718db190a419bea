"""Connections to PostgreSQL that ride out its absence.

Times travel as aware datetimes, json as text: `codec` turns it into typed values.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg
import structlog

from service.clock import monotonic
from service.store.arrays import DESCRIBED

Result = TypeVar("Result")

if TYPE_CHECKING:  # generic in the stubs alone
    Pool = asyncpg.Pool[asyncpg.Record]
    Connection = asyncpg.Connection[asyncpg.Record]
    Pooled = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
else:
    Pool = asyncpg.Pool
    Connection = asyncpg.Connection
    Pooled = asyncpg.pool.PoolConnectionProxy

AnyConnection = Connection | Pooled
"""Of its own, or lent by a pool."""

AWAY: tuple[type[Exception], ...] = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # stopped, starting, a query that was cancelled
    asyncpg.InsufficientResourcesError,  # of connections, memory or disk
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,  # what we reach is a standby
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # asyncpg's own confusion over a connection that broke
)
"""What asyncpg raises while PostgreSQL is stopped, starting, failing over, full or out of reach.

Nothing of it says that what was asked for is wrong: asked again, it may well be done.
"""


def is_away(error: BaseException) -> bool:
    """Whether this is PostgreSQL's absence, and not a value asyncpg refuses (a DataError too)."""
    return isinstance(error, AWAY) and not isinstance(error, ValueError)


SERVER_SETTINGS = {
    "timezone": "UTC",
    "jit": "off",  # compiling costs more than any query here takes
    "idle_in_transaction_session_timeout": "60s",
}
CONNECTING = 5.0
"""Seconds until a connection stands."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
log = structlog.get_logger(__name__)


class Plain(asyncpg.Connection):
    """A connection that is given back as it is, and knows the arrays we use.

    asyncpg asks the server to forget locks, cursors, listeners and settings at every release, which
    is a round trip of its own; nothing here ever leaves any of them behind.
    """

    def __init__(self, *given: Any, **more: Any) -> None:  # noqa: ANN401 - asyncpg's own
        super().__init__(*given, **more)
        self.get_settings().register_data_types(DESCRIBED)

    def get_reset_query(self) -> str:
        return ""


class DatabaseAwayError(Exception):
    """PostgreSQL did not answer for as long as we were ready to wait."""


async def open_pool(
    url: str,
    *,
    name: str = "heliograph",
    size: int = 10,
    patience: float = 60.0,
    by: Callable[..., Coroutine[Any, Any, Connection]] | None = None,
) -> Pool:
    """A pool of at most `size` connections, made `by` that, shown to the server as `name`.

    Waits up to `patience` seconds for a server that is away; then raises DatabaseAwayError. Once
    open it reconnects by itself; what happens meanwhile raises one of AWAY (see `ride_out`).
    """

    async def attempt() -> Pool:
        pool: Pool = await asyncpg.create_pool(
            url,
            init_size=1,
            min_size=0,  # a floor would be restored, and its failure logged, while there is nobody
            max_size=size,
            connect=by,
            timeout=CONNECTING,
            command_timeout=30.0,
            statement_cache_size=512,
            connection_class=Plain,
            server_settings={**SERVER_SETTINGS, "application_name": name},
        )
        return pool

    return await ride_out(attempt, patience=patience, aloud=True)


async def connect(url: str, *, name: str = "heliograph", patience: float = 60.0) -> Connection:
    """One connection outside any pool, for work that may take long. Waits like `open_pool`."""
    return await ride_out(
        lambda: connect_once(url, name, CONNECTING), patience=patience, aloud=True
    )


async def connect_once(url: str, name: str, seconds: float) -> Connection:
    """One connection, or what asyncpg raises; TimeoutError after so many seconds."""
    settings = {**SERVER_SETTINGS, "application_name": name}
    made: Connection = await asyncpg.connect(
        url, timeout=seconds, connection_class=Plain, server_settings=settings
    )
    return made


def describe(error: Exception) -> str:
    return str(error) or type(error).__name__


async def ride_out(
    action: Callable[[], Awaitable[Result]], *, patience: float, aloud: bool = False
) -> Result:
    """Runs `action` again while PostgreSQL is away, up to `patience` seconds.

    A connection lost during a commit leaves its outcome open, so `action` must be one that may
    happen twice. Every other error passes through at once. `aloud`: whoever looks on is told once
    that it waits.
    """
    deadline = monotonic() + patience
    pause = FIRST_PAUSE
    while True:
        try:
            return await action()
        except asyncpg.exceptions.ClientConfigurationError:
            raise
        except AWAY as error:
            if monotonic() + pause > deadline:
                raise DatabaseAwayError(
                    f"PostgreSQL did not answer for {patience:g} s ({describe(error)}). "
                    "Nothing is lost that was accepted. Check that it runs and that "
                    "HELIOGRAPH_DATABASE_URL is right."
                ) from error
            if aloud and pause == FIRST_PAUSE:
                log.warning("database_away", said=describe(error), waiting_seconds=patience)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
