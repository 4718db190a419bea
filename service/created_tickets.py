"""What a ticket's webhook says of the case the ticket was created for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from routing.report import Report
from service.store.pool import AnyConnection
from service.store.sql import query
from service.tickets.marker import case_of

NAMED = re.compile(r"\(([A-Z][A-Z0-9]*-\d+)\)$")
"""The case at the end of a subject of ours."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a report says of the case its ticket was made for; `sure` where only we can say it."""

    case: str
    sure: bool


def claim_of(report: Report) -> Claim | None:
    """By the external id, which customers cannot set, or by the whole of our subject."""
    case = case_of(report.fields.get("external_id"))
    if case is not None:
        return Claim(case, sure=True)
    named = NAMED.search(report.subject or "")
    return Claim(named[1], sure=False) if named else None


async def waiting_cases(
    conn: AnyConnection, reports: Iterable[Report]
) -> dict[tuple[str, str], str]:
    """Ticket to the case that waits for it, of the tickets that were created for one."""
    found: dict[tuple[str, str], str] = {}
    for report in reports:
        claim = claim_of(report)
        if claim is None:
            continue
        rows = await conn.fetch(query("cases_without_ticket"), [claim.case], report.source)
        if any(claim.sure or row["subject"] == report.subject for row in rows):
            found[report.source, report.ticket] = claim.case
    return found
