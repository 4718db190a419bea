"""Hot queries use their index, on tables as a busy year leaves them behind.

Both as they are planned for given values and as PostgreSQL plans them for any (after five times).
"""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from service.embedded import EmbeddedServers
from service.store.pool import Connection, connect
from service.store.sql import query
from tests.servers import TEMPLATE, sibling

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
FILL = [
    """
    insert into cases (id, source, ticket, account, plan, severity, rank, state, policy, opened_at,
                       updated_at, wake_at, body)
    select 'C-' || n, 'zendesk', n::text, 'acme', 'premier', 'L1', n % 4,
           case when n % 4 = 0 then 'acknowledged' else 'closed' end, 'p', $1, $1,
           case when n % 4 = 0 then $1::timestamptz + n * interval '1 second' end,
           json_build_object('ticket', repeat('as long as a case is ', 70))
    from generate_series(1, 20000) as n
    """,
    """
    insert into pages (case_id, turn, person, code, state, opened_at, live)
    select id, turn, 'person-' || (row_number() over () % 400), row_number() over (),
           'acknowledged', $1::timestamptz - row_number() over () * interval '5 minutes',
           state <> 'closed'
    from cases, generate_series(1, 2) as turn
    """,
    """
    insert into outbox (key, case_id, lane, kind, channel, person, turn, method, attempt, rank,
                        payload, state, created_at, available_at, give_up_at, ref, lease_until)
    select key || '/' || case_id, case_id, case kind when 'page' then 'sms' else 'systems' end,
           kind, 'sms', person, turn, 'mobile', 1, turn, json_build_object('to', '+1' || code),
           case when live and code::int % 97 = 0 then 'queued'
                when live and code::int % 89 = 0 then 'sending' else 'delivered' end,
           $1, $1, $1, code, $1
    from pages, (values ('page', 'page'), ('write', 'write')) as effect (key, kind)
    on conflict do nothing
    """,
    """
    insert into intake (source, event_key, received_at, state, urgency, headers, body)
    select 'zendesk', n::text, $1, case when n % 400 = 0 then 'stored' else 'decided' end, n % 2,
           '{}', ''
    from generate_series(1, 40000) as n
    """,
    """
    insert into inbound (key, at, sender, text, answer)
    select n::text, $1, '+1', '', '' from generate_series(1, 20000) as n
    """,
]
STORM = [  # statistics of the moment at which everything waited
    f"""
    select pg_restore_attribute_stats(
        'schemaname', 'public', 'relname', '{table}', 'attname', 'state', 'inherited', false,
        'null_frac', 0::real, 'n_distinct', 1::real,
        'most_common_vals', '{{{state}}}'::text, 'most_common_freqs', '{{1}}'::real[])
    """
    for table, state in (("outbox", "queued"), ("intake", "stored"))
]
EXPLAINER = """
create function plan_for_any(statement text) returns text language plpgsql as $$
declare plan json;
begin
    execute 'explain (generic_plan, format json) ' || statement into plan;
    return plan;
end $$
"""
PEOPLE = ["person-1", "person-2"]
HOT: dict[str, tuple[list[object], set[str]]] = {
    "claim_outbox": ([NOW, 64, LATER, uuid4(), "sms", "first"], {"outbox_due"}),
    "claim_fairly": ([NOW, 64, LATER, uuid4(), "sms", "first", NOW], {"outbox_due"}),
    "claim_hang_ups": ([NOW, LATER, uuid4(), "voice"], {"outbox_due"}),
    "waiting_beside": (["sms", NOW, PEOPLE, [17]], {"outbox_due", "outbox_bundle"}),
    "carried_rows": ([17], {"outbox_bundle"}),
    "cancel_ringing": (["C-8", None, NOW], {"outbox_case"}),
    "claim_writes": ([NOW, 64, LATER, uuid4()], {"outbox_due"}),
    "lapse_leases": ([NOW], {"outbox_leased"}),
    "next_outbox": ([], {"outbox_due"}),
    "outbox_busy": ([NOW, NOW], set()),
    "bundle_up": (
        [[17, 18], uuid4(), LATER, "first", [17, 17], ["two", "two"]],
        {"outbox_pkey"},
    ),
    "waiting_for_pace": ([["sms", "voice"], NOW], {"outbox_due"}),
    "settle_sent": ([[17, 18], uuid4(), "SM1", NOW, NOW], {"outbox_pkey"}),
    "settle_again": (
        [[17, 18], uuid4(), "not now", LATER, True, NOW, None],
        {"outbox_pkey"},
    ),
    "assign_provider": ([[17, 18], uuid4(), "second"], {"outbox_pkey"}),
    "return_leases": ([[uuid4()], NOW], {"outbox_leased"}),
    "row_of_page": (["C-8", 1, "person-1"], {"outbox_case"}),
    "open_pages_of": (["person-1", NOW], {"pages_person", "pages_code"}),
    "cases_without_ticket": ([["C-8", "C-12"], "zendesk"], {"cases_pkey", "outbox_key_key"}),
    "note_served": (["sms", PEOPLE, NOW], set()),
    "lock_pace": (["+1", NOW], set()),
    "set_pace": (["+1", NOW], set()),
    "slow_down": (["+1", NOW], set()),
    "latest_pace": ([], set()),
    "all_circuits": ([], set()),
    "lock_circuit": (["first", "sms"], set()),
    "put_circuit": (["first", "sms", 1, NOW, NOW, LATER, 30.0, "down"], set()),
    "take_probe": (["first", "sms", NOW, LATER], set()),
    "cancel_queued": (["C-8", None, NOW], {"outbox_case"}),
    "refs_of_address": (["+177", NOW], {"outbox_address"}),
    "unsent_turns": ([["C-8", "C-12"], [1, 2], [True, False], NOW], {"outbox_case"}),
    "lock_due_cases": ([LATER, 100, ["C-8"]], {"cases_wake"}),
    "due_cases": ([LATER, 100, ["C-8"]], {"cases_wake"}),
    "next_wake": ([], {"cases_wake"}),
    "next_wake_after": ([NOW], {"cases_wake"}),
    "lock_cases_of_tickets": ([["zendesk"] * 3, ["1", "2", "3"]], {"cases_source_ticket_key"}),
    "case_of_reply": ([PEOPLE, NOW - timedelta(days=7), NOW], {"pages_person", "pages_code"}),
    "codes_of_pages": ([["C-8"], [1], ["person-1"]], {"pages_pkey"}),
    "stored_intake": ([64, ["hubspot"]], {"intake_stored"}),
    "lane_is_due": (["sms", NOW], {"outbox_due"}),
    "busy_topics": ([["sms", "voice"], NOW, NOW], {"outbox_due"}),
    "known_intake": ([["zendesk"] * 3, ["1", "2", "3"]], {"intake_source_event_key_key"}),
    "oldest_stored": ([], {"intake_stored"}),
    "inbound_answer": (["17"], {"inbound_pkey"}),
}
"""Name to arguments, and the indexes of which at least one must be used."""
SMALL = {"pacing", "served", "circuits"}
"""Tables of a row for each number, person or provider: they may be read from end to end."""
SELDOM = {"next_outbox", "outbox_busy", "oldest_stored"}
"""Asked by the watchdog every few seconds, or while somebody moves the clock: they count."""


