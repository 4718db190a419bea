"""What a ticket's report does to its case.

Theory of operation. Reports arrive in any order and any number of times, so each member of the
ticket remembers the version that last set it and an older report does not move it. What follows
(paging, waiting, solved) is decided from what changed, never from what was repeated.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from routing import answers, engineering, escalation, placing, promises
from routing.case import Case, State, Ticket, changed
from routing.entitlement import Asked, refusals
from routing.event import Customer, Reported
from routing.ledger import Ledger
from routing.lookup import severity_for
from routing.policy import Policy
from routing.report import Comment, Report, TicketStatus
from routing.words import brief

TRUSTED = timedelta(days=1)
"""A source's instant further back than this (or in the future) starts no clock: ours does."""

COMMENTS_KEPT = 50
MEMBERS = (
    "url", "subject", "description", "status", "priority", "channel", "environment", "category",
    "product", "language", "tags", "assignee_email",
)  # fmt: skip


def happened(report: Report, now: datetime) -> datetime:
    """When it happened as the source says, if that can be believed; else now (UTC)."""
    at = report.at
    return at if at is not None and now - TRUSTED <= at <= now else now


def created(report: Report, now: datetime) -> datetime:
    """When the ticket was created, by the same rule."""
    at = report.created_at or report.at
    return at if at is not None and now - TRUSTED <= at <= now else now


def merge(ticket: Ticket, report: Report) -> tuple[Ticket, frozenset[str]]:
    """The ticket with what the report says, and the members whose value it changed."""
    values: dict[str, Any] = {}
    versions, changed = dict(ticket.versions), set[str]()
    for member, value in _said(report).items():
        if versions.get(member, (float("-inf"), 0)) > report.version:
            continue
        versions[member] = report.version
        if getattr(ticket, member) != value:
            values[member] = value
            changed.add(member)
    if report.fields:
        values["fields"] = {**ticket.fields, **report.fields}
    if report.at is not None and "status" in versions and versions["status"] == report.version:
        values["updated_stamp"] = report.at
    if not values and versions == ticket.versions:
        return ticket, frozenset()
    return replace(ticket, versions=versions, **values), frozenset(changed)


def _said(report: Report) -> dict[str, object]:
    said = {m: getattr(report, m) for m in MEMBERS if getattr(report, m) is not None}
    if "status" in said:
        said["status"] = str(report.status)
    who = report.requester
    if who is not None:
        said |= {
            f"requester_{k}": v
            for k, v in (("name", who.name), ("email", who.email), ("phone", who.phone))
            if v is not None
        }
    return said


def new_case(case_id: str, event: Reported, policy: Policy, now: datetime) -> Case:
    """The case of a ticket's first report, before anything is decided about it."""
    report, customer = event.report, event.customer
    if customer is None:
        customer = Customer(None, "Unknown customer", policy.unknown_plan, "nothing")
    ticket, _ = merge(Ticket(), report)
    case = Case(
        id=case_id,
        source=report.source,
        ticket_id=report.ticket,
        policy=policy.id,
        opened_at=now,
        account=customer.account,
        account_name=customer.name,
        plan=customer.plan,
        severity="",
        state=State.HELD,
        ticket=ticket,
        home_region=customer.region,
        environments=customer.production,
        account_manager=customer.record.account_manager if customer.record else None,
        csm=customer.record.csm if customer.record else None,
    )
    return changed(case, {"production": production(case, policy)})


def production(case: Case, policy: Policy) -> bool:
    """Whether business users depend on the ticket's environment (R72).

    What the account says of it wins, then the policy's words; what nobody can place is production:
    a page too many is better than an outage unheard.
    """
    name = (case.ticket.environment or "").strip().casefold()
    known = case.environments.get(name)
    return known if known is not None else name not in policy.non_production_words


