"""A call that pages somebody: from Twilio's webhook to our TwiML, at twenty calls a second."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

from benchmarks.crowd import PEOPLE, prepare
from benchmarks.latency import send
from benchmarks.load import drive, request
from benchmarks.stack import Stack, free_port, servers, serving, webhook
from notifiers.twilio.signature import SIGNATURE_HEADER, Form, sign
from service.phone_settings import SIMULATED_SID, SIMULATED_TOKEN
from service.store.pool import connect

CALLS, PER_SECOND, LIMIT = 400, 20, 0.050
"""Requests, how many a second, and the bound of the 99th of a hundred (seconds)."""


def _asked(row: int, number: int, port: int) -> bytes:
    """Twilio asks what to say to whoever picked up."""
    path = f"/twilio/page/{row}"
    fields = {
        "AccountSid": SIMULATED_SID,
        "CallSid": f"CA{number:032x}",
        "CallStatus": "in-progress",
        "To": "+46701740000",
    }
    body = urlencode(fields).encode()
    address = f"http://127.0.0.1:{port}{path}"
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        SIGNATURE_HEADER: sign(str(SIMULATED_TOKEN), address, Form.parse(body)),
    }
    return request(path, body, headers, port)


async def measure(database_url: str, redis_url: str) -> float:
    stack = Stack(database_url, redis_url, free_port(), free_port())
    await prepare(database_url)
    async with serving(stack, worker=False):
        sent: dict[str, float] = {}
        for n in range(PEOPLE):
            body = webhook(n, stack.web, "urgent", "v", [f"t{n}"])
            await send(stack.web, body, f"v{n}", sent)
        conn = await connect(database_url)
        rows = [r["id"] for r in await conn.fetch("select id from outbox where kind = 'page'")]
        await conn.close()
        calls = [_asked(rows[n % len(rows)], n, stack.web) for n in range(CALLS)]
        await drive(stack.web, calls[:40], 4, wanted=200)
        result = await drive(stack.web, calls, 20, wanted=200, per_second=PER_SECOND)
    if result.failures:
        raise RuntimeError(f"not answered with 200: {result.failures}")
    print(f"  median {result.at(0.5) * 1e3:.1f} ms, p99 {result.at(0.99) * 1e3:.1f} ms")
    return result.at(0.99)


def main() -> bool:
    """Print the figures; True when the bound holds."""
    print(f"voice: {PER_SECOND} calls a second ask what to say")
    with servers() as (database_url, redis_url):
        p99 = asyncio.run(measure(database_url, redis_url))
    print(f"  bound: {LIMIT * 1e3:.0f} ms")
    return p99 <= LIMIT


if __name__ == "__main__":
    main()
