"""From a document to a policy: every section read, every name checked, every problem listed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from routing.language.calendars import read_calendar, read_regions
from routing.language.contradictions import refuse_contradictions
from routing.language.cursor import Cursor, Members, Notes
from routing.language.plans import CHANNELS, read_plans, read_severities
from routing.language.policy_tests import read_tests
from routing.language.problems import PolicyErrors, nearest
from routing.language.rooms import read_rooms
from routing.language.routes import (
    read_engineering,
    read_escalations,
    read_hotline,
    read_routes,
    read_targets,
)
from routing.language.schedules import read_schedules
from routing.language.tree import Node, Scalar, Table, merged
from routing.language.wordings import read_wording
from routing.language.words import (
    parse_choice,
    parse_count,
    parse_date,
    parse_duration,
    parse_wait,
)
from routing.policy import Policy
from routing.sla import Metric

SECTIONS = (
    "policy",
    "name",
    "extends",
    "based_on",
    "effective",
    "sources",
    "severities",
    "severity_rules",
    "plans",
    "plan_rules",
    "calendars",
    "clocks",
    "contacts",
    "categories",
    "regions",
    "schedules",
    "groups",
    "chat_channels",
    "escalation_policies",
    "gates",
    "routes",
    "duty_manager",
    "after_hours",
    "handover",
    "timers",
    "storms",
    "engineering",
    "hotline",
    "wording",
    "quiet_hours",
    "accept",
    "tests",
)
STRATEGIES = ("min_of_both", "retarget_from_start", "restart_at_change", "carry_elapsed")
TICKET_STATUSES = ("new", "open", "pending", "on_hold", "solved", "closed")
ACCOUNT_STATUSES = ("trial", "active", "suspended", "expired")
EVERY = "*"
PRESET_KINDS = ("severity", "plan", "calendar", "source")


def policy_from(tree: Node, presets: Mapping[str, Node]) -> Policy:
    """Read a whole policy; `presets` are the documents it may extend, by name.

    Raises PolicyErrors with everything that is wrong, in the order of the file.
    """
    notes = Notes()
    whole = _on_preset(tree, presets, notes)
    policy = _policy(Cursor(whole, notes).members(*SECTIONS), notes, based=not notes.problems)
    if notes.problems:
        raise PolicyErrors(dict.fromkeys(notes.problems))
    return policy


def _on_preset(
    tree: Node, presets: Mapping[str, Node], notes: Notes, seen: tuple[str, ...] = ()
) -> Node:
    """The document laid on the preset it extends, which may extend another."""
    base = tree.members.get("extends") if isinstance(tree, Table) else None
    if not isinstance(base, Scalar) or base.absent:
        return tree
    if base.text in seen:
        sentence = f"presets extend each other in a circle: {' > '.join((*seen, base.text))}."
    elif base.text not in presets:
        sentence = f"no preset is called {base.text!r}; {nearest(base.text, sorted(presets))}"
    else:
        below = _on_preset(presets[base.text], presets, notes, (*seen, base.text))
        return merged(below, tree)
    notes.wrong(base.mark, "extends", sentence)
    return tree


def _policy(of: Members, notes: Notes, *, based: bool) -> Policy:
    """Read and check it; what an unknown preset would have brought is not called missing."""
    policy = _timed(_staffed(_promised(of), of), of)
    known = _known(policy)
    if based:
        refuse_contradictions(of, policy)
    else:
        known = {kind: names for kind, names in known.items() if kind not in PRESET_KINDS}
    notes.check_references(known)
    return policy


def _promised(of: Members) -> Policy:
    """What customers are promised: the part a preset brings."""
    severities = read_severities(of)
    rules = of.table("severity_rules", "default", "fixed", "non_production")
    cap = rules.table("non_production", "severity", "environments")
    plans = of.table("plan_rules", "unknown", "by_status", "out_of_scope", "products", "languages")
    contacts = of.table("contacts", "free_mail_domains", "shared_addresses")
    return Policy(
        id=_id(of),
        name=of.text("name"),
        severities=severities,
        plans=read_plans(of, severities),
        calendars={name: read_calendar(name, at) for name, at in of.named("calendars")},
        default_severity=_by_channel(rules, "default"),
        fixed_severity=_by_channel(rules, "fixed"),
        non_production_severity=cap.refer("severity", "severity") or None,
        non_production_words=_folded(cap, "environments"),
        unknown_plan=plans.refer("unknown", "plan") or "unknown",
        status_plans=_by_status(plans),
        out_of_scope_plan=plans.refer("out_of_scope", "plan") or None,
        products=_folded(plans, "products"),
        languages=_folded(plans, "languages"),
        free_mail_domains=_folded(contacts, "free_mail_domains"),
        shared_addresses=_folded(contacts, "shared_addresses"),
        categories=_categories(of),
        effective=of.read("effective", parse_date, None),
        extends=of.text("extends") or of.text("based_on") or None,
        sources={name: at.text() for name, at in of.named("sources")},
    )


def _staffed(policy: Policy, of: Members) -> Policy:
    """Who keeps the promises: the organisation's own part."""
    sun = read_regions(of)
    channels, rooms = read_rooms(of)
    for name in sun.hours.keys() & policy.calendars.keys():
        of.of.wrong(f"calendar {name!r} is also made by the hours of its region; rename it.")
    return replace(
        policy,
        calendars={**policy.calendars, **sun.hours},
        regions=sun.regions,
        schedules=read_schedules(of),
        groups={name: _group(at) for name, at in of.named("groups")},
        escalation_policies=read_escalations(of),
        routes=read_routes(of),
        engineering=read_engineering(of.get("engineering")),
        hotline=read_hotline(of.get("hotline")),
        duty_manager=read_targets(of, "duty_manager"),
        after_hours=read_targets(of, "after_hours"),
        chat_channels=channels,
        chat_rooms=rooms,
        accepted_risks=frozenset(of.words("accept")),
        tests=read_tests(of),
    )


