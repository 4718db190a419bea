"""The recorded answers of other products: we agree, or differ by a declared reading of time."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tests.peers.verdict import CHOICES, Verdict, worst
from tests.routing.times import RECORDED
from tests.shared_cases import FILES, judged, main, verdicts

RECORDS = {path.stem: path for path in sorted(RECORDED.glob("*.json"))}


@cache
def found(file: str) -> tuple[tuple[str, Verdict], ...]:
    return tuple(verdicts(RECORDS[file]))


@pytest.mark.parametrize("file", RECORDS)
def test_the_recorded_cases(file: str) -> None:
    differing = [f"{name}: {verdict.why}" for name, verdict in found(file) if differs(verdict)]
    assert differing == []


def differs(verdict: Verdict) -> bool:
    return verdict.kind == "differs"


def test_most_recorded_cases_agree_outright() -> None:
    cases = [one for file in RECORDS for one in found(file)]
    agreed = [name for name, verdict in cases if verdict.kind == "agrees"]
    excused = [name for name, verdict in cases if verdict.why in CHOICES.values()]
    assert len(agreed) > 0.9 * len(cases)
    assert {"oracle-0924", "oc-047", "oc-132", "oc-140"} <= set(excused)


def test_the_report_fails_for_an_undeclared_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(RECORDED)]) == 0
    wrong = (
        (RECORDED / "sla_cases.json")
        .read_text()
        .replace("2026-03-08T11:30:00Z", "2026-03-08T10:30:00Z")
    )
    (tmp_path / "sla_cases.json").write_text(wrong)
    assert main([str(tmp_path)]) == 1
    assert "differs  MM-01b" in capsys.readouterr().out


def test_a_case_that_cannot_be_read_is_a_difference() -> None:
    verdict = judged(FILES["goalert_rotation_cases.json"](None), {"id": "x", "fn": "end_time"})
    assert verdict == Verdict("differs", "KeyError: 'start'")


def test_the_report_refuses_a_folder_without_cases(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 2
    assert main([]) == 2
    assert set(FILES) == {path.name for path in RECORDED.glob("*.json")}


def test_the_worst_answer_decides_a_case() -> None:
    kinds = ("agrees", "choice", "differs", "outside")
    assert worst([Verdict(kind) for kind in kinds]).kind == "differs"
    assert worst([]).kind == "agrees"
