"""A backtest of a year: how long it takes, how it grows, how much memory it keeps."""

from __future__ import annotations

import json
import random
import resource
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from service.backtesting import Matter, Replay, lines_of
from service.clock import monotonic
from service.policyfile.load import read_directory, read_policy, sample

TICKETS = 100_000
LIMIT = 60.0
START = datetime(2025, 1, 1, tzinfo=UTC)
YEAR = 365 * 86_400
REPLIED = 0.7
ACCOUNTS = ("acme", "borealis", "cedar", "delta", "a stranger")


def recorded(tickets: int) -> Iterator[bytes]:
    """Tickets spread over a year; seven of ten were replied to, and solved, on record."""
    chance = random.Random(7)  # noqa: S311 - the same tickets in every run
    waiting: list[tuple[datetime, bytes]] = []
    for number in range(tickets):
        at = START + timedelta(seconds=YEAR * number / tickets)
        waiting.append((at, _line(at, "created", number, _new(chance))))
        if chance.random() < REPLIED:
            said = {"id": "c", "author": "agent", "public": True, "body": "We look at it."}
            replied = at + timedelta(minutes=chance.expovariate(1 / 90))
            solved = replied + timedelta(hours=chance.expovariate(1 / 20))
            waiting.append((replied, _line(replied, "commented", number, {"comment": said})))
            waiting.append((solved, _line(solved, "updated", number, {"status": "solved"})))
        if number % 1_000 == 0:
            waiting.sort()
            yield from (line for when, line in waiting if when <= at)
            waiting = [(when, line) for when, line in waiting if when > at]
    yield from (line for _, line in sorted(waiting))


def _new(chance: random.Random) -> dict[str, object]:
    return {
        "subject": "Login fails",
        "priority": chance.choice(["urgent", "high", "normal", "normal", "low", "low"]),
        "channel": chance.choice(["portal", "email"]),
        "environment": chance.choice(["prod", "staging"]),
        "organization": {"id": chance.choice(ACCOUNTS)},
    }


def _line(at: datetime, kind: str, number: int, data: dict[str, object]) -> bytes:
    whole = {"id": str(number), **data}
    return json.dumps(
        {"type": f"ticket.{kind}", "timestamp": at.isoformat(), "data": whole}
    ).encode()


def _played(tickets: int) -> tuple[float, int]:
    """Seconds, and the most memory (MB) any process has had."""
    text = sample("policy.yaml")
    old, new = (read_policy(t, "p") for t in (text, text.replace("at_risk: 1h", "at_risk: 2h")))
    directory = read_directory(sample("directory.yaml"), "directory.yaml")
    begin = monotonic()
    with Replay(Matter(old, new, directory)) as replay:
        for ticket, raw in lines_of(recorded(tickets)):
            replay.take(ticket, raw)
        found = replay.finish()
    taken = monotonic() - begin
    if found.tickets != tickets:
        raise RuntimeError(f"{found.tickets} of {tickets} tickets were played")
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return taken, max(resource.getrusage(one).ru_maxrss for one in who) // 1024


def main() -> bool:
    """Print the figures; True when the bound holds."""
    print("backtest: two policies over a year of tickets")
    few, small = _played(TICKETS // 10)
    all_of_them, large = _played(TICKETS)
    print(f"  {TICKETS // 10:,} tickets {few:.1f} s, at most {small} MB in a process")
    grown = f"x{all_of_them / few:.1f}, at most {large} MB in a process"
    print(f"  {TICKETS:,} tickets {all_of_them:.1f} s (bound: {LIMIT:.0f} s), {grown}")
    return all_of_them <= LIMIT


if __name__ == "__main__":
    raise SystemExit(not main())
