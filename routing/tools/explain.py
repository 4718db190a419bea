"""Why a ticket at an instant is treated as it is: every answer with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.case import Case
from routing.directory import Directory
from routing.entitlement import Asked, Refusal, refusals
from routing.facts import facts
from routing.lookup import plan_of, promise_for, route_for, severity_for
from routing.policy import Policy, Promise, Severity
from routing.sla import Clock
from routing.tools.rehearsal import Happening, Rehearsal, rehearse
from routing.tools.sketch import Opened, Sketch, book_of, open_sketch


@dataclass(frozen=True, slots=True)
class Explanation:
    """Clauses and values; instants in UTC. `ladder` is who is reached when nobody answers."""

    at: datetime
    account: str
    plan: str
    severity: str
    promise: str
    clocks: tuple[Clock, ...]
    refusals: tuple[Refusal, ...]
    region: str
    route: str
    state: str
    held_until: datetime | None
    ladder: tuple[Happening, ...]
    engineering_at: datetime | None
    timeline: tuple[Happening, ...]
    case: Case
    """As it is opened."""

    def as_json(self) -> dict[str, object]:
        return {
            "at": _instant(self.at),
            "account": self.account,
            "plan": self.plan,
            "severity": self.severity,
            "promise": self.promise,
            "clocks": [
                {"metric": c.metric.value, "calendar": c.calendar, "due_at": _instant(c.due_at)}
                for c in self.clocks
            ],
            "refusals": [{"code": r.code, "sentence": r.sentence} for r in self.refusals],
            "region": self.region,
            "route": self.route,
            "state": self.state,
            "held_until": _instant(self.held_until),
            "ladder": [
                {"at": _instant(h.at), "person": h.person, "channel": h.channel}
                for h in self.ladder
            ],
            "engineering_at": _instant(self.engineering_at),
            "timeline": [
                {"at": _instant(h.at), "kind": h.kind, "text": h.text, "person": h.person or None}
                for h in self.timeline
            ],
        }

    def __str__(self) -> str:
        lines = [
            ("at", f"{self.at:%Y-%m-%d %H:%M} UTC, {self.at:%A}"),
            ("account", self.account),
            ("plan", self.plan),
            ("severity", self.severity),
            ("promised", self.promise),
            *((c.metric.value.replace("_", " "), _due(c)) for c in self.clocks),
            *(("but", refusal.sentence) for refusal in self.refusals),
            ("region", self.region),
            ("route", self.route),
            ("state", self._state()),
            *((f"+{h.at - self.at}", h.text) for h in self.ladder),
        ]
        if self.engineering_at is not None:
            lines.append(("engineering", f"by itself at {self.engineering_at:%Y-%m-%d %H:%M} UTC"))
        return "\n".join(f"{name:<12} {text}" for name, text in lines)

    def _state(self) -> str:
        if self.held_until is None:
            return self.state
        return f"{self.state} until {self.held_until:%Y-%m-%d %H:%M} UTC"


def explain(
    policy: Policy,
    directory: Directory,
    sketch: Sketch,
    at: datetime,
    *,
    lasting: timedelta = timedelta(hours=1),
) -> Explanation:
    """Explain a ticket that comes at `at` (UTC). The ladder is what `lasting` would bring."""
    opened = open_sketch(policy, directory, sketch, at)
    case = opened.decision.case
    played = rehearse(policy, directory, sketch, at, lasting=_long_enough(case, at, lasting))
    known = facts(case, book_of(policy, directory), at)
    return Explanation(
        at,
        _account(opened),
        _plan(policy, opened, sketch),
        _severity(policy, case),
        _promise(
            policy, case, promise_for(policy, policy.plans[case.plan], _of(policy, case), known)
        ),
        case.clocks,
        _refusals(policy, opened, sketch),
        case.acting_region or "none has the sun",
        route_for(policy, known)[1],
        case.state.value,
        case.hold_until,
        _ladder(played),
        case.engineering_at,
        played.happenings,
        case,
    )


def _long_enough(case: Case, at: datetime, lasting: timedelta) -> timedelta:
    """A held case is followed from when it will be paged."""
    return lasting if case.hold_until is None else case.hold_until - at + lasting


def _ladder(played: Rehearsal) -> tuple[Happening, ...]:
    """The first time each person is reached on each channel."""
    first: dict[tuple[str, str], Happening] = {}
    for one in played.contacts:
        first.setdefault((one.person, one.channel), one)
    return tuple(first.values())


def _of(policy: Policy, case: Case) -> Severity:
    return policy.severity(case.severity) or policy.severities[0]


def _account(opened: Opened) -> str:
    if opened.account is None:
        return f"unknown ({opened.how})"
    return f"{opened.account.name}, by {opened.how}"


def _plan(policy: Policy, opened: Opened, sketch: Sketch) -> str:
    plan = policy.plans[opened.decision.case.plan]
    reason = "as asked" if sketch.plan else _served(policy, opened, sketch)
    return f"{plan.id}: {reason}"


def _served(policy: Policy, opened: Opened, sketch: Sketch) -> str:
    account = opened.account
    return plan_of(policy, account, product=sketch.product, language=sketch.language)[1]


def _severity(policy: Policy, case: Case) -> str:
    ticket = case.ticket
    severity, reason = severity_for(
        policy, case.source, ticket.priority, ticket.channel, production=case.production
    )
    return f"{severity.id}: {reason}"


def _promise(policy: Policy, case: Case, promise: Promise | None) -> str:
    if promise is None:
        return f"nothing for {case.severity} on {case.plan}"
    said = dict(promise.sources)
    short = said.get("first_reply", said.get("*", ""))
    source = policy.sources.get(short, short)
    return f"in the hours of {promise.calendar}" + (f" ({source})" if source else "")


def _refusals(policy: Policy, opened: Opened, sketch: Sketch) -> tuple[Refusal, ...]:
    case = opened.decision.case
    asked = Asked(sketch.channel, sketch.contact, sketch.product, sketch.language)
    return refusals(policy, opened.account, policy.plans[case.plan], _of(policy, case), asked)


def _due(clock: Clock) -> str:
    due = "no due time" if clock.due_at is None else f"due {clock.due_at:%Y-%m-%d %H:%M} UTC"
    return f"{due}, counted in {clock.calendar}"


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
