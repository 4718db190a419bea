"""What a ticket's webhook says of the case the ticket was created for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from asyncpg import Record

from routing.event import Customer
from routing.report import Report
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
    """By the external id, which customers cannot set, or by a subject that ends as ours do."""
    told = (case_of(report.fields.get(name)) for name in EXTERNAL)
    case = next((name for name in told if name), None)
    if case is not None:
        return Claim(case, sure=True)
    named = NAMED.search(report.subject or "")
    return Claim(named[1], sure=False) if named else None


def number_of(report: Report) -> str | None:
    """What people call the ticket, where that is not its id."""
    told = report.fields.get("number") or report.fields.get("ticketNumber")
    return told or (report.ticket.rpartition("#")[2] if "#" in report.ticket else None)


async def waiting_cases(
    conn: AnyConnection, reports: Iterable[Report], whose: Callable[[Report], Customer | None]
) -> dict[tuple[str, str], str]:
    """Ticket to the case that waits for it, of the tickets that were created for one."""
    found: dict[tuple[str, str], str] = {}
    for report in reports:
        claim = claim_of(report)
        if claim is None:
            continue
        rows = await conn.fetch(query("cases_without_ticket"), [claim.case], report.source)
        if any(claim.sure or _shown(report, row, whose(report)) for row in rows):
            found[report.source, report.ticket] = claim.case
    return found


def _shown(report: Report, row: Record, customer: Customer | None) -> bool:
    """Whether its words are those we gave it: anybody may write a ticket that names a case.

    Nobody guesses our marker, which is at the end of its description. A ticket that tells none is
    known by its subject, which can be guessed: ours to the letter, and not of another customer.
    """
    key = row["key"]
    if key is not None and report.description:
        return marker(key) in report.description
    another = customer is not None and customer.account not in {None, row["account"]}
    return not another and report.subject == row["subject"]
