"""The policy over the API: what is in force, new versions, and what can be asked of them."""

import asyncio
import json

import pytest

from tests.forks import heliograph
from tests.service.web.world import POLICY, World

YAML = {"content-type": "application/yaml"}
OTHER = POLICY.replace("wait: 5m", "wait: 7m")


async def test_what_is_in_force_is_told_as_it_was_applied(still: World) -> None:
    told = await still.get("/policy", role="viewer")
    assert (told["id"], told["number"], told["source"]) == ("small@1", 1, POLICY)
    assert told == await still.get("/policy?version=small@1")
    assert (await still.ask("GET", "/policy?version=small@9")).status_code == 404


async def test_a_new_version_holds_for_new_cases_alone(world: World) -> None:
    old = await world.ticket(priority="urgent")
    answer = await world.ask("PUT", "/policy", content=OTHER, headers=YAML)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["id"], told["new"], told["effective_at"]) == (
        "small@2", True, "2026-03-02T10:00:00Z",
    )  # fmt: skip
    assert isinstance(told["findings"], list)
    new = await world.ticket(priority="urgent")
    first, second = await world.get(f"/cases/{old}"), await world.get(f"/cases/{new}")
    assert (first["policy_version"], second["policy_version"]) == ("small@1", "small@2")
    assert first["escalation"]["step_ends_at"] == "2026-03-02T10:05:00Z"
    assert second["escalation"]["step_ends_at"] == "2026-03-02T10:07:00Z"
    again = await world.ask("PUT", "/policy", content=OTHER, headers=YAML)
    assert (again.status_code, again.json()["id"], again.json()["new"]) == (200, "small@2", False)


async def test_a_policy_that_names_nobody_is_applied_and_told_of(world: World) -> None:
    text = POLICY.replace("duty_manager: person grace", "duty_manager: person nobody")
    answer = await world.ask("PUT", "/policy", content=text, headers=YAML)
    assert answer.status_code == 201
    assert any("nobody" in finding["problem"] for finding in answer.json()["findings"])


async def test_every_fault_is_told_with_its_line_and_nothing_is_applied(world: World) -> None:
    text = POLICY.replace("page: schedule support", "page: schedule suport") + "colour: red\n"
    answer = await world.ask("PUT", "/policy", content=text, headers=YAML)
    assert answer.status_code == 422
    told = answer.json()
    assert len(told["errors"]) >= 2
    assert any(e["line"] == 21 and "support" in e["problem"] for e in told["errors"])
    assert (await world.get("/policy"))["id"] == "small@1"


@pytest.mark.parametrize("content", ["", "[]", "policy: [", "&a [*a]", "\0", "- " * 10_000])
async def test_what_is_no_policy(still: World, content: str) -> None:
    answer = await still.ask("PUT", "/policy", content=content, headers=YAML)
    assert answer.status_code == 422
    assert "Nothing was changed" in answer.json()["detail"]


async def test_check_and_coverage(still: World) -> None:
    told = (await still.ask("POST", "/policy/check", {"days": 30}, role="viewer")).json()
    assert set(told) == {"good", "findings", "coverage"}
    bare = (await still.ask("POST", "/policy/check")).json()
    assert set(bare) == set(told)
    cover = (await still.ask("POST", "/policy/coverage", {"days": 14})).json()
    assert cover["from"] == "2026-03-02T10:00:00Z"
    assert {row["plan"] for row in cover["rows"]} >= {"premier", "e20"}
    storm = {"days": 14, "burst": 11, "sms_per_second": 3, "calls_per_second": 0}
    paced = (await still.ask("POST", "/policy/coverage", storm)).json()["rows"][0]
    assert paced["seconds_to_first"] - cover["rows"][0]["seconds_to_first"] == 10


async def test_another_policy_can_be_asked_without_applying_it(world: World) -> None:
    ticket = {"account": "acme", "priority": "urgent"}
    asked = {"ticket": ticket, "at": "2026-03-02T10:00:00Z"}
    ours = (await world.ask("POST", "/policy/rehearse", asked)).json()
    other = (await world.ask("POST", "/policy/rehearse", {**asked, "policy": OTHER})).json()
    assert ours["woken"] == other["woken"]
    assert ours["happenings"] != other["happenings"]
    assert (await world.get("/policy"))["id"] == "small@1"


