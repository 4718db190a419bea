"""Why people were paged for a past case, from its timeline and the policy it opened under."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from routing.book import Book
from routing.case import Case
from routing.facts import facts
from routing.lookup import route_for
from routing.policy import Route

ENDS = frozenset({"acknowledged", "declined", "expired", "stood_down", "unreachable"})
OCCASIONS = frozenset({"escalation", "exhausted"})
HELD = frozenset(
    {"opened", "held", "severity", "customer", "reopened", "reassigned", "engineering"}
)


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a timeline (UTC)."""

    at: datetime
    kind: str
    text: str
    person: str | None = None
    due_at: datetime | None = None
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PastPage:
    """One person paged, why, by which ways, and how it ended. Instants in UTC."""

    person: str
    name: str
    at: datetime
    turn: int
    occasion: str
    """What made the case page: a new case, a promise at risk, a handover."""
    reason: str
    """What made it this person: the step that means them, who had not answered before."""
    escalation: str
    contacts: tuple[Moment, ...]
    refused: tuple[Moment, ...]
    end: Moment | None

    def as_json(self) -> dict[str, object]:
        return {
            "person": self.person,
            "name": self.name,
            "at": _utc(self.at),
            "turn": self.turn,
            "why": self.spoken(),
            "occasion": self.occasion,
            "reason": self.reason,
            "escalation_policy": self.escalation or None,
            "contacts": [{"at": _utc(one.at), "text": one.text} for one in self.contacts],
            "refused": [{"at": _utc(one.at), "text": one.text} for one in self.refused],
            "outcome": self.end.kind if self.end else "open",
            "ended_at": _utc(self.end.at) if self.end else None,
        }

    def spoken(self) -> str:
        return "; ".join(dict.fromkeys(filter(None, (self.occasion, self.reason))))


@dataclass(frozen=True, slots=True)
class Past:
    case: Case
    policy: str
    route: str
    pages: tuple[PastPage, ...]
    lines: tuple[Moment, ...]
    """What else led there: how it was opened, held, judged."""
    person: str | None = None
    """Who was asked about, where not everybody."""

    def as_json(self) -> dict[str, object]:
        case = self.case
        return {
            "case": case.id,
            "policy_version": self.policy,
            "account": case.account_name,
            "plan": case.plan,
            "severity": case.severity,
            "state": case.state.value,
            "route": self.route,
            "person": self.person,
            "clocks": [
                {
                    "metric": c.metric.value,
                    "state": c.state.value,
                    "due_at": _utc(c.due_at) if c.due_at else None,
                    "breaches": [_utc(at) for at in c.breaches],
                }
                for c in case.clocks
            ],
            "pages": [page.as_json() for page in self.pages],
            "timeline": [
                {"at": _utc(m.at), "kind": m.kind, "text": m.text, "person": m.person}
                for m in self.lines
            ],
        }

    def __str__(self) -> str:
        case = self.case
        head = f"{case.id} ({case.account_name}, {case.plan}, {case.severity}), by {self.policy}"
        lines = [head, f"route: {self.route}", *(f"{_short(m.at)}  {m.text}" for m in self.lines)]
        for page in self.pages:
            lines += ["", *_page_lines(page)]
        if not self.pages:
            lines += ["", f"{self.person or 'Nobody'} was {'not ' if self.person else ''}paged."]
        return "\n".join(lines)


def _page_lines(page: PastPage) -> Iterator[str]:
    yield f"{_short(page.at)}  {page.name} was paged: {page.spoken()}"
    ended = () if page.end is None else (page.end,)
    for moment in sorted((*page.contacts, *page.refused, *ended), key=lambda m: m.at):
        yield f"    {_short(moment.at)}  {moment.text}"


def past(case: Case, book: Book, timeline: Iterable[Moment], person: str | None = None) -> Past:
    """`book` holds the policy version the case opened under; `person`: their pages alone."""
    moments = tuple(timeline)
    pages = tuple(p for p in _pages(book, moments) if person is None or p.person == person)
    lines = tuple(m for m in moments if m.kind in HELD or m.kind == "breach")
    return Past(case, book.policy.id, _route(case, book), pages, lines, person)


def _route(case: Case, book: Book) -> str:
    """The route it took, and why, as far as the case still says what it said then."""
    if case.route is None:
        return "none was taken"
    found, why = route_for(book.policy, facts(case, book, case.opened_at))
    return why if _same(found, case.route) else f"route {case.route}"


def _same(found: Route | None, name: str) -> bool:
    return found is not None and found.id == name


def _pages(book: Book, moments: Sequence[Moment]) -> Iterator[PastPage]:
    occasion, escalation = "", ""
    for place, moment in enumerate(moments):
        if moment.kind in OCCASIONS:
            occasion = moment.text
            escalation = moment.data.get("policy", escalation)
        elif moment.kind == "paged" and moment.person is not None:
            rest = moments[place + 1 :]
            yield _page(book, moment, rest, occasion, escalation)


def _page(
    book: Book, paged: Moment, rest: Sequence[Moment], occasion: str, escalation: str
) -> PastPage:
    person, turn = paged.person or "", paged.data.get("turn", "0")
    own = list(_until_next(person, rest))
    return PastPage(
        person,
        book.name(person),
        paged.at,
        int(turn) if turn.isdecimal() else 0,
        occasion,
        paged.text.partition(": ")[2],
        escalation,
        tuple(m for m in own if m.kind == "contact"),
        tuple(m for m in own if m.kind == "refused" and m.data.get("turn", turn) == turn),
        next((m for m in own if m.kind in ENDS), None),
    )


def _until_next(person: str, rest: Iterable[Moment]) -> Iterator[Moment]:
    """What concerns the person until he is paged again."""
    for moment in rest:
        if moment.person == person:
            if moment.kind == "paged":
                return
            yield moment


def _utc(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _short(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"
