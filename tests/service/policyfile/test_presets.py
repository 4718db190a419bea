"""What ships can be read: every preset under a small organisation, and every sample."""

from datetime import timedelta

import pytest

from routing.policy import Policy, StepTarget
from routing.sla import Metric, Target
from service.policyfile.load import read_directory, read_policy, sample, shipped_presets

ORGANISATION = """
policy: example
extends: {preset}
schedules: {{night: {{zone: UTC, rotation: {{people: [ann]}}}}}}
escalation_policies: {{all: {{steps: [{{page: schedule night}}]}}}}
routes: [{{id: rest, escalate: all}}]
"""
PRESETS = sorted(set(shipped_presets()) - {"base@1"})


def policy_on(preset: str) -> Policy:
    return read_policy(ORGANISATION.format(preset=preset), "example.yaml")


def figures(policy: Policy, plan: str, metric: Metric) -> dict[str, tuple[str, int | str | None]]:
    """Severity to calendar and target of one metric: minutes, or "n days"."""
    found: dict[str, tuple[str, int | str | None]] = {}
    for severity, promise in policy.plans[plan].promises.items():
        target = promise.targets.get(metric, Target())
        days = target.business_days
        found[severity] = (promise.counted_in(metric), f"{days} days" if days else target.minutes)
    return found


def test_five_presets_ship() -> None:
    assert PRESETS == [
        "gitlab@2025-12",
        "mattermost@2018-03",
        "mattermost@2021-08",
        "rocketchat@2022-08",
        "rocketchat@2023-12",
    ]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_figure_of_a_preset_has_its_source_or_is_ours(preset: str) -> None:
    policy = policy_on(preset)
    for plan in policy.plans.values():
        promises = [plan.promises, *(part.promises for part in plan.exceptions)]
        for promise in (one for some in promises for one in some.values()):
            said = promise.sources
            assert "*" in said or {m.value for m in promise.targets} <= said.keys()
            assert set(said.values()) <= {*policy.sources, "ours"}


@pytest.mark.parametrize(
    ("preset", "plan", "metric", "expected"),
    [
        # R77 to R80
        (
            "mattermost@2018-03",
            "premier",
            Metric.FIRST_REPLY,
            {
                "L1": ("24x7", 60),
                "L2": ("24x7", 120),
                "L3": ("weekday-24x5", 480),
                "L4": ("weekday-24x5", 1440),
            },
        ),
        # R81 to R84
        (
            "mattermost@2018-03",
            "e20",
            Metric.FIRST_REPLY,
            {
                "L1": ("weekday-24x5", 240),
                "L2": ("weekday-24x5", 480),
                "L3": ("weekday-24x5", 960),
                "L4": ("business-day", "1 days"),
            },
        ),
        # R85
        (
            "mattermost@2018-03",
            "e10",
            Metric.FIRST_REPLY,
            dict.fromkeys(("L1", "L2", "L3", "L4"), ("business-day", None)),
        ),
        (
            "mattermost@2018-03",
            "premier",
            Metric.NEXT_REPLY,
            {
                "L1": ("24x7", None),
                "L2": ("24x7", None),
                "L3": ("weekday-24x5", None),
                "L4": ("weekday-24x5", None),
            },
        ),
        # Next replies, of the handbook (R115)
        (
            "mattermost@2021-08",
            "premier",
            Metric.NEXT_REPLY,
            {
                "L1": ("24x7", 120),
                "L2": ("24x7", 240),
                "L3": ("weekday-24x5", 1440),
                "L4": ("weekday-24x5", 1440),
            },
        ),
        (
            "mattermost@2021-08",
            "e20",
            Metric.NEXT_REPLY,
            {
                "L1": ("weekday-24x5", 240),
                "L2": ("weekday-24x5", 480),
                "L3": ("weekday-24x5", 1440),
                "L4": ("weekday-24x5", 1440),
            },
        ),
        (
            "mattermost@2021-08",
            "e20",
            Metric.FIRST_REPLY,
            {
                "L1": ("weekday-24x5", 240),
                "L2": ("weekday-24x5", 480),
                "L3": ("weekday-24x5", 1440),
                "L4": ("business-day", "1 days"),
            },
        ),
        # Updates "at least daily" (R116), in the coverage of the plan
        (
            "mattermost@2021-08",
            "e20",
            Metric.UPDATE,
            {
                "L1": ("weekday-24x5", 1440),
                "L2": ("weekday-24x5", 1440),
                "L3": ("weekday-24x5", None),
                "L4": ("business-day", None),
            },
        ),
        (
            "mattermost@2021-08",
            "premier",
            Metric.UPDATE,
            {
                "L1": ("24x7", 1440),
                "L2": ("24x7", 1440),
                "L3": ("weekday-24x5", None),
                "L4": ("weekday-24x5", None),
            },
        ),
        # R37
        (
            "rocketchat@2022-08",
            "mission_critical",
            Metric.FIRST_REPLY,
            {
                "high": ("24x7", 30),
                "medium": ("24x7", 120),
                "low": ("24x7", 240),
            },
        ),
        (
            "rocketchat@2022-08",
            "plus",
            Metric.FIRST_REPLY,
            {
                "high": ("24x7", 120),
                "medium": ("24x7", 240),
                "low": ("24x7", 480),
            },
        ),
        (
            "rocketchat@2022-08",
            "standard",
            Metric.FIRST_REPLY,
            dict.fromkeys(("high", "medium", "low"), ("12x5", 720)),
        ),
        (
            "rocketchat@2023-12",
            "mission_critical",
            Metric.FIRST_REPLY,
            {
                "high": ("24x7", 30),
                "medium": ("12x5", 120),
                "low": ("12x5", 240),
            },
        ),
        (
            "rocketchat@2023-12",
            "plus",
            Metric.FIRST_REPLY,
            {
                "high": ("24x7", 120),
                "medium": ("12x5", 240),
                "low": ("12x5", 480),
            },
        ),
        (
            "gitlab@2025-12",
            "priority",
            Metric.FIRST_REPLY,
            {
                "S1": ("24x7", 30),
                "S2": ("24x5", 240),
                "S3": ("24x5", 480),
                "S4": ("24x5", 1440),
            },
        ),
    ],
)
def test_r37_r77_to_r85_r115_r116_the_figures(
    preset: str, plan: str, metric: Metric, expected: dict[str, tuple[str, int | str | None]]
) -> None:
    assert figures(policy_on(preset), plan, metric) == expected


