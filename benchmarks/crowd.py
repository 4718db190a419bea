"""A hundred people, each paged for one tag, so that no phone is paged for everything."""

from __future__ import annotations

from datetime import timedelta

from benchmarks.stack import load_samples
from routing.people import ContactMethod, ContactRule, Person
from service.policyfile.load import read_policy
from service.store import codec
from service.store.pool import connect

PEOPLE = 100
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


async def prepare(url: str) -> None:
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
