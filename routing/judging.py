"""What a case is judged by: whose it is, whether it is production, how severe, what it asks for."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from routing import answers, engineering, merging, promises
from routing.case import Case
from routing.entitlement import is_named
from routing.event import Customer
from routing.ledger import Ledger
from routing.lookup import severity_for
from routing.policy import Policy

ASKED = frozenset(
    ("tags", "category", "product", "environment", "channel", "language", "requester_email")
) | {"fields"}
"""Members of a ticket that routes and rules ask about, besides what makes the severity."""
JUDGED = ("severity", "plan", "account", "home_region", "account_status", "named_contact")
"""Members of a case that they ask about."""
_judged = attrgetter(*JUDGED)


def customer_members(customer: Customer, email: str | None) -> dict[str, Any]:
    """What a case keeps of its customer; `email` is the requester's."""
    record = customer.record
    return {
        "account": customer.account,
        "account_name": customer.name,
        "plan": customer.plan,
        "home_region": customer.region,
        "environments": customer.production,
        "account_status": customer.status if customer.account else "",
        "account_manager": record.account_manager if record else None,
        "csm": record.csm if record else None,
        "named_contact": record is not None and is_named(record, email or ""),
    }


def production(case: Case, policy: Policy) -> bool:
    """Whether business users depend on the ticket's environment (R72).

    What the account says of it wins, then the policy's words; what nobody can place is production:
    a page too many is better than an outage unheard.
    """
    name = (case.ticket.environment or "").strip().casefold()
    known = case.environments.get(name)
    return known if known is not None else name not in policy.non_production_words


def severity(ledger: Ledger) -> tuple[str, str]:
    """The severity (its id) that the ticket asks for by the policy, and why."""
    case, ticket = ledger.case, ledger.case.ticket
    found, why = severity_for(
        ledger.book.policy,
        case.source,
        ticket.priority,
        channel=ticket.channel,
        production=case.production,
        reassessed=merging.reassessed(ticket),
    )
    return found.id, why


def judge(ledger: Ledger, customer: Customer | None, changed: frozenset[str]) -> None:
    """Judge a case anew after a report: the clocks move by the policy, its place is found once."""
    before = ledger.case
    if customer is not None:
        _customer(ledger, customer)
    ledger.set(production=production(ledger.case, ledger.book.policy))
    found, why = severity(ledger)
    if not before.severity_fixed:
        answers.set_severity(ledger, found, why)
    case = ledger.case
    if case.live and (case.plan, case.severity) != (before.plan, before.severity):
        promises.retarget(ledger)
    if not case.live or (changed & ASKED and to_engineering(ledger)):
        return
    if changed & ASKED or _judged(case) != _judged(before):
        answers.rerouted(ledger, before, "what is known of the ticket has changed")


def _customer(ledger: Ledger, customer: Customer) -> None:
    case = ledger.case
    ledger.set(**customer_members(customer, case.ticket.requester_email))
    if (case.account, case.plan) != (customer.account, customer.plan):
        ledger.say("customer", f"{customer.name}, {customer.plan} by {customer.how}")


def to_engineering(ledger: Ledger) -> bool:
    """Send a case there by a tag or a field of its ticket; True if it went."""
    case, rules = ledger.case, ledger.book.policy.engineering
    if case.engineering is not None or not engineering.available(ledger):
        return False
    tags = rules.tags & frozenset(case.ticket.tags)
    fields = [f for f, values in rules.fields.items() if case.ticket.fields.get(f) in values]
    if not tags and not fields:
        return False
    named = [f"tagged {', '.join(sorted(tags))}"] if tags else []
    named += [f"{f} is {case.ticket.fields[f]}" for f in fields]
    engineering.enter(ledger, "; ".join(named), None)
    return True
