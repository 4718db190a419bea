"""Who is meant by a name that was typed with one thumb."""

import pytest

from routing.event import Refusal
from routing.people import Person
from service.naming import named

PEOPLE = {
    p.id: p
    for p in (
        Person("anna", "Anna Lind"),
        Person("ben", "Ben Ek"),
        Person("ben-o", "Ben Okafor"),
        Person("bjorn", "Björn Åkesson"),
        Person("carl.k", "Carl Kruse"),
        Person("ek", "Erika Kjell"),
    )
}


@pytest.mark.parametrize(
    ("who", "person"),
    [
        ("anna", "anna"), ("ANNA", "anna"), ("Anna Lind", "anna"), ("lind", "anna"),
        ("ann", "anna"),
        ("ben", "ben"), ("ben okafor", "ben-o"), ("okafor", "ben-o"), ("Oka", "ben-o"),
        ("bjorn", "bjorn"), ("Björn", "bjorn"), ("akesson", "bjorn"), ("carl", "carl.k"),
        ("ek", "ek"),
    ],
)  # fmt: skip
def test_ids_names_and_beginnings(who: str, person: str) -> None:
    assert named(who, PEOPLE).id == person


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("", "Whom? Write the name: TO ben, or ADD ben. Nothing was changed."),
        ("kr", "Nobody here is called kr."),
        ("anan", "Nobody here is called anan. Did you mean anna? Nothing was changed."),
        ("xyz", "Nobody here is called xyz. Nothing was changed."),
    ],
)
def test_nobody_is_guessed(who: str, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        named(who, PEOPLE)
    assert str(refused.value).startswith(said)


def test_several_are_asked_back() -> None:
    people = {k: v for k, v in PEOPLE.items() if k != "ben"} | {"b2": Person("b2", "Ben Ek")}
    with pytest.raises(Refusal) as refused:
        named("Ben", people)
    assert str(refused.value) == (
        "Which Ben? b2 (Ben Ek), ben-o (Ben Okafor). Write the first word of one. "
        "Nothing was changed."
    )
