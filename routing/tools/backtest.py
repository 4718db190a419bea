"""Recorded tickets under another policy: who would have been paged, and which promises kept.

The very decisions of the service are played over what each ticket's system reported, at the
instants it did. What records cannot tell is taken alike for both policies: whoever is reached first
acknowledges, and replies where no agent's reply is on record. A ticket is played until nobody is
waited for any more. What happens alike under both policies is decided once (see `watching`): as
long as a ticket's course is the same under both, the second decides only where the first has asked
for something in which they differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from routing.book import Book
from routing.case import Case
from routing.people import Person
from routing.policy import Policy
from routing.tools.course import Course, CustomerOf, Habits, Recorded, opened
from routing.tools.tally import Broken, Verdict
from routing.tools.watching import Seen, watched

LONGEST = timedelta(days=30)
"""A ticket is played no longer after its last record."""


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared, and what is taken alike for both."""

    old: Book
    new: Book
    customer: CustomerOf
    habits: Habits
    seen: Seen
    watching: bool
    """Whether `seen` tells that `old` was asked for something in which they differ."""


def sides(
    old: Policy,
    new: Policy,
    people: Mapping[str, Person],
    customer: CustomerOf,
    habits: Habits,
) -> Sides:
    """Made once for many tickets. No decision asks for a policy's id, so both have the same."""
    seen, alias = Seen(), replace(new, id=old.id)
    watch = watched(old, alias, seen)
    books = [Book(policy, people, policy.schedules) for policy in (watch or old, alias)]
    return Sides(books[0], books[1], customer, habits, seen, watch is not None)


@dataclass(slots=True)
class _Pair:
    """A ticket's course under either policy."""

    sides: Sides
    old: Course
    new: Course
    alike: bool = False
    """Whether what is still to come is the same, but for what the policies differ in."""

    def compare(self) -> None:
        self.alike = self.sides.watching and self.old.goes_on_like(self.new)

    def both(self, act: Callable[[Course], None]) -> None:
        """It happens under both; once, where they are alike and do not differ in it."""
        seen, since = self.sides.seen, len(self.old.contacts)
        seen.read = not self.alike
        act(self.old)
        if seen.read:
            act(self.new)
        else:
            self.new.follow(self.old, since)
        self.compare()

    def until(self, end: datetime, *, calm: bool = False) -> None:
        """Play what is due by `end`; `calm`: no further than until nobody is waited for."""
        if self.sides.watching:
            while self._together(end, calm=calm) if self.alike else self._apart(end, calm=calm):
                pass
        else:
            self.old.until(end, calm=calm)
            self.new.until(end, calm=calm)

    def _together(self, end: datetime, *, calm: bool) -> bool:
        due = self.old.due(end, calm=calm)
        if due is not None:
            self.both(due[1])
        return due is not None

    def _apart(self, end: datetime, *, calm: bool) -> bool:
        """What is due first under one of them."""
        courses = (self.old, self.new)
        dues = [(c, due) for c in courses if (due := c.due(end, calm=calm)) is not None]
        if dues:
            course, (_, act) = min(dues, key=lambda one: one[1][0])
            act(course)
            self.compare()
        return bool(dues)


def _begun(of: Sides, records: Sequence[Recorded]) -> _Pair:
    of.seen.read = not of.watching
    old = opened(of.old, records, of.customer, of.habits)
    if of.seen.read:
        new = opened(of.new, records, of.customer, of.habits)
    else:
        new = replace(old, book=of.new, contacts=[*old.contacts])
    pair = _Pair(of, old, new)
    pair.compare()
    return pair


def _played(of: Sides, records: Sequence[Recorded]) -> _Pair:
    """One ticket's records, in order of time, under both."""
    pair = _begun(of, records)
    for now, report in records[1:]:
        pair.until(now)
        pair.both(partial(Course.told, now=now, report=report, customer=of.customer))
    pair.until(records[-1][0] + LONGEST, calm=True)
    return pair


@dataclass(slots=True)
class Backtest:
    """Two policies over the same tickets. Each ticket is played whole and then forgotten."""

    sides: Sides
    verdict: Verdict

    def ticket(self, records: Sequence[Recorded]) -> None:
        """Play one ticket's records, which need not be in order, under both."""
        inorder = sorted(records, key=lambda one: (one[0], one[1].version))
        pair = _played(self.sides, inorder)
        self.verdict.old.ticket(pair.old.contacts, pair.old.case)
        self.verdict.new.ticket(pair.new.contacts, pair.new.case)
        self.verdict.span(inorder[0][0], inorder[-1][0])
        self.verdict.tickets += 1
        self.verdict.records += len(records)
        self.verdict.compare(list(_broken(pair.old.case)), list(_broken(pair.new.case)))


def _broken(case: Case) -> Iterator[Broken]:
    for clock in case.clocks:
        for at in clock.breaches:
            yield Broken(case.id, clock.metric.value, case.severity, case.plan, at)