def test_r35_r62_r63_r64_the_calendars() -> None:
    mattermost = policy_on("mattermost@2018-03").calendars
    assert mattermost["business-day"].country == "US"
    assert mattermost["business-day"].zone == "America/Los_Angeles"
    assert len(mattermost["business-day"].windows) == 5
    assert mattermost["weekend"].windows[0].start_day == 4
    assert mattermost["weekend"].windows[0].end_day == 0
    assert mattermost["weekday-24x5"].windows[0].start == mattermost["weekend"].windows[0].end
    assert policy_on("rocketchat@2022-08").calendars["12x5"].zone == "America/Sao_Paulo"
    assert policy_on("gitlab@2025-12").calendars["24x5"].windows[0].start_day == 6


@pytest.mark.parametrize(
    ("preset", "plan", "channels"),
    [
        # R50, R52
        ("mattermost@2018-03", "e10", {"portal", "api"}),
        ("mattermost@2018-03", "e20", {"portal", "email", "api"}),
        ("mattermost@2018-03", "premier", {"portal", "email", "hotline", "api"}),
        # R11, R12, R14, R19
        ("rocketchat@2022-08", "standard", {"portal", "api"}),
        ("rocketchat@2022-08", "plus", {"portal", "email", "hotline", "api"}),
        ("rocketchat@2022-08", "mission_critical", {"portal", "email", "hotline", "api"}),
        ("rocketchat@2023-12", "standard", {"portal", "email", "api"}),
    ],
)
def test_r11_r12_r14_r19_r50_r52_channels(preset: str, plan: str, channels: set[str]) -> None:
    assert policy_on(preset).plans[plan].channels.keys() == channels


def test_r21_the_hotline_is_for_the_most_severe() -> None:
    assert policy_on("rocketchat@2022-08").plans["plus"].channels["hotline"] == {"high"}
    premier = policy_on("mattermost@2021-08").plans["premier"]
    assert premier.channels["hotline"] == {"L1", "L2"}


def test_r2_r3_r4_r5_r7_r8_r13_the_rest_of_rocketchat() -> None:
    policy = policy_on("rocketchat@2022-08")
    plus, critical = policy.plans["plus"], policy.plans["mission_critical"]
    assert policy.status_plans["trial"] == "standard"
    assert policy.status_plans["suspended"] == "lapsed"
    assert plus.sales_only
    assert critical.sales_only
    assert not policy.plans["standard"].sales_only
    assert len(policy.products) == 6
    assert plus.account_manager
    assert critical.csm
    assert not plus.csm
    assert policy_on("rocketchat@2023-12").plans["plus"].csm
    assert plus.named_contacts is not None
    assert plus.named_contacts.channels == {"portal"}
    assert policy.fixed_severity == {"email": "medium"}
    assert policy.non_production_severity == "low"


def test_r18_r40_r56_r60_r65_r66_r67_r72_r102_r121_the_rest_of_mattermost() -> None:
    policy = policy_on("mattermost@2021-08")
    premier = policy.plans["premier"]
    assert premier.named_contacts is not None
    assert premier.named_contacts.most == 3
    assert premier.named_contacts.company_domain
    assert premier.named_contacts.individuals
    assert premier.skills == {"senior"}
    assert premier.non_production_environments == 4
    assert "en" in policy.languages
    assert policy.non_production_severity == "L4"
    assert {"staging", "testing"} <= policy.non_production_words
    assert "gmail.com" in policy.free_mail_domains
    assert {"support", "it", "team"} <= policy.shared_addresses
    assert len(policy.categories["technical"]) == 27
    assert len(policy.categories["sales"]) == 6
    assert policy.grace == timedelta(hours=48)


def test_the_smallest_organisation_fits_on_one_screen_and_works() -> None:
    text = sample("minimal.yaml")
    policy = read_policy(text, "minimal.yaml")
    assert len(text.splitlines()) <= 24
    assert len(policy.schedules["support"].layers[0].rotation.groups) == 3
    assert policy.routes[-1].match.everything


def test_the_demos_policy_and_directory_can_be_read() -> None:
    policy = read_policy(sample("policy.yaml"), "policy.yaml")
    directory = read_directory(sample("directory.yaml"), "directory.yaml")
    assert list(policy.regions) == ["apac", "emea", "amer"]
    steps = policy.escalation_policies["support"].steps
    assert [step.targets for step in steps] == [
        (StepTarget("region"),),
        (StepTarget("region_backup"),),
        (StepTarget("engineering"),),
    ]
    assert directory.accounts["acme"].external_ids == {"zendesk": "4112492"}
    numbers = [p.contact_methods[0].address for p in directory.people.values()]
    assert len(numbers) == len(set(numbers)) == 9
