"""What all processes have counted, together.

Every process leaves its samples in the database every few seconds (`service.metrics`). Whichever is
asked adds its own, fresh, to what the others left: so any web process answers for all, and a
monitor scrapes the service, not each of its processes. Counters of processes that are gone are
folded into one row, so sums never go back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from routing.case import State
from service.clock import Clock
from service.store import codec
from service.store.pool import AnyConnection, Pool
from service.store.sql import query

GONE = timedelta(hours=1)
"""A process that has left nothing for so long is taken to have ended."""
RETIRED = "retired"
Sample = tuple[str, dict[str, str], float]
Totals = dict[tuple[str, tuple[tuple[str, str], ...]], float]
_samples = msgspec.json.Decoder(list[Sample])


def snapshot(registry: CollectorRegistry) -> str:
    """Every sample as JSON: [[name, {label: value}, value], ...]."""
    return codec.encode(
        [
            [sample.name, sample.labels, sample.value]
            for family in registry.collect()
            for sample in family.samples
            if not sample.name.endswith("_created")
        ]
    )


def total(snapshots: Iterable[str]) -> Totals:
    """The sums of samples of the same name and labels."""
    sums: Totals = {}
    for text in snapshots:
        for name, labels, value in _samples.decode(text):
            key = (name, tuple(sorted(labels.items())))
            sums[key] = sums.get(key, 0.0) + value
    return sums


class _Merged(Collector):
    """The families of a registry with samples from elsewhere, and gauges of the moment."""

    def __init__(self, registry: CollectorRegistry, sums: Totals, gauges: list[Metric]) -> None:
        self.families, self.sums, self.gauges = registry, sums, gauges

    def collect(self) -> Iterator[Metric]:
        for family in self.families.collect():
            merged = Metric(family.name, family.documentation, family.type)
            for (name, labels), value in self.sums.items():
                if _belongs(name, family):
                    merged.add_sample(name, dict(labels), value)
            yield merged
        yield from self.gauges


def _belongs(name: str, family: Metric) -> bool:
    endings = ("_total",) if family.type == "counter" else ("", "_bucket", "_sum", "_count")
    return any(name == family.name + ending for ending in endings)


def merge(registry: CollectorRegistry, others: Iterable[str], gauges: list[Metric]) -> bytes:
    """The text that Prometheus reads: this registry, the others' samples, the gauges."""
    sums = total([snapshot(registry), *others])
    merged = CollectorRegistry()
    merged.register(_Merged(registry, sums, gauges))
    return generate_latest(merged)


def gauge(name: str, words: str, values: Mapping[str, float], label: str = "") -> Metric:
    """A gauge with one sample for each value of its label, or with one alone."""
    family = GaugeMetricFamily(name, words, labels=[label] if label else [])
    for key, value in values.items():
        family.add_metric([key] if label else [], value)
    return family


async def gauges(conn: AnyConnection, clock: Clock) -> list[Metric]:
    """What the tables say at this moment."""
    now = clock.now()
    counted = {r["state"]: r["n"] for r in await conn.fetch(query("count_cases"))}
    waiting = await conn.fetchrow(query("outbox_health"), now)
    oldest = waiting["oldest"] if waiting else None
    age = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    depth = waiting["depth"] if waiting else 0
    return [
        gauge(
            "heliograph_cases",
            "Cases by state.",
            {state: counted.get(state, 0) for state in State},
            "state",
        ),
        gauge("heliograph_outbox_depth", "Effects that wait to leave.", {"": depth}),
        gauge(
            "heliograph_outbox_oldest_seconds",
            "How long the oldest effect that is due has waited.",
            {"": age},
        ),
    ]


async def retire(pool: Pool, clock: Clock) -> int:
    """Fold what ended processes left into one row; how many there were."""
    now = clock.wall()
    async with pool.acquire() as conn, conn.transaction():
        rows = await conn.fetch(query("take_measurements"), now - GONE, RETIRED)
        if not any(r["process"] != RETIRED for r in rows):
            return 0
        sums = total(r["body"] for r in rows)
        body: list[Any] = [[name, dict(labels), value] for (name, labels), value in sums.items()]
        await conn.execute(query("drop_measurements"), [r["process"] for r in rows])
        await conn.execute(query("put_measurements"), RETIRED, now, codec.encode(body))
    return sum(r["process"] != RETIRED for r in rows)
