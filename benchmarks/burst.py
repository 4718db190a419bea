"""A hundred cases for a hundred people at once: when the last first page has left."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

from benchmarks.latency import _send
from benchmarks.provider import Provider
from benchmarks.stack import Stack, free_port, load_samples, servers, serving, webhook
from routing.people import ContactMethod, ContactRule, Person
from service.policyfile.load import read_policy
from service.store import codec
from service.store.pool import connect

PEOPLE = 100
LIMIT = 2.0
"""Seconds."""
PATIENCE = 30
POLICY = """
policy: burst
extends: mattermost@2021-08
schedules:
  all:
    zone: UTC
    rotation: {people: [p0], every: 1 week, handoff: mon 09:00}
escalation_policies:
%s
routes:
%s
  - {id: rest, escalate: e0, page: now}
duty_manager: person p0
"""


def _people() -> dict[str, Person]:
    found = {}
    for n in range(PEOPLE):
        mobile = ContactMethod("mobile", "sms", f"+4670174{n:04}", verified=True)
        rules = {"urgent": (ContactRule("mobile", timedelta()),)}
        found[f"p{n}"] = Person(
            f"p{n}", f"Person {n}", contact_methods=(mobile,), contact_rules=rules
        )
    return found


async def _prepare(url: str) -> None:
    """One person for each tag, so that every case wakes somebody else."""
    await load_samples(url, _people())
    steps = "\n".join(
        f"  e{n}: {{steps: [{{page: person p{n}, wait: 10m}}], rounds: 1}}" for n in range(PEOPLE)
    )
    routes = "\n".join(
        f"  - {{id: r{n}, when: {{tags: [t{n}]}}, escalate: e{n}, page: now}}"
        for n in range(PEOPLE)
    )
    text = POLICY % (steps, routes)
    document = codec.encode(read_policy(text, "burst.yaml"))
    conn = await connect(url)
    await conn.execute("update policies set source = $1, document = $2", text, document)
    await conn.execute("update generations set value = value + 1")
    await conn.close()


async def measure(database_url: str, redis_url: str) -> float:
    stack = Stack(database_url, redis_url, free_port(), free_port())
    await _prepare(database_url)
    provider, sent = Provider(0.05), {}
    server = await provider.serve(stack.provider)
    async with serving(stack, HELIOGRAPH_SMS_PER_SECOND="0"):
        warm: dict[str, float] = {}
        await _send(stack.web, webhook(0, stack.web, run="warm", tags=["t0"]), warm)
        await asyncio.sleep(1)
        bodies = [
            webhook(n, stack.web, "normal" if n % 2 else "urgent", "b", [f"t{n}"])
            for n in range(PEOPLE)
        ]
        start = time.time()
        await asyncio.gather(*(_send(stack.web, body, sent) for body in bodies))
        while time.time() - start < PATIENCE:
            if sent.keys() <= provider.first_page_of_each_case().keys():
                break
            await asyncio.sleep(0.02)
        paged = provider.first_page_of_each_case()
    server.close()
    return max(paged[case] for case in sent) - start


def main() -> bool:
    """Print the figure; True when the bound holds."""
    print("burst: a hundred cases for a hundred people, provider answers in 50 ms")
    with servers() as (database_url, redis_url):
        last = asyncio.run(measure(database_url, redis_url))
    print(f"  last first page after {last:.2f} s (bound: {LIMIT:.0f} s)")
    return last <= LIMIT


if __name__ == "__main__":
    main()
