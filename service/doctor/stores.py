"""PostgreSQL, Redis, and whether this machine's clock agrees with theirs."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import redis.asyncio as redis

from service.clock import Clock
from service.doctor.finding import Finding, bad, good, warn
from service.store.migrate import MigrationError, Newer, pending, read_migrations
from service.store.pool import Connection, connect, describe

OLDEST_POSTGRES = 150000
OLDEST_REDIS = (6, 2)
SKEW = timedelta(seconds=2)
"""Signatures are refused when older than minutes; pages are promised in minutes."""
PATIENCE = 5.0


async def check_database(url: str, clock: Clock) -> list[Finding]:
    try:
        connection = await connect(url, name="heliograph doctor", patience=PATIENCE)
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is the finding
        return [
            bad(
                "database", describe(error), "Correct HELIOGRAPH_DATABASE_URL, or start the server."
            )
        ]
    try:
        return [
            await server(connection),
            *await durability(connection),
            await schema(connection),
            await database_clock(connection, clock),
        ]
    finally:
        await connection.close()


async def server(connection: Connection) -> Finding:
    number = await connection.fetchval("select current_setting('server_version_num')::int")
    said = f"PostgreSQL {await connection.fetchval('show server_version')} answers."
    if number < OLDEST_POSTGRES:
        return bad("database", said, "Use PostgreSQL 15 or newer.")
    return good("database", said)


async def durability(connection: Connection) -> list[Finding]:
    found = []
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if await connection.fetchval("select current_setting($1)", name) == "off":
            says = f"{name} is off: a power cut loses pages that were accepted."
            found.append(warn("database", says, f"Set {name} = on in the server."))
    return found


async def schema(connection: Connection) -> Finding:
    try:
        todo = await pending(connection, read_migrations())
    except Newer as error:
        return warn("schema", str(error), "Right during a rollout; otherwise deploy that release.")
    except MigrationError as error:
        return bad("schema", str(error), "Restore the migrations of the release that was deployed.")
    if todo:
        names = ", ".join(step.name for step in todo)
        return bad("schema", f"{names} not applied.", "Run heliograph migrate.")
    return good("schema", "Up to date.")


async def database_clock(connection: Connection, clock: Clock) -> Finding:
    before = clock.wall()
    theirs: datetime = await connection.fetchval("select clock_timestamp()")
    return compare("PostgreSQL's", theirs, before, clock.wall())


def compare(whose: str, theirs: datetime, before: datetime, after: datetime) -> Finding:
    """`theirs` was read between `before` and `after`; a difference within those is none."""
    apart = max(before - theirs, theirs - after, timedelta())
    if apart <= SKEW:
        return good("clock", f"Agrees with {whose} within {SKEW.total_seconds():g} s.")
    return bad(
        "clock",
        f"Differs from {whose} clock by {apart.total_seconds():.0f} s.",
        "Run a time service (chrony, systemd-timesyncd) on both machines.",
    )


async def check_redis(url: str, clock: Clock) -> list[Finding]:
    try:
        async with redis.Redis.from_url(url, socket_timeout=PATIENCE) as client:
            information = await client.info()
            before = clock.wall()
            seconds, microseconds = await client.time()
            after = clock.wall()
            policy = (await client.config_get("maxmemory-policy")).get("maxmemory-policy")
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is the finding
        return [
            bad(
                "redis",
                f"{describe(error)} Nothing is lost, but pages wait for the sweep.",
                "Correct HELIOGRAPH_REDIS_URL, or start the server.",
            )
        ]
    theirs = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)
    return [
        *redis_server(information, policy),
        compare("Redis's", theirs, before, after),
    ]


def redis_server(information: Mapping[str, Any], policy: str | None) -> list[Finding]:
    speaks = str(information["redis_version"])
    valkey = information.get("valkey_version")
    said = f"Valkey {valkey} answers." if valkey else f"Redis {speaks} answers."
    found = [good("redis", said)]
    if tuple(int(part) for part in speaks.split(".")[:2]) < OLDEST_REDIS:
        found = [bad("redis", said, "Use Redis 6.2, Valkey 7 or newer.")]
    if policy not in ("noeviction", None):
        says = f"maxmemory-policy is {policy}: queued work may be evicted."
        found.append(warn("redis", says, "Set maxmemory-policy noeviction."))
    return found
