"""Whom a plan prefers among the people of a step (R56)."""

import pytest

from routing.people import ContactMethod, Person
from routing.policy import Plan
from routing.preference import preferred

METHOD = (ContactMethod("m", "sms", "+14155550111", verified=True),)


def person(name: str, *skills: str, mute: bool = False) -> Person:
    return Person(name, name, skills=frozenset(skills), contact_methods=() if mute else METHOD)


PEOPLE = {
    p.id: p
    for p in (
        person("ann", "senior", "sso"),
        person("ben", "senior"),
        person("carl"),
        person("mute", "senior", "sso", mute=True),
    )
}


@pytest.mark.parametrize(
    ("names", "skills", "last", "paged"),
    [
        ("ann ben carl", (), False, "ann ben carl"),
        ("ann ben carl", ("senior",), False, "ann ben"),
        ("ann ben carl", ("senior", "sso"), False, "ann"),
        ("carl", ("senior",), False, "carl"),
        ("carl nobody", ("senior",), False, "carl nobody"),
        # who cannot be reached keeps nobody from being paged
        ("mute carl", ("senior",), False, "mute carl"),
        ("mute ben carl", ("senior", "sso"), False, "ben"),
        ("", ("senior",), False, ""),
        # in the last round everybody is
        ("ann ben carl", ("senior",), True, "ann ben carl"),
    ],
)
def test_r56_the_skilled_are_asked_first_and_nobody_not_at_all(
    names: str, skills: tuple[str, ...], last: bool, paged: str
) -> None:
    plan = Plan("premier", skills=frozenset(skills))
    assert preferred(names.split(), plan, PEOPLE, last=last) == tuple(paged.split())
