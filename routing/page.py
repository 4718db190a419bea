"""One page: one person, one turn of a case, and the contacts that are tried in order.

Theory of operation. A page is made of planned contacts, each an absolute instant. The next one is
begun when its instant comes, or at once when the one before it was refused. A page nobody can
deliver is `unreachable`; a page whose step has passed is `expired` and may still be answered.
`MOVES` is the whole machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter

from routing.people import ContactMethod, ContactRule, Person
from routing.value import replace


class PageState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    EXPIRED = "expired"
    STOOD_DOWN = "stood_down"


_ANSWERS = frozenset({PageState.ACKNOWLEDGED, PageState.DECLINED})
MOVES: dict[PageState, frozenset[PageState]] = {
    PageState.OPEN: frozenset(PageState) - {PageState.OPEN},
    PageState.ACKNOWLEDGED: frozenset(),
    PageState.DECLINED: frozenset({PageState.ACKNOWLEDGED}),
    PageState.UNREACHABLE: _ANSWERS,
    PageState.EXPIRED: _ANSWERS,
    PageState.STOOD_DOWN: frozenset(),
}
"""State to the states that may follow: an answer counts whenever it comes, until it is unwanted."""


@dataclass(frozen=True)
class Planned:
    """A contact still to come: a ContactMethod id and its instant (UTC)."""

    method: str
    due_at: datetime
    again: bool = False
    """One more time, by the same rule: a refusal does not hurry it."""


@dataclass(frozen=True)
class Tried:
    """A contact that was begun. `attempt` counts the uses of this method within the page."""

    method: str
    channel: str
    attempt: int
    at: datetime
    refused: str | None = None


@dataclass(frozen=True)
class Page:
    turn: int
    person: str
    opened_at: datetime
    why: str
    state: PageState = PageState.OPEN
    planned: tuple[Planned, ...] = ()
    tried: tuple[Tried, ...] = ()
    closed_at: datetime | None = None
    asked_by: str | None = None
    """Who asked this person to help; None for whoever is to take the case."""
    held_until: datetime | None = None
    """When the person's quiet hours are over (UTC), where they hold the page."""
    until: datetime | None = None
    """When whoever asked is told that no answer came (UTC); a round ends its own pages."""

    @property
    def open(self) -> bool:
        return self.state is PageState.OPEN

    @property
    def wake_at(self) -> datetime | None:
        """When the next contact is due, or it is over (UTC); None for never."""
        if self.state is not PageState.OPEN:
            return None
        instants = [p.due_at for p in self.planned]
        if self.until is not None:
            instants.append(self.until)
        return min(instants, default=None)


_by_after, _by_due = attrgetter("after"), attrgetter("due_at")


def usable_rules(person: Person, urgency: str) -> tuple[ContactRule, ...]:
    """The person's contact rules that can work now, soonest first.

    They start no later than the rules would have. Someone without rules for this urgency is
    reached as for "urgent", and without any by every usable method, two minutes apart: a missing
    rule must not silence a page.
    """
    methods = {m.id: m for m in person.contact_methods if m.usable}
    rules = person.contact_rules.get(urgency) or person.contact_rules.get("urgent") or ()
    ordered = sorted(rules, key=_by_after)
    good = tuple([r for r in ordered if r.method in methods])
    if not good:
        return _fallback(tuple(methods.values()))
    early = good[0].after - ordered[0].after
    if not early:
        return good
    return tuple(ContactRule(r.method, r.after - early, r.repeat, r.every) for r in good)


def _fallback(methods: tuple[ContactMethod, ...]) -> tuple[ContactRule, ...]:
    return tuple(ContactRule(m.id, timedelta(minutes=2 * i)) for i, m in enumerate(methods))


def begin(
    person: Person, turn: int, urgency: str, why: str, now: datetime, asked_by: str | None = None
) -> Page:
    """A new page with every contact planned; `unreachable` when nothing can reach the person."""
    rules = usable_rules(person, urgency)
    if not rules:
        state = PageState.UNREACHABLE
        return Page(turn, person.id, now, why, state, closed_at=now, asked_by=asked_by)
    planned = [
        Planned(rule.method, now + rule.after + number * rule.every, again=number > 0)
        for rule in rules
        for number in range(1 + rule.repeat)
    ]
    planned.sort(key=_by_due)
    return Page(turn, person.id, now, why, planned=tuple(planned), asked_by=asked_by)


