"""Severities and plans: how bad it is, and what was promised for it."""

from __future__ import annotations

from dataclasses import replace

from routing.business_days import RULES
from routing.language.conditions import read_match
from routing.language.cursor import Cursor, Members
from routing.language.phrases import parse_target
from routing.language.tree import Listing, Scalar, Table
from routing.language.words import parse_choice, parse_count, parse_flag
from routing.named_contacts import NamedContacts
from routing.policy import Plan, Promise, PromiseException, Severity
from routing.sla import Metric, Target

CHANNELS = ("portal", "email", "hotline", "api")
METRICS = tuple(metric.value for metric in Metric)
RULE = Target().rule
EVERY = "*"
PLAN_MEMBERS = (
    "name",
    "rank",
    "channels",
    "promises",
    "exceptions",
    "named_contacts",
    "skills",
    "account_manager",
    "csm",
    "sales_only",
    "non_production_environments",
    "features",
)


def read_severities(of: Members) -> tuple[Severity, ...]:
    """Most severe first, unless they say their rank."""
    found = [_severity(name, place, at) for place, (name, at) in enumerate(of.named("severities"))]
    _refuse_same_words(of, found)
    ranks = [severity.rank for severity in found]
    if len(ranks) != len(set(ranks)):
        of.of.wrong("two severities have the same rank; give each its own, 0 for the most severe.")
    return tuple(sorted(found, key=lambda severity: severity.rank))


def _severity(name: str, place: int, at: Cursor) -> Severity:
    members = at.members("name", "rank", "urgency", "priorities", "description")
    return Severity(
        name,
        members.read("rank", parse_count(0, 100), place),
        members.text("name"),
        members.read("urgency", parse_choice("urgent", "normal"), "urgent"),
        _priorities(members),
        members.text("description"),
    )


def _priorities(members: Members) -> dict[str, tuple[str, ...]]:
    """A table of sources and their words; a plain list is for every source."""
    at = members.get("priorities")
    if at is None:
        return {}
    if not isinstance(at.node, Table):
        return {EVERY: tuple(item.text() for item in at.items())}
    return {source: tuple(i.text() for i in words.items()) for source, words in at.named()}


def _refuse_same_words(of: Members, severities: list[Severity]) -> None:
    known: dict[tuple[str, str], str] = {}
    for severity in severities:
        for source, words in severity.priorities.items():
            for word in words:
                first = known.setdefault((source, word.casefold()), severity.id)
                if first != severity.id:
                    sentence = f"{word!r} of {source} means both {first} and {severity.id}; choose."
                    (of.get("severities") or of.of).wrong(sentence)


def read_plans(of: Members, severities: tuple[Severity, ...]) -> dict[str, Plan]:
    names = frozenset(severity.id for severity in severities)
    plans = [_plan(name, place, at, names) for place, (name, at) in enumerate(of.named("plans"))]
    return {plan.id: plan for plan in plans}


def _plan(name: str, place: int, at: Cursor, severities: frozenset[str]) -> Plan:
    members = at.members(*PLAN_MEMBERS)
    return Plan(
        name,
        members.text("name"),
        members.read("rank", parse_count(0, 1000), place),
        _channels(members, severities),
        _promises(members.get("promises"), severities),
        tuple(_exception(item, severities) for item in members.items("exceptions")),
        _named_contacts(members.get("named_contacts")),
        frozenset(members.words("skills")),
        members.read("account_manager", parse_flag, default=False),
        members.read("csm", parse_flag, default=False),
        members.read("sales_only", parse_flag, default=False),
        members.read("non_production_environments", parse_count(0, 1000), None),
        members.words("features"),
    )


def _channels(members: Members, severities: frozenset[str]) -> dict[str, frozenset[str]]:
    """A list of channels, or a table of them with the severities each takes (`all`)."""
    at = members.get("channels")
    if at is None:
        return {}
    if isinstance(at.node, Listing | Scalar):
        return {item.refer("channel"): severities for item in at.items()}
    channels: dict[str, frozenset[str]] = {}
    for channel, taken in at.named():
        taken.refer("channel", channel)
        if isinstance(taken.node, Scalar) and taken.node.text == "all":
            channels[channel] = severities
        else:
            channels[channel] = frozenset(item.refer("severity") for item in taken.items())
    return channels


def _promises(at: Cursor | None, severities: frozenset[str]) -> dict[str, Promise]:
    """Severity to promise; `*` speaks for every severity that is not named."""
    if at is None:
        return {}
    written: dict[str, Promise] = {}
    for severity, part in at.named():
        if severity != EVERY:
            part.refer("severity", severity)
        promise = _promise(part)
        if promise is not None:
            written[severity] = promise
    if EVERY not in written:
        return written
    rest = written.pop(EVERY)
    return {severity: written.get(severity, rest) for severity in sorted(severities)}


def _promise(at: Cursor) -> Promise | None:
    members = at.members("calendar", "source", *METRICS)
    if members.need("calendar") is None:
        return None
    written = {metric: members.get(metric.value) for metric in Metric}
    targets = {metric: _target(part) for metric, part in written.items()}
    kept = {metric: target for metric, target in targets.items() if target is not None}
    elsewhere = {metric: _counted_in(written[metric]) for metric in kept}
    return Promise(
        members.refer("calendar", "calendar"),
        kept,
        _sources(members.get("source")),
        {metric: calendar for metric, calendar in elsewhere.items() if calendar},
    )


def _target(at: Cursor | None) -> Target | None:
    if at is None:
        return None
    if isinstance(at.node, Scalar):
        return at.read(parse_target, None)
    members = at.members("within", "business_days", "rule", "calendar")
    within = members.get("within")
    if within is not None:
        if members.get("business_days") is not None:
            at.wrong("it is promised `within` a time or in `business_days`, not both.")
        if members.get("rule") is not None:
            at.wrong("a `rule` belongs to `business_days`, not to `within`.")
        return within.read(parse_target, None)
    if members.need("business_days") is None:
        return None
    days = members.read("business_days", parse_count(1, 365), 1)
    return Target(business_days=days, rule=members.read("rule", parse_choice(*RULES), RULE))


def _counted_in(at: Cursor | None) -> str:
    """The calendar a target names for itself; empty for that of its promise."""
    if at is None or isinstance(at.node, Scalar):
        return ""
    return at.members("within", "business_days", "rule", "calendar").refer("calendar", "calendar")


def _sources(at: Cursor | None) -> dict[str, str]:
    if at is None:
        return {}
    if isinstance(at.node, Scalar):
        return {EVERY: at.refer("source")}
    members = at.members("calendar", EVERY, *METRICS)
    return {name: part.refer("source") for name, part in members.found.items()}


def _exception(at: Cursor, severities: frozenset[str]) -> PromiseException:
    members = at.members("when", "promises")
    when, promises = members.need("when"), members.need("promises")
    match = read_match(when) if when else read_match(replace(at, node=Table(at.node.mark)))
    return PromiseException(match, _promises(promises, severities))


def _named_contacts(at: Cursor | None) -> NamedContacts | None:
    if at is None:
        return None
    members = at.members("channels", "most", "company_domain", "individuals")
    return NamedContacts(
        frozenset(members.names("channels", "channel")),
        members.read("most", parse_count(1, 10_000), None),
        members.read("company_domain", parse_flag, default=False),
        members.read("individuals", parse_flag, default=False),
    )
