"""The hotline's answers: calls at once, each asking for its next document as soon as it has one.

A call rings, confirms, waits in line and hangs up; every caller is of an account of his own, so
that each opens a case. Printed: the time to an answer, and what a turn costs the web process.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.load import request
from benchmarks.stack import Stack, free_port, load_samples, servers, serving
from notifiers.twilio.signature import Form, sign
from routing.people import Account, Contact
from service import matching
from service.clock import SystemClock
from service.store import codec
from service.store.pool import connect
from service.store.sql import query

CALLS, ONE_AFTER_ANOTHER, WAITS = 20, 5, 20
"""Calls at once; how many on each line; how often each asks again while it waits."""
WARM = 1.0
"""Seconds."""
TOKEN, SID = "bench-token", "AC" + "0" * 32
BOUND = 0.050
"""Seconds within which 99 of 100 requests are answered."""
LOOK = 4.0
"""Seconds between two requests of a caller who waits; in production they are five or more."""
PACED = 100
"""Calls at once at that pace."""
_ACTION = re.compile(r'action="([^"#]+)')


@dataclass
class Heard:
    """Seconds to each answer, by what was asked."""

    rings: list[float] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)

    @property
    def all(self) -> list[float]:
        return sorted([*self.rings, *self.keys, *self.waits, *self.ends])


def number(call: int) -> str:
    return f"+1415{call:07}"


async def prepare(url: str, callers: int) -> None:
    """The demo's policy, and an account with one contact for each caller."""
    await load_samples(url)
    accounts = [
        Account(f"a{n}", f"Account {n}", "premier", contacts=(Contact("A", phone=number(n)),))
        for n in range(callers)
    ]
    conn, now = await connect(url), SystemClock().now()
    bodies = [codec.encode(a) for a in accounts]
    await conn.execute(query("upsert_accounts"), [a.id for a in accounts], bodies, now)
    keys = [(k, v, a.id) for a in accounts for k, v in matching.account_keys(a)]
    await conn.execute(query("insert_account_keys"), *(list(c) for c in zip(*keys, strict=True)))
    await conn.close()


@dataclass
class Caller:
    """One call over one connection that is kept."""

    port: int
    number: str
    sid: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def asks(self, path: str, into: list[float], **fields: str) -> str:
        given: Mapping[str, str] = {
            "AccountSid": SID, "CallSid": self.sid, "From": self.number, "To": "+14155550100",
            "CallStatus": "in-progress", "Direction": "inbound", "ApiVersion": "2010-04-01",
            **fields,
        }  # fmt: skip
        form = Form({name: [value] for name, value in given.items()})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": sign(TOKEN, f"http://127.0.0.1:{self.port}{path}", form),
        }
        message = request(path, urlencode(given).encode(), headers, self.port)
        begun = time.perf_counter()
        self.writer.write(message)
        head = await self.reader.readuntil(b"\r\n\r\n")
        size = int(re.findall(rb"content-length: (\d+)", head.lower())[0])
        body = (await self.reader.readexactly(size)).decode()
        into.append(time.perf_counter() - begun)
        if not head.startswith(b"HTTP/1.1 200") or "fault of our own" in body:
            raise RuntimeError(head.decode() + body)
        return body


async def talk(port: int, call: int, heard: Heard, waits: int, pause: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    caller = Caller(port, number(call), f"CA{call:032x}", reader, writer)
    await asyncio.sleep(pause * call / PACED)
    said = await caller.asks("/twilio/voice", heard.rings)
    said = await caller.asks(_action(said), heard.keys, Digits="1")
    if "case number" not in said:
        raise RuntimeError(said)
    for _ in range(waits):
        await asyncio.sleep(pause)
        said = await caller.asks(_action(said), heard.waits)
    await caller.asks("/twilio/voice", heard.ends, CallStatus="completed")
    writer.close()


def _action(document: str) -> str:
    return "/" + _ACTION.findall(document)[0].split("/", 3)[3]


def _cpu(process: int) -> float:
    """Seconds a process and its threads have computed."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(database_url: str, redis_url: str) -> bool:
    stack = Stack(database_url, redis_url, free_port(), free_port())
    await prepare(database_url, CALLS * ONE_AFTER_ANOTHER + PACED)
    twilio = {"ACCOUNT_SID": SID, "AUTH_TOKEN": TOKEN, "FROM_NUMBER": "+14155550100"}
    settings = {f"HELIOGRAPH_TWILIO_{name}": value for name, value in twilio.items()}
    async with serving(stack, worker=False, **settings):
        heard = Heard()
        lines = [asyncio.create_task(_line(stack.web, n, heard)) for n in range(CALLS)]
        await asyncio.sleep(WARM)
        before, warm = _cpu(stack.web_process), len(heard.all)
        await asyncio.gather(*lines)
        spent = (_cpu(stack.web_process) - before) / (len(heard.all) - warm)
        tail = _tell(f"{CALLS} calls, no pause", heard)
        print(f"  the web process computes {spent * 1e3:.2f} ms for a turn")
        paced = Heard()
        calls = range(CALLS * ONE_AFTER_ANOTHER, CALLS * ONE_AFTER_ANOTHER + PACED)
        await asyncio.gather(*(talk(stack.web, call, paced, 2, LOOK) for call in calls))
        slow = _tell(f"{PACED} calls, a look every {LOOK:g} s", paced)
    return max(tail, slow) <= BOUND


async def _line(port: int, line: int, heard: Heard) -> None:
    """Calls one after another; the first warms, and is of another length on each line."""
    for turn in range(ONE_AFTER_ANOTHER):
        waits = WAITS if turn else WAITS * line // CALLS
        await talk(port, line * ONE_AFTER_ANOTHER + turn, heard if turn else Heard(), waits, 0)


def _tell(what: str, heard: Heard) -> float:
    """Print what was measured; the 99th percentile of all requests, in seconds."""
    print(f"  {what}: bound {BOUND * 1e3:.0f} ms at p99")
    parts = {"ringing": heard.rings, "confirming": heard.keys, "waiting": heard.waits}
    for name, times in {**parts, "hanging up": heard.ends, "all": heard.all}.items():
        ordered = sorted(times)
        p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
        print(f"    {name:10} {len(ordered):5} p50 {p50 * 1e3:6.1f} ms, p99 {p99 * 1e3:6.1f} ms")
    ordered = heard.all
    return ordered[int(len(ordered) * 0.99)]


def main() -> bool:
    """Print the figures; True when the bound holds."""
    print("hotline: time to the next document")
    with servers() as (database_url, redis_url):
        return asyncio.run(measure(database_url, redis_url))


if __name__ == "__main__":
    main()
