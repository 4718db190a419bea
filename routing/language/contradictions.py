"""What cannot be true together, and what leads nowhere: found once everything has been read."""

from __future__ import annotations

from routing.language.cursor import Cursor, Members
from routing.policy import Policy, StepTarget


def refuse_contradictions(of: Members, policy: Policy) -> None:
    """Note every contradiction between sections. Within one, its own reader has noted it."""
    _severities(of, policy)
    _plans(of, policy)
    _targets(of, policy)
    _round_about(of, policy)


def _place(of: Members, name: str) -> Cursor:
    return of.get(name) or of.of


def _severities(of: Members, policy: Policy) -> None:
    if not policy.severities:
        of.of.wrong("there are no severities; extend a preset, or name at least one.")
        return
    default = policy.default_severity
    if "*" not in default:
        _place(of, "severity_rules").wrong(
            "nothing says how severe a ticket is whose priority says nothing; "
            "give `severity_rules.default` a `*`."
        )


def _plans(of: Members, policy: Policy) -> None:
    if policy.unknown_plan not in policy.plans:
        _place(of, "plans").wrong(
            f"customers nobody knows are served under plan {policy.unknown_plan!r}, which is not "
            "there; define it, or say `plan_rules.unknown`."
        )
    for plan in policy.plans.values():
        for channel, severities in plan.channels.items():
            if not severities:
                _place(of, "plans").wrong(f"{plan.id} takes {channel} for no severity; drop it.")
    if (policy.products or policy.languages) and policy.out_of_scope_plan is None:
        _place(of, "plan_rules").wrong(
            "`products` and `languages` limit the plans, but `out_of_scope` does not say which "
            "plan serves the rest."
        )


def _targets(of: Members, policy: Policy) -> None:
    """Roles a step may page without naming anybody must be held by somebody."""
    filled = {
        "engineering": policy.engineering.schedule is not None,
        "duty_manager": bool(policy.duty_manager),
        "region": bool(policy.regions),
        "region_backup": any(region.backup for region in policy.regions.values()),
    }
    fill = {
        "engineering": "give `engineering` a schedule",
        "duty_manager": "say who it is under `duty_manager`",
        "region": "there are no `regions`",
        "region_backup": "no region names a `backup` schedule",
    }
    for used in of.of.notes.references:
        if used.kind == "target" and not filled[used.name]:
            spoken = used.name.replace("_", " ")
            Cursor(of.of.node, of.of.notes, used.path).wrong(
                f"{spoken} would page nobody: {fill[used.name]}.", used.mark
            )


def _round_about(of: Members, policy: Policy) -> None:
    """A role that is defined by itself is nobody."""
    if StepTarget("duty_manager") in policy.duty_manager:
        _place(of, "duty_manager").wrong("the duty manager is defined as the duty manager.")
    if any(t.kind in {"region", "region_backup"} and not t.id for t in policy.after_hours):
        _place(of, "after_hours").wrong(
            "after hours no region has the sun, so `region` would page nobody."
        )
