"""What all processes have counted, together."""

from datetime import UTC, datetime, timedelta

from prometheus_client.parser import text_string_to_metric_families

from service.clock import FixedClock
from service.measurements import RETIRED, gauges, merge, retire, snapshot
from service.measures import Measures
from service.store.pool import Pool
from service.store.sql import query

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def counted(webhooks: int, latencies: tuple[float, ...] = ()) -> Measures:
    measures = Measures()
    measures.webhooks.labels("zendesk", "accepted").inc(webhooks)
    for seconds in latencies:
        measures.page_latency.observe(seconds)
    return measures


def values(text: bytes) -> dict[str, float]:
    return {
        sample.name + "".join(f"/{v}" for v in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_one_process_answers_for_all() -> None:
    others = [snapshot(counted(2, (0.003, 0.4)).registry), snapshot(counted(3).registry)]
    told = values(merge(counted(5, (0.02,)).registry, others, []))
    assert told["heliograph_webhooks_total/accepted/zendesk"] == 10
    assert told["heliograph_page_latency_seconds_count"] == 3
    assert told["heliograph_page_latency_seconds_bucket/0.005"] == 1
    assert told["heliograph_page_latency_seconds_bucket/0.02"] == 2
    assert told["heliograph_page_latency_seconds_bucket/+Inf"] == 3
    assert round(told["heliograph_page_latency_seconds_sum"], 3) == 0.423
    assert not [name for name in told if name.endswith("_created")]


async def test_the_tables_tell_states_and_waiting(pool: Pool) -> None:
    async with pool.acquire() as conn:
        told = values(merge(Measures().registry, [], await gauges(conn, FixedClock(NOW))))
    assert told["heliograph_cases/paging"] == 0
    assert told["heliograph_outbox_depth"] == 0
    assert told["heliograph_outbox_oldest_seconds"] == 0


async def test_what_ended_processes_counted_stays(pool: Pool) -> None:
    async def left() -> dict[str, str]:
        async with pool.acquire() as conn:
            return {r["process"]: r["body"] for r in await conn.fetch(query("all_measurements"))}

    clock = FixedClock(NOW)
    async with pool.acquire() as conn:
        for process, hours, webhooks in (("old", 30, 2), ("older", 60, 3), ("alive", 0, 7)):
            at = NOW - timedelta(hours=hours)
            body = snapshot(counted(webhooks).registry)
            await conn.execute(query("put_measurements"), process, at, body)
    before = values(merge(Measures().registry, (await left()).values(), []))
    assert await retire(pool, clock) == 2
    assert (await left()).keys() == {RETIRED, "alive"}
    assert values(merge(Measures().registry, (await left()).values(), [])) == before
    clock.advance(timedelta(hours=2))
    assert await retire(pool, clock) == 1
    assert (await left()).keys() == {RETIRED}
    assert values(merge(Measures().registry, (await left()).values(), [])) == before
    assert await retire(pool, clock) == 0
