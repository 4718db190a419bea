"""Who changed what, beside the timelines of cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query


async def note(
    conn: AnyConnection, at: datetime, who: str, what: str, detail: Mapping[str, Any]
) -> None:
    """Keep it, in the transaction that does it. `detail` holds no secret and no address."""
    await conn.execute(query("insert_audit"), at, who, what, codec.encode(dict(detail)))
