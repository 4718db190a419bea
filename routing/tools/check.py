"""Whether a policy and a directory hold together, before the night: findings, each with a key.

A finding may be accepted in the policy (`accept:`) by its key; it is shown then, and not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from routing.directory import Directory
from routing.policy import Policy
from routing.tools.check_people import people_findings
from routing.tools.check_routes import route_findings
from routing.tools.coverage import Coverage, Row, coverage
from routing.tools.finding import Finding
from routing.tools.reach import Roster


@dataclass(frozen=True, slots=True)
class Checked:
    findings: tuple[Finding, ...]
    coverage: Coverage

    @property
    def good(self) -> bool:
        """Whether nothing is wrong; what was accepted and what is only advice does not count."""
        return not any(f.serious and not f.accepted for f in self.findings)

    def as_json(self) -> dict[str, object]:
        return {
            "good": self.good,
            "findings": [finding.as_json() for finding in self.findings],
            "coverage": self.coverage.as_json(),
        }

    def __str__(self) -> str:
        if not self.findings:
            return "Nothing found: no dead end, no unknown name, no uncovered promise."
        return "\n".join(str(finding) for finding in self.findings)


def check(
    policy: Policy,
    directory: Directory,
    now: datetime,
    days: int = 365,
    progress: Callable[[int, int], None] | None = None,
) -> Checked:
    """Everything `check` looks for, over the `days` that follow `now` (UTC)."""
    surveyed = coverage(policy, directory, now, days, progress=progress)
    findings = [
        *people_findings(policy, directory),
        *route_findings(policy, directory),
        *_sunless(policy, directory, surveyed),
        *_uncovered(surveyed),
    ]
    once = dict.fromkeys(sorted(findings, key=lambda f: (not f.serious, f.key)))
    return Checked(tuple(_accepted(policy, once)), surveyed)


def _accepted(policy: Policy, findings: Iterable[Finding]) -> Iterator[Finding]:
    known = set()
    for finding in findings:
        known.add(finding.key)
        yield replace(finding, accepted=finding.key in policy.accepted_risks)
    for key in sorted(policy.accepted_risks - known):
        yield Finding(
            f"accepted/{key}", f"{key} is accepted, but nothing is found under it.", False
        )


def _sunless(policy: Policy, directory: Directory, surveyed: Coverage) -> Iterator[Finding]:
    """Where no region has the sun, and nobody is named for it."""
    if not policy.regions or policy.after_hours:
        return
    sun = Roster(policy, directory, surveyed.start, surveyed.end).sun("")
    dark = next((piece for piece in sun if not piece.value), None)
    if dark is not None:
        span = f"{dark.start:%a %Y-%m-%d %H:%M} to {dark.end:%a %H:%M} UTC"
        sentence = f"no region has the sun from {span}, and `after_hours` names nobody."
        yield Finding("no-after-hours", sentence, serious=False)


def _uncovered(surveyed: Coverage) -> Iterator[Finding]:
    for row in surveyed.rows:
        name = f"{row.plan}/{row.severity}" + (f"/{row.home}" if row.home else "")
        if row.gaps:
            yield Finding(f"uncovered/{name}", f"{row.plan} {row.severity}: {row.spoken()}.")
        elif row.quiet and row.target is not None:
            sentence = f"{row.plan} {row.severity} promises a reply, but {row.spoken()}."
            yield Finding(f"quiet/{name}", sentence)
        elif not row.holds:
            yield Finding(f"late/{name}", f"{row.plan} {row.severity}: {row.spoken()}.")
        elif row.fewest == 1:
            yield _alone(row, name)


def _alone(row: Row, name: str) -> Finding:
    at = f" ({row.fewest_at:%Y-%m-%d %H:%M} UTC)" if row.fewest_at else ""
    sentence = (
        f"{row.plan} {row.severity} reaches a single person at times{at}; "
        "give its escalation policy a second."
    )
    return Finding(f"alone/{name}", sentence)
