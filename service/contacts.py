"""What providers say of contacts, brought to the case and to the directory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import structlog

from notifiers.notifier import Delivery, Fault, Receipt
from routing.event import ContactRefused, Refusal
from service.desk import Desk
from service.outbox import Row
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query

DISABLING = frozenset({Fault.NUMBER, Fault.LANDLINE, Fault.OPTED_OUT})
STATES = {
    Delivery.QUEUED: "sent",
    Delivery.SENT: "sent",
    Delivery.ANSWERED: "sent",
    Delivery.DELIVERED: "delivered",
    Delivery.FAILED: "dead",
    Delivery.CANCELLED: "cancelled",
}
log = structlog.get_logger(__name__)


class Contacts:
    def __init__(self, desk: Desk) -> None:
        self.desk, self.pool, self.clock = desk, desk.pool, desk.clock

    async def refuse(self, row: Row, event: ContactRefused) -> None:
        """The contact is dead, and the case goes on to the next: one transaction."""
        now = self.clock.now()

        async def settle(conn: AnyConnection) -> bool:
            reason = event.reason
            settled = await conn.fetchval(query("settle_dead"), row.id, row.lease, reason, now, now)
            return settled is not None

        await self.desk.act_with(row.case_id, event, settle)

    async def receipt(self, row_id: int, receipt: Receipt) -> None:
        """A delivery's status, never going back; a failure is a refusal of the contact."""
        row = await self._note(row_id, receipt)
        if row is None or receipt.state is not Delivery.FAILED or row["kind"] != "page":
            return
        reason = receipt.reason or receipt.status
        if receipt.fault in DISABLING:
            await self.disable(row["person"], row["method"], reason)
        event = ContactRefused(row["turn"], row["person"], row["method"], row["attempt"], reason)
        try:
            await self.desk.act(row["case_id"], event)
        except Refusal as refusal:
            log.info("receipt_too_late", key=row["key"], said=str(refusal))

    async def _note(self, row_id: int, receipt: Receipt) -> dict[str, Any] | None:
        """Keep the receipt if it is news; the row as it was, or None for old news."""
        async with self.pool.acquire() as conn, conn.transaction():
            row = await conn.fetchrow(query("lock_receipt"), row_id)
            if row is None or (row["ref"] is not None and row["ref"] != receipt.ref):
                return None
            if not receipt.news(row["receipt_rank"]):
                return None
            await conn.execute(
                query("note_receipt"),
                row_id,
                receipt.status,
                receipt.rank,
                STATES[receipt.state],
                self.clock.now(),
                receipt.ref,
            )
            return dict(row)

    async def disable(self, person: str, method: str, reason: str) -> None:
        """Nothing is sent to this address on this channel any more, until somebody mends it."""
        if await self._change(person, method, reason):
            log.error("contact_method_disabled", person=person, method=method, reason=reason)

    async def enable(self, person: str, method: str) -> None:
        """The person wants texts again (START)."""
        await self._change(person, method, None)

    async def _change(self, person: str, method: str, reason: str | None) -> bool:
        async with self.pool.acquire() as conn, conn.transaction():
            body = await conn.fetchval(query("person_by_id"), person)
            if body is None:
                return False
            found = codec.decode_person(body)
            methods = tuple(
                replace(m, disabled=reason) if m.id == method else m for m in found.contact_methods
            )
            if methods == found.contact_methods:
                return False
            changed = codec.encode(replace(found, contact_methods=methods))
            now = self.clock.now()
            await conn.execute(query("upsert_people"), [person], [changed], now)
            await conn.execute(query("bump_generation"))
            detail = codec.encode({"method": method, "reason": reason})
            what = f"{'disabled' if reason else 'enabled'} a contact method of {person}"
            await conn.execute(query("insert_audit"), now, "provider", what, detail)
            return True
