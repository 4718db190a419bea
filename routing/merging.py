"""What a ticket's reports say, put together: the same in any order and however often they come.

Theory of operation. Each member of the ticket remembers the version that last set it, and an older
report does not move it. A customer's comment says something too: what waited for him, or was
solved, is open from then on.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from routing.case import Ticket
from routing.report import Report, ReportKind, TicketStatus
from routing.value import replace

MEMBERS = (
    "url", "subject", "description", "priority", "channel", "environment", "category", "product",
    "language", "tags", "assignee_email",
)  # fmt: skip
FIELD = "fields."
CUSTOMER, FIRST = "customer", "first_priority"
"""Versions of their own: the customer's last comment, and what told the first priority."""
_members = attrgetter(*MEMBERS)
Version = tuple[float, int]
NEVER, FOREVER = (float("-inf"), 0), (float("inf"), 0)
BIRTH = (-1.0, 0)
"""What the report of a ticket's creation counts as: no other report is earlier."""
ANSWERABLE = frozenset({TicketStatus.PENDING.value, TicketStatus.SOLVED.value})


def merge(ticket: Ticket, report: Report) -> tuple[Ticket, frozenset[str]]:
    """The ticket with what the report says, and the members whose value it changed."""
    values: dict[str, Any] = {}
    fields, versions = dict(ticket.fields), dict(ticket.versions)
    for member, value in _newer(ticket, report):
        versions[member] = report.version
        if member.startswith(FIELD):
            fields[member.removeprefix(FIELD)] = value
        elif getattr(ticket, member) != value:
            values[member] = value
    if fields != ticket.fields:
        values["fields"] = fields
    if _by_customer(report):
        versions[CUSTOMER] = max(report.version, versions.get(CUSTOMER, NEVER))
    first = _first(report)
    if first < versions.get(FIRST, FOREVER):
        versions[FIRST] = first
        values |= {FIRST: report.priority} if report.priority != ticket.first_priority else {}
    if not values and versions == ticket.versions:
        return ticket, frozenset()
    return replace(ticket, versions=versions, **values), frozenset(values)


def reassessed(ticket: Ticket) -> bool:
    """Whether somebody has set another priority than the ticket was created with (R30)."""
    return FIRST in ticket.versions and ticket.priority != ticket.first_priority


def late(ticket: Ticket, report: Report) -> bool:
    """Whether the ticket's status is known from a newer report."""
    return ticket.versions.get("status", NEVER) > report.version


def _first(report: Report) -> Version:
    """What it counts as among those that told the first priority; the earliest of them counts."""
    if report.kind is ReportKind.CREATED:
        return BIRTH
    return report.version if report.priority else FOREVER


def _by_customer(report: Report) -> bool:
    return report.comment is not None and report.comment.author == "customer"


def _newer(ticket: Ticket, report: Report) -> list[tuple[str, Any]]:
    """What it says that no newer report has said already."""
    known, version = ticket.versions, report.version
    said = _said(ticket, report).items()
    return [(member, value) for member, value in said if known.get(member, NEVER) <= version]


def _said(ticket: Ticket, report: Report) -> dict[str, Any]:
    told_of = zip(MEMBERS, _members(report), strict=True)
    said: dict[str, Any] = {member: value for member, value in told_of if value is not None}
    for name, value in report.fields.items():
        said[FIELD + name] = value
    status = _status(ticket, report)
    if status:
        said["status"] = status
    if report.at:
        said["updated_stamp"] = report.at
    who = report.requester
    if who is not None:
        told = {
            "name": who.name, "email": who.email, "phone": who.phone, "language": who.language,
        }  # fmt: skip
        said |= {f"requester_{k}": v for k, v in told.items() if v is not None}
    return said


def _status(ticket: Ticket, report: Report) -> str | None:
    """The status; what the customer has answered to is open, whoever says so first.

    Not every system reopens a ticket by itself, and its saying so may arrive later, or earlier. A
    status that came along with the comment and is new was meant so.
    """
    status = report.status.value if report.status else None
    if status in ANSWERABLE and ticket.versions.get(CUSTOMER, NEVER) > report.version:
        return TicketStatus.OPEN.value
    comment = report.comment if _by_customer(report) else None
    if comment is None or comment.id in ticket.comments or status not in {None, ticket.status}:
        return status
    return TicketStatus.OPEN.value if ticket.status in ANSWERABLE else status
