"""The policy as values: everything a support organisation promises and how it keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from routing.calendar import Calendar
from routing.region import Region
from routing.rule import Match
from routing.schedule import Schedule
from routing.sla import Metric, Target


@dataclass(frozen=True, slots=True)
class Severity:
    """`rank` 0 is the most severe. `priorities` maps a source ("*" for all) to its own words."""

    id: str
    rank: int
    name: str = ""
    urgency: str = "urgent"
    """Which contact rules a page of this severity uses: urgent or normal."""
    priorities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Promise:
    """What a plan promises for one severity: when it is covered, and the target of each metric."""

    calendar: str
    targets: Mapping[Metric, Target] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    id: str
    name: str = ""
    rank: int = 0
    """0 is served first."""
    channels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Channel to the severities it takes; an absent channel is not part of the plan."""
    promises: Mapping[str, Promise] = field(default_factory=dict)
    """Severity id to promise."""


@dataclass(frozen=True, slots=True)
class StepTarget:
    """`kind`: schedule, person, group, region, engineering, duty_manager or channel.

    `id` may be empty for region (the acting one), engineering and duty_manager.
    """

    kind: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    targets: tuple[StepTarget, ...]
    wait: timedelta
    when: Match | None = None


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    id: str
    steps: tuple[Step, ...]
    rounds: int = 1


@dataclass(frozen=True, slots=True)
class Route:
    """First match wins. `page`: now, covered (while the plan's calendar is open), at_risk, never."""

    id: str
    match: Match
    escalation: str | None = None
    page: str = "covered"
    at_risk: timedelta = timedelta(minutes=30)
    """With page at_risk, and for held cases: how long before an SLA target is missed people are paged."""
    queue: str = ""
    stakeholders: tuple[StepTarget, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineeringRules:
    """What sends a case to Sustained Engineering by itself (R105)."""

    escalation: str | None = None
    after: tuple[tuple[Match, timedelta], ...] = ()
    """First match wins: unresolved this long since opening, the case goes to the queue."""
    tags: frozenset[str] = frozenset()
    schedule: str | None = None
    updates: Mapping[str, str] = field(default_factory=dict)
    """Stage to the customer's update, with {placeholders}."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One version, validated as a whole. Everything inside refers by id."""

    id: str
    name: str
    severities: tuple[Severity, ...]
    plans: Mapping[str, Plan]
    calendars: Mapping[str, Calendar]
    regions: Mapping[str, Region] = field(default_factory=dict)
    """In policy order, which breaks ties."""
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    escalation_policies: Mapping[str, EscalationPolicy] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    engineering: EngineeringRules = field(default_factory=EngineeringRules)
    duty_manager: tuple[StepTarget, ...] = ()
    after_hours: tuple[StepTarget, ...] = ()
    """Who answers when no region has the sun."""
    unknown_plan: str = "unknown"
    default_severity: Mapping[str, str] = field(default_factory=dict)
    """Channel ("*" for any) to the severity of a ticket whose priority says nothing."""
    fixed_severity: Mapping[str, str] = field(default_factory=dict)
    """Channel to the severity its tickets start at whatever they say (R30: email is Medium)."""
    non_production_severity: str | None = None
    """The cap for environments that are not production (R29, R72)."""
    free_mail_domains: frozenset[str] = frozenset()
    pauses: Mapping[Metric, frozenset[str]] = field(default_factory=dict)
    """Ticket statuses in which a metric's clock stands still."""
    change_strategy: str = "min_of_both"
    acknowledge_timeout: timedelta | None = None
    """An owner silent past this is asked, then the case is paged again."""
    reminder: timedelta = timedelta(minutes=30)
    """How often an exhausted case reminds the duty manager."""
    grace: timedelta = timedelta(hours=48)
    """Solved to closed; within it a customer's answer reopens the case."""
    handover_severities: frozenset[str] = frozenset()
    handover_before: timedelta = timedelta(minutes=15)
    review: timedelta = timedelta(hours=24)
    """A held case nobody promised anything for is looked at again this often."""
