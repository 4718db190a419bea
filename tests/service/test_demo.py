"""The whole demo, as one process with its children, ended in every way there is."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.clock import monotonic
from tests.stories.house import free_port

ROOT = Path(__file__).parents[2]


class Demo:
    """A running demo. `told` is what it printed so far."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.log = data_dir.with_suffix(f".{monotonic()}.out")
        clean = {name: value for name, value in os.environ.items() if "HELIOGRAPH" not in name}
        command = [sys.executable, "-m", "service.cli", "demo", "--port", str(free_port())]
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**clean, "HELIOGRAPH_DATA_DIR": str(data_dir)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def told(self) -> str:
        return self.log.read_text()

    def says(self, words: str) -> None:
        """Waits until it says so. The bound is only for failing."""
        deadline = monotonic() + 240
        while words not in self.told:
            assert self.process.poll() is None, self.told
            assert monotonic() < deadline, self.told
            time.sleep(0.05)

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(120)


@contextmanager
def demo(data_dir: Path) -> Iterator[Demo]:
    running = Demo(data_dir)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()


def belonging_to(data_dir: Path) -> list[str]:
    """The command lines of every process that was given this folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line, environment = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
        except OSError:
            continue
        if os.fsencode(data_dir) in line + environment:
            found.append(line.replace(b"\0", b" ").decode())
    return found


def nothing_is_left(data_dir: Path) -> bool:
    deadline = monotonic() + 120
    while belonging_to(data_dir) and monotonic() < deadline:
        time.sleep(0.05)
    return belonging_to(data_dir) == []


def pid_of(data_dir: Path, name: str) -> int:
    (found,) = (
        entry
        for entry in Path("/proc").glob("[0-9]*")
        if is_child(entry, f"service.cli\0{name}\0", data_dir)
    )
    return int(found.name)


def is_child(entry: Path, line: str, data_dir: Path) -> bool:
    try:
        told = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
    except OSError:
        return False
    return line.encode() in told[0] and os.fsencode(data_dir) in told[1]


def replacement_of(before: int, data_dir: Path, name: str) -> int:
    deadline = monotonic() + 120
    while monotonic() < deadline:
        time.sleep(0.05)
        with contextlib.suppress(ValueError):
            return pid_of(data_dir, name)
    raise AssertionError(f"{name} ({before}) was not started again")


def test_it_comes_up_takes_the_printed_ticket_and_leaves_nothing(data_dir: Path) -> None:
    with demo(data_dir) as first:
        first.says("Ctrl-C ends everything")
        command = first.told[first.told.index("T=$(") : first.told.index("\n\nThen watch")]
        answer = subprocess.run(
            ["/bin/sh", "-c", f"{command} -w '%{{http_code}}'"],
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        assert answer.endswith("202"), answer
        assert len(belonging_to(data_dir)) >= 4
        with demo(data_dir) as intruder:
            assert intruder.process.wait(60) == 1
            assert f"in use: process {first.process.pid} runs" in intruder.told
            assert "Traceback" not in intruder.told
        assert first.end(signal.SIGINT) == 0
        assert nothing_is_left(data_dir)
    with demo(data_dir) as second:
        second.says("Ctrl-C ends everything")
        assert second.end(signal.SIGTERM) == 0
    assert nothing_is_left(data_dir)


def test_dead_children_are_replaced_and_a_killed_supervisor_takes_all_with_it(
    data_dir: Path,
) -> None:
    with demo(data_dir) as running:
        running.says("Ctrl-C ends everything")
        for name in ("web", "worker"):
            before = pid_of(data_dir, name)
            os.kill(before, signal.SIGKILL)
            running.says(f"{name} ended and starts again")
            assert replacement_of(before, data_dir, name) != before
        running.end(signal.SIGKILL)
        assert nothing_is_left(data_dir)


def test_an_interruption_while_starting_leaves_nothing(data_dir: Path) -> None:
    with demo(data_dir) as running:
        running.says("Starting PostgreSQL")
        assert running.end(signal.SIGINT) == 0
        assert "Traceback" not in running.told
    assert nothing_is_left(data_dir)
