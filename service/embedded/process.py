"""One server as a child process: started with dropped rights, watched, and always ended."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from signal import Signals

from service.clock import monotonic
from service.embedded.errors import EmbeddedError
from service.embedded.ownership import leave_to_owner

LAUNCHER = Path(__file__).with_name("launch.py")
LOG_SIZE = 10_000_000
"""Bytes after which a log is put aside at the next start; the one before is dropped."""
POLL = 0.02
"""Seconds between two looks at a server that is starting or stopping."""


class Stay(threading.Thread):
    """Starts something and, once it runs, stays for as long as this process, as it does then."""

    def __init__(self, start: Callable[[], object]) -> None:
        super().__init__(name="stay", daemon=True)
        self._begin = start
        self.begun: Future[None] = Future()
        """Done when it runs; holds what `start` raised otherwise."""
        self.begun.set_running_or_notify_cancel()  # nobody who waits for it can call it off

    def run(self) -> None:
        try:
            self._begin()
        except BaseException as error:  # noqa: BLE001 -- handed to whoever waits
            self.begun.set_exception(error)
            return
        self.begun.set_result(None)
        threading.Event().wait()


def stays(thread: threading.Thread) -> bool:
    return thread is threading.main_thread() or isinstance(thread, Stay)


def launch_command(mode: str, signal: Signals, command: Sequence[str]) -> list[str]:
    python = [sys.executable, "-I", "-S", str(LAUNCHER)]
    return [*python, mode, str(int(signal)), str(os.getpid()), *command]


def quiet_environment() -> dict[str, str]:
    """Ours, without what would turn a PostgreSQL program to another server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def run(
    mode: str, command: Sequence[str], signal: Signals = Signals.SIGKILL
) -> subprocess.CompletedProcess[str]:
    """Runs a short program to its end in `mode`; never raises for its exit code."""
    return subprocess.run(
        launch_command(mode, signal, command),
        cwd="/",
        env=quiet_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


class ServerProcess:
    """A server in a session of its own, so that Ctrl-C reaches its supervisor alone.

    It is sent `end` when this process ends in whatever way, and when `stop` is called; after
    `patience` seconds the harsher signals follow.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        mode: str,
        end: Signals,
        log: Path,
        environment: Mapping[str, str] | None = None,
        folder: Path = Path("/"),
    ) -> None:
        if not stays(threading.current_thread()):
            raise EmbeddedError(
                f"{name} must be started from a thread that stays: it would end with the thread "
                "that started it."
            )
        self.name, self._end, self._log = name, end, log
        if log.exists() and log.stat().st_size > LOG_SIZE:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            leave_to_owner(log)
            self._log_start = output.tell()
            self._process = subprocess.Popen(
                launch_command(mode, end, command),
                cwd=folder,
                env=environment or quiet_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def log_tail(self, lines: int = 12) -> str:
        """What it said since it was started."""
        with self._log.open("rb") as log:
            log.seek(self._log_start)
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])

    def failed(self) -> EmbeddedError:
        return EmbeddedError(
            f"{self.name} stopped while starting; the data is untouched. It said:\n"
            f"{self.log_tail()}"
        )

    def stop(self, patience: float = 30.0) -> None:
        """Asks, then insists, then kills. Returns when the process is gone."""
        for signal, seconds in (
            (self._end, patience),
            (Signals.SIGQUIT, 10.0),
            (Signals.SIGKILL, 10.0),
        ):
            if self.alive:
                self._process.send_signal(signal)
                self._wait(seconds)

    def ask(self) -> None:
        """Asks it to end, and does not wait."""
        if self.alive:
            self._process.send_signal(self._end)

    def kill(self) -> None:
        if self.alive:
            self._process.kill()

    def _wait(self, seconds: float) -> None:
        deadline = monotonic() + seconds
        while self.alive and monotonic() < deadline:
            time.sleep(POLL)
