"""A colleague is asked to take a shift, or a part of one, perhaps for one of his own in exchange.

Theory of operation. A request is a value with one table of moves. Accepted, it becomes overrides
of the schedule: `replace` in the range asked for, and the other way round in the range given in
exchange. It cannot be accepted once either range has begun: it has expired then, without anybody
having to do anything. While it is open everything stays as it is, so a request that nobody answers
leaves no gap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from routing.event import Refusal
from routing.override import swap as exchanged
from routing.page import usable_rules
from routing.people import Person
from routing.schedule import Override, Schedule, shifts
from routing.spans import Span, union
from routing.wall import to_ticks

LONGEST = timedelta(days=31)
MOST_NOTE = 200
"""Characters."""


class SwapState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


S = SwapState
MOVES: dict[SwapState, frozenset[SwapState]] = {
    S.OPEN: frozenset({S.ACCEPTED, S.REFUSED, S.WITHDRAWN, S.EXPIRED}),
    S.ACCEPTED: frozenset(),
    S.REFUSED: frozenset(),
    S.WITHDRAWN: frozenset(),
    S.EXPIRED: frozenset(),
}
"""State to the states that may follow. What was accepted is undone like any override."""


@dataclass(frozen=True, slots=True)
class Range:
    """Half-open, UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Swap:
    """`asker` asks `asked` to stand in for him on `schedule` in the range `wanted`."""

    id: str
    schedule: str
    asker: str
    asked: str
    wanted: Range
    asked_at: datetime
    given: Range | None = None
    """What the asker takes of the other's in exchange; None for nothing."""
    note: str = ""
    state: SwapState = S.OPEN
    settled_at: datetime | None = None

    @property
    def expires_at(self) -> datetime:
        """When the first of its ranges begins (UTC): from then on it cannot be accepted."""
        return min(r.start for r in (self.wanted, self.given) if r is not None)

    def standing(self, now: datetime) -> SwapState:
        """Its state as of `now`: what is open and was not answered in time has expired."""
        return S.EXPIRED if self.state is S.OPEN and self.expires_at <= now else self.state

    def overrides(self) -> tuple[Override, ...]:
        """What an accepted one becomes; ids are those of the swap with a number."""
        wanted = (self.wanted.start, self.wanted.end)
        if self.given is None:
            one = f"{self.id}-1"
            return (Override(one, "replace", *wanted, person=self.asker, by=self.asked),)
        given = (self.given.start, self.given.end)
        return exchanged(self.id, self.asker, wanted, self.asked, given)


@dataclass(frozen=True, slots=True)
class Rota:
    """What a request is held against: schedules and people as they are now."""

    schedules: Mapping[str, Schedule]
    people: Mapping[str, Person]

    def name(self, person: str) -> str:
        found = self.people.get(person)
        return found.name if found else person


def ask(swap: Swap, rota: Rota, now: datetime) -> Swap:
    """The request, if it makes sense as of `now`. Raises Refusal with the sentence of why not."""
    _check_people(swap, rota)
    for part in (swap.wanted, swap.given):
        if part is not None:
            _check_range(part, now)
    _check_shifts(swap, rota)
    return replace(swap, note=" ".join(swap.note.split())[:MOST_NOTE], asked_at=now)


def accept(swap: Swap, who: str, rota: Rota, now: datetime) -> Swap:
    """Raises Refusal: it is not his to accept, it is too late, or the shifts changed meanwhile."""
    _check_turn(swap, who, swap.asked, now)
    _check_people(swap, rota)
    _check_shifts(swap, rota)
    return _moved(swap, S.ACCEPTED, now)


def refuse(swap: Swap, who: str, now: datetime) -> Swap:
    _check_turn(swap, who, swap.asked, now)
    return _moved(swap, S.REFUSED, now)


def withdraw(swap: Swap, who: str, now: datetime) -> Swap:
    _check_turn(swap, who, swap.asker, now)
    return _moved(swap, S.WITHDRAWN, now)


def _moved(swap: Swap, state: SwapState, now: datetime) -> Swap:
    return replace(swap, state=state, settled_at=now)


def _check_turn(swap: Swap, who: str, whose: str, now: datetime) -> None:
    if who != whose:
        raise Refusal("This request is not yours to answer. Nothing was changed.")
    standing = swap.standing(now)
    if not MOVES[standing]:
        late = ": a shift it is about has begun" if standing is S.EXPIRED else ""
        raise Refusal(f"This request is {standing} already{late}. Nothing was changed.")


def _check_people(swap: Swap, rota: Rota) -> None:
    if swap.schedule not in rota.schedules:
        raise Refusal(f"There is no schedule {swap.schedule[:80]} any more. Nothing was changed.")
    if swap.asker == swap.asked:
        raise Refusal("Ask somebody else: these shifts are yours already. Nothing was changed.")
    person = rota.people.get(swap.asked)
    if person is None:
        raise Refusal(f"There is nobody {swap.asked[:80]!r} here. Nothing was changed.")
    if not usable_rules(person, "urgent"):
        said = f"{person.name} cannot be reached by anything, so cannot be on call."
        raise Refusal(f"{said} Nothing was changed.")


def _check_range(part: Range, now: datetime) -> None:
    if part.end <= part.start:
        raise Refusal("The end is not after the start. Nothing was changed.")
    if part.start <= now:
        raise Refusal("That has begun already: ask for what is still to come. Nothing was changed.")
    if part.end - part.start > LONGEST:
        raise Refusal(f"That is more than {LONGEST.days} days. Nothing was changed.")


def _check_shifts(swap: Swap, rota: Rota) -> None:
    schedule = rota.schedules[swap.schedule]
    for person, part in ((swap.asker, swap.wanted), (swap.asked, swap.given)):
        if part is not None and not covers(schedule, person, part):
            said = f"{rota.name(person)} is not on call in {schedule.id} for all of that time."
            raise Refusal(f"{said} Nothing was changed.")
    for person, part in ((swap.asked, swap.wanted), (swap.asker, swap.given)):
        if part is not None and _own(schedule, person, part):
            said = f"{rota.name(person)} is on call in {schedule.id} then already."
            raise Refusal(f"{said} Nothing was changed.")


def elsewhere(rota: Rota, schedule: str, person: str, part: Range) -> tuple[str, ...]:
    """Other schedules in which somebody who takes a range is on call in a part of it.

    It is no mistake, but two roles then hang on one telephone: both should know.
    """
    return tuple(
        name
        for name, other in sorted(rota.schedules.items())
        if name != schedule and _own(other, person, part)
    )


def covers(schedule: Schedule, person: str, part: Range) -> bool:
    """Whether a person is on call in the whole of a range."""
    return _own(schedule, person, part) == [(to_ticks(part.start), to_ticks(part.end))]


def _own(schedule: Schedule, person: str, part: Range) -> list[Span]:
    found = shifts(schedule, part.start, part.end)
    return union((to_ticks(s.start), to_ticks(s.end)) for s in found if s.person == person)