@pytest.fixture(scope="module")
async def full(servers: EmbeddedServers, postgres: Connection) -> AsyncIterator[Connection]:
    await postgres.execute(f"create database plans template {TEMPLATE}")
    connection = await connect(sibling(servers.addresses.database_url, "plans"))
    for statement in FILL:
        await connection.execute(statement, NOW)
    await connection.execute("insert into pacing values ('+1', $1)", NOW)
    await connection.execute(EXPLAINER)
    await connection.execute("analyze")
    yield connection
    await connection.close()
    await postgres.execute("drop database plans with (force)")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def check(name: str, told: str) -> None:
    found = list(nodes(json.loads(told)[0]["Plan"]))
    used = {node["Index Name"] for node in found if "Index Name" in node}
    walked = {node["Relation Name"] for node in found if node["Node Type"] == "Seq Scan"}
    assert not walked - SMALL, f"{walked} is read from end to end"
    wanted = HOT[name][1]
    assert not wanted or used & wanted, f"it uses {used}"


@pytest.mark.parametrize("generic", [False, True], ids=["these values", "any values"])
@pytest.mark.parametrize("name", HOT)
async def test_a_hot_query_uses_its_index(full: Connection, name: str, *, generic: bool) -> None:
    if generic:
        told = await full.fetchval("select plan_for_any($1)", query(name))
    else:
        told = await full.fetchval(f"explain (format json) {query(name)}", *HOT[name][0])
    check(name, told)


@pytest.mark.parametrize("name", sorted(HOT.keys() - SELDOM))
async def test_rows_counted_in_a_storm_mislead_no_hot_query(full: Connection, name: str) -> None:
    """Broken once: what asked whether anything is due read the whole table to find nothing."""
    transaction = full.transaction()
    await transaction.start()
    for statement in STORM:
        await full.execute(statement)
    told = await full.fetchval(f"explain (format json) {query(name)}", *HOT[name][0])
    await transaction.rollback()
    check(name, told)
