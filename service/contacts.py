"""What providers say of contacts, brought to the case and to the directory."""

from __future__ import annotations

from dataclasses import replace

import structlog

from notifiers.circuit import OF_ONE_NUMBER
from notifiers.notifier import Delivery, Fault, Receipt
from notifiers.switchboard import FIRST
from routing.event import ContactRefused
from routing.people import Person
from service import losing
from service.circuits import Circuits
from service.desk import Desk
from service.library import NothingLoaded, Shelf
from service.outbox import Row
from service.store import codec
from service.store.pool import AnyConnection, Pool
from service.store.sql import query

DISABLING = frozenset({Fault.NUMBER, Fault.LANDLINE, Fault.OPTED_OUT})
BARRED = frozenset({Fault.LANDLINE, Fault.OPTED_OUT, Fault.BLOCKED})
OPTED_OUT = "opted out with STOP"
STATES = {
    Delivery.QUEUED: "sent",
    Delivery.SENT: "sent",
    Delivery.ANSWERED: "sent",
    Delivery.DELIVERED: "delivered",
    Delivery.FAILED: "dead",
    Delivery.CANCELLED: "cancelled",
}
log = structlog.get_logger(__name__)


def channel_instead(channel: str, fault: Fault | None) -> str:
    """A text that is barred from a phone is no reason not to ring it, at once."""
    return "voice" if channel == "sms" and fault in BARRED else ""


def why_disabled(fault: Fault | None, reason: str) -> str:
    """What an opt-out is kept as, however it is heard of, so that START finds it."""
    return OPTED_OUT if fault is Fault.OPTED_OUT else reason


class Contacts:
    def __init__(self, desk: Desk, circuits: Circuits | None = None) -> None:
        self.desk, self.pool, self.clock = desk, desk.pool, desk.clock
        self.circuits = circuits or Circuits(desk.pool, desk.clock)

    async def refuse(self, row: Row, event: ContactRefused) -> None:
        """The contact is dead, and the case goes on to the next: one transaction."""
        now = self.clock.now()

        async def settle(conn: AnyConnection) -> bool:
            reason = event.reason
            settled = await conn.fetchval(query("settle_dead"), row.id, row.lease, reason, now, now)
            return settled is not None

        await self.desk.act_with(row.case_id, event, settle)

    async def receipt(self, row_id: int, receipt: Receipt) -> None:
        """A delivery's status, never going back; a failure is a refusal of the contact.

        It speaks for every page that the text or call carried.
        """
        async with self.pool.acquire() as conn:
            row = await conn.fetchrow(query("outbox_by_id"), row_id)
            bundle = row["bundle"] if row else None
            found = await conn.fetch(query("carried_rows"), bundle) if bundle else []
        if row is None:
            return
        if receipt.fault is Fault.CONFIGURATION and receipt.code not in OF_ONE_NUMBER:
            await self.circuits.failed((row["provider"] or FIRST, row["channel"]), receipt.reason)
        for one in [r["id"] for r in found] or [row_id]:
            await self._receipt(one, receipt)

    async def _receipt(self, row_id: int, receipt: Receipt) -> None:
        """Kept in the transaction of what follows from it.

        Were it kept before, and we died, the provider's repetition would be old news and nobody
        would be asked next.
        """
        async with self.pool.acquire() as conn:
            row = await conn.fetchrow(query("outbox_by_id"), row_id)
        if row is None:
            return
        if receipt.state is not Delivery.FAILED or row["kind"] != "page":
            async with self.pool.acquire() as conn, conn.transaction():
                await self._note(conn, row_id, receipt)
            return
        reason = receipt.reason or receipt.status
        dead = receipt.fault in DISABLING
        event = ContactRefused(
            row["turn"], row["person"], row["method"], row["attempt"], reason, dead=dead,
            instead=channel_instead(row["channel"], receipt.fault),
        )  # fmt: skip

        async def settle(conn: AnyConnection) -> bool:
            return await self._note(conn, row_id, receipt)

        news = await self.desk.act_with(row["case_id"], event, settle)
        if news is not None and receipt.fault is not None and dead:
            await self.disable(row["person"], row["method"], why_disabled(receipt.fault, reason))

    async def _note(self, conn: AnyConnection, row_id: int, receipt: Receipt) -> bool:
        """Keep the receipt if it is news of this very delivery."""
        row = await conn.fetchrow(query("lock_receipt"), row_id)
        if row is None or (row["ref"] is not None and row["ref"] != receipt.ref):
            return False
        if not receipt.news(row["receipt_rank"]):
            return False
        await conn.execute(
            query("note_receipt"),
            row_id,
            receipt.status,
            receipt.rank,
            STATES[receipt.state],
            self.clock.now(),
            receipt.ref,
        )
        return True

    async def disable(self, person: str, method: str, reason: str) -> None:
        """Nothing is sent to this address on this channel any more, until somebody mends it."""
        if await self._change(person, method, reason):
            log.error("contact_method_disabled", person=person, method=method, reason=reason)
            await self.desk.ring()

    async def enable(self, person: str, method: str) -> None:
        """The person wants texts again (START)."""
        await self._change(person, method, None)

    async def _change(self, person: str, method: str, reason: str | None) -> bool:
        if await self._changed(self.pool, person, method, reason) is None:
            return False
        shelf = await self._shelf()
        async with self.pool.acquire() as conn, conn.transaction():
            # First, as whoever writes the directory does: the two must not wait for each other.
            await conn.execute(query("bump_generation"))
            changed = await self._changed(conn, person, method, reason)
            if changed is None:
                return False
            now = self.clock.now()
            await conn.execute(query("upsert_people"), [person], [codec.encode(changed)], now)
            detail = codec.encode({"method": method, "reason": reason})
            what = f"{'disabled' if reason else 'enabled'} a contact method of {person}"
            await conn.execute(query("insert_audit"), now, "provider", what, detail)
            if reason and shelf is not None:
                (gone,) = (m for m in changed.contact_methods if m.id == method)
                await losing.tell(conn, shelf, changed, gone, now)
            return True

    async def _shelf(self) -> Shelf | None:
        try:
            return await self.desk.shelf()
        except NothingLoaded:
            return None

    async def _changed(
        self, conn: AnyConnection | Pool, person: str, method: str, reason: str | None
    ) -> Person | None:
        """The person as he should be; None if he is so already, or is nobody."""
        body = await conn.fetchval(query("person_by_id"), person)
        if body is None:
            return None
        found = codec.decode_person(body)
        methods = tuple(
            replace(m, disabled=reason) if m.id == method else m for m in found.contact_methods
        )
        return None if methods == found.contact_methods else replace(found, contact_methods=methods)
