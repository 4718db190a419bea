"""Commands that read or change what is in the database."""

import asyncio
import json
from pathlib import Path

import pytest

from service import tokens
from service.store.pool import Pool
from tests.forks import heliograph

POLICY = """
policy: small
extends: mattermost@2021-08
regions:
  emea:
    {zone: UTC, hours: {zone: UTC, open: daily 06:00-14:00}, schedule: support}
schedules:
  support: {zone: UTC, rotation: {people: [anna], every: 1 week, handoff: mon 00:00}}
  idle: {zone: UTC, rotation: {people: [anna], every: 1 week, start: 2030-01-01}}
escalation_policies: {support: {steps: [{page: [schedule support, schedule idle], wait: 5m}]}}
after_hours: schedule support
routes:
  - {id: rest, escalate: support}
"""
PEOPLE = "people: [{id: anna, name: Anna Lind}]"


@pytest.fixture
def environment(database_url: str) -> dict[str, str]:
    return {"HELIOGRAPH_DATABASE_URL": database_url, "HELIOGRAPH_ENVIRONMENT": "test"}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "people.yaml").write_text(PEOPLE)
    return tmp_path


async def run(*arguments: str, environment: dict[str, str]) -> tuple[int, str, str]:
    done = await asyncio.to_thread(heliograph, *arguments, environment=environment)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


async def test_from_nothing_to_who_is_on_call(files: Path, environment: dict[str, str]) -> None:
    nothing = environment | {"HELIOGRAPH_ENVIRONMENT": "production"}
    assert (await run("migrate", environment=nothing))[0] == 0
    code, _, said = await run("who", environment=nothing)
    assert (code, "No policy has been applied" in said) == (1, True)
    policy, people = str(files / "policy.yaml"), str(files / "people.yaml")
    code, out, _ = await run("policy", "apply", policy, "--json", environment=environment)
    assert (code, json.loads(out)["id"]) == (0, "small@1")
    code, out, _ = await run("directory", "import", people, environment=environment)
    assert (code, out) == (0, "0 accounts and 1 people written, 1 of them new.\n")
    at = "2026-03-02T12:00:00+02:00"
    code, out, _ = await run("who", "--at", at, "--json", environment=environment)
    told = json.loads(out)
    assert (code, told["at"], told["acting_region"]) == (0, "2026-03-02T10:00:00Z", "emea")
    assert told["empty"] == ["idle"]
    (one,) = told["items"]
    assert (one["person"], one["region"], one["has_sun"]) == ("anna", "emea", True)
    code, out, _ = await run("who", "--at", at, environment=environment)
    assert "Anna Lind" in out
    for schedule, exit_code in (("support", 0), ("idle", 1), ("nonsense", 2)):
        asked = ("who", "--at", at, "--schedule", schedule)
        assert (await run(*asked, environment=environment))[0] == exit_code


async def test_a_calendar_takes_its_person_off_call(
    files: Path, environment: dict[str, str]
) -> None:
    for command in (("policy", "apply", "policy.yaml"), ("directory", "import", "people.yaml")):
        *words, name = command
        assert (await run(*words, str(files / name), environment=environment))[0] == 0
    calendar = files / "anna.ics"
    event = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:{0}\r\nDURATION:P1D\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT"
    body = event.format("20200101T000000Z")
    calendar.write_text(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}\r\nEND:VCALENDAR\r\n")
    asked = ("directory", "absences", "anna", str(calendar))
    code, out, _ = await run(*asked, environment=environment)
    assert (code, "support: nobody is on call from" in out) == (1, True)
    code, out, _ = await run(*asked, "--json", environment=environment)
    assert (code, json.loads(out)["person"]) == (1, "anna")
    code, out, _ = await run("who", "--json", environment=environment)
    assert (json.loads(out)["absent"], json.loads(out)["items"]) == (["anna"], [])
    assert "away: anna" in (await run("who", environment=environment))[1]
    calendar.write_text("hello")
    code, _, said = await run(*asked, environment=environment)
    assert (code, "Nothing was changed" in said) == (1, True)


async def test_what_is_wrong_in_a_document_is_told_with_its_line(
    files: Path, environment: dict[str, str]
) -> None:
    (files / "policy.yaml").write_text(POLICY.replace("handoff", "handof"))
    (files / "people.yaml").write_text(PEOPLE.replace("name:", "nam:"))
    policy, people = str(files / "policy.yaml"), str(files / "people.yaml")
    code, _, said = await run("policy", "apply", policy, environment=environment)
    assert (code, f"{policy}:8:" in said, "handoff" in said) == (1, True, True)
    code, _, said = await run("directory", "import", people, environment=environment)
    assert (code, f"{people}:1:" in said, "name" in said) == (1, True, True)
    assert (await run("policy", "apply", "/nowhere", environment=environment))[0] == 2


