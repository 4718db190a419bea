"""The folder embedded servers live in: who holds it, where they listen, their passwords.

DATA_DIR/lock          held (flock) by the one process that runs the servers; it names that process
DATA_DIR/servers.json  where they listen, for the other processes; mode 0600
DATA_DIR/secret        the servers' password; mode 0600
"""

import fcntl
import json
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from service.clock import monotonic
from service.embedded.errors import EmbeddedError, InUse
from service.embedded.ownership import leave_to_owner, user_name, write_private

STARTING = 60.0
"""Seconds that another process is given to bring its servers up before we say so."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Both hold the password, so neither is shown."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)

    @property
    def ports(self) -> tuple[int | None, int | None]:
        return urlsplit(self.database_url).port, urlsplit(self.redis_url).port


class DataDir:
    """Made on first use, for its owner alone. `path` becomes absolute: servers run in `/`."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise EmbeddedError(
                f"{self.path} cannot be made ({error.strerror}). Set HELIOGRAPH_DATA_DIR to a "
                "folder that you may write in."
            ) from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Ours until the end of the block. Raises when another process has it."""
        lock = self._open_lock()
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InUse(
                    f"{self.path} is in use: process {lock.read().strip() or 'unknown'} runs its "
                    "servers, and goes on doing so. Stop that one first, or set "
                    "HELIOGRAPH_DATA_DIR to another folder."
                ) from None
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield

    def _open_lock(self) -> TextIO:
        path = self.path / "lock"
        try:
            lock = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        except PermissionError:
            raise EmbeddedError(
                f"{self.path} belongs to {user_name(self.path.stat().st_uid)}. Nothing was "
                "changed. Start as that user, or set HELIOGRAPH_DATA_DIR to another folder."
            ) from None
        leave_to_owner(path)
        return lock

    def is_held(self) -> bool:
        """Whether some process (possibly this one) runs the servers."""
        with self._open_lock() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def publish(self, addresses: Addresses) -> None:
        write_private(self.path / "servers.json", json.dumps(asdict(addresses)))

    def withdraw(self) -> Addresses | None:
        """What an earlier run published, which nobody is to read while the next one starts."""
        before = self.published()
        (self.path / "servers.json").unlink(missing_ok=True)
        return before

    def published(self) -> Addresses | None:
        try:
            return Addresses(**json.loads((self.path / "servers.json").read_text()))
        except FileNotFoundError:
            return None

    def await_published(self) -> Addresses | None:
        """The addresses of the servers that another process runs, or None if none does.

        Waits for a process that is still starting them.
        """
        deadline = monotonic() + STARTING
        while self.is_held() and monotonic() < deadline:
            found = self.published()
            if found:
                return found
            time.sleep(0.1)
        return None

    def password(self) -> str:
        """Made once for this folder; hexadecimal, so it needs no escaping anywhere."""
        file = self.path / "secret"
        if not file.exists():
            write_private(file, secrets.token_hex(24))
        return file.read_text()


def port_for(name: str, wanted: int | None, *, stays: bool) -> int:
    """`wanted` if nothing listens there, else any, on loopback.

    Raises EmbeddedError where none is free, or where it `stays` and another program took its port:
    who works with it knows no other.
    """
    if stays and wanted and bound(wanted) is None:
        raise EmbeddedError(
            f"{name} cannot run on: another program listens on 127.0.0.1:{wanted} by now, and "
            "whoever works with it looks there. The data is safe. Stop that program, or end all "
            "of Heliograph and start it again."
        )
    port = bound(wanted or 0) or bound(0)
    if port is None:
        raise EmbeddedError("No port is free on 127.0.0.1. Stop what holds them, and start again.")
    return port


def bound(port: int) -> int | None:
    """The port, or the one that is given for 0; None where something listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return None
        return int(probe.getsockname()[1])