def open_case(ledger: Ledger, event: Reported) -> None:
    """The first report of a ticket: its severity, clocks and place."""
    case, report, now = ledger.case, event.report, ledger.now
    severity, why = _severity(ledger)
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
    promises.opened(ledger, created(report, now))
    _comment(ledger, report.comment, report)
    status = TicketStatus(case.ticket.status)
    if status in {TicketStatus.SOLVED, TicketStatus.CLOSED}:
        _ended(ledger, status)
    elif status in {TicketStatus.PENDING, TicketStatus.ON_HOLD}:
        ledger.set(state=State.WAITING)
        promises.status_changed(ledger, now)
    else:
        placing.place(ledger, f"new {severity} case")
    if ledger.case.live:
        ledger.set(engineering_at=placing.engineering_due(ledger))


def _entitlement(ledger: Ledger, event: Reported) -> None:
    """What the plan does not hold is said on case and ticket; the routes decide the rest."""
    case, policy = ledger.case, ledger.book.policy
    plan, severity = policy.plans.get(case.plan), policy.severity(case.severity)
    if plan is None or severity is None:
        return
    ticket = case.ticket
    asked = Asked(
        ticket.channel or "",
        ticket.requester_email or "",
        ticket.product or "",
        ticket.language or "",
    )
    account = event.customer.record if event.customer else None
    found = refusals(policy, account, plan, severity, asked)
    for refusal in found:
        ledger.say("entitlement", refusal.sentence, code=refusal.code)
    if found:
        ledger.write(f"{case.id}: {' '.join(r.sentence for r in found)}")


def _severity(ledger: Ledger) -> tuple[str, str]:
    case = ledger.case
    severity, why = severity_for(
        ledger.book.policy,
        case.source,
        case.ticket.priority,
        channel=case.ticket.channel,
        production=case.production,
    )
    return severity.id, why


def reported(ledger: Ledger, event: Reported) -> None:
    """A later report of the same ticket, in whatever order it came."""
    report = event.report
    if report.echo:
        ledger.say("echo", "our own write-back came home")
        return
    before = ledger.case
    ticket, changed = merge(before.ticket, report)
    ledger.set(ticket=ticket)
    if event.customer is not None:
        _customer(ledger, event.customer)
    ledger.set(production=production(ledger.case, ledger.book.policy))
    comment = _comment(ledger, report.comment, report)
    if "status" in changed:
        _status(ledger, before, happened(report, ledger.now))
    if changed & {"priority", "environment", "channel"} and not before.severity_fixed:
        _reassess(ledger)
    if "assignee_email" in changed:
        _assigned(ledger)
    if comment == "customer":
        _customer_wrote(ledger)
    if changed & {"tags", "category", "product"}:
        _tagged(ledger)


def _customer(ledger: Ledger, customer: Customer) -> None:
    case = ledger.case
    if (case.account, case.plan) == (customer.account, customer.plan):
        return
    ledger.set(
        account=customer.account,
        account_name=customer.name,
        plan=customer.plan,
        home_region=customer.region,
        environments=customer.production,
        account_manager=customer.record.account_manager if customer.record else None,
        csm=customer.record.csm if customer.record else None,
    )
    ledger.say("customer", f"{customer.name}, {customer.plan} by {customer.how}")
    if case.live:
        promises.retarget(ledger)
        answers.rerouted(ledger, case, f"plan {customer.plan}")


def _comment(ledger: Ledger, comment: Comment | None, report: Report) -> str | None:
    """Who wrote, if it is a comment not seen before."""
    if comment is None or comment.id in ledger.case.ticket.comments:
        return None
    seen = (*ledger.case.ticket.comments, comment.id)[-COMMENTS_KEPT:]
    ledger.set(ticket=replace(ledger.case.ticket, comments=seen))
    at = happened(report, ledger.now)
    words = brief(comment.body, 200)
    if comment.author == "customer":
        ledger.say("customer_comment", f"the customer wrote: {words}")
        if ledger.case.live:
            promises.customer_wrote(ledger, at)
    elif comment.author == "agent":
        ledger.say("agent_comment", f"{'reply' if comment.public else 'note'}: {words}")
        answers.still_at_it(ledger, ledger.case.owner)
        if comment.public:
            promises.agent_replied(ledger, at)
    return comment.author


