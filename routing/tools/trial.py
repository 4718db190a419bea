"""Policy tests: the assertions kept beside a policy, put to the policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from routing.directory import Directory
from routing.language.words import parse_duration, parse_instant
from routing.policy import Policy, Route
from routing.policy_parts import PolicyTest
from routing.sla import Metric
from routing.tools.rehearsal import Rehearsal, rehearse
from routing.tools.sketch import sketch_from

NOBODY = "nobody"
USUAL = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Tried:
    """One test: what was expected and is not so; empty when it passed."""

    test: PolicyTest
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.faults

    def as_json(self) -> dict[str, object]:
        return {"id": self.test.id, "passed": self.passed, "faults": list(self.faults)}

    def __str__(self) -> str:
        head = f"{'passed' if self.passed else 'FAILED'}  {self.test.id}"
        return "\n".join([head, *(f"        {fault}" for fault in self.faults)])


def run_tests(policy: Policy, directory: Directory) -> tuple[Tried, ...]:
    """Every test of the policy, rehearsed against the directory."""
    return tuple(Tried(test, tuple(_faults(policy, directory, test))) for test in policy.tests)


def _faults(policy: Policy, directory: Directory, test: PolicyTest) -> Iterator[str]:
    expect = test.expect
    try:
        within = parse_duration(expect["within"]) if "within" in expect else USUAL
    except ValueError as wrong:
        yield f"within: {wrong}"
        return
    lasting = timedelta(hours=48) if "not_before" in expect else within
    played = rehearse(policy, directory, sketch_from(test.given), test.at, lasting=lasting)
    yield from _plain_faults(policy, test, played)
    if "page" in expect:
        yield from _page_faults(expect["page"], played, test.at + within)
    if "not_before" in expect:
        yield from _early(expect["not_before"], played, test.at)


def _plain_faults(policy: Policy, test: PolicyTest, played: Rehearsal) -> Iterator[str]:
    case = played.case
    route = next((r for r in policy.routes if r.id == case.route), None)
    found = {
        "plan": case.plan,
        "severity": case.severity,
        "route": case.route or "none",
        "queue": _queue(route),
        "region": case.acting_region or "none",
        "due": _due(played),
    }
    for name, value in found.items():
        wanted = test.expect.get(name)
        if wanted is not None and not _same(name, wanted, value):
            yield f"{name} is {value or 'nothing'}, not {wanted}"


def _queue(route: Route | None) -> str:
    return route.queue if route else ""


def _due(played: Rehearsal) -> str:
    first = next((c for c in played.case.clocks if c.metric is Metric.FIRST_REPLY), None)
    return first.due_at.isoformat() if first and first.due_at else "none"


def _same(name: str, wanted: str, value: str) -> bool:
    if name != "due" or NOBODY in (wanted, value) or "none" in (wanted, value):
        return wanted == value
    return _moment(wanted) == datetime.fromisoformat(value)


def _moment(text: str) -> datetime | None:
    try:
        return parse_instant(UTC)(text)
    except ValueError:
        return None


def _page_faults(wanted: str, played: Rehearsal, by: datetime) -> Iterator[str]:
    """The people expected are the first to be reached, in that order, and soon enough."""
    reached = list(dict.fromkeys(c.person for c in played.contacts if c.at <= by))
    expected = [] if wanted == NOBODY else [name.strip() for name in wanted.split(",")]
    if (wanted == NOBODY and reached) or reached[: len(expected)] != expected:
        yield f"it pages {', '.join(reached) or NOBODY} by {by:%H:%M} UTC, not {wanted}"


def _early(wanted: str, played: Rehearsal, at: datetime) -> Iterator[str]:
    """`not_before` is a duration after the ticket, or an instant."""
    try:
        earliest: datetime | None = at + parse_duration(wanted)
    except ValueError:
        earliest = _moment(wanted)
    first = min((contact.at for contact in played.contacts), default=None)
    if earliest is None:
        yield f"not_before is neither a duration nor an instant: {wanted}"
    elif first is not None and first < earliest:
        yield f"the first page is at {first:%Y-%m-%d %H:%M} UTC, before {wanted}"
