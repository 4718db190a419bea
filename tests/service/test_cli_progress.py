"""What takes long shows on a terminal how far it is, and writes nothing of it elsewhere."""

import json
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from service.cli_policy import policy
from service.policyfile.load import sample

TICKET = {
    "type": "ticket.created",
    "timestamp": "2026-03-02T03:00:00Z",
    "data": {"id": "1", "priority": "urgent", "organization": {"id": "acme"}},
}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("policy.yaml", "directory.yaml"):
        (tmp_path / name).write_text(sample(name))
    (tmp_path / "tickets.jsonl").write_text(json.dumps(TICKET) + "\n")
    return tmp_path


def on_a_terminal(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """What a command writes where standard error is a terminal."""
    seen, behind = os.openpty()
    drawn: list[bytes] = []

    def look() -> None:
        with suppress(OSError):  # EIO: the other end is closed, and everything was read
            while piece := os.read(seen, 1 << 16):
                drawn.append(piece)

    watcher = threading.Thread(target=look)
    watcher.start()
    with os.fdopen(behind, "w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        policy(arguments, standalone_mode=False)
    watcher.join(10)
    os.close(seen)
    return b"".join(drawn).decode()


def arguments(files: Path, tool: str) -> list[str]:
    mine = [str(files / "policy.yaml"), "--directory", str(files / "directory.yaml")]
    if tool == "backtest":
        current = ["--current", str(files / "policy.yaml")]
        return [tool, *mine, *current, "--tickets", str(files / "tickets.jsonl")]
    return [tool, *mine, "--at", "2026-03-02T03:00:00Z", "--days", "7"]


LONG = [("check", "checking ["), ("coverage", "covering ["), ("backtest", "replaying [")]


@pytest.mark.parametrize(("tool", "bar"), LONG)
def test_a_long_run_shows_how_far_it_is(
    files: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tool: str,
    bar: str,
) -> None:
    lines = on_a_terminal(arguments(files, tool), monkeypatch).split("\r")
    assert any(line.startswith(bar) for line in lines)
    assert lines[-1] == "\x1b[K", "the bar is not wiped away at the end"
    assert bar not in capsys.readouterr().out


@pytest.mark.parametrize(("tool", "bar"), LONG)
def test_where_nobody_looks_nothing_is_drawn(
    files: Path, capsys: pytest.CaptureFixture[str], tool: str, bar: str
) -> None:
    policy(arguments(files, tool), standalone_mode=False)
    assert bar not in capsys.readouterr().err
