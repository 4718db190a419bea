"""`heliograph policy` on files alone, as a person or a pipeline uses it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.cli_policy import policy
from service.policyfile.load import sample
from tests.forks import heliograph

AT = ("--at", "2026-03-02T03:00:00Z")
URGENT = ("--account", "acme", "--priority", "urgent")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("policy.yaml", "directory.yaml", "minimal.yaml"):
        (tmp_path / name).write_text(sample(name))
    return tmp_path


def run(files: Path, tool: str, *more: str, text: str | None = None) -> Result:
    """A tool on the sample files, or on `text` as the policy."""
    if text is not None:
        (files / "policy.yaml").write_text(text)
    both = (str(files / "policy.yaml"), "--directory", str(files / "directory.yaml"))
    return CliRunner().invoke(policy, [tool, *both, *more], standalone_mode=False)


def document(result: Result) -> Any:
    return json.loads(result.stdout)


def changed(old: str, new: str) -> str:
    text = sample("policy.yaml")
    assert old in text
    return text.replace(old, new)


def test_check_is_0_when_good_and_1_when_not(files: Path) -> None:
    good = run(files, "check", "--days", "30")
    assert (good.return_value, good.stdout) == (
        0, "Nothing found: no dead end, no unknown name, no uncovered promise.\n",
    )  # fmt: skip
    text = changed("people: [chloe, dev]", "people: [cloe, dev]")
    bad = run(files, "check", "--days", "30", text=text)
    assert bad.return_value == 1
    assert "unknown-person/cloe: schedule apac names cloe; did you mean chloe?" in bad.stdout
    told = document(run(files, "check", "--days", "30", "--json", text=text))
    assert set(told) == {"good", "findings", "coverage"}
    assert set(told["findings"][0]) == {"key", "problem", "serious", "accepted"}


def test_a_broken_policy_is_findings_with_their_lines(files: Path) -> None:
    told = run(files, "check", "--json", text=changed("escalate: support\n", "escalate: suport\n"))
    first = document(told)["findings"][0]
    assert (told.return_value, document(told)["good"]) == (1, False)
    assert first["file"] == str(files / "policy.yaml")
    assert "did you mean support?" in first["problem"]
    assert first["line"] > 1


def test_coverage_names_the_first_counter_example(files: Path) -> None:
    good = run(files, "coverage", "--days", "14", *AT)
    assert good.return_value == 0
    held = "ok  premier L1: always reached (24x7): the first at once, a second within 5m"
    assert held in good.stdout
    told = [
        document(run(files, "coverage", "--json", "--days", "7", "--burst", "11", *AT, *more))
        for more in ((), ("--sms-per-second", "0"))
    ]
    paced, free = (one["rows"][0]["seconds_to_first"] for one in told)
    assert (paced, free) == (30.0, 0.0), "ten texts of three segments, at one a second"
    text = changed("people: [erik, fatima], every", "people: [nobody], every")
    text = text.replace("{zone: UTC, open: daily 06:00-14:00}", "{zone: UTC, open: 08:00-14:00}")
    text = text.replace("open: 08:00", "open: daily 08:00")
    bad = run(files, "coverage", "--days", "7", "--json", *AT, text=text)
    told = document(bad)
    assert (bad.return_value, told["holds"], told["from"]) == (1, False, "2026-03-02T03:00:00Z")
    row = next(r for r in told["rows"] if not r["holds"])
    assert row["gaps"][0] == {"from": "2026-03-02T06:00:00Z", "to": "2026-03-02T08:00:00Z"}


def test_explain_and_rehearse_read_well(files: Path) -> None:
    told = run(files, "explain", *URGENT, *AT)
    assert "route        route emergencies: severity is l1 and plan is premier" in told.stdout
    assert "would say    sms to dev (1 segment, GSM-7, " in told.stdout
    assert "would say    voice to dev: Heliograph page for Dev Anand. Severity" in told.stdout
    played = run(files, "rehearse", *URGENT, *AT, "--answer-nth", "2")
    assert played.stdout == (
        "2026-03-02 03:00:00Z  +0:00:00  page    sms to Dev Anand\n"
        "2026-03-02 03:02:00Z  +0:02:00  page    voice to Dev Anand\n"
        "2026-03-02 03:05:00Z  +0:05:00  page    sms to Chloe Tan\n"
        "2026-03-02 03:06:00Z  +0:06:00  answer  Chloe Tan answers\n"
        "Reached, in order: Dev Anand, Chloe Tan. At the end: acknowledged, owned by chloe.\n"
    )
    shown = document(run(files, "rehearse", *URGENT, *AT, "--answer", "chloe", "--json"))
    assert shown["answered_by"] == "chloe"
    everything = run(files, "rehearse", *URGENT, *AT, "--lasting", "1m", "--all")
    assert "opened" in everything.stdout
    routed = run(files, "explain", "--account", "acme", "--tag", "needs_engineering", *AT)
    assert "state        engineering" in routed.stdout


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("explain", ("--account", "acne"), "did you mean acme?"),
        ("explain", ("--severity", "L9"), "--severity: 'L9'"),
        ("explain", ("--field", "novalue"), "NAME=VALUE"),
        ("rehearse", ("--answer", "cloe"), "did you mean chloe?"),
        ("rehearse", ("--at", "noon"), "no instant"),
        ("rehearse", ("--at", "2026-03-02T03:00:00"), "no time zone"),
        ("rehearse", ("--lasting", "long"), "no duration"),
        ("check", ("--days", "0"), "--days"),
        ("check", ("--nonsense",), "--nonsense"),
    ],
)
def test_misuse_is_2(files: Path, tool: str, arguments: tuple[str, ...], words: str) -> None:
    both = (str(files / "policy.yaml"), "--directory", str(files / "directory.yaml"))
    done = heliograph("policy", tool, *both, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_diff_in_words_and_exit_codes(files: Path) -> None:
    ours, other = str(files / "policy.yaml"), files / "other.yaml"
    other.write_text(changed("at_risk: 1h", "at_risk: 2h"))
    both = ("--directory", str(files / "directory.yaml"), *AT)
    same = CliRunner().invoke(policy, ["diff", ours, ours, *both], standalone_mode=False)
    assert (same.return_value, same.stdout) == (0, "The two are the same.\n")
    asked = ["diff", ours, str(other), *both]
    found = CliRunner().invoke(policy, asked, standalone_mode=False)
    assert (found.return_value, found.stdout) == (1, "~ routes.otherwise.at_risk: 1h -> 2h\n")
    told = CliRunner().invoke(policy, [*asked, "--json"], standalone_mode=False)
    assert set(document(told)) == {"same", "changes", "moved", "moved_hours"}


def test_the_tests_of_a_policy(files: Path) -> None:
    good = run(files, "test")
    assert (good.return_value, good.stdout.splitlines()[-1]) == (0, "2 tests, 0 failed.")
    bad = run(files, "test", "--json", text=changed("page: nobody, within: 8h", "page: anna"))
    told = document(bad)
    assert (bad.return_value, told["passed"], told["failed"]) == (1, False, 1)
    assert set(told["tests"][0]) == {"id", "passed", "faults"}
    none = run(files, "test", text=sample("minimal.yaml"))
    assert (none.return_value, none.stdout) == (0, "The policy has no tests.\n")


def test_the_smallest_policy_has_nothing_wrong_in_it(files: Path) -> None:
    people = sample("directory.yaml").partition("people:")[1:]
    (files / "directory.yaml").write_text("".join(people).replace("id: chloe", "id: carl"))
    found = run(files, "check", "--days", "30", text=sample("minimal.yaml"))
    assert [line for line in found.stdout.splitlines() if line.startswith("wrong")] == []


def backtest(files: Path, *more: str) -> Result:
    stamp = datetime(2026, 3, 2, 3, tzinfo=UTC).isoformat()
    data = {"id": "1", "priority": "normal", "organization": {"id": "acme"}}
    line = json.dumps({"type": "ticket.created", "timestamp": stamp, "data": data})
    (files / "tickets.jsonl").write_text(f"{line}\n")
    (files / "new.yaml").write_text(changed("at_risk: 1h", "at_risk: 5m"))
    asked = ["backtest", str(files / "new.yaml"), "--current", str(files / "policy.yaml")]
    asked += ["--directory", str(files / "directory.yaml")]
    asked += ["--tickets", str(files / "tickets.jsonl"), *more]
    return CliRunner().invoke(policy, asked, standalone_mode=False)


def test_backtest_is_1_where_a_promise_is_newly_broken(files: Path) -> None:
    found = backtest(files)
    assert found.return_value == 1
    assert [" ".join(line.split()) for line in found.stdout.splitlines()] == [
        "1 ticket from 2026-03-02 to 2026-03-02, demo beside demo:",
        "tickets paged for 1 -> 1",
        "pages 1 -> 2",
        "nights broken 0 -> 0",
        "promises broken 0 -> 1",
        "Promises newly broken: 1. Promises newly kept: 0.",
        "newly broken standard/1: first reply (premier L3) due 2026-03-03 01:00 UTC",
        "person pages nights",
        "dev 1 -> 2 0 -> 0",
    ]
    told = document(backtest(files, "--json", "--reply", "1m"))
    assert set(told) == {
        "tickets", "records", "unreadable", "from", "to", "current", "proposed", "breaches",
    }  # fmt: skip
    assert told["breaches"]["gained"] == 0


def test_without_a_directory_everybody_is_taken_to_be_reachable(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(sample("policy.yaml"))
    environment = {"HELIOGRAPH_DATA_DIR": str(tmp_path / "nothing")}
    asked = ("policy", "check", str(tmp_path / "policy.yaml"), "--days", "7")
    done = heliograph(*asked, environment=environment)
    assert (done.returncode, "Nothing found" in done.stdout) == (0, True)
    assert "no directory is known here" in done.stderr
    assert not (tmp_path / "nothing").exists()
    lost = heliograph("policy", "check", environment=environment)
    assert (lost.returncode, "there is no policy to ask" in lost.stderr) == (2, True)
    there = {**environment, "HELIOGRAPH_ENVIRONMENT": "development"}
    done = heliograph("policy", "test", environment=there)
    assert (done.returncode, done.stderr) == (0, "")
