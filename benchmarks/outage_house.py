"""One whole service, with servers and a provider of its own, through one outage.

python -m benchmarks.outage_house NAME

Says "ready", waits for a line, and says what became of everything as one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from math import inf
from pathlib import Path

import httpx

from benchmarks.blows import BLOWS, House
from benchmarks.crowd import prepare
from benchmarks.sources import TAKEN, Sources, Ticket
from benchmarks.stack import WORKER, Stack, environment, free_port, process, web_on
from notifiers.simulator.harness import Simulator
from service.embedded import EmbeddedServers
from service.store.pool import connect

RATE, BEFORE, AFTER = 3.0, 5.0, 10.0
"""Webhooks a second, and for how many seconds before and after the outage."""
PATIENCE = 120.0
"""Seconds that what was due is waited for."""
READY = 200
UNCLEAR = re.compile(r'^heliograph_pages_total{.*outcome="unclear".*} ([\d.]+)', re.MULTILINE)
OPEN = """
select exists (select from outbox where state in ('queued', 'sending'))
    or exists (select from intake where state = 'stored')
"""
SETTLED = """
select bool_and(settled_at is not null) as "all", max(settled_at) as last
from outbox where created_at < $1
"""
Span = tuple[float, float]
"""When the outage began and ended (Unix seconds)."""


@contextmanager
def living() -> Iterator[House]:
    """Everything runs, and the first ticket has been paged for."""
    with (
        tempfile.TemporaryDirectory(prefix="heliograph-bench-") as folder,
        EmbeddedServers(Path(folder)) as servers,
        Simulator(strict=False) as twilio,
    ):
        at = servers.addresses
        stack = Stack(at.database_url, at.redis_url, free_port(), 0)
        asyncio.run(prepare(stack.database_url))
        house = House(servers, twilio, f"http://127.0.0.1:{stack.web}")
        twilio.connect(f"{house.url}/twilio/sms")
        env = environment(
            stack,
            HELIOGRAPH_TWILIO_API_URL=twilio.api_url,
            HELIOGRAPH_TWILIO_ACCOUNT_SID=twilio.account_sid,
            HELIOGRAPH_TWILIO_AUTH_TOKEN=twilio.auth_token,
            HELIOGRAPH_TWILIO_FROM_NUMBER=twilio.number,
            HELIOGRAPH_SMS_PER_SECOND="0",
        )
        with process(*web_on(stack.web), **env) as web, process(*WORKER, **env) as worker:
            if not until(lambda: house.asked("/livez") == READY):
                raise RuntimeError("the web process did not start")
            asyncio.run(Sources(stack.web, "warm", 1).post(0))
            until(lambda: bool(house.pages()))
            yield house
            if web.poll() is not None or worker.poll() is not None:
                raise RuntimeError("one of our processes has ended")


def until(done: Callable[[], bool]) -> bool:
    """Whether it was, before patience ended."""
    ends = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True


async def settled_after(url: str, end: float) -> float:
    """Seconds until the last of what was decided before the end was settled."""
    conn, before = await connect(url), datetime.fromtimestamp(end, UTC)
    ends = time.monotonic() + PATIENCE
    while await conn.fetchval(OPEN) and time.monotonic() < ends:  # noqa: ASYNC110 - others work
        await asyncio.sleep(0.05)
    row = await conn.fetchrow(SETTLED, before)
    await conn.close()
    if row is None or not row["all"]:
        return inf
    last: datetime = row["last"]
    return max(0.0, (last - before).total_seconds())


@dataclass
class Account:
    """What became of everything. Times are in seconds."""

    name: str
    posted: int
    accepted: int
    paged: int
    doubled: int
    unclear: int
    """Tries of which the provider's answer was unclear."""
    refused: int
    """Answers other than 202 while it lasted, and how many webhooks had none in time."""
    unanswered: int
    slowest: float
    """Answer to a webhook."""
    taken_after: float
    """From the end until all that was posted before had been taken, and had left."""
    left_after: float
    settled_after: float
    ready: list[int]
    """What /readyz answered, once a second."""
    latencies: list[float] = field(default_factory=list)
    """From taken to paged, of what was taken while it lasted; in order."""


def account_of(name: str, house: House, sources: Sources, span: Span) -> Account:
    begun, end = span
    database = house.servers.addresses.database_url
    settled, pages = asyncio.run(settled_after(database, end)), house.pages()
    meanwhile = [answer for answer in sources.answers if begun <= answer.asked < end]
    due = [t for t in sources.tickets if t.posted < end and t.taken is not None and t.name in pages]
    unclear = UNCLEAR.search(httpx.get(f"{house.url}/metrics", timeout=10).text)
    return Account(
        name,
        posted=len(sources.tickets),
        accepted=sum(t.taken is not None for t in sources.tickets),
        paged=sum(t.name in pages for t in sources.tickets),
        doubled=sum(len(pages.get(t.name, ())) > 1 for t in sources.tickets),
        unclear=int(float(unclear[1])) if unclear else 0,
        refused=sum(a.status not in {0, TAKEN} for a in meanwhile),
        unanswered=sum(a.status == 0 for a in meanwhile),
        slowest=max(a.seconds for a in meanwhile),
        taken_after=max(0.0, max(t.taken or end for t in due) - end),
        left_after=max(0.0, max(pages[t.name][0] for t in due) - end),
        settled_after=settled,
        ready=house.ready,
        latencies=sorted(_latencies(sources.tickets, pages, span)),
    )


def _latencies(tickets: list[Ticket], pages: dict[str, list[float]], span: Span) -> Iterator[float]:
    for ticket in tickets:
        if ticket.taken is not None and span[0] <= ticket.taken < span[1] and ticket.name in pages:
            yield pages[ticket.name][0] - ticket.taken


def live(name: str) -> Account:
    blow, seconds = BLOWS[name]
    with living() as house:
        print("ready", flush=True)
        if not sys.stdin.readline():
            raise SystemExit("whoever wanted to know has ended")
        sources = Sources(int(house.url.rpartition(":")[2]), "o", RATE)
        posts = sources.post_for(BEFORE + seconds + AFTER)
        thread = threading.Thread(target=asyncio.run, args=(posts,))
        thread.start()
        time.sleep(BEFORE)
        begun = time.time()
        blow(house)
        end = time.time()
        thread.join()
        until(lambda: {t.name for t in sources.tickets} <= house.pages().keys())
        return account_of(name, house, sources, (begun, end))


def main(name: str) -> None:
    """Servers must be started from the main thread, so the sources have another one."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    print(json.dumps(asdict(live(name))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
