"""Redis, PostgreSQL and the provider are away, hang or fail for a true minute, under load.

Each outage has a house of its own: servers, provider, web and worker, and sources that post three
tickets a second and post again what was not taken. They run beside each other. Nothing may be
lost or come twice, no process may have to be started again, and what waited leaves when it is over.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass

from benchmarks.outage_house import Account
from benchmarks.stack import ROOT

WELL, AWAY = 200, 503


@dataclass(frozen=True)
class Bounds:
    """Seconds. `page` is the 99th percentile while it lasts; None where nobody can be paged."""

    left: float
    answer: float = 1.0
    page: float | None = None
    ready: tuple[int, ...] = (WELL,)
    """What /readyz may say."""


BOUNDS: dict[str, Bounds] = {
    "Redis away": Bounds(left=2, page=1.5),
    "Redis hangs": Bounds(left=2, page=1.5),
    "PostgreSQL away": Bounds(left=5, ready=(AWAY,)),
    "PostgreSQL hangs": Bounds(left=5, answer=8, ready=(AWAY,)),
    "PostgreSQL restarted and killed": Bounds(left=5, answer=8, page=5, ready=(WELL, AWAY)),
    "provider takes it, answers nothing": Bounds(left=5, page=1.5),
    "provider takes and answers nothing": Bounds(left=8),
    "provider answers 500": Bounds(left=5),
    "provider answers 429": Bounds(left=5),
}
APART = 6.0
"""Seconds between the begins of two outages, so that no two houses catch up at the same time."""


async def _begin(name: str) -> asyncio.subprocess.Process:
    house = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.outage_house", name,
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    if house.stdout is None or await house.stdout.readline() != b"ready\n":
        raise RuntimeError(f"{name}: its house did not start")
    return house


async def _end(house: asyncio.subprocess.Process, after: float) -> Account:
    await asyncio.sleep(after)
    said, _ = await house.communicate(b"\n")
    if house.returncode:
        raise RuntimeError("a house ended before its outage did")
    return Account(**json.loads(said))


async def _all() -> list[Account]:
    houses = await asyncio.gather(*map(_begin, BOUNDS))
    ends = (_end(house, number * APART) for number, house in enumerate(houses))
    return list(await asyncio.gather(*ends))


def _misses(found: Account, bounds: Bounds) -> list[str]:
    """What does not hold, in words."""
    holds = {
        "lost": found.posted == found.accepted == found.paged,
        "doubled": found.doubled == 0,
        "left": found.left_after <= bounds.left,
        "settled": found.settled_after <= bounds.left,
        "answer": found.slowest <= bounds.answer and not found.unanswered,
        "page": bounds.page is None or _p99(found) <= bounds.page,
        "readyz": set(found.ready) <= set(bounds.ready),
    }
    return [name for name, well in holds.items() if not well]


def _p99(found: Account) -> float:
    return found.latencies[int(len(found.latencies) * 0.99)] if found.latencies else 0.0


def _show(found: Account, bounds: Bounds) -> bool:
    lost, misses = found.posted - found.paged, _misses(found, bounds)
    print(f"  {found.name}: {found.accepted} accepted, {found.paged} paged,", end="")
    print(f" {lost} lost, {found.doubled} doubled ({found.unclear} unclear answers)")
    print(
        f"    after it: taken in {found.taken_after:.1f} s, left in {found.left_after:.1f} s",
        end="",
    )
    print(f" (bound: {bounds.left:g} s), settled in {found.settled_after:.1f} s")
    print(f"    during it: {found.refused} webhooks refused, slowest answer", end="")
    print(f" {found.slowest:.2f} s (bound: {bounds.answer:g} s); /readyz", end="")
    print(f" {', '.join(map(str, sorted(set(found.ready))))}", end="")
    if bounds.page is not None:
        print(f"; page p99 {_p99(found):.2f} s (bound: {bounds.page:g} s)", end="")
    print(f"\n    MISSED: {', '.join(misses)}" if misses else "")
    return not misses


def main() -> bool:
    """Print the figures; True when the bounds hold."""
    print("outages: a minute each, three tickets a second; nothing lost, nothing twice")
    held = [_show(found, BOUNDS[found.name]) for found in asyncio.run(_all())]
    return all(held)


if __name__ == "__main__":
    main()
