"""Whether somebody can be reached at every instant something is promised, and how soon.

For every plan and severity, from every home region, the promised hours are laid over who the
escalation policy of the route would reach. Where that is nobody, the instant is a counter-example.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.directory import Directory
from routing.language.words import duration_text
from routing.policy import Plan, Policy, Promise, Severity
from routing.sla import Metric
from routing.tools.reach import Roster
from routing.tools.rehearsal import Pacing
from routing.tools.survey import Outcome, Span, Survey, joined, promised_in, total

FEW = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One plan and severity from one home region. Spans are UTC, lengths of physical time."""

    plan: str
    severity: str
    home: str
    calendar: str
    """In whose hours somebody must be reached; two of them where a reply's time has its own."""
    routes: tuple[str, ...]
    promised: timedelta
    reached: timedelta
    gaps: tuple[Span, ...]
    """The first spans in which something is promised and nobody would be reached."""
    to_first: timedelta | None
    """The longest time from the page's begin to the first contact begun, pacing included."""
    to_second: timedelta | None
    """The longest time until a second person is reached, when the first does not answer."""
    fewest: int
    """How many people the escalation policy reaches where it reaches fewest."""
    fewest_at: datetime | None
    target: timedelta | None
    """What is promised for the first reply, where it is a time."""
    quiet: bool = False
    """Whether its routes page nobody, whatever happens."""
    sleepers: tuple[str, ...] = ()
    """People whose quiet hours may hold the page, until a promise falls due.

    The times to a human leave that out: what holds them back is bounded by the promise itself.
    """

    @property
    def holds(self) -> bool:
        late = self.target is not None and self.to_first is not None and self.to_first > self.target
        return not (self.gaps or late or (self.quiet and self.target is not None))

    def as_json(self) -> dict[str, object]:
        return {
            "plan": self.plan,
            "severity": self.severity,
            "home_region": self.home or None,
            "calendar": self.calendar,
            "routes": list(self.routes),
            "holds": self.holds,
            "promised_hours": round(self.promised / timedelta(hours=1), 2),
            "uncovered_hours": round((self.promised - self.reached) / timedelta(hours=1), 2),
            "gaps": [{"from": _utc(begin), "to": _utc(end)} for begin, end in self.gaps],
            "seconds_to_first": _seconds(self.to_first),
            "seconds_to_second": _seconds(self.to_second),
            "fewest_people": self.fewest,
            "fewest_at": _utc(self.fewest_at) if self.fewest_at else None,
            "first_reply_seconds": _seconds(self.target),
            "held_in_quiet_hours_of": list(self.sleepers),
        }

    def spoken(self) -> str:
        """What holds or does not, without whose it is."""
        if self.quiet:
            return f"nobody is paged (route {', '.join(self.routes)})"
        if self.gaps:
            begin, end = self.gaps[0]
            missing = self.promised - self.reached
            return (
                f"the escalation reaches nobody from {begin:%a %Y-%m-%d %H:%M} "
                f"to {end:%a %H:%M} UTC ({duration_text(missing)} in all, "
                f"promised in {self.calendar})"
            )
        second = f"a second {_within(self.to_second)}" if self.to_second else "no second"
        late = f", but a reply is promised {_within(self.target)}" if not self.holds else ""
        soon = f"the first {_within(self.to_first)}, {second}"
        held = f"; quiet hours of {', '.join(self.sleepers)} may hold it" if self.sleepers else ""
        return f"always reached ({self.calendar}): {soon}{late}{held}"


def _within(span: timedelta | None) -> str:
    return f"within {duration_text(span)}" if span else "at once"


