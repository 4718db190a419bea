"""Escalation policies, routes and what stands behind them: who is paged, when, in which order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from routing.language.conditions import read_match
from routing.language.cursor import Cursor, Members
from routing.language.phrases import parse_step_target
from routing.language.tongues import parse_voice, read_tongues, read_words
from routing.language.tree import Scalar
from routing.language.words import (
    parse_choice,
    parse_count,
    parse_duration,
    parse_flag,
    parse_language,
    parse_wait,
)
from routing.policy import EngineeringRules, EscalationPolicy, HotlineRules, Route, Step, StepTarget
from routing.rule import Match

PAGES = ("now", "covered", "at_risk", "never")
MOST_ROUNDS = 20
STAKEHOLDERS = frozenset({"account_manager", "csm"})
REFERRED = {
    "schedule": "schedule",
    "person": "person",
    "group": "group",
    "region": "region",
    "region_backup": "region",
    "channel": "chat channel",
}
"""Kinds of target whose name is defined elsewhere, and as what."""
E164 = range(8, 17)
"""Length of a telephone number, its plus included (ITU-T E.164)."""
STAGES = ("queued", "reviewing", "confirmed", "planned", "tested", "released", "returned")
ROUTE_MEMBERS = ("id", "when", "escalate", "page", "at_risk", "queue", "tell", "reply")
ENGINEERING_MEMBERS = (
    "schedule",
    "escalate",
    "after",
    "tags",
    "fields",
    "updates",
    "leadership",
    "leaders",
)


def read_targets(members: Members, name: str, *, telling: bool = False) -> tuple[StepTarget, ...]:
    found = (_target(item, telling=telling) for item in members.items(name))
    return tuple(target for target in found if target is not None)


def _target(at: Cursor, *, telling: bool) -> StepTarget | None:
    target = at.read(parse_step_target, None)
    if target is None:
        return None
    if target.kind in STAKEHOLDERS and not telling:
        at.wrong("they are told, never paged: name them under a route's `tell`.")
    if target.id and target.kind in REFERRED:
        at.refer(REFERRED[target.kind], target.id)
    if target.kind in {"engineering", "duty_manager"}:
        at.refer("target", target.kind)
    if target.kind in {"region", "region_backup"} and not target.id:
        at.refer("target", target.kind)
    return target


def read_escalations(of: Members) -> dict[str, EscalationPolicy]:
    return {name: _escalation(name, at) for name, at in of.named("escalation_policies")}


def _escalation(name: str, at: Cursor) -> EscalationPolicy:
    members = at.members("steps", "rounds")
    steps = tuple(_step(item) for item in members.tables("steps"))
    if not steps:
        at.wrong("it has no steps, so nobody would be paged; give it at least one.")
    return EscalationPolicy(name, steps, members.read("rounds", parse_count(1, MOST_ROUNDS), 1))


def _step(at: Cursor) -> Step:
    members = at.members("page", "wait", "when")
    members.need("page")
    when = members.get("when")
    wait = members.read("wait", parse_wait, timedelta(minutes=5))
    return Step(read_targets(members, "page"), wait, read_match(when) if when else None)


def read_routes(of: Members) -> tuple[Route, ...]:
    """The gates (a preset's, as a rule), then the organisation's own routes."""
    placed = [(item, _route(item)) for name in ("gates", "routes") for item in of.tables(name)]
    _refuse_unreachable(placed)
    routes = tuple(route for _, route in placed)
    if not any(route.match.everything for route in routes):
        (of.get("routes") or of.of).wrong(
            "no route takes what the others leave over, so a ticket could fall through; "
            "end with one that has no `when`."
        )
    return routes


def _refuse_unreachable(placed: list[tuple[Cursor, Route]]) -> None:
    names: set[str] = set()
    taken: dict[Match, str] = {}
    everything: str | None = None
    for at, route in placed:
        if route.id in names:
            at.wrong(f"two routes are called {route.id!r}.")
        before = everything or taken.get(route.match)
        if before is not None:
            at.wrong(f"no ticket ever comes here: route {before!r} takes all of them before.")
        elif route.match.everything:
            everything = route.id
        names.add(route.id)
        taken.setdefault(route.match, route.id)


def _route(at: Cursor) -> Route:
    members = at.members(*ROUTE_MEMBERS)
    members.need("id")
    when = members.get("when")
    page = members.read("page", parse_choice(*PAGES), "covered")
    escalation = members.refer("escalate", "escalation policy") or None
    if page != "never" and escalation is None:
        at.wrong("it pages, but says nobody: give `escalate`, or say `page: never`.")
    if page == "never" and escalation is not None:
        at.wrong("it never pages, so `escalate` means nothing; drop one of the two.")
    return Route(
        members.text("id"),
        read_match(when) if when else Match(),
        escalation,
        page,
        members.read("at_risk", parse_wait, timedelta(minutes=30)),
        members.text("queue"),
        read_targets(members, "tell", telling=True),
        members.text("reply"),
    )


def read_engineering(at: Cursor | None) -> EngineeringRules:
    if at is None:
        return EngineeringRules()
    members = at.members(*ENGINEERING_MEMBERS)
    rules = EngineeringRules(
        members.refer("escalate", "escalation policy") or None,
        tuple(_after(members, "after")),
        frozenset(members.words("tags")),
        members.refer("schedule", "schedule") or None,
        _updates(members),
        {name: frozenset(i.text() for i in part.items()) for name, part in members.named("fields")},
        tuple(_after(members, "leadership")),
        read_targets(members, "leaders"),
    )
    if rules.escalation is None and rules.schedule is None:
        at.wrong("nobody would be paged for it; give it a `schedule`, or `escalate`.")
    if rules.leadership and not rules.leaders:
        at.wrong("`leadership` says when leaders are told, `leaders` whom; the second is missing.")
    return rules


def _after(members: Members, name: str) -> Iterator[tuple[Match, timedelta]]:
    """`24h`, or a list of `{when, after}`; the first that matches counts."""
    for item in members.tables(name):
        if isinstance(item.node, Scalar):
            yield Match(), item.read(parse_wait, timedelta(hours=24))
            continue
        parts = item.members("when", "after")
        parts.need("after")
        when = parts.get("when")
        after = parts.read("after", parse_wait, timedelta(hours=24))
        yield (read_match(when) if when else Match()), after


def _updates(members: Members) -> dict[str, str]:
    at = members.get("updates")
    if at is None:
        return {}
    parts = at.members(*STAGES)
    return {stage: part.text() for stage, part in parts.found.items()}


HOTLINE_MEMBERS = (
    "number",
    "greeting",
    "escalate",
    "pin_attempts",
    "hold",
    "callback",
    "fallback_numbers",
    "unknown_callers",
    "portal",
    "language",
    "words",
    "blocked",
    "music",
    "transcribe",
    "retention",
    "calls_per_number",
    "calls_per_account",
    "bring_in",
    "tickets",
    "voice",
    "languages",
)
TICKETS = (
    "any",
    "zendesk",
    "jira",
    "freshdesk",
    "zammad",
    "zoho-desk",
    "servicenow",
    "hubspot",
    "github",
    "gitlab",
    "none",
)
"""The systems that tickets are created in; `any` is the first of them that is set up for it."""


def read_hotline(at: Cursor | None) -> HotlineRules:
    if at is None:
        return HotlineRules()
    members, usual = at.members(*HOTLINE_MEMBERS), HotlineRules()
    return HotlineRules(
        members.read("number", parse_number, ""),
        members.text("greeting"),
        members.refer("escalate", "escalation policy") or None,
        members.read("pin_attempts", parse_count(1, 10), usual.pin_attempts),
        members.read("hold", parse_duration, usual.hold),
        members.read("callback", parse_wait, usual.callback),
        tuple(item.read(parse_number, "") for item in members.items("fallback_numbers")),
        members.read(
            "unknown_callers",
            parse_choice("voicemail", "connect", "refuse"),
            usual.unknown_callers,
        ),
        members.text("portal"),
        members.read("language", parse_language, usual.language),
        read_words(members),
        frozenset(item.read(parse_number, "") for item in members.items("blocked")),
        members.read("music", parse_music, usual.music),
        members.read("transcribe", parse_flag, usual.transcribe),
        members.read("retention", parse_wait, usual.retention),
        members.read("calls_per_number", parse_count(1, 1000), usual.calls_per_number),
        members.read("calls_per_account", parse_count(1, 1000), usual.calls_per_account),
        read_targets(members, "bring_in") or usual.bring_in,
        members.read("tickets", parse_choice(*TICKETS), usual.tickets),
        voice=members.read("voice", parse_voice, usual.voice),
        languages=read_tongues(members),
    )


def parse_music(text: str) -> str:
    """`ours`, `none`, or where a sound is."""
    if text in {"ours", "none"} or text.startswith(("https://", "http://")):
        return text
    raise ValueError(f"{text!r} is no music; write ours, none, or the address of a short sound.")


def parse_number(text: str) -> str:
    """A telephone number in E.164: a plus and 7 to 15 digits; spaces and dashes are dropped."""
    digits = "".join(sign for sign in text if sign not in " -().")
    if not (digits.startswith("+") and digits[1:].isdigit() and len(digits) in E164):
        raise ValueError(f"{text!r} is no telephone number; write +14155550101.")
    return digits