def _timed(policy: Policy, of: Members) -> Policy:
    """How long things take, and what makes clocks stand still."""
    clocks = of.table("clocks", "pauses", "change")
    handover = of.table("handover", "severities", "before")
    timers = of.table("timers", "acknowledge_timeout", "reminder", "grace", "review")
    storms = of.table("storms", "bundle")
    return replace(
        policy,
        pauses=_pauses(clocks),
        change_strategy=clocks.read("change", parse_choice(*STRATEGIES), policy.change_strategy),
        handover_severities=frozenset(handover.names("severities", "severity")),
        handover_before=handover.read("before", parse_wait, policy.handover_before),
        acknowledge_timeout=timers.read("acknowledge_timeout", parse_wait, None),
        reminder=timers.read("reminder", parse_wait, policy.reminder),
        grace=timers.read("grace", parse_duration, policy.grace),
        review=timers.read("review", parse_wait, policy.review),
        bundle=storms.read("bundle", parse_count(0, 1000), policy.bundle),
        wording=read_wording(of),
        quiet_holds=_quiet_holds(of),
    )


def _quiet_holds(of: Members) -> frozenset[str]:
    """Urgencies whose pages quiet hours hold; `none` for no page at all."""
    quiet = of.table("quiet_hours", "hold")
    if quiet.get("hold") is None:
        return frozenset({"normal"})
    choice = parse_choice("normal", "urgent", "none")
    return frozenset(item.read(choice, "none") for item in quiet.items("hold")) - {"none"}


def _id(of: Members) -> str:
    of.need("policy")
    return of.text("policy")


def _folded(of: Members, name: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in of.words(name))


def _by_channel(of: Members, name: str) -> dict[str, str]:
    """One severity for every channel, or a table of channels (`*` for the rest)."""
    at = of.get(name)
    if at is None:
        return {}
    if isinstance(at.node, Scalar):
        return {EVERY: at.refer("severity")}
    found = dict(at.named())
    for channel, severity in found.items():
        if channel != EVERY:
            severity.refer("channel", channel)
    return {channel: severity.refer("severity") for channel, severity in found.items()}


def _by_status(of: Members) -> dict[str, str]:
    statuses = of.table("by_status", *ACCOUNT_STATUSES)
    return {name: at.refer("plan") for name, at in statuses.found.items()}


def _categories(of: Members) -> dict[str, tuple[str, ...]]:
    return {form: tuple(i.text() for i in at.items()) for form, at in of.named("categories")}


def _pauses(of: Members) -> dict[Metric, frozenset[str]]:
    statuses = of.table("pauses", *(metric.value for metric in Metric))
    choice = parse_choice(*TICKET_STATUSES)
    return {
        Metric(name): frozenset(item.read(choice, "") for item in at.items()) - {""}
        for name, at in statuses.found.items()
        if name in set(Metric)
    }


def _group(at: Cursor) -> tuple[str, ...]:
    people = tuple(item.refer("person") for item in at.items())
    if not people:
        at.wrong("the group is empty; name at least one person.")
    return people


def _known(policy: Policy) -> dict[str, Collection[str]]:
    """Every kind of name the document itself defines. People and accounts are the directory's."""
    severities = [severity.id for severity in policy.severities]
    return {
        "severity": severities,
        "plan": policy.plans,
        "calendar": policy.calendars,
        "schedule": policy.schedules,
        "region": policy.regions,
        "group": policy.groups,
        "escalation policy": policy.escalation_policies,
        "source": {*policy.sources, "ours"},
        "channel": CHANNELS,
        "status": ACCOUNT_STATUSES,
        "chat channel": policy.chat_channels,
    }
