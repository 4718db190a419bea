"""Reads what is reported of the hotline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from routing.hotline_report import Held, Numbers, report
from service.store.pool import AnyConnection
from service.store.sql import query


async def of_period(
    conn: AnyConnection, since: datetime, until: datetime, accounts: Sequence[str] | None = None
) -> tuple[Numbers, Mapping[str, Numbers]]:
    """Of the calls that began in [since, until); `accounts`: of these alone."""
    rows = await conn.fetch(query("hotline_report"), since, until, accounts)
    return report(
        Held(
            row["account"],
            row["outcome"],
            row["confirmed"],
            row["started_at"],
            row["met_at"],
            row["promised_at"],
            row["reached_at"],
            row["broken_at"],
            row["promise"],
        )
        for row in rows
    )
