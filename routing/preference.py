"""Whom a plan prefers among the people of a step: those with the skills it asks for (R56)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from routing.book import Book
from routing.case import Case, Purpose
from routing.page import usable_rules
from routing.people import Person
from routing.policy import Plan


def preferred(
    names: Iterable[str], plan: Plan, people: Mapping[str, Person], *, last: bool
) -> tuple[str, ...]:
    """Those who can be reached and have the most of the skills; everybody where nobody has any.

    In the last round of an escalation (`last`) everybody is paged: whoever lacks a skill is asked
    later, never not at all.
    """
    everybody = tuple(names)
    if last or not plan.skills:
        return everybody
    known = {name: people[name] for name in everybody if name in people}
    fits = {n: len(plan.skills & p.skills) for n, p in known.items() if usable_rules(p, "urgent")}
    most = max(fits.values(), default=0)
    return tuple(n for n in everybody if fits.get(n) == most) if most else everybody


def skilled(book: Book, case: Case, wanted: Mapping[str, str], *, last: bool) -> dict[str, str]:
    """Whom a step pages of `wanted` (person to reason); a page for anything but the case, all."""
    plan = book.policy.plans.get(case.plan)
    if plan is None or case.round is None or case.round.purpose is not Purpose.PAGE:
        return dict(wanted)
    return {person: wanted[person] for person in preferred(wanted, plan, book.people, last=last)}