def _status(ledger: Ledger, before: Case, at: datetime) -> None:
    status = TicketStatus(ledger.case.ticket.status)
    ledger.say("status", f"the ticket is {status}", was=before.ticket.status)
    if status in {TicketStatus.SOLVED, TicketStatus.CLOSED}:
        _ended(ledger, status)
        return
    if not before.live:
        _reopened(ledger, f"the ticket is {status} again")
        return
    promises.status_changed(ledger, at)
    if before.state is State.ENGINEERING:
        return
    if status in {TicketStatus.PENDING, TicketStatus.ON_HOLD}:
        escalation.stand_down(ledger)
        ledger.set(
            state=State.WAITING,
            hold_until=None,
            snooze_until=None,
            owner_due=None,
            handover_at=None,
        )
    elif before.state is State.WAITING:
        placing.resume(ledger, "the ticket is open again")


def _ended(ledger: Ledger, status: TicketStatus) -> None:
    if ledger.case.live:
        answers.end(ledger, f"the ticket is {status}", None)
    if status is TicketStatus.CLOSED and ledger.case.state is State.RESOLVED:
        ledger.set(state=State.CLOSED, close_at=None, review_at=None)


def _reopened(ledger: Ledger, why: str) -> None:
    """Nobody owns a reopened case: it is placed as if it were new, in a turn of its own."""
    ledger.set(
        state=State.HELD,
        owner=None,
        owner_since=None,
        close_at=None,
        engineering=None,
    )
    promises.reopened(ledger, ledger.now)
    ledger.say("reopened", why)
    placing.place(ledger, why)
    ledger.set(engineering_at=_again(ledger))


def _again(ledger: Ledger) -> datetime | None:
    due = placing.engineering_due(ledger)
    return None if due is None else due + (ledger.now - ledger.case.opened_at)


def _customer_wrote(ledger: Ledger) -> None:
    """A customer's answer wakes what was waiting, and reopens what was solved."""
    state = ledger.case.state
    if state is State.WAITING and ledger.case.ticket.status != TicketStatus.PENDING:
        placing.resume(ledger, "the customer answered")
    elif state is State.WAITING:
        ledger.set(ticket=replace(ledger.case.ticket, status=TicketStatus.OPEN.value))
        promises.status_changed(ledger, ledger.now)
        placing.resume(ledger, "the customer answered")
    elif state is State.RESOLVED:
        _reopened(ledger, "the customer answered after it was solved")


def _reassess(ledger: Ledger) -> None:
    severity, why = _severity(ledger)
    if ledger.case.live:
        answers.set_severity(ledger, severity, why)
    else:
        ledger.set(severity=severity)


def _assigned(ledger: Ledger) -> None:
    """Assignment is not an acknowledgement: only an answer to a page is."""
    email = (ledger.case.ticket.assignee_email or "").lower()
    found = next((p for p in ledger.book.people.values() if (p.email or "").lower() == email), None)
    who = found.name if found else "an agent who is not in the directory"
    ledger.say("assigned", f"assigned to {who} in the ticket system", found.id if found else None)


def _tagged(ledger: Ledger) -> None:
    case = ledger.case
    wanted = ledger.book.policy.engineering.tags & frozenset(case.ticket.tags)
    if wanted and case.live and case.engineering is None and engineering.available(ledger):
        engineering.enter(ledger, f"tagged {', '.join(sorted(wanted))}", None)
    elif case.state in {State.HELD, State.PAGING, State.EXHAUSTED}:
        placing.place(ledger, "the ticket's tags or category changed")
