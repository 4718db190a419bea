"""Ticket systems that post at a steady rate and post again what was not taken, as real ones do."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from benchmarks.crowd import PEOPLE
from benchmarks.stack import webhook

TIMEOUT, PAUSE = 10.0, 5.0
"""Seconds: what a source waits for an answer, and until it asks again where it was given none."""
TAKEN = 202


@dataclass
class Ticket:
    """When its webhook was posted first, and when it was answered with a 202 (Unix seconds)."""

    name: str
    posted: float
    taken: float | None = None


@dataclass
class Answer:
    """`status` is 0 where none came in time."""

    asked: float
    seconds: float
    status: int


@dataclass
class Sources:
    """Posts `rate` tickets a second to the web process at `port`, each until it is taken."""

    port: int
    run: str
    rate: float
    tickets: list[Ticket] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    async def post_for(self, seconds: float) -> None:
        """Returns once everything that was posted has been taken."""
        begun, posts = time.perf_counter(), []
        for number in range(int(seconds * self.rate)):
            await asyncio.sleep(max(0.0, begun + number / self.rate - time.perf_counter()))
            posts.append(asyncio.create_task(self.post(number)))
        await asyncio.gather(*posts)

    async def post(self, number: int) -> None:
        ticket = Ticket(f"{self.run}{number}", time.time())
        self.tickets.append(ticket)
        while ticket.taken is None:
            body = webhook(number, self.port, run=self.run, tags=[f"t{number % PEOPLE}"])
            asked = time.time()
            status, pause = await answer_to(body, self.port)
            now = time.time()
            self.answers.append(Answer(asked, now - asked, status))
            if status == TAKEN:
                ticket.taken = now
            else:
                await asyncio.sleep(pause)


async def answer_to(request: bytes, port: int) -> tuple[int, float]:
    """The status, and how long the answer says to wait; 0 where none came in time."""
    writer = None
    try:
        async with asyncio.timeout(TIMEOUT):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return 0, PAUSE
    finally:
        if writer is not None:
            writer.close()
    _, found, after = head.partition(b"retry-after:")
    return int(head[9:12]), float(after.split(b"\r\n")[0]) if found else PAUSE
