"""Processes of ours, forked from one that has imported everything.

Each is as real as any: it has a pid, an environment and an exit code, and can be killed. Only the
imports, which take longer than what most of them do, are paid once for all.
"""

import faulthandler
import importlib
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from service.cli import COMMANDS

ROOT = Path(__file__).parents[1]
LONG = 120.0
"""Seconds of real time a command may take."""
_forks = multiprocessing.get_context("forkserver")
_commands = [module for module, _ in COMMANDS.values()]
_forks.set_forkserver_preload(
    [
        __name__,
        *_commands,
        "service.cli_sentences",
        "service.web.app",
        "service.worker",
        "uvicorn.main",
        "tests.ahead",
    ]
)


class Fork:
    """Runs `entry`, a `module:function`, as if it were a program called with `arguments`.

    What it prints is appended to the files `out` and `err`. It is to be waited for.
    """

    def __init__(
        self, entry: str, arguments: Sequence[str], environment: Mapping[str, str], *logs: Path
    ) -> None:
        out, err = logs[0], logs[-1]
        told = (entry, list(arguments), dict(environment), str(out), str(err))
        self._process = _forks.Process(target=_become, args=told)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    def poll(self) -> int | None:
        """The exit code, once it has ended; a signal's number, negative, if that ended it."""
        return self._process.exitcode

    def send_signal(self, signal: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal)

    def kill(self) -> None:
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises subprocess.TimeoutExpired after `timeout` seconds."""
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(str(self._process), timeout or 0)
        return code


def heliograph(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What the command does in an environment without any other setting of ours."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = Fork("service.cli:main", arguments, clean(environment), out, err)
        try:
            code = process.wait(LONG)
        finally:
            process.kill()
        return subprocess.CompletedProcess(arguments, code, out.read_text(), err.read_text())


def clean(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours without the settings of a Heliograph, and with these."""
    ours = {name: value for name, value in os.environ.items() if "HELIOGRAPH" not in name}
    return {**ours, **(environment or {})}


def _become(
    entry: str, arguments: list[str], environment: dict[str, str], out: str, err: str
) -> None:
    for stream, path in ((1, out), (2, err)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, stream)
        os.close(file)
    faulthandler.enable()  # aborted, it tells where it stood
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    module, _, name = entry.partition(":")
    sys.argv = [module, *arguments]
    getattr(importlib.import_module(module), name)()
