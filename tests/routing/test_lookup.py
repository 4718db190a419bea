"""Plan, severity, promise and entitlement, by the rules they come from."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from routing.entitlement import Asked, channel_allowed, contact_faults, refusals
from routing.lookup import is_production, plan_of, promise_for, route_for, severity_for
from routing.named_contacts import NamedContacts
from routing.people import Account, Contact, Environment
from routing.policy import (
    Plan,
    Policy,
    Promise,
    PromiseException,
    Route,
    Severity,
)
from routing.rule import Facts, Match
from routing.sla import Metric, Target

ALL = frozenset({"high", "medium", "low"})
HIGH, MEDIUM, LOW = (
    Severity("high", 0, priorities={"*": ("high",), "zendesk": ("urgent",)}),
    Severity("medium", 1, priorities={"*": ("medium",), "zendesk": ("high", "normal")}),
    Severity("low", 2, priorities={"*": ("low",)}),
)
PLUS = Plan(
    "plus",
    "Plus",
    channels={"portal": ALL, "email": ALL, "hotline": frozenset({"high"})},
    promises={"high": Promise("24x7", {Metric.FIRST_REPLY: Target(minutes=120)})},
    exceptions=(
        PromiseException(
            Match((("channel", frozenset({"hotline"})),)),
            {"high": Promise("24x7", {Metric.FIRST_REPLY: Target(minutes=5)})},
        ),
    ),
    named_contacts=NamedContacts(frozenset({"portal"}), 2, company_domain=True, individuals=True),
    non_production_environments=1,
)
STANDARD = Plan("standard", "Standard", channels={"portal": ALL})
LAPSED = Plan("lapsed")
UNKNOWN = Plan("unknown", "Unknown")
POLICY = Policy(
    "rc",
    "Example",
    (HIGH, MEDIUM, LOW),
    {plan.id: plan for plan in (PLUS, STANDARD, LAPSED, UNKNOWN)},
    {},
    fixed_severity={"email": "medium"},
    default_severity={"hotline": "high", "*": "low"},
    non_production_severity="low",
    non_production_words=frozenset({"staging"}),
    status_plans={"trial": "standard", "suspended": "lapsed", "expired": "lapsed"},
    products=frozenset({"cloud enterprise"}),
    languages=frozenset({"en"}),
    free_mail_domains=frozenset({"mail.example"}),
    shared_addresses=frozenset({"it", "support"}),
    routes=(Route("vip", Match((("plan", frozenset({"plus"})),))),),
)
ACME = Account(
    "acme",
    "Acme",
    "plus",
    domains=("acme.example",),
    contacts=(
        Contact("Ada", "ada@acme.example", named=True),
        Contact("Bob", "bob@acme.example"),
    ),
    environments=(Environment("Pre", production=False), Environment("staging", production=True)),
)


@pytest.mark.parametrize(
    ("status", "plan"),
    [("active", "plus"), ("trial", "standard"), ("suspended", "lapsed"), ("expired", "lapsed")],
)
def test_r2_r32_r41_the_status_of_an_account_decides_its_plan(status: str, plan: str) -> None:
    assert plan_of(POLICY, replace(ACME, status=status))[0].id == plan


@pytest.mark.parametrize(
    ("product", "language", "plan"),
    [
        (None, None, "plus"),
        ("Cloud Enterprise", "en-GB", "plus"),
        ("cloud enterprise", "EN", "plus"),
        ("Community", None, "lapsed"),
        (None, "fr", "lapsed"),
        ("", "", "plus"),
    ],
)
def test_r5_r40_what_is_out_of_scope_has_a_plan_of_its_own(
    product: str | None, language: str | None, plan: str
) -> None:
    policy = replace(POLICY, out_of_scope_plan="lapsed")
    assert plan_of(policy, ACME, product=product, language=language)[0].id == plan


def test_nobody_we_know_gets_the_unknown_plan_never_silence() -> None:
    assert plan_of(POLICY, None)[0] is UNKNOWN
    plan, reason = plan_of(POLICY, replace(ACME, plan="platinum"))
    assert plan is UNKNOWN
    assert "platinum" in reason


@pytest.mark.parametrize(
    ("source", "priority", "channel", "severity"),
    [
        ("zendesk", "urgent", "portal", "high"),
        ("zendesk", "High", "portal", "medium"),
        ("jira", "HIGH", "portal", "high"),
        ("zendesk", "low", "portal", "low"),
        ("jira", "sky-high", "portal", "low"),
        ("jira", None, "portal", "low"),
        ("jira", None, "hotline", "high"),
        ("zendesk", "urgent", "email", "medium"),
        ("zendesk", None, "email", "medium"),
    ],
)
def test_r24_r30_priority_words_defaults_and_fixed_channels(
    source: str, priority: str | None, channel: str, severity: str
) -> None:
    assert severity_for(POLICY, source, priority, channel)[0].id == severity


def test_r30_an_agent_may_reassess_what_came_by_email() -> None:
    assert severity_for(POLICY, "zendesk", "urgent", "email", reassessed=True)[0] is HIGH


def test_r29_r72_outside_production_nothing_is_above_the_cap() -> None:
    severity, reason = severity_for(POLICY, "zendesk", "urgent", "portal", production=False)
    assert severity is LOW
    assert reason == "zendesk says urgent, and no environment but production is above low"


def test_without_a_default_the_most_severe_is_assumed() -> None:
    assert severity_for(replace(POLICY, default_severity={}), "jira", None, "portal")[0] is HIGH


@pytest.mark.parametrize(
    ("environment", "production"),
    [("pre", False), ("staging", True), ("elsewhere", True), (None, True)],
)
def test_r72_the_account_says_what_is_production(environment: str | None, production: bool) -> None:
    assert is_production(POLICY, ACME, environment) is production


def test_r72_the_policys_words_where_the_account_says_nothing() -> None:
    assert not is_production(POLICY, None, "Staging")


def test_r34_r85_a_promise_or_none() -> None:
    promise = promise_for(POLICY, PLUS, HIGH)
    assert promise is not None
    assert promise.targets == {Metric.FIRST_REPLY: Target(minutes=120)}
    assert promise_for(POLICY, LAPSED, HIGH) is None


def test_an_exception_of_a_plan_promises_otherwise() -> None:
    facts = Facts(datetime(2026, 1, 1, tzinfo=UTC), channel="hotline")
    promise = promise_for(POLICY, PLUS, HIGH, facts)
    assert promise is not None
    assert promise.targets[Metric.FIRST_REPLY].minutes == 5


def test_the_route_comes_with_its_reason() -> None:
    facts = Facts(datetime(2026, 1, 1, tzinfo=UTC), plan="plus")
    assert route_for(POLICY, facts) == (POLICY.routes[0], "route vip: plan is plus")
    assert route_for(POLICY, replace(facts, plan="x")) == (None, "no route matches")


@pytest.mark.parametrize(
    ("plan", "channel", "severity", "code"),
    [
        (STANDARD, "portal", HIGH, None),
        (STANDARD, "email", HIGH, "channel_not_in_plan"),
        (STANDARD, "hotline", HIGH, "channel_not_in_plan"),
        (PLUS, "email", LOW, None),
        (PLUS, "hotline", HIGH, None),
        (PLUS, "hotline", MEDIUM, "severity_not_on_channel"),
    ],
)
def test_r12_r14_r19_r21_channels_of_a_plan(
    plan: Plan, channel: str, severity: Severity, code: str | None
) -> None:
    refusal = channel_allowed(plan, channel, severity)
    assert (refusal and refusal.code) == code


@pytest.mark.parametrize(
    ("account", "asked", "codes"),
    [
        (ACME, Asked("portal", "ADA@acme.example", "Cloud Enterprise", "EN"), []),
        (ACME, Asked("portal", "bob@acme.example"), ["not_named_contact"]),
        (ACME, Asked("email", "bob@acme.example"), []),
        (ACME, Asked("email", product="Community"), ["out_of_scope"]),
        (ACME, Asked("email", language="fr"), ["out_of_scope"]),
        (replace(ACME, status="expired"), Asked("email"), ["account_expired"]),
        (replace(ACME, status="trial"), Asked("email"), []),
        (None, Asked("email"), ["unidentified"]),
    ],
)
def test_r5_r13_r40_r41_r65_what_a_plan_does_not_hold(
    account: Account | None, asked: Asked, codes: list[str]
) -> None:
    found = refusals(POLICY, account, PLUS, HIGH, asked)
    assert [refusal.code for refusal in found] == codes


def test_r60_r65_r66_r67_faults_of_named_contacts() -> None:
    crowd = replace(
        ACME,
        domains=("acme.example", "mail.example"),
        contacts=(
            Contact("Ada", "ada@acme.example", named=True),
            Contact("Desk", "IT@acme.example", named=True),
            Contact("Cy", "cy@mail.example", named=True),
        ),
        environments=(Environment("a", production=False), Environment("b", production=False)),
    )
    assert contact_faults(POLICY, crowd, PLUS) == (
        "Acme names 3 contacts; Plus allows 2.",
        "IT@acme.example is a shared address; a named contact is one person.",
        "Cy (cy@mail.example) has no address of Acme's own domains.",
        "Acme has 2 non-production environments; its plan allows 1.",
    )
    assert contact_faults(POLICY, ACME, PLUS) == ()
