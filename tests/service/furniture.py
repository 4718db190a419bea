"""A policy and a directory are brought in once; other databases get the rows they became."""

from __future__ import annotations

from service.store.pool import AnyConnection
from tests.databases import contents

WRITTEN = ("policies", "accounts", "account_keys", "people", "generations", "audit")
"""The tables that are written when a policy and a directory are brought in."""
_known: dict[tuple[str, ...], str] = {}


async def bare(connection: AnyConnection) -> bool:
    """Whether nothing has been written there that would be lost, or be taken for brought in."""
    rows = " union all ".join(f"select from {table}" for table in WRITTEN if table != "generations")
    return not await connection.fetchval(f"select exists({rows})")


async def furnish(connection: AnyConnection, *texts: str) -> bool:
    """Write what became of these texts into a bare database; False where nobody knows it yet."""
    if texts not in _known:
        return False
    await connection.execute(_known[texts])
    return True


async def remember(connection: AnyConnection, *texts: str) -> None:
    """These texts, and nothing else, have just been brought in there."""
    _known[texts] = await contents(connection, WRITTEN)