async def test_explain_tells_what_would_become_of_a_ticket(still: World) -> None:
    ticket = {"account": "acme", "priority": "urgent", "tags": ["sso"], "fields": {"a": "b"}}
    answer = await still.ask(
        "POST", "/policy/explain", {"ticket": ticket, "at": "2026-03-03T10:00:00Z"}
    )
    told = answer.json()
    assert answer.status_code == 200, told
    assert told["plan"].startswith("premier")
    assert told["severity"].startswith("L1")
    assert "everything" in told["route"]
    assert [step["person"] for step in told["ladder"]][:2] == ["anna", "anna"]
    assert told["clocks"][0]["due_at"] == "2026-03-03T11:00:00Z"
    text = told["wording"][0]
    assert (text["person"], text["channel"], text["encoding"]) == ("anna", "sms", "GSM-7")
    assert text["text"].endswith(" 2 4821 to decline, 3 4821 for engineering.")
    assert text["characters"] == len(text["text"])


async def test_explain_tells_why_somebody_was_paged(world: World) -> None:
    case = await world.ticket(priority="urgent", subject="All is down")
    world.clock.forward(minutes=5)
    await world.service.desk.wake()
    await world.act(case, "acknowledge", person="ben")
    await world.ask("PUT", "/policy", content=OTHER, headers=YAML)
    told = (await world.ask("POST", "/policy/explain", {"case": case}, role="viewer")).json()
    assert (told["case"], told["policy_version"], told["severity"]) == (case, "small@1", "L1")
    assert told["route"] == "route everything: it takes everything"
    anna, ben = told["pages"]
    assert (anna["person"], anna["outcome"], anna["escalation_policy"]) == (
        "anna", "expired", "support",
    )  # fmt: skip
    assert (ben["name"], ben["at"], ben["outcome"]) == (
        "Ben Okafor", "2026-03-02T10:05:00Z", "acknowledged",
    )  # fmt: skip
    assert ben["why"] == "new L1 case; Ben Okafor is named in the step; Anna Lind did not answer"
    assert [c["text"] for c in ben["contacts"]] == ["sms to Ben Okafor"]
    assert told["timeline"][0]["kind"] == "opened"
    asked = {"case": case, "person": "carl"}
    assert (await world.ask("POST", "/policy/explain", asked)).json()["pages"] == []
    assert (await world.ask("POST", "/policy/explain", {"case": "NOPE-1"})).status_code == 404


async def test_backtest_replays_what_was_received(world: World) -> None:
    for priority in ("urgent", "low"):
        await world.ticket(priority=priority)
    quiet = POLICY.replace("escalate: support, page: now}", "page: never}")
    told = (await world.ask("POST", "/policy/backtest", {"policy": quiet, "days": 1})).json()
    assert told.keys() >= {"tickets", "current"}, told
    assert (told["tickets"], told["records"], told["unreadable"]) == (2, 2, 0)
    assert told["current"]["people"] == {"anna": {"pages": 2, "nights": 0}}
    assert told["proposed"]["people"] == {}
    assert told["breaches"]["gained"] == 2


async def test_backtest_replays_tickets_that_are_sent_along(still: World) -> None:
    data = {"id": "1", "priority": "urgent", "organization": {"id": "acme"}}
    ticket = {"type": "ticket.created", "timestamp": "2026-03-01T23:00:00Z", "data": data}
    body = {"policy": OTHER, "tickets": [ticket], "answer": "6m"}
    told = (await still.ask("POST", "/policy/backtest", body)).json()
    assert told["current"]["pages"] == 2
    assert told["proposed"]["pages"] == 1
    assert told["from"] == "2026-03-01T23:00:00Z"


async def test_rehearse_ends_when_somebody_answers(still: World) -> None:
    asked = {"ticket": {"account": "acme", "priority": "urgent"}, "answer": {"nth": 2}}
    told = (await still.ask("POST", "/policy/rehearse", asked)).json()
    assert (told["answered_by"], told["case"]["owner"]) == ("ben", "ben")
    nobody = (await still.ask("POST", "/policy/rehearse", {"ticket": asked["ticket"]})).json()
    assert nobody["answered_by"] is None
    assert "carl" in nobody["woken"]


async def test_overrides_are_reckoned_with(world: World) -> None:
    body = {"start": "2026-03-02T09:00:00Z", "end": "2026-03-02T17:00:00Z", "person": "carl"}
    await world.ask("POST", "/schedules/support/overrides", body)
    asked = {"ticket": {"account": "acme", "priority": "urgent"}}
    told = (await world.ask("POST", "/policy/rehearse", asked)).json()
    assert told["woken"][0] == "carl"


