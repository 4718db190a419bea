"""PostgreSQL: the pool, the migrations, and the queries, each named in a .sql file beside this."""

from service.store.pool import (
    AWAY,
    AnyConnection,
    Connection,
    DatabaseAwayError,
    Pool,
    connect,
    open_pool,
    ride_out,
)
from service.store.sql import query

__all__ = [
    "AWAY",
    "AnyConnection",
    "Connection",
    "DatabaseAwayError",
    "Pool",
    "connect",
    "open_pool",
    "query",
    "ride_out",
]