async def test_a_token_is_shown_once_and_revoked(pool: Pool, environment: dict[str, str]) -> None:
    assert "No token was made yet" in (await run("token", "list", environment=environment))[1]
    made = ("token", "create", "--role", "viewer", "--name", "wall screen", "--json")
    code, out, _ = await run(*made, environment=environment)
    told = json.loads(out)
    assert code == 0
    async with pool.acquire() as conn:
        found = await tokens.find(conn, told["token"])
    assert found == tokens.Token(told["id"], "wall screen", "viewer")
    code, out, _ = await run("token", "list", "--json", environment=environment)
    assert [item["id"] for item in json.loads(out)["items"]] == [told["id"]]
    assert told["token"] not in out
    assert (await run("token", "revoke", told["id"], environment=environment))[0] == 0
    assert (await run("token", "revoke", told["id"], environment=environment))[0] == 2
    assert all(item["created_at"].endswith("Z") for item in json.loads(out)["items"])


async def test_a_token_needs_a_role_and_a_person_there_is(environment: dict[str, str]) -> None:
    wrong = ("token", "create", "--role")
    assert (await run(*wrong, "king", environment=environment))[0] == 2
    code, _, said = await run(*wrong, "responder", "--person", "nobody", environment=environment)
    assert (code, "no person nobody" in said) == (2, True)
    code, out, said = await run(*wrong, "csm", "--json", environment=environment)
    assert (code, json.loads(out)["person"], "sees no account" in said) == (0, None, True)


async def test_what_is_loaded_at_the_start_is_there_before_it(
    files: Path, environment: dict[str, str]
) -> None:
    told = {"POLICY": "policy.yaml", "DIRECTORY": "people.yaml"}
    environment |= {f"HELIOGRAPH_{name}": str(files / file) for name, file in told.items()}
    made = ("token", "create", "--role", "responder", "--person", "anna", "--json")
    code, out, _ = await run(*made, environment=environment)
    assert (code, json.loads(out)["person"]) == (0, "anna")
    code, out, _ = await run("who", "--json", environment=environment)
    assert (code, json.loads(out)["items"][0]["person"]) == (0, "anna")


async def test_a_dead_letter_is_listed_and_replayed(
    pool: Pool, redis_url: str, files: Path, environment: dict[str, str]
) -> None:
    environment = {**environment, "HELIOGRAPH_REDIS_URL": redis_url}
    await run("policy", "apply", str(files / "policy.yaml"), environment=environment)
    letter = b'{"type": "ticket.created", "data": {}}'
    async with pool.acquire() as conn:
        number = await conn.fetchval(
            "insert into intake (source, event_key, received_at, state, headers, body) "
            "values ('standard', 'k', '2026-03-02T10:00:00Z', 'dead', "
            """'{"webhook-id": "m1"}', $1) returning id""",
            letter,
        )
    code, out, _ = await run("intake", "list", "--json", environment=environment)
    assert (code, [item["id"] for item in json.loads(out)["items"]]) == (1, [number])
    code, out, _ = await run("intake", "replay", str(number), environment=environment)
    assert (code, "is dead still" in out) == (1, True)
    code, out, _ = await run("intake", "replay", str(number), "--json", environment=environment)
    assert (code, json.loads(out)["dead"]) == (1, True)
    async with pool.acquire() as conn:
        mended = letter.replace(b"{}", b'{"id": "7"}')
        await conn.execute("update intake set body = $1", mended)
    code, out, _ = await run("intake", "replay", str(number), "--json", environment=environment)
    assert (code, json.loads(out)["dead"]) == (0, False)
    async with pool.acquire() as conn:
        assert await conn.fetchval("select ticket from cases") == "7"
    code, _, said = await run("intake", "replay", str(number), environment=environment)
    assert (code, "Nothing was replayed" in said) == (1, True)
    code, out, _ = await run("intake", "list", environment=environment)
    assert (code, "no dead letter" in out) == (0, True)


async def test_the_doctor_answers_in_json_and_logs_beside_it(
    redis_url: str, environment: dict[str, str]
) -> None:
    """Once the log of what is switched off stood before the answer."""
    environment = {
        **environment,
        "HELIOGRAPH_REDIS_URL": redis_url,
        "HELIOGRAPH_PUBLIC_URL": "http://127.0.0.1:1",
    }
    code, out, said = await run("doctor", "--json", environment=environment)
    told = json.loads(out)
    assert (code, told["good"]) == (1, False)
    assert {"settings", "database", "redis", "twilio", "reach"} <= {
        each["check"] for each in told["findings"]
    }
    assert "channels_off" in said
