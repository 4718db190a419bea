"""What is done to a service: its servers and its provider are taken away, for a true minute."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from notifiers.simulator.harness import Simulator
from notifiers.simulator.records import Ailment, Direction, Trouble
from service.embedded import EmbeddedServers

MINUTE = 60.0
BETWEEN = 10.0
"""Seconds from one restart to the next."""
TICKET = re.compile(r"#(\S+?):")


@dataclass
class House:
    """Its web process answers at `url`."""

    servers: EmbeddedServers
    twilio: Simulator
    url: str
    ready: list[int] = field(default_factory=list)
    """What /readyz answered, once a second while the outage lasted; 0 is nothing."""

    def pages(self) -> dict[str, list[float]]:
        """Ticket to when the provider took each text about it (Unix seconds)."""
        found: dict[str, list[float]] = {}
        for text in list(self.twilio.simulation.exchange.texts.values()):
            if text.direction is Direction.API:
                for ticket in TICKET.findall(text.body):
                    found.setdefault(ticket, []).append(text.created.timestamp())
        return found

    def asked(self, path: str) -> int:
        """The status of the answer, 0 where there is none."""
        try:
            return httpx.get(self.url + path, timeout=10, trust_env=False).status_code
        except httpx.HTTPError:
            return 0

    def lasts(self, seconds: float) -> None:
        """Watch what /readyz says meanwhile."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self.ready.append(self.asked("/readyz"))
            time.sleep(min(1.0, max(0.0, ends - time.monotonic())))


def _tree(pid: int) -> list[int]:
    """A process and all that it has begun."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has ended
        children.setdefault(parent, []).append(int(status.parent.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


@contextmanager
def _frozen(pid: int | None) -> Iterator[None]:
    """It takes connections; neither it nor its children answer anything."""
    stopped: list[int] = []
    while more := [one for one in _tree(pid or 0) if one not in stopped]:
        for one in more:
            os.kill(one, signal.SIGSTOP)
        stopped += more
    try:
        yield
    finally:
        for one in stopped:
            os.kill(one, signal.SIGCONT)


def _redis_away(house: House) -> None:
    house.servers.redis.stop()
    house.lasts(MINUTE)
    house.servers.redis.start()


def _redis_hangs(house: House) -> None:
    with _frozen(house.servers.redis.pid):
        house.lasts(MINUTE)


def _postgresql_away(house: House) -> None:
    house.servers.postgres.stop()
    house.lasts(MINUTE)
    house.servers.postgres.start()


def _postgresql_hangs(house: House) -> None:
    with _frozen(house.servers.postgres.pid):
        house.lasts(MINUTE)


def _postgresql_restarts(house: House) -> None:
    """Restarted and killed in turn."""
    server = house.servers.postgres
    for number in range(int(MINUTE / BETWEEN)):
        house.lasts(BETWEEN)
        if number % 2:
            os.kill(server.pid or 0, signal.SIGKILL)
            while server.alive:
                time.sleep(0.01)
        else:
            server.stop()
        server.start()


def _provider(trouble: Trouble) -> Callable[[House], None]:
    def fails(house: House) -> None:
        house.twilio.trouble(trouble)
        house.lasts(MINUTE)
        house.twilio.trouble(None)

    return fails


BLOWS: Mapping[str, tuple[Callable[[House], None], float]] = {
    "Redis away": (_redis_away, MINUTE),
    "Redis hangs": (_redis_hangs, MINUTE),
    "PostgreSQL away": (_postgresql_away, MINUTE),
    "PostgreSQL hangs": (_postgresql_hangs, MINUTE),
    "PostgreSQL restarted and killed": (_postgresql_restarts, MINUTE),
    "provider takes it, answers nothing": (_provider(Trouble(Ailment.SILENT)), MINUTE),
    "provider takes and answers nothing": (_provider(Trouble(Ailment.DEAF)), MINUTE),
    "provider answers 500": (_provider(Trouble(Ailment.REFUSE, 20500)), MINUTE),
    "provider answers 429": (_provider(Trouble(Ailment.REFUSE, 20429)), MINUTE),
}
"""Name to what is done, and about how long that takes (seconds)."""
