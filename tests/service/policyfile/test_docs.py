"""The page about the language says what is true, and leaves no member out."""

import re
from pathlib import Path

from routing.language.conditions import REST
from routing.language.directory_reader import (
    ACCOUNT_MEMBERS,
    METHODS,
    PERSON_MEMBERS,
    ROLES,
    STATUSES,
)
from routing.language.plans import METRICS, PLAN_MEMBERS
from routing.language.policy_reader import SECTIONS, STRATEGIES
from routing.language.policy_tests import EXPECTED, GIVEN
from routing.language.routes import (
    ENGINEERING_MEMBERS,
    HOTLINE_MEMBERS,
    PAGES,
    ROUTE_MEMBERS,
    STAGES,
)
from routing.language.schedules import LAYER_MEMBERS, OVERRIDE_KINDS, ROTATION_MEMBERS
from routing.rule import FACTS
from service.policyfile.load import read_policy, sample, shipped_presets

PAGE = (Path(__file__).parents[3] / "docs" / "policy.md").read_text("utf-8")
BLOCKS = re.findall(r"(<!-- minimal -->\n)?```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_smallest_policy_is_the_shipped_sample() -> None:
    (shown,) = (text for minimal, text in BLOCKS if minimal)
    shipped = sample("minimal.yaml")
    assert shown == shipped[shipped.index("policy:") :]


def test_the_blocks_together_are_one_policy() -> None:
    policy = read_policy("".join(text for minimal, text in BLOCKS if not minimal), "page.yaml")
    assert policy.id == "example"
    assert len(policy.plans["premier"].exceptions) == 1


def test_every_member_is_on_the_page() -> None:
    members = (
        SECTIONS, STRATEGIES, PLAN_MEMBERS, METRICS, FACTS, REST, ROUTE_MEMBERS, PAGES, STAGES,
        ENGINEERING_MEMBERS, HOTLINE_MEMBERS, LAYER_MEMBERS, ROTATION_MEMBERS, OVERRIDE_KINDS,
        GIVEN, EXPECTED, ACCOUNT_MEMBERS, PERSON_MEMBERS, ROLES, STATUSES, METHODS,
    )  # fmt: skip
    missing = {name for group in members for name in group if not re.search(rf"\b{name}\b", PAGE)}
    assert missing == set()


def test_every_preset_is_on_the_page() -> None:
    assert set(shipped_presets()) - set(re.findall(r"`(\w+@[\d-]+)`", PAGE)) == {"base@1"}


def test_every_requirement_is_on_its_page_with_a_test_that_is_there() -> None:
    root = Path(__file__).parents[3]
    page = (root / "docs" / "requirements.md").read_text("utf-8")
    rows = re.findall(r"^\| R(\d+) \| .+ \| .+ \| `(.+)::(\w+)` \|$", page, re.MULTILINE)
    assert [int(number) for number, _, _ in rows] == list(range(1, 123))
    missing = [
        name for _, file, name in rows if f"def {name}(" not in (root / file).read_text("utf-8")
    ]
    assert missing == []
