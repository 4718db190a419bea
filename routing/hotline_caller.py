"""What the hotline may do for an account (R19, R21)."""

from __future__ import annotations

from routing.entitlement import channel_allowed
from routing.hotline_who import Caller, Matter
from routing.lookup import HOTLINE, plan_of
from routing.people import Account
from routing.policy import Policy, Severity


def emergency(policy: Policy) -> Severity:
    """The severity of a confirmed emergency: the most severe there is."""
    return min(policy.severities, key=lambda s: s.rank)


def caller_of(policy: Policy, account: Account, open_cases: tuple[Matter, ...] = ()) -> Caller:
    """The customer with the plan he is served under now; a suspended account's holds no hotline."""
    plan, why = plan_of(policy, account)
    refusal = channel_allowed(plan, HOTLINE, emergency(policy))
    name = plan.name or plan.id
    if refusal is None:
        return Caller(account.id, account.name, name, entitled=True, open_cases=open_cases)
    held = account.status in policy.status_plans and account.status != "trial"
    sentence = f"{why[0].upper()}{why[1:]}." if held else refusal.sentence
    return Caller(account.id, account.name, name, entitled=False, why=sentence)