def held(page: Page, until: datetime) -> Page:
    """The page with its first contact at `until` (UTC) and the others after it as before."""
    late = until - min(p.due_at for p in page.planned)
    planned = tuple(replace(p, due_at=p.due_at + late) for p in page.planned)
    return replace(page, planned=planned, held_until=until)


def take_due(page: Page, person: Person, now: datetime) -> tuple[Page, Tried | None]:
    """Begin the next contact if it is due: one only, however late; the rest move by the lateness.

    A method that does not work any more is passed over at once; the page is `unreachable` when that
    leaves nothing.
    """
    if not page.open or not page.planned or page.planned[0].due_at > now:
        return page, None
    first, rest = page.planned[0], page.planned[1:]
    method = next((m for m in person.contact_methods if m.id == first.method and m.usable), None)
    if method is None:
        return take_due(_next(replace(page, planned=rest), now), person, now)
    attempt = 1 + [t.method for t in page.tried].count(method.id)
    tried = Tried(method.id, method.type, attempt, at=now)
    return replace(page, planned=_after(first, rest, now), tried=(*page.tried, tried)), tried


def lost_how(page: Page) -> str:
    """How a page ended that has nothing left to try; what got through may well have been seen."""
    reached = any(tried.refused is None for tried in page.tried)
    return "did not answer, and no other way is left" if reached else "cannot be reached"


def _after(begun: Planned, rest: tuple[Planned, ...], now: datetime) -> tuple[Planned, ...]:
    """The rest of a plan, as much later as the contact that begins now is late.

    What two rules plan for the same method at the same instant is one contact.
    """
    late = now - begun.due_at
    kept = [p for p in rest if p.due_at > begun.due_at or p.method != begun.method]
    return tuple([replace(p, due_at=p.due_at + late) for p in kept] if late else kept)


def refuse(
    page: Page,
    method: str,
    attempt: int,
    reason: str,
    now: datetime,
    *,
    dead: bool = False,
    instead: tuple[str, ...] = (),
) -> Page:
    """A begun contact was refused: the next one is due now; with none left nobody is reached.

    An earlier contact refused late hurries nothing while the latest one is still out. `dead`: the
    method will not work again, so its repetitions are dropped. `instead`: methods that get through
    where this one is barred; the first of them that was not tried comes next.
    """
    tried = tuple(
        replace(t, refused=reason) if (t.method, t.attempt) == (method, attempt) else t
        for t in page.tried
    )
    planned = tuple(p for p in page.planned if not (dead and p.again and p.method == method))
    page = replace(page, tried=tried, planned=planned)
    return _next(_preferring(page, instead, now), now) if page.open else page


def _preferring(page: Page, methods: tuple[str, ...], now: datetime) -> Page:
    """The same page with the first of these methods it has not tried at the front of its plan."""
    if page.tried and page.tried[-1].refused is None:
        return page
    tried = {t.method for t in page.tried}
    wanted = next((m for m in methods if m not in tried), None)
    if wanted is None:
        return page
    rest = tuple(p for p in page.planned if p.again or p.method != wanted)
    return replace(page, planned=(Planned(wanted, now), *rest))


def _next(page: Page, now: datetime) -> Page:
    """With no contact out, the next is due now and later ones keep their instants.

    A repetition is not hurried: whoever was busy is busy still.
    """
    if page.tried and page.tried[-1].refused is None:
        return page
    if not page.planned:
        return close(page, PageState.UNREACHABLE, now)
    first = next((p for p in page.planned if not p.again), None)
    if first is None:
        return page
    sooner = replace(first, due_at=min(first.due_at, now))
    return replace(page, planned=(sooner, *(p for p in page.planned if p is not first)))


def close(page: Page, state: PageState, now: datetime) -> Page:
    """Raises ValueError for a move that `MOVES` does not have."""
    if state not in MOVES[page.state]:
        raise ValueError(f"A page that is {page.state} cannot become {state}.")
    return replace(page, state=state, planned=(), closed_at=now)
