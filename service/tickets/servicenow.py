"""ServiceNow incidents, told by a business rule of yours and written through the Table API.

ServiceNow has no webhook of its own: an async business rule posts the columns it likes. States and
priorities come as their numbers or as their words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from routing.report import TicketStatus
from service.tickets import authored, signature
from service.tickets.marker import signed
from service.tickets.members import Members, read_object
from service.tickets.servicenow_create import SYS_ID, TABLE, ServiceNowCreator
from service.tickets.ticketsystem import (
    NOBODY,
    Access,
    Change,
    Conversation,
    Done,
    Envelope,
    Reading,
    Refused,
    Request,
)
from service.tickets.writing import basic, still
from service.tickets.written import Written

_STATES = {
    "1": TicketStatus.NEW,
    "2": TicketStatus.OPEN,
    "3": TicketStatus.ON_HOLD,
    "6": TicketStatus.SOLVED,
    "7": TicketStatus.CLOSED,
    "8": TicketStatus.CLOSED,
    "new": TicketStatus.NEW,
    "in progress": TicketStatus.OPEN,
    "on hold": TicketStatus.ON_HOLD,
    "resolved": TicketStatus.SOLVED,
    "closed": TicketStatus.CLOSED,
    "canceled": TicketStatus.CLOSED,
}
_ON_THE_CALLER = frozenset({"1", "awaiting caller"})
_AWAITING_PROBLEM = "3"
_NUMBERS = {
    TicketStatus.NEW: "2",
    TicketStatus.OPEN: "2",
    TicketStatus.PENDING: "3",
    TicketStatus.ON_HOLD: "3",
    TicketStatus.SOLVED: "6",
    TicketStatus.CLOSED: "7",
}
_ENDED = frozenset({"6", "7", "8"})
_RANKED = re.compile(r"([1-5])\s*-\s*\S")


def _status(written: Written) -> TicketStatus | None:
    found = _STATES.get((written.line("status") or "").lower())
    reason = (written.line("hold_reason") or "").lower()
    on_caller = found is TicketStatus.ON_HOLD and reason in _ON_THE_CALLER
    return TicketStatus.PENDING if on_caller else found


def _priority(word: str | None) -> str | None:
    """Priority 1 is "1" and "1 - Critical"; the policy knows it as "1"."""
    ranked = _RANKED.match(word or "")
    return ranked[1] if ranked else word and word.lower()


def _key(envelope: Envelope, written: Written) -> str:
    dated = written.line("revision") or written.line("updated")
    salt = () if dated else (envelope.received_at.isoformat(),)
    return signature.content_key(envelope.body, *salt)


_DIALECT = authored.Dialect(
    source="servicenow",
    advice="Add the column `number` to what the business rule posts.",
    status=_status,
    priority=_priority,
    key=_key,
)


class ServiceNow(ServiceNowCreator):
    """ServiceNow's incident table."""

    source = "servicenow"
    name = "ServiceNow"
    settings = ("SERVICENOW_URL", "SERVICENOW_USERNAME", "SERVICENOW_PASSWORD")
    optional = ("SERVICENOW_NEW_TICKET",)
    own_from = ("SERVICENOW_USERNAME",)

    def verify(self, envelope: Envelope, secrets: Sequence[str], now: Sequence[datetime]) -> None:  # noqa: ARG002 - nothing is dated
        """The secret in a header of the business rule's REST message. Raises Forged."""
        signature.shared_token(envelope, secrets)

    def read(self, envelope: Envelope, own: frozenset[str] = NOBODY) -> Reading:
        """The columns of one incident; its number is the ticket. Raises Unreadable."""
        document = read_object(envelope.body)
        written = Written(document, "current", "incident", "record")
        return Reading((authored.read(_DIALECT, envelope, written, own),))

    def credentials(self, values: Sequence[str]) -> Mapping[str, str]:
        """A user with the role `itil`."""
        user, password = values
        return {"authorization": basic(user, password)}

    def search(self, change: Change, access: Access, page: int = 1) -> Request:  # noqa: ARG002 - one row is enough
        """The incident with its journal, where notes and comments are."""
        fields = "sys_id,state,work_notes,comments"
        wanted = f"sysparm_fields={fields}&sysparm_display_value=all&sysparm_limit=1"
        path = f"{TABLE}/incident?sysparm_query={_query(change)}&{wanted}"
        return Request("GET", path, access.headers)

    def steps(self, change: Change, access: Access) -> Conversation:
        """One update of the incident."""
        verdict, found = yield from self.seen(self.search(change, access))
        if not isinstance(verdict, Done):
            return verdict
        rows = found.many("result") or [None]
        if type(rows[0]) is not dict:
            return Refused(f"ServiceNow knows no incident {change.ticket}, or hides it from us.")
        row = Members(rows[0])
        told = still(change, _value(row, "state") in _ENDED)
        path = f"{TABLE}/incident/{quote(_value(row, 'sys_id') or '', safe='')}"
        return (yield from self.in_turn([Request("PATCH", path, access.headers, _columns(told))]))


def _query(change: Change) -> str:
    column = "sys_id" if SYS_ID.match(change.ticket) else "number"
    return quote(f"{column}={change.ticket.replace('^', '')}", safe="=")


def _value(row: Members, name: str) -> str | None:
    """With `sysparm_display_value=all` a column is an object of value and words."""
    found = row.raw(name)
    return Members(found).line("value") if type(found) is dict else row.line(name)


def _columns(change: Change) -> dict[str, str]:
    columns: dict[str, str] = {}
    if change.status is not None:
        columns["state"] = _NUMBERS[change.status]
    if change.status is TicketStatus.ON_HOLD:
        columns["hold_reason"] = _AWAITING_PROBLEM
    if change.status is TicketStatus.PENDING:
        columns["hold_reason"] = "1"
    if change.note is not None:
        columns["comments" if change.public else "work_notes"] = signed(change.note, change.key)
    return columns
