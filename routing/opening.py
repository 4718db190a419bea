"""The first report of a ticket: a case begins."""

from __future__ import annotations

from datetime import datetime

from routing import choosing, judging, merging, placing, promises, reported
from routing.case import Case, State, Ticket
from routing.emergency import called
from routing.entitlement import Asked, refusals
from routing.event import Customer, OpenTicket, Reported
from routing.ledger import Ledger
from routing.lookup import HOTLINE
from routing.policy import Policy
from routing.report import TicketStatus
from routing.value import replace
from routing.words import brief

_BLANK = Ticket()


def new_case(case_id: str, event: Reported, policy: Policy, now: datetime) -> Case:
    """The case of a ticket's first report, before anything is decided about it."""
    report, customer = event.report, event.customer
    if customer is None:
        customer = Customer(None, "Unknown customer", policy.unknown_plan, "nothing")
    ticket, _ = merging.merge(_BLANK, report)
    case = Case(
        id=case_id,
        source=report.source,
        ticket_id=report.ticket,
        policy=policy.id,
        opened_at=now,
        severity="",
        state=State.HELD,
        ticket=ticket,
        emergency=called(report.source, report.channel),
        **judging.customer_members(customer, ticket.requester_email),
    )
    return replace(case, production=judging.production(case, policy))


def open_case(ledger: Ledger, event: Reported) -> None:
    """The first report of a ticket: its severity, clocks and place."""
    case, report, now = ledger.case, event.report, ledger.now
    _ticket(ledger, event)
    severity, why = judging.severity(ledger)
    sun = ledger.book.sun(case, now)
    ledger.set(severity=severity, acting_region=sun.id if sun else None)
    how = event.customer.how if event.customer else "nothing"
    ledger.say(
        "opened",
        f"{brief(case.ticket.subject, 120) or 'no subject'} ({case.account_name}, {case.plan} by "
        f"{how}; {severity} by {why})",
        policy=case.policy,
    )
    _entitlement(ledger, event)
    promises.opened(ledger, reported.created(report, now))
    reported.comment(ledger, report)
    status = TicketStatus(ledger.case.ticket.status)
    if status in reported.ENDED:
        reported.ended(ledger, status)
    elif status in reported.WAITS:
        ledger.set(state=State.WAITING)
        promises.status_changed(ledger, now)
    elif not judging.to_engineering(ledger):
        placing.place(ledger, f"new {severity} case")
    if ledger.case.live and ledger.case.engineering is None:
        ledger.set(engineering_at=choosing.engineering_due(ledger))


def _ticket(ledger: Ledger, event: Reported) -> None:
    """What a caller's case is about has no ticket yet."""
    if event.report.source == HOTLINE:
        record = event.customer.record if event.customer else None
        ledger.do(OpenTicket(record.external_ids if record else {}))


def _entitlement(ledger: Ledger, event: Reported) -> None:
    """What the plan does not hold is said on case and ticket; the routes decide the rest."""
    case, policy = ledger.case, ledger.book.policy
    plan, severity = policy.plans.get(case.plan), policy.severity(case.severity)
    if plan is None or severity is None:
        return
    account = event.customer.record if event.customer else None
    found = refusals(policy, account, plan, severity, _asked(case.ticket))
    for refusal in found:
        ledger.say("entitlement", refusal.sentence, code=refusal.code)
    if found:
        ledger.write(f"{case.id}: {' '.join(r.sentence for r in found)}")


def _asked(ticket: Ticket) -> Asked:
    return Asked(
        ticket.channel or "",
        ticket.requester_email or "",
        ticket.product or "",
        ticket.language or "",
    )
