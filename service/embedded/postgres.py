"""The embedded PostgreSQL: one cluster in one folder."""

import os
import re
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGINT

from service.clock import monotonic
from service.embedded.data_dir import port_for
from service.embedded.errors import EmbeddedError
from service.embedded.ownership import give, write_private
from service.embedded.privilege import Footing
from service.embedded.process import POLL, ServerProcess, run

USER = "postgres"
RECOVERY = 900.0
"""Seconds for a start. Recovery after a crash may replay much; a dead server is noticed at once."""
NAMES_ITERATIONS = 16
"""The first PostgreSQL whose initdb takes settings."""

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # their paths may be 107 bytes long, which folders exceed
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_buffers": "128MB",
    "max_connections": "100",
}


@dataclass(slots=True)
class Postgres:
    """`durable` False is for tests: nothing survives a power cut, everything is faster."""

    footing: Footing
    password: str = field(repr=False)
    log: Path
    durable: bool = True
    port: int | None = None
    stays: bool = False
    """Whether it listens at `port` or nowhere, since others know it there; so once it has run."""
    _process: ServerProcess | None = field(default=None, init=False)

    @property
    def data(self) -> Path:
        return self.footing.data

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/postgres"

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.alive

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Returns once connections are taken. Makes the cluster where there is none."""
        if not self.data.exists():
            self._make_cluster()
        self._check_version()
        if self.footing.mode != "namespace":
            give(self.data, self.footing.owner)
        self._end_predecessor()
        self.port = port_for("PostgreSQL", self.port, stays=self.stays)
        self._process = ServerProcess(
            "PostgreSQL", self._command(), mode=self.footing.mode, end=SIGINT, log=self.log
        )
        self._await_ready(self._process)
        self.stays = True

    def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back, what was committed stays."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def _command(self) -> list[str]:
        safe = "on" if self.durable else "off"
        durability = dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), safe)
        settings = {**SETTINGS, **durability, "port": str(self.port)}
        told = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.footing.bin / "postgres"), "-D", str(self.data), *told]

    def _make_cluster(self) -> None:
        """Under another name first: a killed initdb never leaves half a cluster."""
        draft = self.data.with_name(f"{self.data.name}.init")
        secret = self.data.with_name(f"{self.data.name}.password")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        write_private(secret, self.password)
        for path in (draft, secret):
            os.chown(path, self.footing.owner, -1)
        made = run(self.footing.mode, self._initdb(draft, secret))
        secret.unlink()
        if made.returncode != 0:
            raise EmbeddedError(
                f"PostgreSQL could not make its data folder {self.data}. It said:\n"
                f"{made.stderr.strip()}"
            )
        draft.rename(self.data)

    def _initdb(self, draft: Path, secret: Path) -> list[str]:
        command = [str(self.footing.bin / "initdb"), "-D", str(draft), "-U", USER]
        command += ["--encoding=UTF8", "--no-locale", "--no-instructions"]
        command += ["--auth=scram-sha-256", f"--pwfile={secret}"]
        if not self.durable:
            command.append("--no-sync")
        if self._major() >= NAMES_ITERATIONS:
            # Thousands of rounds guard guessable passwords; ours is 192 random bits.
            command += ["-c", "scram_iterations=1"]
        return command

    def _major(self) -> int:
        told = run(self.footing.mode, [str(self.footing.bin / "postgres"), "--version"]).stdout
        found = re.search(r"(\d+)", told)
        return int(found[1]) if found else 0

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        ours = self._major()
        if made_by != str(ours):
            raise EmbeddedError(
                f"{self.data} was made by PostgreSQL {made_by}, and {self.footing.bin} is {ours}. "
                "The data is untouched. Start with the release that made it, dump it with "
                "pg_dumpall, and restore into a new HELIOGRAPH_DATA_DIR."
            )

    def _end_predecessor(self) -> None:
        """Whoever postmaster.pid names, while we hold the folder, is a leftover of a killed run.

        It is shutting down already, or was frozen or detached: it is asked again and waited for.
        A pid that a stranger has by now (a reboot, a new container) only makes the file stale.
        """
        pid_file = self.data / "postmaster.pid"
        pid = first_number(pid_file)
        if pid is None:
            return
        deadline = monotonic() + 60
        while is_postmaster(pid, self.data):
            if monotonic() > deadline:
                raise EmbeddedError(
                    f"An earlier PostgreSQL (process {pid}) still runs on {self.data} and does "
                    f"not end. The data is safe. End it with kill -QUIT {pid}, and start again."
                )
            os.kill(pid, SIGINT)
            time.sleep(POLL * 5)
        pid_file.unlink(missing_ok=True)

    def _await_ready(self, process: ServerProcess) -> None:
        deadline = monotonic() + RECOVERY
        while not says_ready(self.data / "postmaster.pid", process.pid):
            if not process.alive:
                raise process.failed()
            if monotonic() > deadline:
                process.stop()
                raise process.failed()
            time.sleep(POLL)


def lines_of(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except FileNotFoundError:
        return []


def first_number(pid_file: Path) -> int | None:
    lines = lines_of(pid_file)
    return int(lines[0]) if lines and lines[0].strip().isdigit() else None


def says_ready(pid_file: Path, pid: int) -> bool:
    """The eighth line is the postmaster's status; the first says whose file it is."""
    lines = lines_of(pid_file)
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"  # noqa: PLR2004 -- see above


def is_postmaster(pid: int, data: Path) -> bool:
    """Whether the process with that pid now is a server on that very folder."""
    try:
        told = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False
    return os.fsencode(data) in told and Path(os.fsdecode(told[0])).name == "postgres"
