"""What is wrong with a file is told at once: place, sentence, the nearest right word."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from routing.business_days import RULES
from routing.calendar import is_open
from routing.language.problems import DirectoryErrors, DocumentErrors, PolicyErrors
from routing.sla import Metric
from service.policyfile.load import (
    decoded,
    document_to_policy,
    policy_to_document,
    read_directory,
    read_policy,
)
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
        ("policy: p\na: \x00", "p.yaml:2:4: this is no YAML: "),
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


SMALL = """policy: p
extends: mattermost@2021-08
regions: {one: {zone: UTC, hours: mon-fri 09:00-10:00, schedule: s}}
schedules: {s: {zone: UTC, rotation: {people: [a, b], every: 1 week}}}
escalation_policies: {e: {steps: [{page: region, wait: 5m}]}}
routes: [{id: r, escalate: e}]
"""


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("zone: UTC, rotation", "zone: Europe/Stokholm, rotation", "mean Europe/Stockholm?"),
        ("[a, b]", "[]", "4:47: schedules.s.rotation.people: the rotation is empty"),
        ("[a, b]", "[[], a]", "4:48: schedules.s.rotation.people[0]: nobody has this turn"),
        ("[a, b]", "[[a, a]]", "somebody is named twice in one turn"),
        ("1 week", "1 week, start: 0001-01-01", "is in the year 1; years go from 2000 to 2100"),
        ("1 week", "1 week, start: 9999-01-01", "is in the year 9999"),
        ("1 week", "1 month, start: 2026-02-30", "'2026-02-30' is no moment"),
        ("1 week", "0 weeks", "is no length of a turn"),
        ("1 week", "00 weeks", "is no length of a turn"),
        ("[{page: region, wait: 5m}]", "[]", "it has no steps, so nobody would be paged"),
        ("escalate: e", "escalate: f", "6:28: routes[0].escalate: no escalation policy is called"),
        ("schedule: s", "schedule: t", "no schedule is called 't'; known: s"),
        ("{id: r,", "{id: r, when: {severity: L1, not: {severity: L1}},", "can never hold"),
        ("{id: r,", "{id: x, escalate: e}, {id: r,", "no ticket ever comes here"),
        ("{id: r,", "{id: r, when: {severity: L9},", "'L9'"),
        ("mon-fri 09:00-10:00", "mon-fri 25:00-26:00", "go from 00:00 to 24:00"),
        ("policy: p\n", "policy: p\npolicy: q\n", "2:1: 'policy' is here twice"),
        ("policy: p\n", "policy: p\nafter_hours: region\n", "`region` would page nobody"),
        ("policy: p\n", "policy: p\nduty_manager: duty manager\n", "is defined as the duty"),
        *(
            (
                "policy: p\n",
                f"policy: p\nplans: {{premier: {{promises: {{L1: {{first_reply: {days}}}}}}}}}\n",
                f"L1.first_reply: '{days}' cannot be kept",
            )
            for days in ("0 business days", "00 business days", "366 business days")
        ),
        *(
            (
                "policy: p\n",
                f"policy: p\nplans: {{premier: {{promises: {{L1: {{first_reply: {target}}}}}}}}}\n",
                said,
            )
            for target, said in (
                ("{within: 1h, calendar: 24x6}", "no calendar is called '24x6'"),
                ("{within: 1h, business_days: 1}", "not both"),
                ("{calendar: 24x7}", "`business_days` is missing"),
                ("{within: soon}", "first_reply.within: 'soon' is no duration"),
                (f"{{within: 1 business day, rule: {[*RULES][2]}}}", "`rule` belongs to"),
            )
        ),
        ("policy: p\n", "policy: p\neffective: 9999-12-31\n", "is in the year 9999"),
        ("policy: p\n", "policy: p\ncalendars: {c: {open: always, holidays: XX}}\n", "of 'XX'"),
        ("mattermost@2021-08", "mattermost@2021-09", "mattermost@2021-08"),
    ],
)
def test_what_contradicts_itself_or_is_absurd_is_refused_with_its_place(
    old: str, new: str, sentence: str
) -> None:
    assert read_policy(SMALL, "p.yaml").id == "p"
    found = problems_of(SMALL.replace(old, new))
    assert any(sentence in problem for problem in found), found
    assert all(problem.startswith("p.yaml:") for problem in found)


def test_a_target_may_be_counted_in_a_calendar_of_its_own() -> None:
    promised = (
        "{calendar: 24x7, first_reply: {business_days: 1, calendar: weekday-24x5}, update: 1h}"
    )
    policy = read_policy(
        SMALL + f"plans: {{premier: {{promises: {{L1: {promised}}}}}}}\n", "p.yaml"
    )
    promise = policy.plans["premier"].promises["L1"]
    assert promise.counted_in(Metric.FIRST_REPLY) == "weekday-24x5"
    assert promise.counted_in(Metric.UPDATE) == "24x7"
    assert (
        document_to_policy(policy_to_document(policy)).plans["premier"] == policy.plans["premier"]
    )


@pytest.mark.parametrize("rule", RULES)
def test_business_days_are_counted_by_any_rule_that_has_a_name(rule: str) -> None:
    promised = f"{{calendar: 24x7, first_reply: {{business_days: 2, rule: {rule}}}}}"
    text = SMALL + f"plans: {{premier: {{promises: {{L1: {promised}}}}}}}\n"
    policy = read_policy(text, "p.yaml")
    target = policy.plans["premier"].promises["L1"].targets[Metric.FIRST_REPLY]
    assert (target.business_days, target.rule) == (2, rule)
    assert document_to_policy(policy_to_document(policy)).plans == policy.plans


def test_round_the_clock_but_for_holidays() -> None:
    text = SMALL + "calendars: {c: {open: always, holidays: [2026-12-24]}}\n"
    calendar = read_policy(text, "p.yaml").calendars["c"]
    assert not is_open(calendar, datetime(2026, 12, 24, 12, tzinfo=UTC))
    assert is_open(calendar, datetime(2026, 12, 25, tzinfo=UTC))


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ("policy: p\nname: Stöd\n".encode("latin-1"), "2:9"),
        ("# säkert\nname: ö".encode() + b"\xff", "2:8"),
        ("policy: p\n".encode("utf-16"), "1:1"),
        (b"policy: p\n\xe2\x82", "2:1"),
        (b"\xef\xbb\xbf\xc3\xb6: \xff", "1:4"),
    ],
)
def test_what_is_no_utf_8_is_refused_with_its_place(raw: bytes, place: str) -> None:
    with pytest.raises(DocumentErrors) as refused:
        decoded(raw, "p.yaml")
    assert str(refused.value).startswith(f"p.yaml:{place}: this is no UTF-8 text")


def test_a_mark_of_the_order_of_bytes_is_no_part_of_a_document() -> None:
    assert decoded("policy: p".encode("utf-8-sig"), "p.yaml") == "policy: p"
