"""The rules of two published support policies, from presets and a few lines of configuration alone.

Each case is a ticket that is thought up, and what the shipped presets make of it. The numbers are
those of docs/requirements.md.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from routing.policy import Policy
from routing.sla import Metric
from routing.tools.check import check
from routing.tools.explain import Explanation, explain
from routing.tools.rehearsal import rehearse
from routing.tools.sketch import Sketch, sketch_from
from service.policyfile.load import read_directory, read_policy

MONDAY = datetime(2026, 3, 2, 18, tzinfo=UTC)
"""15:00 in Sao Paulo, 10:00 on the Pacific coast."""
SATURDAY = datetime(2026, 3, 7, 18, tzinfo=UTC)
ORGANISATION = """
policy: org
extends: {preset}
schedules: {{support: {{zone: UTC, rotation: {{people: [ann, ben]}}}}}}
escalation_policies: {{all: {{steps: [{{page: schedule support, wait: 5m}}]}}}}
routes:
  - {{id: unidentified, when: {{plan: unknown}}, page: never, queue: unidentified}}
  - {{id: rest, escalate: all, tell: [account manager, csm]}}
"""
DIRECTORY = """
accounts:
  - id: acme
    name: Acme
    plan: {plan}
    domains: [acme.example]
    contacts: [{{name: Ada, email: ada@acme.example, named: true}}]
    account_manager: mia
    csm: cleo
    environments: [{{name: prod}}, {{name: staging, production: false}}]