@dataclass(frozen=True, slots=True)
class Coverage:
    start: datetime
    end: datetime
    rows: tuple[Row, ...]

    @property
    def holds(self) -> bool:
        return all(row.holds for row in self.rows)

    @property
    def counter_example(self) -> tuple[Row, datetime] | None:
        """The first promised instant at which nobody would be reached."""
        broken = [(row.gaps[0][0], number) for number, row in enumerate(self.rows) if row.gaps]
        if not broken:
            return None
        at, number = min(broken)
        return self.rows[number], at

    def as_json(self) -> dict[str, object]:
        return {
            "from": _utc(self.start),
            "to": _utc(self.end),
            "holds": self.holds,
            "rows": [row.as_json() for row in self.rows],
        }

    def __str__(self) -> str:
        days = (self.end - self.start).days
        verdict = "holds" if self.holds else "does not hold"
        lines = [f"Over {days} days from {self.start:%Y-%m-%d} the policy {verdict}."]
        return "\n".join([*lines, *self._spoken()])

    def _spoken(self) -> Iterator[str]:
        """One line for rows that differ in their home region only."""
        together: dict[tuple[str, str, bool], list[str]] = {}
        for row in self.rows:
            key = (f"{row.plan} {row.severity}", row.spoken(), row.holds)
            together.setdefault(key, []).append(row.home)
        everywhere = len({row.home for row in self.rows})
        for (name, text, holds), homes in together.items():
            where = "" if len(homes) == everywhere else f" at home in {', '.join(homes)}"
            yield f"{'ok' if holds else 'NO'}  {name}{where}: {text}"


def coverage(
    policy: Policy,
    directory: Directory,
    start: datetime,
    days: int = 365,
    *,
    pacing: Pacing | None = None,
    burst: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Coverage:
    """Prove the promises from `start` (UTC) on, or show where they break.

    `burst` is how many cases begin at once: each further one waits for the provider's pacing.
    """
    end = start + timedelta(days=days)
    survey = Survey(Roster(policy, directory, start, end), pacing or Pacing(), burst)
    wanted = list(_wanted(policy))
    rows: list[Row] = []
    for number, (plan, severity, promise, home) in enumerate(wanted, 1):
        rows.append(_row(survey, plan, severity, promise, home))
        if progress is not None:
            progress(number, len(wanted))
    return Coverage(start, end, tuple(rows))


def _wanted(policy: Policy) -> Iterator[tuple[Plan, Severity, Promise, str]]:
    homes = list(policy.regions) or [""]
    for plan in policy.plans.values():
        for severity in policy.severities:
            promise = plan.promises.get(severity.id)
            if promise is not None:
                yield from ((plan, severity, promise, home) for home in homes)


def _row(survey: Survey, plan: Plan, severity: Severity, promise: Promise, home: str) -> Row:
    found = survey.outcomes(plan, severity, promise, home)
    paged = [(outcome, spans) for outcome, spans in found if outcome.pages]
    missing = joined(span for outcome, spans in paged if not outcome.people for span in spans)
    fewest, fewest_at = _fewest(paged)
    promised = total(span for _, spans in found for span in spans)
    return Row(
        plan.id,
        severity.id,
        home,
        ", ".join(promised_in(promise)),
        tuple(dict.fromkeys(outcome.route for outcome, _ in found)),
        promised,
        promised - total(missing),
        tuple(missing[:FEW]),
        max((one.first for one, _ in paged if one.first is not None), default=None),
        _to_second(paged),
        fewest,
        fewest_at,
        _target(promise),
        quiet=not paged,
        sleepers=tuple(sorted({name for outcome, _ in paged for name in outcome.sleepers})),
    )


def _to_second(paged: Sequence[tuple[Outcome, Sequence[Span]]]) -> timedelta | None:
    """The longest; None as soon as one outcome that reaches somebody reaches no second."""
    seconds = [outcome.second for outcome, _ in paged if outcome.people]
    known = [second for second in seconds if second is not None]
    return max(known) if known and len(known) == len(seconds) else None


def _fewest(paged: Sequence[tuple[Outcome, Sequence[Span]]]) -> tuple[int, datetime | None]:
    """How many people the thinnest outcome reaches, and when (UTC) that is the case first."""
    thinnest = min(paged, key=lambda one: (one[0].people, one[1][0]), default=None)
    return (thinnest[0].people, thinnest[1][0][0]) if thinnest else (0, None)


def _target(promise: Promise) -> timedelta | None:
    target = promise.targets.get(Metric.FIRST_REPLY)
    minutes = target.minutes if target else None
    return None if minutes is None else timedelta(minutes=minutes)


def _utc(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()
