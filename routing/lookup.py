"""What the policy says about one ticket: its plan, its severity, its promise, its route.

Every answer comes with its reason, a clause that can stand in a timeline.
"""

from __future__ import annotations

from routing.entitlement import out_of_scope
from routing.people import Account
from routing.policy import Plan, Policy, Promise, Route, Severity
from routing.rule import Facts, matches, why

HOTLINE = "hotline"
"""The source of cases that callers made; it says a severity by its own id."""


def plan_of(
    policy: Policy,
    account: Account | None,
    *,
    product: str | None = None,
    language: str | None = None,
) -> tuple[Plan, str]:
    """The plan a customer is served under (R1, R2, R5, R32, R40, R41).

    A status may stand in for the account's plan (a trial is served as Standard, a suspended account
    without promises), and so may a product or language the plans do not cover. A customer nobody
    knows gets the policy's unknown plan, never silence.
    """
    if account is None:
        return policy.plans[policy.unknown_plan], "the customer is unknown"
    stand_in = policy.status_plans.get(account.status)
    if stand_in is not None:
        return policy.plans[stand_in], f"{account.name} is {account.status}"
    outside = out_of_scope(policy, product or "", language or "")
    stand_in = policy.out_of_scope_plan
    if outside is not None and stand_in is not None:
        return policy.plans[stand_in], outside
    plan = policy.plans.get(account.plan)
    if plan is None:
        reason = f"{account.name} is on {account.plan}, which this policy does not know"
        return policy.plans[policy.unknown_plan], reason
    return plan, f"{account.name} is on {plan.name or plan.id}"


def is_production(policy: Policy, account: Account | None, environment: str | None) -> bool:
    """Whether an environment is one that business users depend on (R72).

    What the account says of its own environment wins, then the policy's words. What nobody can
    place counts as production: a page too many is better than an outage unheard.
    """
    word = (environment or "").casefold()
    for known in account.environments if account else ():
        if known.name.casefold() == word:
            return known.production
    return word not in policy.non_production_words


def severity_for(
    policy: Policy,
    source: str,
    priority: str | None,
    channel: str | None,
    *,
    production: bool = True,
    reassessed: bool = False,
) -> tuple[Severity, str]:
    """A ticket's severity and why.

    A channel with a fixed severity (R30) settles it while the ticket is new; `reassessed` says that
    somebody has set the priority since, which then counts. Outside production the policy's cap
    holds whatever was said (R29, R72).
    """
    severity, reason = _claimed(policy, source, priority, channel, reassessed=reassessed)
    cap = policy.severity(policy.non_production_severity or "")
    if production or cap is None or severity.rank >= cap.rank:
        return severity, reason
    return cap, f"{reason}, and no environment but production is above {cap.id}"


def _claimed(
    policy: Policy, source: str, priority: str | None, channel: str | None, *, reassessed: bool
) -> tuple[Severity, str]:
    fixed = policy.severity(policy.fixed_severity.get(channel or "", ""))
    if fixed is not None and not reassessed:
        return fixed, f"tickets by {channel} start at {fixed.id}"
    said = _by_priority(policy, source, priority)
    if said is not None:
        return said, f"{source} says {priority}"
    said_nothing = (
        f"{source} says {priority}, which names no severity" if priority else "no priority"
    )
    defaults = policy.default_severity
    default = policy.severity(defaults.get(channel or "", defaults.get("*", "")))
    if default is not None:
        return default, f"{said_nothing}, so it starts at {default.id}"
    worst = min(policy.severities, key=lambda severity: severity.rank)
    return worst, f"{said_nothing} and no default, so the most severe is assumed"


def _by_priority(policy: Policy, source: str, priority: str | None) -> Severity | None:
    if not priority:
        return None
    if source == HOTLINE:
        return policy.severity(priority)
    return policy.severity_by_word(source, priority)


def promise_for(
    policy: Policy, plan: Plan, severity: Severity, facts: Facts | None = None
) -> Promise | None:
    """What was promised, or None where nothing is (R34, R85).

    With `facts`, the plan's exceptions (per channel, environment or flag) are asked first.
    """
    if facts is not None:
        for exception in plan.exceptions:
            promise = exception.promises.get(severity.id)
            if promise and matches(exception.match, facts, policy.calendars):
                return promise
    return plan.promises.get(severity.id)


def route_for(policy: Policy, facts: Facts) -> tuple[Route | None, str]:
    """The first route that matches, and why it does."""
    route = policy.first_route(facts)
    if route is None:
        return None, "no route matches"
    return route, f"route {route.id}: {why(route.match, facts, policy.calendars)}"
