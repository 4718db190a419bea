"""The embedded Redis (Valkey): one append-only file in one folder."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM

from service.clock import monotonic
from service.embedded.data_dir import port_for
from service.embedded.errors import EmbeddedError
from service.embedded.ownership import leave_to_owner, write_private
from service.embedded.process import POLL, ServerProcess

LOADING = 300.0
"""Seconds for a start, in which the append-only file is read."""


@dataclass(slots=True)
class Redis:
    """`durable` writes an append-only file, flushed every second. Nothing here needs more."""

    binary: Path
    data: Path
    password: str = field(repr=False)
    log: Path
    mode: str = "direct"
    """As in launch.py."""
    durable: bool = True
    port: int | None = None
    stays: bool = False
    """As PostgreSQL does."""
    _process: ServerProcess | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.alive

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Returns once commands are taken. Data that it cannot read is put aside, not deleted."""
        self._make_folder()
        self.port = port_for("Redis", self.port, stays=self.stays)
        try:
            self._start_once()
        except EmbeddedError:
            if not any(self.data.iterdir()):
                raise
            self._put_data_aside()
            self._start_once()

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop(patience=10.0)
            self._process = None

    def _start_once(self) -> None:
        # In a file, since every user of the machine can read a command line.
        config = self.data.with_name("redis.conf")
        write_private(config, self._config())
        command = [str(self.binary), str(config)]
        process = ServerProcess("Redis", command, mode=self.mode, end=SIGTERM, log=self.log)
        self._process = process
        self._await_ready(process)
        self.stays = True

    def _config(self) -> str:
        settings = {
            "port": self.port,
            "bind": "127.0.0.1",
            "dir": f'"{self.data}"',
            "requirepass": self.password,
            "save": '""',
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
        }
        return "".join(f"{name} {value}\n" for name, value in settings.items())

    def _make_folder(self) -> None:
        self.data.mkdir(mode=0o700, exist_ok=True)
        leave_to_owner(self.data)

    def _put_data_aside(self) -> None:
        """Redis only makes things prompt; what must not be lost is in PostgreSQL."""
        number = 1
        while (aside := self.data.with_name(f"{self.data.name}.unreadable-{number}")).exists():
            number += 1
        self.data.rename(aside)
        self._make_folder()

    def _await_ready(self, process: ServerProcess) -> None:
        deadline = monotonic() + LOADING
        while not answers(self.url):
            if not process.alive:
                raise process.failed()
            if monotonic() > deadline:
                process.stop()
                raise process.failed()
            time.sleep(POLL)


def answers(url: str) -> bool:
    import redis  # noqa: PLC0415 -- 0.1 s that a command with servers of its own need not wait

    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False
