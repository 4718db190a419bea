"""The policy as values: everything a support organisation promises and how it keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from routing.calendar import Calendar
from routing.hotline_rules import HotlineRules as HotlineRules  # noqa: PLC0414 - named here as well
from routing.named_contacts import NamedContacts
from routing.phrases import Wording
from routing.policy_parts import ChatRoom, PolicyTest
from routing.region import Region
from routing.rule import Facts, Match
from routing.rule_index import MatchIndex, index_of
from routing.schedule import Schedule
from routing.sla import Metric, Target
from routing.target import StepTarget as StepTarget  # noqa: PLC0414 - named here as well


@dataclass(frozen=True, slots=True)
class Severity:
    """`rank` 0 is the most severe. `priorities` maps a source ("*" for all) to its own words."""

    id: str
    rank: int
    name: str = ""
    urgency: str = "urgent"
    """Which contact rules a page of this severity uses: urgent or normal."""
    priorities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    description: str = ""
    """When to choose it, as the organisation tells its customers (R25..R29, R73..R76)."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What a plan promises for one severity: when it is covered, and the target of each metric."""

    calendar: str
    targets: Mapping[Metric, Target] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where each figure comes from: a metric, "calendar" or "*" to words, or to `ours`."""
    calendars: Mapping[Metric, str] = field(default_factory=dict)
    """Metrics whose time is counted in another calendar."""

    def counted_in(self, metric: Metric) -> str:
        """The id of the calendar that a metric's clock counts."""
        return self.calendars.get(metric, self.calendar)


@dataclass(frozen=True, slots=True)
class PromiseException:
    """Another promise for cases of a plan that match: per channel, environment or flag."""

    match: Match
    promises: Mapping[str, Promise]
    """Severity id to promise; a severity it leaves out keeps the plan's own."""


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
    exceptions: tuple[PromiseException, ...] = ()
    """First match wins over `promises`."""
    named_contacts: NamedContacts | None = None
    skills: frozenset[str] = frozenset()
    """What whoever answers should have; preferred, never a reason to page nobody (R56)."""
    account_manager: bool = False
    """Whether an account on it has an account manager to be told (R7)."""
    csm: bool = False
    """Whether an account on it has a customer success manager (R8)."""
    sales_only: bool = False
    """Whether only the sales side may put an account on it (R3, R4)."""
    non_production_environments: int | None = None
    """How many of them an account may have (R60)."""
    features: tuple[str, ...] = ()
    """What else it holds, for people to read: no timer and no page follows from it."""


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
    """First match wins. `page`: now, covered (while the plan is covered), at_risk, never."""

    id: str
    match: Match
    escalation: str | None = None
    page: str = "covered"
    at_risk: timedelta = timedelta(minutes=30)
    """With page at_risk, and for held cases: how long before a missed target people are paged."""
    queue: str = ""
    stakeholders: tuple[StepTarget, ...] = ()
    reply: str = ""
    """What the ticket is told when nobody is paged (R39, R40, R42): a sentence, or nothing."""


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
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Ticket field to the values that send a case there at once."""
    leadership: tuple[tuple[Match, timedelta], ...] = ()
    """First match wins: in the queue this long, `leaders` are told (R107, R108)."""
    leaders: tuple[StepTarget, ...] = ()


class _Indexed:
    """Keeps what is looked up often beside a policy, made when it is first asked for.

    What is derived is no part of its value, and does not travel with it to another process.
    """

    __slots__ = ("_index", "_severities", "_words")
    _index: MatchIndex
    _severities: Mapping[str, Severity]
    _words: Mapping[tuple[str, str], Severity]


def _words(severities: tuple[Severity, ...]) -> Mapping[tuple[str, str], Severity]:
    """Source and word (folded) to the severity it names; the first that claims it."""
    found: dict[tuple[str, str], Severity] = {}
    for severity in severities:
        for source, words in severity.priorities.items():
            for word in words:
                found.setdefault((source, word.casefold()), severity)
    return found


@dataclass(frozen=True, slots=True)
class Policy(_Indexed):
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
    status_plans: Mapping[str, str] = field(default_factory=dict)
    """Account status to the plan that stands in for the account's own (R2, R32, R41)."""
    non_production_words: frozenset[str] = frozenset()
    """Environment names that mean it is not production, where the account says nothing (R72)."""
    products: frozenset[str] = frozenset()
    """What the plans cover (R5); empty for everything."""
    languages: frozenset[str] = frozenset()
    """What support is given in (R40); empty for every language."""
    out_of_scope_plan: str | None = None
    """The plan that stands in when product or language is not covered."""
    shared_addresses: frozenset[str] = frozenset()
    """Local parts that belong to no individual: it, support, team (R67)."""
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Form to the categories it offers (R102, R121)."""
    hotline: HotlineRules = field(default_factory=HotlineRules)
    effective: date | None = None
    """The day this version begins, where it says so; a case keeps the version it opened under."""
    extends: str | None = None
    """The preset it stands on."""
    bundle: int = 3  # so many texts waiting for one phone become one; 0 is never
    sources: Mapping[str, str] = field(default_factory=dict)
    """Short name to the publication a figure is from."""
    accepted_risks: frozenset[str] = frozenset()
    """Findings of `check` the organisation lives with, by their key."""
    tests: tuple[PolicyTest, ...] = ()
    wording: Wording = field(default_factory=Wording)
    """What pages say, where it is not what is shipped."""
    quiet_holds: frozenset[str] = frozenset({"normal"})
    """Urgencies whose pages a person's quiet hours hold."""
    chat_channels: frozenset[str] = frozenset()
    """Names of chat channels that steps and routes may tell."""
    chat_rooms: Mapping[str, ChatRoom] = field(default_factory=dict)
    """Where they are; one that is not here is a channel of that name in whatever chat there is."""

    def severity(self, severity: str) -> Severity | None:
        try:
            return self._severities.get(severity)
        except AttributeError:
            known = {found.id: found for found in reversed(self.severities)}
            object.__setattr__(self, "_severities", known)
            return known.get(severity)

    def severity_by_word(self, source: str, word: str) -> Severity | None:
        """What a source's own word for a priority (in any case) means, or that of all sources."""
        try:
            known = self._words
        except AttributeError:
            known = _words(self.severities)
            object.__setattr__(self, "_words", known)
        return known.get((source, word.casefold())) or known.get(("*", word.casefold()))

    def first_route(self, facts: Facts) -> Route | None:
        """The route a case takes, or None when no route matches."""
        position = self._routes_indexed().first(facts, self.calendars)
        return None if position is None else self.routes[position]

    def _routes_indexed(self) -> MatchIndex:
        """The index of the routes, built when it is first asked for."""
        try:
            return self._index
        except AttributeError:
            index = index_of([route.match for route in self.routes])
            object.__setattr__(self, "_index", index)
            return index