people:
"""
for _name in ("ann", "ben", "mia", "cleo"):
    DIRECTORY += (
        f"  - {{{{id: {_name}, name: {_name.title()}, contact_methods: "
        f"[{{{{id: m, type: email, address: {_name}@support.example, verified: true}}}}]}}}}\n"
    )
MATTERMOST, ROCKETCHAT = "mattermost@2018-03", "rocketchat@2022-08"
ADA = "ada@acme.example"


def policy_on(preset: str) -> Policy:
    return read_policy(ORGANISATION.format(preset=preset), "org.yaml")


def told(preset: str, plan: str, at: datetime, **said: str) -> Explanation:
    directory = read_directory(DIRECTORY.format(plan=plan), "directory.yaml")
    return explain(policy_on(preset), directory, sketch_from({"contact": ADA, **said}), at)


def hours(found: Explanation) -> float | None:
    """From the ticket to its first reply, on the clock of the world."""
    due = next((c.due_at for c in found.clocks if c.metric is Metric.FIRST_REPLY), None)
    return None if due is None else (due - found.at) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("rule", "preset", "plan", "said", "expected"),
    [
        ("R1", ROCKETCHAT, "plus", {}, "plus: Acme is on Plus"),
        ("R2", ROCKETCHAT, "plus", {"status": "trial"}, "standard: Acme is trial"),
        ("R5", ROCKETCHAT, "plus", {"product": "Fork"}, "out-of-scope: the plans do not cover"),
        ("R5", ROCKETCHAT, "plus", {"product": "cloud enterprise"}, "plus: "),
        ("R16", ROCKETCHAT, "plus", {"contact": "new@ACME.example"}, "plus: "),
        ("R18", ROCKETCHAT, "plus", {"contact": "ada@gmail.com"}, "unknown: the customer is"),
        ("R18", ROCKETCHAT, "plus", {"contact": "a@other.example"}, "unknown: the customer is"),
        ("R32", ROCKETCHAT, "plus", {"status": "suspended"}, "lapsed: Acme is suspended"),
        ("R40", MATTERMOST, "premier", {"language": "fr"}, "out-of-scope: support is given in"),
        ("R41", MATTERMOST, "premier", {"status": "expired"}, "lapsed: Acme is expired"),
        ("R68", MATTERMOST, "premier", {"status": "suspended"}, "lapsed: Acme is suspended"),
    ],
)
def test_r1_r2_r5_r16_r18_r32_r40_r41_r68_which_plan_serves_a_ticket(
    rule: str, preset: str, plan: str, said: dict[str, str], expected: str
) -> None:
    assert told(preset, plan, MONDAY, priority="high", **said).plan.startswith(expected), rule


@pytest.mark.parametrize(
    ("rule", "preset", "said", "expected"),
    [
        ("R24", ROCKETCHAT, {"priority": "high"}, "high"),
        ("R25", ROCKETCHAT, {"priority": "urgent", "environment": "prod"}, "high"),
        ("R28", ROCKETCHAT, {"priority": "normal", "environment": "prod"}, "medium"),
        ("R29", ROCKETCHAT, {"priority": "high", "environment": "staging"}, "low"),
        ("R30", ROCKETCHAT, {"priority": "high", "channel": "email"}, "medium"),
        ("R30", ROCKETCHAT, {"priority": "low", "channel": "email"}, "medium"),
        ("R29", ROCKETCHAT, {"channel": "email", "environment": "staging"}, "low"),
        ("R72", MATTERMOST, {"priority": "urgent", "environment": "staging"}, "L4"),
        ("R72", MATTERMOST, {"priority": "urgent", "environment": "prod"}, "L1"),
        ("R72", MATTERMOST, {"priority": "urgent", "environment": "who knows"}, "L1"),
        ("R73", MATTERMOST, {"priority": "urgent"}, "L1"),
        ("R74", MATTERMOST, {"priority": "high"}, "L2"),
        ("R75", MATTERMOST, {"priority": "normal"}, "L3"),
        ("R76", MATTERMOST, {"priority": "low"}, "L4"),
        ("R94", MATTERMOST, {}, "L4"),
    ],
)
def test_r24_to_r30_r72_to_r76_r94_the_severity_a_ticket_starts_with(
    rule: str, preset: str, said: dict[str, str], expected: str
) -> None:
    plan = "premier" if preset == MATTERMOST else "plus"
    assert told(preset, plan, MONDAY, **said).severity.split(":")[0] == expected, rule


@pytest.mark.parametrize(
    ("rule", "preset", "plan", "priority", "at", "expected"),
    [
        ("R31", ROCKETCHAT, "mission_critical", "medium", SATURDAY, 2),
        ("R31", ROCKETCHAT, "plus", "medium", SATURDAY, 4),
        ("R35", ROCKETCHAT, "standard", "high", MONDAY, 24),
        ("R35", ROCKETCHAT, "standard", "high", SATURDAY, 53),
        ("R36", ROCKETCHAT, "mission_critical", "high", SATURDAY, 0.5),
        ("R53", MATTERMOST, "e20", "high", MONDAY, 8),
        ("R53", MATTERMOST, "e20", "urgent", SATURDAY, 50),
        ("R54", MATTERMOST, "premier", "urgent", SATURDAY, 1),
        ("R55", MATTERMOST, "premier", "high", SATURDAY, 2),
        ("R62", MATTERMOST, "e20", "low", MONDAY, 31),
        ("R63", MATTERMOST, "e20", "urgent", SATURDAY - timedelta(days=21), 51),
        ("R64", MATTERMOST, "premier", "normal", SATURDAY, 54),
        ("R77", MATTERMOST, "premier", "urgent", MONDAY, 1),
        ("R78", MATTERMOST, "premier", "high", MONDAY, 2),
        ("R79", MATTERMOST, "premier", "normal", MONDAY, 8),
        ("R80", MATTERMOST, "premier", "low", MONDAY, 24),
        ("R81", MATTERMOST, "e20", "urgent", MONDAY, 4),
        ("R82", MATTERMOST, "e20", "high", MONDAY, 8),
        ("R83", MATTERMOST, "e20", "normal", MONDAY, 16),
        ("R84", MATTERMOST, "e20", "low", MONDAY, 31),
        ("R85", MATTERMOST, "e10", "urgent", MONDAY, None),
    ],
)
def test_r31_r35_r36_r53_to_r55_r62_to_r64_r77_to_r85_when_the_first_reply_is_due(
    rule: str, preset: str, plan: str, priority: str, at: datetime, expected: float | None
) -> None:
    assert hours(told(preset, plan, at, priority=priority)) == expected, rule


@pytest.mark.parametrize("preset", [MATTERMOST, "mattermost@2021-08", ROCKETCHAT])
def test_r6_r33_r34_every_plan_promises_a_first_reply_and_no_solution(preset: str) -> None:
    silent = {"unknown", "lapsed", "out-of-scope", "e10"}
    for plan in policy_on(preset).plans.values():
        for promise in plan.promises.values():
            assert (Metric.FIRST_REPLY in promise.targets) == (plan.id not in silent), plan.id
            assert Metric.RESOLUTION not in promise.targets


@pytest.mark.parametrize(
    ("rule", "preset", "plan", "said", "code"),
    [
        ("R12", ROCKETCHAT, "standard", {"channel": "portal"}, None),
        ("R13", ROCKETCHAT, "plus", {"contact": "new@acme.example"}, "not_named_contact"),
        ("R14", ROCKETCHAT, "standard", {"channel": "email"}, "channel_not_in_plan"),
        ("R14", ROCKETCHAT, "plus", {"channel": "email"}, None),
        ("R18", ROCKETCHAT, "plus", {"contact": "ada@gmail.com"}, "unidentified"),
        ("R19", ROCKETCHAT, "standard", {"channel": "hotline"}, "channel_not_in_plan"),
        ("R21", ROCKETCHAT, "plus", {"channel": "hotline", "priority": "low"},
         "severity_not_on_channel"),
        ("R21", ROCKETCHAT, "plus", {"channel": "hotline", "priority": "high"}, None),
        ("R50", MATTERMOST, "e10", {"channel": "portal"}, None),
        ("R52", MATTERMOST, "e10", {"channel": "email"}, "channel_not_in_plan"),
        ("R52", MATTERMOST, "e20", {"channel": "email"}, None),
        ("R58", MATTERMOST, "premier", {"channel": "hotline", "priority": "urgent"}, None),
        ("R65", MATTERMOST, "premier", {"contact": "new@acme.example"}, "not_named_contact"),
    ],
)  # fmt: skip
def test_r12_to_r21_r50_r52_r58_r65_what_a_plan_does_not_hold_is_said(
    rule: str, preset: str, plan: str, said: dict[str, str], code: str | None
) -> None:
    found = told(preset, plan, MONDAY, **{"priority": "high", **said})
    assert [r.code for r in found.refusals] == ([code] if code else []), rule


@pytest.mark.parametrize(
    ("rule", "said", "route"),
    [
        ("R17", {"contact": "new@acme.example"}, "rest"),
        ("R18", {"contact": "ada@gmail.com"}, "unidentified"),
        ("R39", {"tags": "end_user"}, "out-of-scope"),
        ("R42", {"tags": "developer_question"}, "out-of-scope"),
        ("R44", {"tags": "out_of_scope"}, "out-of-scope"),
        ("R45", {"tags": "out_of_scope"}, "out-of-scope"),
        ("R46", {"tags": "professional_services"}, "out-of-scope"),
        ("R102", {"category": "User issue"}, "user-issue"),
        ("R118", {"category": "Pricing"}, "sales"),
        ("R120", {"category": "Licensing", "priority": "urgent"}, "sales"),
        ("R121", {"category": "Credit Card Issues"}, "sales"),
        ("R122", {"category": "Database"}, "rest"),
    ],
)
def test_r17_r18_r39_to_r46_r102_r118_to_r122_which_route_a_ticket_takes(
    rule: str, said: dict[str, str], route: str
) -> None:
    found = told(MATTERMOST, "premier", MONDAY, **{"priority": "urgent", **said})
    assert found.route.split(":")[0] == f"route {route}", rule
    assert bool(found.ladder) == (route == "rest"), rule


def test_r7_r8_account_manager_and_csm_are_told_by_the_route() -> None:
    directory = read_directory(DIRECTORY.format(plan="mission_critical"), "directory.yaml")
    sketch = Sketch(contact=ADA, priority="high")
    played = rehearse(policy_on(ROCKETCHAT), directory, sketch, MONDAY)
    heard = {happening.person for happening in played.happenings if happening.kind == "told"}
    assert heard == {"mia", "cleo"}


def test_r71_only_what_hurts_production_pages_at_any_hour() -> None:
    at_night = {p: told(MATTERMOST, "premier", SATURDAY, priority=p) for p in ("urgent", "normal")}
    assert (at_night["urgent"].state, at_night["normal"].state) == ("paging", "held")


SPARE = ", ".join(f"{{{{name: s{n}, production: false}}}}" for n in range(5))
MORE = "".join(f", {{{{name: N{n}, email: n{n}@acme.example, named: true}}}}" for n in range(3))


@pytest.mark.parametrize(
    ("rule", "change", "words"),
    [
        ("R60", ("{{name: staging, production: false}}", SPARE), "its plan allows 4"),
        ("R65", ("named: true}}]", f"named: true}}}}{MORE}]"), "Premier allows 3"),
        ("R66", ("ada@acme.example", "ada@gmail.com"), "no address of Acme's own domains"),
        ("R67", ("ada@acme.example", "support@acme.example"), "is a shared address"),
    ],
)
def test_r60_r65_r66_r67_what_check_says_of_an_account(
    rule: str, change: tuple[str, str], words: str
) -> None:
    text = DIRECTORY.replace(*change).format(plan="premier")
    found = check(policy_on(MATTERMOST), read_directory(text, "d.yaml"), MONDAY, 7)
    said = " ".join(finding.sentence for finding in found.findings)
    assert words in said, rule
    assert ("Premier allows" in said) == (rule == "R65")


def test_r8_check_asks_for_the_csm_of_a_mission_critical_account() -> None:
    whole = DIRECTORY.format(plan="mission_critical")
    for text, asked in ((whole, False), (whole.replace("csm: cleo", ""), True)):
        found = check(policy_on(ROCKETCHAT), read_directory(text, "d.yaml"), MONDAY, 7)
        assert any("csm" in finding.key.lower() for finding in found.findings) == asked


FIELDS = """
gates:
  - {id: no-workaround, when: {fields: {workaround: ["no"]}}, escalate: all, page: now}
  - {id: unfit, when: {fields: {meets_requirements: ["no"]}}, page: never, reply: Please upgrade.}
  - id: no-sample
    when: {category: Integrations, fields: {sample_code: [""]}}
    page: never
    reply: Please add sample code that shows it.
  - {id: old, when: {fields: {version: ["4.1"]}}, page: never, reply: Please upgrade first.}
  - {id: unhappy, when: {fields: {satisfaction: [bad]}}, page: never, tell: account manager}
