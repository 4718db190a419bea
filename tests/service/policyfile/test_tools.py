"""The tools, put to the demo's own policy and to what breaks it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from routing.calendar import Window
from routing.directory import Directory
from routing.people import ContactRule
from routing.policy import Policy, StepTarget
from routing.sla import Metric
from routing.tools.check import check
from routing.tools.check_people import people_findings
from routing.tools.coverage import coverage
from routing.tools.difference import Change, diff
from routing.tools.explain import explain
from routing.tools.reach import Roster
from routing.tools.rehearsal import Answer, Pacing, rehearse, spoken
from routing.tools.sketch import Sketch
from routing.tools.trial import run_tests
from service.policyfile.load import read_directory, read_policy, sample

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
NIGHT = datetime(2026, 3, 2, 3, tzinfo=UTC)
DIRECTORY = read_directory(sample("directory.yaml"), "directory.yaml")
URGENT = Sketch(account="acme", priority="urgent")


def demo(changes: Mapping[str, str] | None = None) -> Policy:
    text = sample("policy.yaml")
    for old, new in (changes or {}).items():
        assert old in text
        text = text.replace(old, new)
    return read_policy(text, "policy.yaml")


def without(directory: Directory, person: str) -> Directory:
    people = {name: one for name, one in directory.people.items() if name != person}
    return replace(directory, people=people)


def keys(policy: Policy, directory: Directory = DIRECTORY) -> set[str]:
    found = check(policy, directory, NEW_YEAR, 60)
    return {f.key for f in found.findings if f.serious and not f.accepted}


def test_the_demo_has_nothing_wrong() -> None:
    found = check(demo(), DIRECTORY, NEW_YEAR)
    assert found.good
    assert str(found) == "Nothing found: no dead end, no unknown name, no uncovered promise."


def test_r36_r86_r113_the_demo_reaches_three_different_people_at_every_instant() -> None:
    policy = demo()
    roster = Roster(policy, DIRECTORY, NEW_YEAR, NEW_YEAR + timedelta(days=366))
    for home in ("apac", "emea", "amer"):
        ladder = roster.ladder(policy.escalation_policies["support"], home)
        assert ladder[0].start == roster.start
        assert ladder[-1].end == roster.end
        for piece in ladder:
            (first,), (second,), (engineer,) = piece.value
            assert len({first, second, engineer}) == 3
            assert DIRECTORY.people[engineer].team == "sustained-engineering"


def test_rehearsal_nobody_answers() -> None:
    played = rehearse(demo(), DIRECTORY, URGENT, NIGHT)
    first = {c.person: c.at - NIGHT for c in reversed(played.contacts)}
    assert played.woken == ("dev", "chloe", "erik", "grace")
    assert first["dev"] == timedelta()
    assert first["chloe"] == timedelta(minutes=5)
    assert first["erik"] == timedelta(minutes=10)
    assert first["grace"] == timedelta(minutes=40)
    assert spoken(played).splitlines()[0] == (
        "2026-03-02 03:00:00Z  +0:00:00  page    sms to Dev Anand"
    )


def test_rehearsal_the_second_person_answers() -> None:
    played = rehearse(demo(), DIRECTORY, URGENT, NIGHT, answer=Answer(nth=2))
    assert played.answered_by == "chloe"
    assert played.case.owner == "chloe"
    assert played.woken == ("dev", "chloe")
    assert json.dumps(played.as_json())


def test_rehearsal_the_providers_pacing_is_counted() -> None:
    policy = demo({"{page: region, wait: 5m}": "{page: [region, region backup], wait: 5m}"})
    played = rehearse(policy, DIRECTORY, URGENT, NIGHT, pacing=Pacing(sms=0.1, voice=0))
    second = played.contacts[1]
    assert second.person == "chloe"
    assert second.late == timedelta(seconds=30), "a text of three segments went before"
    assert rehearse(policy, DIRECTORY, URGENT, NIGHT, pacing=Pacing(0, 0)).contacts[1].at == NIGHT


def test_r113_explain_says_everything_with_its_reason() -> None:
    said = explain(demo(), DIRECTORY, replace(URGENT, contact="bob@acme.example"), NIGHT)
    lines = str(said).splitlines()
    assert "account      Acme Corp, by account id" in lines
    assert "plan         premier: Acme Corp is on Premier" in lines
    assert "severity     L1: standard says urgent" in lines
    assert "first reply  due 2026-03-02 04:00 UTC, counted in 24x7" in lines
    assert "but          bob@acme.example is not a named contact of Acme Corp." in lines
    assert "route        route emergencies: severity is l1 and plan is premier" in lines
    assert "+0:05:00     sms to Chloe Tan" in lines
    assert "engineering  by itself at 2026-03-02 07:00 UTC" in lines
    assert said.as_json()["engineering_at"] == "2026-03-02T07:00:00Z"


@pytest.mark.parametrize(
    ("sketch", "plan", "severity", "route"),
    [
        # R72
        (replace(URGENT, environment="staging"), "premier", "L4", "otherwise"),
        # R102, R121
        (replace(URGENT, category="User issue"), "premier", "L1", "user-issue"),
        (replace(URGENT, category="renewals"), "premier", "L1", "sales"),
        # R40
        (replace(URGENT, language="fr"), "out-of-scope", "L1", "unknown-customers"),
        # R41
        (Sketch(account="delta", priority="urgent"), "lapsed", "L1", "lapsed"),
        # R18
        (Sketch(contact="ada@gmail.com", priority="low"), "unknown", "L4", "unknown-customers"),
        # R16
        (Sketch(contact="new@ACME.example", priority="high"), "premier", "L2", "emergencies"),
        (Sketch(account="borealis", priority="urgent"), "e20", "L1", "urgent"),
        (Sketch(account="cedar", priority="normal"), "e10", "L3", "otherwise"),
    ],
)
def test_r16_r18_r40_r41_r72_r102_r121_where_tickets_go(
    sketch: Sketch, plan: str, severity: str, route: str
) -> None:
    said = explain(demo(), DIRECTORY, sketch, NIGHT)
    assert said.plan.split(":")[0] == plan
    assert said.severity.split(":")[0] == severity
    assert said.route.split(":")[0] == f"route {route}"


def test_time_alone_sends_no_case_to_engineers_whose_route_pages_nobody() -> None:
    silent = replace(URGENT, category="User issue")
    said = explain(demo(), DIRECTORY, silent, NIGHT)
    assert (said.state, said.engineering_at, said.ladder) == ("held", None, ())
    assert explain(demo(), DIRECTORY, URGENT, NIGHT).engineering_at is not None
    tagged = explain(demo(), DIRECTORY, replace(silent, tags=("needs_engineering",)), NIGHT)
    assert (tagged.state, tagged.ladder[0].person) == ("engineering", "erik")
    fields = demo({"tags: [needs_engineering]": "fields: {kind: [defect]}"})
    sent = explain(fields, DIRECTORY, replace(silent, fields={"kind": "defect"}), NIGHT)
    assert (sent.state, sent.ladder[0].person) == ("engineering", "erik")


def test_r56_the_plans_skills_are_preferred_until_the_last_round() -> None:
    policy = demo({"{page: region, wait: 5m} ": "{page: [person erik, person anna], wait: 5m} "})
    skilled = replace(policy.plans["premier"], skills=frozenset({"senior"}))
    policy = replace(policy, plans={**policy.plans, "premier": skilled})
    played = rehearse(policy, DIRECTORY, URGENT, NIGHT)
    begun = [(c.at - NIGHT, c.person) for c in played.contacts if c.channel == "sms"]
    assert [person for at, person in begun if at < timedelta(minutes=5)] == ["anna"]
    assert {p for at, p in begun if timedelta(minutes=20) <= at < timedelta(minutes=25)} == {
        "anna", "erik",
    }  # fmt: skip
    row = coverage(policy, DIRECTORY, NIGHT, 7).rows[0]
    assert row.to_second == timedelta(minutes=10)
    steps = policy.escalation_policies["support"].steps[:1]
    short = {"support": replace(policy.escalation_policies["support"], steps=steps)}
    row = coverage(replace(policy, escalation_policies=short), DIRECTORY, NIGHT, 7).rows[0]
    assert (row.fewest, row.to_second) == (2, timedelta(minutes=5, seconds=3))
    plain = replace(policy, plans={**policy.plans, "premier": replace(skilled, skills=frozenset())})
    assert coverage(plain, DIRECTORY, NIGHT, 7).rows[0].to_second == timedelta(seconds=3)


def test_a_held_ticket_is_explained_to_its_page() -> None:
    friday = datetime(2026, 3, 7, 3, tzinfo=UTC)
    said = explain(demo(), DIRECTORY, Sketch(account="borealis", priority="normal"), friday)
    assert said.state == "held"
    assert said.held_until == datetime(2026, 3, 10, 15, tzinfo=UTC)
    assert said.ladder[0].person == "alice"


def test_coverage_holds_and_counts_the_time_to_a_human() -> None:
    found = coverage(demo(), DIRECTORY, NEW_YEAR)
    row = found.rows[0]
    assert found.holds
    assert found.counter_example is None
    assert (row.plan, row.severity, row.promised) == ("premier", "L1", timedelta(days=365))
    assert (row.to_first, row.to_second) == (timedelta(), timedelta(minutes=5))
    assert row.fewest == 3
    assert len(found.rows) == 3 * 4 * 3


def test_coverage_counts_a_storm_by_the_providers_pacing() -> None:
    found = coverage(demo(), DIRECTORY, NEW_YEAR, 7, burst=61, pacing=Pacing(sms=1, voice=1))
    assert found.rows[0].to_first == timedelta(seconds=180), "60 texts of three segments"


def test_coverage_tells_whose_quiet_hours_may_hold_a_page() -> None:
    asleep = Window(0, time(22), 1, time(7))
    people = {
        name: replace(person, quiet_hours=(asleep,)) if name in {"dev", "grace"} else person
        for name, person in DIRECTORY.people.items()
    }
    directory = replace(DIRECTORY, people=people)
    rows = coverage(demo(), directory, NEW_YEAR, 7).rows
    urgent = {severity.id for severity in demo().severities if severity.urgency == "urgent"}
    held = {row.sleepers for row in rows if row.severity not in urgent and not row.quiet}
    assert {row.sleepers for row in rows if row.severity in urgent} == {()}
    assert ("dev",) in held
    assert "quiet hours of dev may hold it" in str(coverage(demo(), directory, NEW_YEAR, 7))
    assert not any(row.sleepers for row in coverage(demo(), DIRECTORY, NEW_YEAR, 7).rows)


AN_HOUR_SHORT = {
    "hours: {zone: UTC, open: daily 06:00-14:00}": "hours: [daily 07:00-15:00]",
    "{page: engineering, wait: 10m}        #": "{page: region, wait: 10m} #",
}


def test_coverage_shows_the_first_counter_example() -> None:
    found = coverage(demo(AN_HOUR_SHORT), DIRECTORY, NEW_YEAR)
    assert not found.holds
    assert found.counter_example is not None
    row, at = found.counter_example
    assert at == datetime(2026, 3, 29, 13, tzinfo=UTC)
    assert row.gaps[0] == (at, at + timedelta(hours=1))
    assert row.promised - row.reached == timedelta(hours=210)
    assert "the escalation reaches nobody from Sun 2026-03-29 13:00 to Sun 14:00 UTC" in str(found)


def test_coverage_asks_for_somebody_also_in_the_hours_that_a_reply_alone_has() -> None:
    policy = demo(AN_HOUR_SHORT)
    plan = policy.plans["premier"]
    reply = replace(
        plan.promises["L1"], calendar="weekday-24x5", calendars={Metric.FIRST_REPLY: "24x7"}
    )
    update = replace(reply, calendars={Metric.UPDATE: "24x7"})
    for promise, holds in ((reply, False), (update, True)):
        own = replace(plan, promises={"L1": promise})
        sunday = datetime(2026, 3, 29, tzinfo=UTC)
        row = coverage(replace(policy, plans={plan.id: own}), DIRECTORY, sunday, 2).rows[0]
        assert row.holds is holds
        assert row.calendar == ("weekday-24x5" if holds else "weekday-24x5, 24x7")


def test_coverage_sees_conditions_of_steps_and_calendars_of_routes() -> None:
    policy = demo(
        {
            "{page: region, wait: 5m}": "{page: region, wait: 5m, when: {during: weekend}}",
            "{page: region backup, wait: 5m}": "{page: region backup, wait: 5m, when: {plan: e20}}",
        }
    )
    rows = {(r.plan, r.severity): r for r in coverage(policy, DIRECTORY, NEW_YEAR, 30).rows}
    assert rows["premier", "L1"].fewest == 1
    assert rows["e20", "L1"].fewest == 2
    assert rows["premier", "L1"].holds


QUIET = {"escalate: support\n    page: now\n    tell: [account manager, csm]": "page: never"}
GRACE = {
    "{page: region, wait: 5m} ": "{page: person grace, wait: 5m} ",
    "{page: region backup, wait: 5m}": "{page: person grace, wait: 5m}",
    "{page: engineering, wait: 10m}        #": "{page: duty manager, wait: 10m} #",
}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"people: [chloe, dev]": "people: [cloe, dev]"}, "unknown-person/cloe"),
        (
            {"duty_manager: person grace": "", "leaders: duty manager": "leaders: person erik"},
            "no-duty-manager",
        ),
        (QUIET, "quiet/premier/L1/apac"),
        (GRACE, "alone/premier/L1/apac"),
        ({"wait: 5m}              # on": "wait: 90m}              # on"}, None),
        ({"when: {severity: [L1, L2]}": "when: {severity: L1, plan: premier}"}, "shadowed/urgent"),
        ({"{page: region, wait: 5m} ": "{page: region, wait: 5m, when: {plan: e20}} "}, None),
    ],
)
def test_check_finds(changes: dict[str, str], key: str | None) -> None:
    found = keys(demo(changes))
    assert (key in found) if key else (not found)


def test_check_finds_people_whom_no_page_reaches() -> None:
    dev = DIRECTORY.people["dev"]
    mute = replace(
        dev, contact_methods=tuple(replace(m, verified=False) for m in dev.contact_methods)
    )
    texted = replace(dev, contact_methods=dev.contact_methods[:1], contact_rules={})
    for person, key in ((mute, "unreachable/dev"), (texted, "one-channel/dev")):
        people = {**DIRECTORY.people, "dev": person}
        assert key in keys(demo(), replace(DIRECTORY, people=people))


def test_check_says_why_no_page_reaches_somebody() -> None:
    dev = DIRECTORY.people["dev"]
    mobile = dev.contact_methods[0]
    for methods, words in (
        ((), "there is no contact method. Add one"),
        ((replace(mobile, verified=False),), f"Verify {mobile.id}."),
        ((replace(mobile, disabled="no such number"),), f"providers refuse {mobile.id}"),
    ):
        people = {**DIRECTORY.people, "dev": replace(dev, contact_methods=methods)}
        found = check(demo(), replace(DIRECTORY, people=people), NEW_YEAR, 7)
        (sentence,) = [str(f) for f in found.findings if f.key == "unreachable/dev"]
        assert words in sentence


def test_check_tells_of_contacts_no_step_waits_for_and_of_urgent_pages_that_are_held() -> None:
    dev = DIRECTORY.people["dev"]
    rules = (ContactRule("mobile", timedelta(), repeat=4, every=timedelta(minutes=3)),)
    late = replace(dev, contact_rules={"urgent": rules})
    asleep = replace(dev, quiet_hours=(Window(0, time(22), 1, time(7)),))
    for person, holds, key in (
        (late, "", "rules/dev/urgent/late"),
        (asleep, "quiet_hours: {hold: [normal, urgent]}\n", "quiet/dev"),
    ):
        changes = {"tests:\n": f"{holds}tests:\n"}
        people = replace(DIRECTORY, people={**DIRECTORY.people, "dev": person})
        found = check(demo(changes), people, NEW_YEAR, 30)
        assert key in {f.key for f in found.findings}
        usual = check(demo(), DIRECTORY, NEW_YEAR, 30)
        assert key not in {f.key for f in usual.findings}


@pytest.mark.parametrize(("short", "told"), [(0, True), (1, False)])
def test_a_contact_is_late_from_the_end_of_the_longest_step_on(short: int, told: bool) -> None:
    policy = demo()
    steps = [step for one in policy.escalation_policies.values() for step in one.steps]
    rule = ContactRule("mobile", max(step.wait for step in steps) - timedelta(seconds=short))
    dev = replace(DIRECTORY.people["dev"], contact_rules={"urgent": (rule,)})
    people = replace(DIRECTORY, people={**DIRECTORY.people, "dev": dev})

    def late(policy: Policy) -> bool:
        return "rules/dev/urgent/late" in {f.key for f in people_findings(policy, people)}

    assert late(policy) is told
    assert not late(replace(policy, escalation_policies={})), "where there is no step, none is"


def test_check_finds_two_people_with_one_telephone() -> None:
    dev, chloe = DIRECTORY.people["dev"], DIRECTORY.people["chloe"]
    people = {**DIRECTORY.people, "dev": replace(dev, contact_methods=chloe.contact_methods)}
    assert "shared-address/chloe/dev" in keys(demo(), replace(DIRECTORY, people=people))


def test_check_finds_accounts_the_policy_cannot_serve() -> None:
    acme = replace(
        DIRECTORY.accounts["acme"],
        plan="premir",
        region="emeaa",
        account_manager="gracy",
        domains=("gmail.com",),
    )
    found = check(demo(), replace(DIRECTORY, accounts={"acme": acme}), NEW_YEAR, 7)
    sentences = [str(finding) for finding in found.findings]
    assert [line.split()[1] for line in sentences if line.startswith("wrong")] == [
        "account/acme/account_manager:",
        "account/acme/domain/gmail.com:",
        "account/acme/plan:",
        "account/acme/region:",
    ]
    assert any("did you mean premier?" in line for line in sentences)


def test_a_risk_may_be_accepted_and_is_still_shown() -> None:
    changes = {
        "duty_manager: person grace": "accept: [no-duty-manager, no-such-thing]",
        "leaders: duty manager": "leaders: person erik",
    }
    policy = demo(changes)
    found = check(policy, DIRECTORY, NEW_YEAR, 7)
    assert found.good
    assert [(f.key, f.accepted) for f in found.findings] == [
        ("no-duty-manager", True),
        ("accepted/no-such-thing", False),
    ]
    assert json.dumps(found.as_json())


def test_a_missing_backup_shows_as_uncovered() -> None:
    found = keys(demo({"people: [erik, fatima]": "people: [erik]"}), without(DIRECTORY, "dev"))
    assert "unknown-person/dev" in found


def test_diff_in_words_and_instants() -> None:
    new = demo(
        {
            "people: [erik, fatima], every: 1 week": "people: [fatima, erik], every: 1 week",
            "L2}, after: 8h}": "L2}, after: 6h}",
            "  callback: 15m\n": "",
        }
    )
    found = diff(demo(), new, DIRECTORY, NEW_YEAR, 28)
    lines = str(found).splitlines()
    assert "schedule sustained-engineering: other people for 672 hours" in lines
    assert "  Thu 2026-01-01 00:00 to Fri 2026-01-02 17:00 UTC: fatima -> erik" in lines
    (after,) = (line for line in lines if line.startswith("~ engineering.after:"))
    assert after.endswith("after: 4h}, {when: {severity: [L2]}, after: 6h}"), after
    assert not found.same
    assert json.dumps(found.as_json())
    assert str(diff(demo(), demo(), DIRECTORY, NEW_YEAR)) == "The two are the same."


def test_a_change_is_written_as_a_policy_has_it() -> None:
    hours = {"zone": "UTC", "open": ["daily 06:00-14:00"]}
    assert str(Change("calendars.a", None, hours)) == (
        "+ calendars.a: {zone: UTC, open: [daily 06:00-14:00]}"
    )
    assert str(Change("hotline.transcribe", True, False)) == "~ hotline.transcribe: yes -> no"


def test_diff_shows_where_the_sun_moves() -> None:
    new = demo({"daily 06:00-14:00": "daily 05:00-14:00"})
    found = diff(demo(), new, DIRECTORY, NEW_YEAR, 2)
    assert found.moved_hours == {"the sun": 2.0}
    assert found.moved[0].old == ("apac",)
    assert found.moved[0].new == ("emea",)


def test_policy_tests_pass_and_fail_with_words() -> None:
    assert [tried.passed for tried in run_tests(demo(), DIRECTORY)] == [True, True]
    swapped = demo({"people: [chloe, dev]": "people: [dev, chloe]"})
    tried = run_tests(swapped, DIRECTORY)[0]
    assert tried.faults == ("it pages chloe, erik by 23:40 UTC, not dev, chloe, erik",)


@pytest.mark.parametrize(
    ("expect", "fault"),
    [
        ({"plan": "e20"}, "plan is premier, not e20"),
        ({"severity": "L2"}, "severity is L1, not L2"),
        ({"route": "urgent"}, "route is emergencies, not urgent"),
        ({"queue": "x"}, "queue is nothing, not x"),
        ({"region": "emea"}, "region is apac, not emea"),
        ({"due": "2026-03-02T00:30:00Z"}, None),
        ({"due": "2026-03-02T00:31:00Z"}, "due is 2026-03-02T00:30:00+00:00, not "),
        ({"page": "nobody"}, "it pages dev, chloe, erik"),
        ({"page": "dev", "within": "1m"}, None),
        ({"page": "dev, chloe", "within": "4m"}, "it pages dev by 23:34 UTC, not dev, chloe"),
        ({"not_before": "5m"}, "the first page is at 2026-03-01 23:30 UTC, before 5m"),
        ({"not_before": "0"}, None),
        ({"not_before": "soon"}, "not_before is neither"),
        ({"within": "soon"}, "within: 'soon' is no duration"),
    ],
)
def test_every_expectation(expect: dict[str, str], fault: str | None) -> None:
    policy = demo()
    test = replace(policy.tests[0], expect=expect)
    faults = run_tests(replace(policy, tests=(test,)), DIRECTORY)[0].faults
    assert (not faults) if fault is None else faults[0].startswith(fault)


def test_a_step_whose_target_is_nobody_is_passed_over_in_the_survey() -> None:
    policy = demo()
    steps = policy.escalation_policies["support"].steps
    empty = replace(steps[0], targets=(StepTarget("channel", "war-room"),))
    changed = replace(
        policy,
        escalation_policies={
            **policy.escalation_policies,
            "support": replace(policy.escalation_policies["support"], steps=(empty, *steps[1:])),
        },
    )
    row = coverage(changed, DIRECTORY, NEW_YEAR, 7).rows[0]
    assert row.to_first == timedelta()
    assert row.fewest == 2
