"""One transaction's webhooks: each decided on what the one before it left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from routing.case import Case
from routing.decide import decide, open_case
from routing.event import Customer, Linked, Refusal, Reported
from routing.linking import of_another
from routing.lookup import HOTLINE
from routing.report import Report
from service import matching
from service.arrivals import Arrival, Fate
from service.created_tickets import number_of, waiting_cases
from service.library import Shelf
from service.saving import Change
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query

Ticket = tuple[str, str]
"""Source and id there."""
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Batch:
    """Cases by ticket, and what changed, in the order it came. `load`, then `decide`."""

    shelf: Shelf
    now: datetime
    cases: dict[Ticket, Case] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    fates: list[Fate] = field(default_factory=list)
    numbers: dict[Ticket, int] = field(default_factory=dict)
    """For the cases of the tickets that have none yet."""
    found: matching.Found = field(default_factory=lambda: matching.Found({}))
    waiting: dict[Ticket, str] = field(default_factory=dict)
    """The tickets that were created for a caller's case, each with that case."""

    async def load(self, conn: AnyConnection, arrivals: Sequence[Arrival]) -> None:
        """Look up the customers and lock the cases these reports are about."""
        reports = [r for a in arrivals for r in a.reports]
        free_mail = self.shelf.current.free_mail_domains
        self.found = await matching.look_up(
            conn, (key for r in reports for key, _ in matching.keys_of(r, free_mail))
        )
        tickets = sorted({(r.source, r.ticket) for r in reports})
        if tickets:
            self.waiting = await waiting_cases(conn, reports, self._customer)
            await self._lock(conn, tickets)

    async def _lock(self, conn: AnyConnection, tickets: Sequence[Ticket]) -> None:
        """Lock the cases of these tickets; those that have none yet get the next numbers."""
        sources, names = [s for s, _ in tickets], [t for _, t in tickets]
        rows = await conn.fetch(query("lock_cases_of_tickets"), sources, names)
        if self.waiting:
            wait = sorted(set(self.waiting.values()))
            rows += await conn.fetch(query("lock_waiting_cases"), wait)
        for row in rows:
            case = codec.decode_case(row["body"])
            self.cases[case.source, case.ticket_id] = case
        missing = [ticket for ticket in tickets if ticket not in self.cases]
        if missing:
            drawn = await conn.fetch(query("case_numbers"), len(missing))
            self.numbers = {ticket: r[0] for ticket, r in zip(missing, drawn, strict=True)}

    def decide(self, arrival: Arrival) -> None:
        """One webhook. What cannot be decided is a dead letter, and leaves the others alone."""
        if arrival.unreadable is not None:
            log.error("dead_letter", source=arrival.source, said=arrival.unreadable)
            self._end(arrival, "dead", said=arrival.unreadable)
        elif not arrival.reports:
            self._end(arrival, "ignored", said=arrival.ignored)
        elif all(self._unheard(r) for r in arrival.reports):
            self._end(arrival, "ignored", said="our own change of an unknown ticket")
        else:
            self._try(arrival)

    def _try(self, arrival: Arrival) -> None:
        changes, cases = len(self.changes), dict(self.cases)
        try:
            case = [self._report(r, arrival) for r in arrival.reports][-1]
        except Refusal as refusal:
            self._end(arrival, "ignored", said=str(refusal))
        except Exception as error:
            log.exception("undecidable", source=arrival.source, event_key=arrival.event_key)
            del self.changes[changes:]
            self.cases = cases
            self._end(arrival, "dead", said=undecidable(error))
        else:
            self._end(arrival, "decided", case.id)

    def _end(
        self, arrival: Arrival, state: str, case: str | None = None, said: str | None = None
    ) -> None:
        self.fates.append(Fate(arrival, state, case, said))

    def _unheard(self, report: Report) -> bool:
        """What we ourselves wrote on a ticket that has no case is nothing to page anybody for."""
        ticket = (report.source, report.ticket)
        return report.echo and ticket not in self.cases and ticket not in self.waiting

    def _report(self, report: Report, arrival: Arrival) -> Case:
        ticket = (report.source, report.ticket)
        case = self.cases.get(ticket) or self._linked(report)
        customer = self._customer(report)
        if case is None and not report.opens:
            raise Refusal(f"No case is about {report.ticket[:80]}, and this begins none.")
        if case is None:
            name = matching.case_id(customer, self.numbers[ticket])
            book = self.shelf.book()
            decision = open_case(name, Reported(report, customer), book, self.now)
        else:
            if customer is not None and (
                customer.account is None or of_another(case, customer.account)
            ):
                customer = None
            book = self.shelf.book(case.policy)
            decision = decide(case, Reported(report, customer), book, self.now)
        self.changes.append(Change(case, decision, arrival.received_at))
        self.cases[ticket] = decision.case
        return decision.case

    def _customer(self, report: Report) -> Customer | None:
        return matching.customer_of(report, self.shelf.current, self.found)

    def _linked(self, report: Report) -> Case | None:
        """The caller's case that this ticket was created for: it is that ticket's from now on."""
        name = self.waiting.get((report.source, report.ticket))
        here = next((key for key, case in self.cases.items() if case.id == name), None)
        if name is None or here is None or here[0] != HOTLINE:
            return None
        case = self.cases.pop(here)
        told = Linked(
            report.source, report.ticket, report.url, report.subject, report.priority,
            number_of(report),
        )  # fmt: skip
        decision = decide(case, told, self.shelf.book(case.policy), self.now)
        self.changes.append(Change(case, decision))
        return decision.case


def undecidable(error: Exception) -> str:
    """The reason a dead letter gives when the defect is ours."""
    return f"It could not be decided ({type(error).__name__}). It is kept for replay."