@pytest.mark.parametrize(
    ("tool", "body", "words"),
    [
        ("check", {"days": 0}, "days"),
        ("check", {"day": 3}, "did you mean days?"),
        ("coverage", {"days": 10_000}, "days"),
        ("coverage", {"burst": 0}, "burst"),
        ("coverage", {"sms_per_second": -1}, "sms_per_second"),
        ("explain", {"ticket": {}, "case": "ACME-1"}, "only one of them"),
        ("explain", {"case": "ACME-1", "persons": "ben"}, "did you mean person?"),
        ("backtest", {}, "policy: is missing"),
        ("backtest", {"policy": "policy: x\ncolour: red"}, "colour"),
        ("backtest", {"policy": POLICY, "days": 401}, "days"),
        ("backtest", {"policy": POLICY, "answer": "2d"}, "answer"),
        ("backtest", {"policy": POLICY, "tickets": [{"data": {}}]}, "tickets[0]"),
        ("explain", {"ticket": None}, "ticket"),
        ("explain", {"ticket": {"plan": "premir"}}, "did you mean premier?"),
        ("explain", {"ticket": {"account": "nobody"}}, "account"),
        ("explain", {"ticket": {"severity": "L7"}}, "L7"),
        ("explain", {"ticket": {"colour": "red"}}, "ticket.colour"),
        ("explain", {"ticket": {"tags": "sso"}}, "ticket.tags"),
        ("explain", {"ticket": {}, "at": "noon"}, "at: 'noon'"),
        ("explain", {"ticket": {}, "lasting": "forever"}, "lasting"),
        ("rehearse", {"ticket": {}, "lasting": "90d"}, "more than 30 days"),
        ("rehearse", {"ticket": {}, "answer": {"person": "nobody"}}, "no person 'nobody'"),
        ("rehearse", {"ticket": {}, "answer": {"after": "soon"}}, "answer.after"),
        ("rehearse", {"ticket": {}, "policy": "policy: x\ncolour: red"}, "colour"),
    ],
)
async def test_a_question_that_makes_no_sense(
    still: World, tool: str, body: object, words: str
) -> None:
    answer = await still.ask("POST", f"/policy/{tool}", body)
    assert (answer.status_code, words in answer.json()["detail"]) == (422, True)


async def test_what_a_policy_changes_of_the_one_in_force(still: World) -> None:
    moved = POLICY.replace("people: [anna, ben]", "people: [ben, anna]")
    answer = await still.ask("POST", "/policy/diff", {"policy": moved, "days": 14})
    told = answer.json()
    assert answer.status_code == 200, told
    assert any("schedules" in change["path"] for change in told["changes"])
    assert told["moved"], "other people would be reached"
    same = await still.ask("POST", "/policy/diff", {"policy": moved, "against": moved})
    assert (same.json()["changes"], same.json()["moved"]) == ([], [])


async def test_the_tests_of_a_policy(still: World) -> None:
    tests = """
tests:
  - id: urgent
    at: 2026-03-02T10:00:00Z
    given: {account: acme, priority: urgent}
    expect: {page: anna}
  - id: wrong
    at: 2026-03-02T10:00:00Z
    given: {account: acme, priority: urgent}
    expect: {page: grace, within: 1m}
"""
    told = (await still.ask("POST", "/policy/test", {"policy": POLICY + tests})).json()
    assert [(one["id"], one["passed"]) for one in told["tests"]] == [
        ("urgent", True), ("wrong", False),
    ]  # fmt: skip
    assert (told["passed"], told["failed"]) == (False, 1)
    assert (await still.ask("POST", "/policy/test")).json()["passed"] is True


async def test_why_ben_was_paged_is_told_on_the_command_line_as_well(world: World) -> None:
    case = await world.ticket(priority="urgent", subject="All is down")
    url = world.service.settings.database_url or ""
    environment = {"HELIOGRAPH_DATABASE_URL": url, "HELIOGRAPH_ENVIRONMENT": "test"}

    async def explained(*more: str) -> tuple[int, str]:
        command = ("policy", "explain", "--case", case, *more)
        done = await asyncio.to_thread(heliograph, *command, environment=environment)
        return done.returncode, done.stdout + done.stderr

    code, said = await explained("--person", "anna")
    assert code == 0
    assert f"{case} (Acme Corp, premier, L1), by small@1" in said
    assert "Anna Lind was paged: new L1 case; on call in schedule support" in said
    code, said = await explained("--json")
    asked = (await world.ask("POST", "/policy/explain", {"case": case})).json()
    assert (code, json.loads(said)) == (0, asked)
    code, said = await explained("--person", "carl")
    assert (code, "carl was not paged." in said) == (1, True)
