"""Who calls, and the cases that callers make, join and comment on: all through the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from asyncpg import Record

from routing.event import ChangeSeverity, Note, Refusal
from routing.hotline_asking import MOST_OFFERED
from routing.hotline_call import Call, OpenCase
from routing.hotline_caller import caller_of, contact_at, emergency, language_for
from routing.hotline_facts import about
from routing.hotline_who import Caller, Matter
from routing.lookup import HOTLINE
from routing.people import Account
from routing.policy import HotlineRules, Policy
from routing.report import Comment, Report, ReportKind, Requester, TicketStatus
from service import matching
from service.desk import Arrival
from service.store import codec
from service.store.sql import query
from service.wiring import Service

FLOOD_SPAN = timedelta(minutes=10)
HIDDEN_SHARE = 4
"""Callers who hide their number are many people under one name, and get so many times its calls."""
US = "the hotline"
ATTEMPTS = 3


class NotMade(Exception):
    """The desk could not decide it; it is kept as a dead letter."""


@dataclass(slots=True)
class Callers:
    service: Service

    async def by(self, policy: Policy, kind: str, value: str | None) -> Caller | None:
        """The customer of a `phone` or `pin`; a key that several claim names none of them."""
        account = await self.account(kind, value)
        if account is None:
            return None
        async with self.service.pool.acquire() as conn:
            hot = await conn.fetch(query("cases_people_are_at"), account.id, MOST_OFFERED)
        number = value if kind == "phone" else None
        first = hot[0]["id"] if hot else None
        language = await self.language(policy.hotline, account, number, first)
        caller = caller_of(policy, account, matters(hot, self.service.clock.now()))
        return replace(caller, language=language)

    async def language(
        self, rules: HotlineRules, account: Account, number: str | None, case: str | None
    ) -> str:
        """What he is spoken to in. His case's ticket is asked where the directory does not say."""
        contact = contact_at(account, number)
        ticket = None
        if case and rules.languages and not (account.language or (contact and contact.language)):
            async with self.service.pool.acquire() as conn:
                ticket = await conn.fetchval(query("language_of_case"), case)
        return language_for(rules, account, contact, ticket)

    async def account(self, kind: str, value: str | None) -> Account | None:
        if not value:
            return None
        async with self.service.pool.acquire() as conn:
            return (await matching.look_up(conn, [(kind, value)])).one((kind, value))

    async def too_many(self, rules: HotlineRules, number: str | None) -> bool:
        """Whether a number nobody knows has one try at a PIN alone.

        A number from which a PIN was right within the span is a customer's: its calls are his.
        """
        since = self.service.clock.now() - FLOOD_SPAN
        most = rules.calls_per_number * (1 if number else HIDDEN_SHARE)
        async with self.service.pool.acquire() as conn:
            row = await conn.fetchrow(query("hotline_calls_from"), number, since)
        if row is None or row["calls"] < most:
            return False
        return number is None or not row["proven"]

    async def _hot_in_flood(self, rules: HotlineRules, call: Call) -> str | None:
        """The case that an emergency joins when its account calls and calls; nobody is refused."""
        since = self.service.clock.now() - FLOOD_SPAN
        async with self.service.pool.acquire() as conn:
            many = await conn.fetchval(query("hotline_calls_of"), call.account, since)
            if many <= rules.calls_per_account:
                return None
            hot: str | None = await conn.fetchval(query("cases_people_are_at"), call.account, 1)
            return hot

    async def case(self, policy: Policy, call: Call, act: OpenCase) -> str:
        """The case of an act: the same however often it is asked for. Raises NotMade."""
        wanted = act.case
        if act.kind == "emergency" and call.account is not None:
            wanted = await self._hot_in_flood(policy.hotline, call)
        if wanted is not None and await self._join(policy, call, wanted):
            return wanted
        return await self._open(policy, call, message=act.kind == "message")

    async def _open(self, policy: Policy, call: Call, *, message: bool) -> str:
        urgent = not message or call.account is None
        who = call.account_name or "a caller nobody could identify"
        subject = f"{'Message' if message else 'Emergency call'} from {who}"
        words = f"{subject}, {call.number or 'number withheld'}.{_brought(call)}"
        now = self.service.clock.now()
        report = Report(
            HOTLINE, call.id, ReportKind.CREATED, (now.timestamp(), 0), f"{call.id}/case", at=now,
            created_at=now, subject=subject, description=words, status=TicketStatus.NEW,
            priority=emergency(policy).id if urgent else None,
            channel=HOTLINE if urgent else "portal", account=call.account,
            requester=await self._requester(call),
        )  # fmt: skip
        return await self._report(report, now)

    async def _requester(self, call: Call) -> Requester:
        """The contact whose telephone it is, where he is one; nobody is guessed."""
        account = await self.account("id", call.account)
        contact, language = contact_at(account, call.number), call.language or None
        if contact is None:
            return Requester(phone=call.number, language=language)
        return Requester(contact.name, contact.email, call.number, language=language)

    async def _join(self, policy: Policy, call: Call, case: str) -> bool:
        how = "text" if call.words else "telephone"
        words = f"A caller confirmed an emergency by {how} ({call.number or 'hidden number'})."
        words += _brought(call)
        if not await self.comment(case, f"{call.id}/join", words):
            return False
        try:
            await self.service.desk.act(case, ChangeSeverity(US, emergency(policy).id))
        except Refusal:
            return False
        return True

    async def comment(self, case: str, key: str, text: str) -> bool:
        """The customer's words, on the case and its ticket. False where there is no such case."""
        known = await self._known(key)
        for turn in range(ATTEMPTS):
            async with self.service.pool.acquire() as conn:
                row = await conn.fetchrow(query("case_by_id"), case)
            if row is None or row["state"] == "closed":
                return False
            name = f"{key}/{turn}" if turn else key
            try:
                await self._comment(row["source"], row["ticket"], name, text)
            except NotMade:  # its ticket was made between the two looks: it has another name now
                continue
            written = row["source"] != HOTLINE or bool(self.service.access)
            if written and not known:  # on the ticket, also one that is not there yet
                await self.service.desk.act(case, Note(US, text))
            return True
        return False

    async def _comment(self, source: str, ticket: str, key: str, text: str) -> None:
        now = self.service.clock.now()
        said, stamp = Comment(key, "customer", body=text, at=now), (now.timestamp(), 0)
        report = Report(
            source, ticket, ReportKind.COMMENTED, stamp, key, at=now, comment=said, opens=False
        )
        await self._report(report, now)

    async def ticket(self, call: Call) -> str | None:
        """The number of the ticket the case has by now, for a caller who was not told it yet."""
        if call.case is None or call.ticket is not None:
            return call.ticket
        async with self.service.pool.acquire() as conn:
            row = await conn.fetchrow(query("ticket_of_case"), call.case)
        return None if row is None or row["source"] == HOTLINE else row["number"]

    async def _known(self, key: str) -> bool:
        async with self.service.pool.acquire() as conn:
            return bool(await conn.fetch(query("known_intake"), [HOTLINE], [key]))

    async def _report(self, report: Report, now: datetime) -> str:
        body = codec.encode({"call": report.ticket, "subject": report.subject}).encode()
        arrival = Arrival(HOTLINE, report.event_key, now, "{}", body, (report,))
        (landed,) = await self.service.desk.report([arrival])
        if landed.case is None:
            raise NotMade(f"The case of {report.event_key} could not be made.")
        return landed.case


def matters(rows: Sequence[Record], now: datetime) -> tuple[Matter, ...]:
    """Cases as their customer knows them."""
    return tuple(Matter(row["id"], about(row["subject"], row["opened_at"], now)) for row in rows)


def _brought(call: Call) -> str:
    """What the customer texted or recorded, as sentences that follow another."""
    words = f" By text: {call.words}" if call.words else ""
    return words + (f" The message: {call.recording}" if call.recording else "")
