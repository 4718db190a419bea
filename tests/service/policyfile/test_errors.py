"""What is wrong with a file is told at once: place, sentence, the nearest right word."""

from pathlib import Path

import pytest

from routing.language.problems import DirectoryErrors, DocumentErrors, PolicyErrors
from service.policyfile.load import read_directory, read_policy
from service.policyfile.numbers import e164

GOLDEN = Path(__file__).parent / "golden"


def problems_of(text: str) -> list[str]:
    with pytest.raises(PolicyErrors) as refused:
        read_policy(text, "p.yaml")
    return str(refused.value).splitlines()


def test_every_problem_of_a_policy_is_listed_with_its_place() -> None:
    found = problems_of((GOLDEN / "broken_policy.yaml").read_text())
    assert found == (GOLDEN / "broken_policy.txt").read_text().splitlines()


def test_every_problem_of_a_directory_is_listed_with_its_place() -> None:
    with pytest.raises(DirectoryErrors) as refused:
        read_directory((GOLDEN / "broken_directory.yaml").read_text(), "d.yaml")
    found = str(refused.value).splitlines()
    assert found == (GOLDEN / "broken_directory.txt").read_text().splitlines()
    assert "12ab" not in str(refused.value)


def test_a_problem_is_also_data() -> None:
    with pytest.raises(PolicyErrors) as refused:
        read_policy("policy: x\nextends: nothing\n", "p.yaml")
    (problem,) = (one for one in refused.value.problems if one.path == "extends")
    assert problem.as_json() | {"problem": ""} == {
        "file": "p.yaml",
        "line": 2,
        "column": 10,
        "path": "extends",
        "problem": "",
    }


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\na: 2\n", "p.yaml:2:1: 'a' is here twice; it is already on line 1."),
        ("a: {b: 1, b: 2}\n", "p.yaml:1:11: 'b' is here twice; it is already on line 1."),
        ("policy: [1, 2\n", "p.yaml:2:1: this is no YAML: "),
        (BOMB, "p.yaml:5:4: here the document exceeds 200,000 parts, its aliases written out."),
        ("a: &a {b: *a}", "p.yaml:1:11: the alias 'a' leads back into itself."),
        ("a: *b", "p.yaml:1:4: no anchor is called 'b' before this."),
        ("[" * 100_000, "p.yaml:1:41: this is nested deeper than 40 levels."),
        ("- " * 50_000, "p.yaml:1:81: this is nested deeper than 40 levels."),
        ("x" * 10_000_000, "p.yaml: the file has 10.0 MB; at most 2.0 MB are read."),
        ("a: !!python/object:os.system x", "p.yaml:1:4: tags such as "),
        ("a: !!timestamp 2026-01-01", "p.yaml:1:4: tags such as "),
        ("a: 1\n---\nb: 1\n", "p.yaml:2:1: a second document begins here"),
        ("? [a, b]\n: 1\n", "p.yaml:1:3: a member's name is one word"),
        ("a: \x00", "p.yaml: this is no YAML: "),
        ("a: \ud800", "p.yaml: this is no text: "),
        ("policy: 'x", "p.yaml:"),
        ("", "p.yaml:1:1: `policy` is missing."),
    ],
)
def test_what_is_hostile_or_broken_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    assert problems_of(text)[0].startswith(sentence)


def test_a_flood_of_problems_is_cut_and_counted() -> None:
    found = problems_of("".join(f"a{n}: 1\n" for n in range(5_000)))
    assert len(found) == 201
    assert found[-1].startswith("... and ")


def test_a_problem_never_repeats_a_book() -> None:
    found = problems_of(f"policy: x\nextends: {'z' * 90_000}\n")
    assert max(map(len, found)) < 1_000


def test_presets_that_extend_each_other_in_a_circle() -> None:
    from service.policyfile.yaml_tree import parse  # noqa: PLC0415

    circle = {name: parse(f"extends: {other}", name) for name, other in (("a", "b"), ("b", "a"))}
    with pytest.raises(PolicyErrors, match="in a circle: a > b > a"):
        read_policy("policy: x\nextends: a\n", "p.yaml", circle)


def test_json_is_read_as_well() -> None:
    with pytest.raises(DocumentErrors, match=r"d\.json:1:2: there is no member 'acounts' here"):
        read_directory('{"acounts": []}', "d.json")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+1 (415) 555-0101", "+14155550101"),
        ("+46 70 174 06 05", "+46701740605"),
        ("tel:+44-7700-900101", "+447700900101"),
    ],
)
def test_numbers_become_e164(written: str, number: str) -> None:
    assert e164(written) == number


@pytest.mark.parametrize("written", ["070-174 06 05", "+1 415", "", "call me", "+999 123 456 789"])
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="number"):
        e164(written)
