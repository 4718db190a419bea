"""What a test that kills things needs: servers of its own, and books of what was promised."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from service.clock import SystemClock
from service.embedded import EmbeddedServers
from service.store.migrate import migrate, read_migrations
from service.store.pool import connect
from tests.servers import sibling
from tests.stories.house import Loop, wait_until
from tests.stories.world import Ticket, World


def database(servers: EmbeddedServers, name: str) -> str:
    """A fresh database, migrated."""
    own = servers.addresses.database_url

    async def made() -> None:
        server = await connect(own)
        await server.execute(f"create database {name}")
        await server.close()
        fresh = await connect(sibling(own, name))
        await migrate(fresh, read_migrations(), now=SystemClock().now())
        await fresh.close()

    with Loop() as loop:
        loop.do(made())
    return sibling(own, name)


@contextmanager
def frozen(pid: int | None) -> Iterator[None]:
    """The process hangs: it takes connections and answers nothing."""
    assert pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@dataclass
class Books:
    """Tickets that were accepted with a 202, against texts that were sent for them.

    A source whose webhook is not answered with a 202 posts the same one again, as all of them do.
    """

    world: World
    accepted: list[Ticket] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    lost: int = 0

    def post(self, **members: Any) -> Ticket:
        """File a ticket and post its webhook until it is accepted."""
        ticket = self.world.file(**members)
        body = self.world.zendesk.event(ticket.ticket, "created", {})
        wait_until(lambda: self._accepted(body), lambda: f"never accepted: {self.refused}")
        self.accepted.append(ticket)
        return ticket

    def _accepted(self, body: dict[str, Any]) -> bool:
        try:
            answer = self.world.zendesk.post(body)
        except httpx.HTTPError:
            self.lost += 1
            return False
        if answer.status_code != 202:
            self.refused.append(answer.status_code)
            assert answer.headers["content-type"] == "application/problem+json", answer.text
        return answer.status_code == 202

    def texts(self, person: str = "anna") -> Counter[str]:
        """Case id to the number of texts the person was sent about it."""
        texts = self.world.phone(person).texts
        return Counter(text.rpartition("(")[2].partition(",")[0] for text in texts)

    def goes_on(self, more: int = 4) -> None:
        """Wait until so many more have been accepted."""
        wanted = len(self.accepted) + more
        wait_until(lambda: len(self.accepted) >= wanted, lambda: f"stuck: {self.refused[-5:]}")

    def is_missed(self) -> None:
        """Wait until tickets are refused."""
        wanted = len(self.refused) + 3
        wait_until(lambda: len(self.refused) >= wanted, lambda: "everything is accepted")

    def paged(self, person: str = "anna") -> set[str]:
        """The cases of what has been accepted so far, as soon as the person was paged for each."""
        accepted = list(self.accepted)
        cases = {ticket.case for ticket in accepted}
        assert len(cases) == len(accepted)
        wait_until(
            lambda: cases <= self.texts(person).keys(),
            lambda: f"not paged: {sorted(cases - self.texts(person).keys())}",
        )
        return cases

    def balance(self, person: str = "anna") -> None:
        """Everybody was paged, nobody twice; the texts are taken note of."""
        cases = self.paged(person)
        self.world.settle()
        assert self.texts(person) == Counter(cases), "somebody was paged twice"
        for case in cases:
            self.world.phone(person).gets_sms(f"{case},")


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[None]:
    """`work` again and again beside the block, until it ends; what it raises is raised."""
    over, problems = threading.Event(), list[BaseException]()

    def run() -> None:
        try:
            while not over.is_set():
                work()
        except BaseException as problem:  # noqa: BLE001 - it is raised below
            problems.append(problem)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if problems:
        raise problems[0]
