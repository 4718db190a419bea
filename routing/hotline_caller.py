"""What the hotline may do for an account (R19, R21), and what it speaks to its people."""

from __future__ import annotations

from routing.entitlement import channel_allowed
from routing.hotline_prompt import Fact, prompt
from routing.hotline_who import Caller, Matter
from routing.lookup import HOTLINE, plan_of
from routing.people import Account, Contact
from routing.policy import HotlineRules, Plan, Policy, Severity

HELD = frozenset({"suspended", "expired"})


def emergency(policy: Policy) -> Severity:
    """The severity of a confirmed emergency: the most severe there is."""
    return min(policy.severities, key=lambda s: s.rank)


def caller_of(policy: Policy, account: Account, open_cases: tuple[Matter, ...] = ()) -> Caller:
    """The customer with the plan he is served under now; a suspended account's holds no hotline."""
    plan, _ = plan_of(policy, account)
    name = plan.name or plan.id
    if channel_allowed(plan, HOTLINE, emergency(policy)) is None:
        return Caller(account.id, account.name, name, entitled=True, open_cases=open_cases)
    why = _why(policy, account, plan)
    return Caller(account.id, account.name, name, entitled=False, why=why)


def _why(policy: Policy, account: Account, plan: Plan) -> Fact:
    """Why he holds no hotline, as words of the policy."""
    if account.status in policy.status_plans and account.status in HELD:
        return prompt(account.status, account=account.name)
    name, severity = plan.name or plan.id, emergency(policy).id
    taken = ", ".join(sorted(plan.channels.get(HOTLINE, ())))
    if not taken:
        return prompt("not_in_plan", plan=name)
    return prompt("not_for_severity", plan=name, severities=taken, severity=severity)


def contact_at(account: Account | None, number: str | None) -> Contact | None:
    """The contact whose telephone it is; nobody is guessed."""
    contacts = account.contacts if account and number else ()
    return next((contact for contact in contacts if contact.phone == number), None)


def language_for(
    rules: HotlineRules, account: Account | None, contact: Contact | None, ticket: str | None = None
) -> str:
    """His own language, his account's, his ticket's, as far as they are known and spoken here."""
    own = contact.language if contact else ""
    return rules.language_of(own, account.language if account else "", ticket)
