"""What a ticket's webhook says of the case the ticket was created for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from routing.report import Report
from service.customers import TICKET
from service.store.pool import AnyConnection
from service.store.sql import query
from service.tickets.marker import case_of, marker

NAMED = re.compile(r"\(([A-Z][A-Z0-9]*-\d+)\)$")
"""The case at the end of a subject of ours."""
EXTERNAL = ("external_id", "correlation_id")
"""What systems call the id that another system knows a ticket by."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a report says of the case its ticket was made for; `sure` where only we can say it."""

    case: str
    sure: bool


def claim_of(report: Report) -> Claim | None:
    """By the external id, which customers cannot set, or by a subject of ours.

    The subject has to be ours to the letter, except where our marker is in the ticket's words:
    some systems tell subjects with their signs escaped.
    """
    told = (case_of(report.fields.get(name)) for name in EXTERNAL)
    case = next((name for name in told if name), None)
    if case is not None:
        return Claim(case, sure=True)
    named = NAMED.search(report.subject or "")
    if named is None:
        return None
    return Claim(named[1], sure=marker(f"{named[1]}/{TICKET}") in (report.description or ""))


def number_of(report: Report) -> str | None:
    """What people call the ticket, where that is not its id."""
    told = report.fields.get("number") or report.fields.get("ticketNumber")
    return told or (report.ticket.rpartition("#")[2] if "#" in report.ticket else None)


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
