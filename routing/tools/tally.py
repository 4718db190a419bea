"""What a backtest counts, of one policy and of two beside each other. Tallies can be added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from routing.case import Case
from routing.wall import zone_of

Contacted = tuple[datetime, int, str]
"""When (UTC), in which turn of the case, and who."""
FEW = 10
NIGHT_BEGINS, NIGHT_ENDS = 22, 7
"""Hours of the person's own wall clock: a contact from 22:00 to 07:00 breaks a night."""


@dataclass(frozen=True, slots=True, order=True)
class Broken:
    """A promise that was not kept, at the instant (UTC) it was due."""

    ticket: str
    metric: str
    severity: str
    plan: str
    at: datetime

    def as_json(self) -> dict[str, str]:
        return {
            "ticket": self.ticket,
            "metric": self.metric,
            "severity": self.severity,
            "plan": self.plan,
            "at": self.at.isoformat().replace("+00:00", "Z"),
        }

    def __str__(self) -> str:
        what = f"{self.metric.replace('_', ' ')} ({self.plan} {self.severity})"
        return f"{self.ticket}: {what} due {self.at:%Y-%m-%d %H:%M} UTC"


@dataclass(slots=True)
class Tally:
    """One policy. `zones`: person to time zone. A page is one person in one turn of a case."""

    policy: str
    zones: Mapping[str, str]
    pages: Counter[str] = field(default_factory=Counter)
    contacts: int = 0
    nights: dict[str, set[int]] = field(default_factory=dict)
    """Person to the nights broken, by the number of the day they began on."""
    paged: int = 0
    """Tickets for which anybody was paged."""
    breaches: Counter[str] = field(default_factory=Counter)

    def ticket(self, contacts: Sequence[Contacted], case: Case) -> None:
        """One ticket, played to its end."""
        self.contacts += len(contacts)
        self.paged += bool(contacts)
        self.pages.update({(turn, person): person for _, turn, person in contacts}.values())
        for at, _, person in contacts:
            night = night_of(at, self.zones.get(person, "UTC"))
            if night is not None:
                self.nights.setdefault(person, set()).add(night)
        for clock in case.clocks:
            if clock.breaches:
                self.breaches[clock.metric.value] += len(clock.breaches)

    def add(self, other: Tally) -> None:
        self.pages += other.pages
        self.contacts += other.contacts
        self.paged += other.paged
        self.breaches += other.breaches
        for person, nights in other.nights.items():
            self.nights.setdefault(person, set()).update(nights)

    @property
    def nights_broken(self) -> int:
        return sum(map(len, self.nights.values()))

    def as_json(self) -> dict[str, object]:
        return {
            "policy": self.policy,
            "pages": self.pages.total(),
            "contacts": self.contacts,
            "paged_tickets": self.paged,
            "nights_broken": self.nights_broken,
            "breaches": dict(sorted(self.breaches.items())),
            "people": {
                person: {"pages": self.pages[person], "nights": len(self.nights.get(person, ()))}
                for person in sorted(self.pages)
            },
        }


def night_of(at: datetime, zone: str) -> int | None:
    """The number of the local day a night began on, if `at` (UTC) is at night there."""
    local = at.astimezone(zone_of(zone))
    if NIGHT_ENDS <= local.hour < NIGHT_BEGINS:
        return None
    return (local - timedelta(hours=NIGHT_ENDS)).toordinal()


@dataclass(slots=True)
class Verdict:
    """Two policies over the same tickets."""

    old: Tally
    new: Tally
    tickets: int = 0
    records: int = 0
    unreadable: int = 0
    """Records that could not be read, and were left out."""
    first: datetime | None = None
    last: datetime | None = None
    gained: int = 0
    avoided: int = 0
    examples_gained: list[Broken] = field(default_factory=list)
    examples_avoided: list[Broken] = field(default_factory=list)

    def span(self, first: datetime, last: datetime) -> None:
        self.first = min(self.first or first, first)
        self.last = max(self.last or last, last)

    def compare(self, old: Sequence[Broken], new: Sequence[Broken]) -> None:
        """Of one ticket: a promise counts as the same whatever its due time became."""
        if old == new:
            return
        before, after = Counter(b.metric for b in old), Counter(b.metric for b in new)
        gained, avoided = after - before, before - after
        self.gained += gained.total()
        self.avoided += avoided.total()
        _keep(self.examples_gained, [b for b in new if b.metric in gained])
        _keep(self.examples_avoided, [b for b in old if b.metric in avoided])

    def add(self, other: Verdict) -> None:
        """What was counted elsewhere over other tickets."""
        self.old.add(other.old)
        self.new.add(other.new)
        self.tickets += other.tickets
        self.records += other.records
        self.unreadable += other.unreadable
        self.gained += other.gained
        self.avoided += other.avoided
        _keep(self.examples_gained, other.examples_gained)
        _keep(self.examples_avoided, other.examples_avoided)
        if other.first is not None and other.last is not None:
            self.span(other.first, other.last)

    @property
    def better(self) -> bool:
        """Whether no promise is broken that was kept."""
        return not self.gained

    def as_json(self) -> dict[str, object]:
        return {
            "tickets": self.tickets,
            "records": self.records,
            "unreadable": self.unreadable,
            "from": _utc(self.first),
            "to": _utc(self.last),
            "current": self.old.as_json(),
            "proposed": self.new.as_json(),
            "breaches": {
                "gained": self.gained,
                "avoided": self.avoided,
                "gained_examples": [b.as_json() for b in self.examples_gained],
                "avoided_examples": [b.as_json() for b in self.examples_avoided],
            },
        }

    def __str__(self) -> str:
        if self.first is None or self.last is None:
            return "There is no ticket to replay."
        lines = [
            (
                f"{self.tickets:,} ticket{'s'[self.tickets == 1 :]} "
                f"from {self.first:%Y-%m-%d} to {self.last:%Y-%m-%d}, "
                f"{self.old.policy} beside {self.new.policy}:"
            ),
            _line("tickets paged for", self.old.paged, self.new.paged),
            _line("pages", self.old.pages.total(), self.new.pages.total()),
            _line("nights broken", self.old.nights_broken, self.new.nights_broken),
            _line("promises broken", self.old.breaches.total(), self.new.breaches.total()),
            f"Promises newly broken: {self.gained}. Promises newly kept: {self.avoided}.",
            *(f"  newly broken  {broken}" for broken in self.examples_gained),
            *(f"  newly kept    {broken}" for broken in self.examples_avoided),
            f"{'person':<24}{'pages':>16}{'nights':>16}",
            *self._people(),
        ]
        if self.unreadable:
            lines.append(f"{self.unreadable:,} records could not be read and are left out.")
        return "\n".join(lines)

    def _people(self) -> list[str]:
        everybody = sorted({*self.old.pages, *self.new.pages})
        return [
            f"{person:<24}{_pair(self.old.pages[person], self.new.pages[person]):>16}"
            f"{_pair(_nights(self.old, person), _nights(self.new, person)):>16}"
            for person in everybody
        ]


def _nights(tally: Tally, person: str) -> int:
    return len(tally.nights.get(person, ()))


def _pair(old: int, new: int) -> str:
    return f"{old:,} -> {new:,}"


def _line(name: str, old: int, new: int) -> str:
    return f"{name:<24}{_pair(old, new):>16}"


def _keep(examples: list[Broken], more: Sequence[Broken]) -> None:
    """The earliest few, whatever order they come in."""
    examples[:] = sorted([*examples, *more], key=lambda b: (b.at, b))[:FEW]


def _utc(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
