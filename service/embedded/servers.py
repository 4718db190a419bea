"""Both embedded servers, held by this process for as long as it lives."""

from contextlib import ExitStack
from pathlib import Path
from typing import Self

from service.embedded.binaries import postgres_bin, redis_server
from service.embedded.data_dir import Addresses, DataDir
from service.embedded.ownership import leave_to_owner
from service.embedded.postgres import Postgres
from service.embedded.privilege import find_footing
from service.embedded.redis import Redis


class EmbeddedServers:
    """Starts on entering, stops on leaving; entered from a thread that stays (process.py).

    Raises EmbeddedError. They listen where they did last, if they can; with `before`, where others
    look for them, there or nowhere. However this process ends, SIGKILL included, both end with it.
    """

    def __init__(
        self, data_dir: Path, *, durable: bool = True, before: Addresses | None = None
    ) -> None:
        self._folder = DataDir(data_dir)
        self._durable = durable
        self._before = before
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._folder.held())
            before = self._folder.withdraw()
            self.postgres, self.redis = self._prepare(self._before or before)
            for server in (self.postgres, self.redis):
                stack.callback(server.stop)
                server.start()
            self._folder.publish(self.addresses)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _prepare(self, before: Addresses | None) -> tuple[Postgres, Redis]:
        path = self._folder.path
        logs = path / "logs"
        logs.mkdir(mode=0o700, exist_ok=True)
        leave_to_owner(logs)
        footing = find_footing(postgres_bin(), path / "postgres")
        ports = before.ports if before else (None, None)
        password = self._folder.password()
        stays = self._before is not None
        postgres = Postgres(
            footing, password, logs / "postgres.log", self._durable, ports[0], stays
        )
        # Another user's folder: what root's Redis wrote, that user could not read again.
        mode = footing.mode if path.stat().st_uid == footing.owner != 0 else "direct"
        return postgres, Redis(
            redis_server(),
            path / "redis",
            password,
            logs / "redis.log",
            mode,
            self._durable,
            ports[1],
            stays,
        )

    @property
    def addresses(self) -> Addresses:
        return Addresses(self.postgres.url, self.redis.url)

    def revive(self) -> list[str]:
        """Starts what has died, at its old address; returns the names of what was started."""
        revived = []
        for server, name in ((self.postgres, "PostgreSQL"), (self.redis, "Redis")):
            if not server.alive:
                server.start()
                revived.append(name)
        if revived:
            self._folder.publish(self.addresses)
        return revived


def kept(data_dir: Path) -> bool:
    """Whether embedded servers have ever kept anything in this folder."""
    return (data_dir.expanduser() / "secret").exists()


def running(data_dir: Path) -> Addresses | None:
    """Where the servers of another process listen, or None if no process runs them."""
    if not data_dir.expanduser().exists():
        return None
    return DataDir(data_dir).await_published()