"""


@pytest.mark.parametrize(
    ("rule", "category", "fields", "route"),
    [
        ("R26", "Database", {"workaround": "no"}, "no-workaround"),
        ("R38", "Database", {"meets_requirements": "no"}, "unfit"),
        ("R43", "Integrations", {}, "no-sample"),
        ("R43", "Integrations", {"sample_code": "yes"}, "rest"),
        ("R47", "Database", {"version": "4.1"}, "old"),
        ("R47", "Database", {"version": "9.5"}, "rest"),
        ("R117", "Database", {"satisfaction": "bad"}, "unhappy"),
    ],
)
def test_r26_r38_r43_r47_r117_what_a_ticket_system_sends_along_may_decide(
    rule: str, category: str, fields: dict[str, str], route: str
) -> None:
    policy = read_policy(ORGANISATION.format(preset=MATTERMOST) + FIELDS, "org.yaml")
    directory = read_directory(DIRECTORY.format(plan="premier"), "directory.yaml")
    sketch = Sketch(contact=ADA, priority="high", category=category, fields=fields)
    assert explain(policy, directory, sketch, MONDAY).route.split(":")[0] == f"route {route}", rule


def test_r20_r23_r90_the_hotline_and_the_portal_are_the_organisations_own() -> None:
    own = "hotline: {number: +1 833 479 0110, portal: desk.rocket.example}\n"
    policy = read_policy(ORGANISATION.format(preset=ROCKETCHAT) + own, "org.yaml")
    assert (policy.hotline.number, policy.hotline.portal) == ("+18334790110", "desk.rocket.example")


def test_r69_r103_a_ticket_that_waits_for_the_customer_stops_the_clocks_the_policy_names() -> None:
    pauses = policy_on(MATTERMOST).pauses
    assert pauses[Metric.UPDATE] == {"pending"}
    assert Metric.FIRST_REPLY not in pauses


def test_r25_r28_r73_to_r76_every_severity_says_when_to_choose_it() -> None:
    for preset in (MATTERMOST, ROCKETCHAT):
        assert all(len(s.description) > 40 for s in policy_on(preset).severities)
