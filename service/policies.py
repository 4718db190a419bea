"""Policy versions: applied as text, kept as the text and as what it means, never changed again.

A version is named after its policy and numbered over all of them: `demo@3`. Cases keep the version
they opened under, so no version is ever removed. Which one new cases open under is told by its
effective day, not by when it was applied.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

import structlog

from routing.policy import Policy
from service import directory
from service.audit import note
from service.clock import Clock
from service.policyfile.load import decoded, read_policy, sample
from service.settings import Settings
from service.store import codec
from service.store.pool import AnyConnection, Pool
from service.store.sql import query

START = "start"
"""Who applied what was loaded because there was nothing."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Version:
    id: str
    number: int
    effective_at: datetime
    new: bool = True
    """False when the newest version was this very text already."""


async def apply(pool: Pool, clock: Clock, text: str, file: str, by: str) -> Version:
    """Read, check and keep a policy; new cases open under it from its effective day on.

    Raises PolicyErrors with everything that is wrong; then nothing was kept. Nobody is paged by
    it: cases that are open keep their version.
    """
    policy = await asyncio.to_thread(read_policy, text, file)
    async with pool.acquire() as conn, conn.transaction():
        return await _keep(conn, clock.now(), policy, text, by)


async def _keep(conn: AnyConnection, now: datetime, policy: Policy, text: str, by: str) -> Version:
    # The counter is locked from here on, so versions are numbered one after the other.
    await conn.execute(query("bump_generation"))
    newest = await conn.fetchrow(query("newest_policy"))
    if newest is not None and newest["source"] == text:
        return Version(newest["id"], newest["number"], newest["effective_at"], new=False)
    number = (newest["number"] if newest else 0) + 1
    version = Version(f"{policy.id}@{number}", number, _effective(policy, now))
    await conn.execute(
        query("insert_policy"),
        version.id,
        number,
        text,
        codec.encode_policy(policy),
        version.effective_at,
        by,
        now,
    )
    detail = {"policy": version.id, "effective_at": version.effective_at}
    await note(conn, now, by, "applied a policy", detail)
    return version


def _effective(policy: Policy, now: datetime) -> datetime:
    """The first instant (UTC) of the day the policy names, where that is still to come; or now."""
    if policy.effective is None:
        return now
    return max(now, datetime.combine(policy.effective, time(), UTC))


async def load_at_start(pool: Pool, clock: Clock, settings: Settings) -> None:
    """The policy and the directory of the settings, where the database has none.

    In development and test that is the demo's where the settings name no file; in production
    nothing is made up. Several processes may start at once: one loads, the others find it there.
    Raises DocumentErrors for a file that cannot be taken.
    """
    if await _has(pool, "policies") is False:
        text = _text(settings.policy)
        if text is None and not settings.production:
            text = sample("policy.yaml")
        if text is not None:
            file = str(settings.policy or "policy.yaml")
            version = await apply(pool, clock, text, file, START)
            log.info("policy_loaded", policy=version.id, file=file)
    await _directory(pool, clock, settings)


def _text(file: Path | None) -> str | None:
    return None if file is None else decoded(file.read_bytes(), str(file))


async def _directory(pool: Pool, clock: Clock, settings: Settings) -> None:
    if await _has(pool, "people") or await _has(pool, "accounts"):
        return
    text = _text(settings.directory)
    if text is None and not settings.production:
        text = sample("directory.yaml")
    if text is None:
        return
    file = str(settings.directory or "directory.yaml")
    done = await directory.bring_in(pool, clock, text, file, START, plans=True)
    log.info("directory_loaded", people=done.people, accounts=done.accounts, file=file)


async def _has(pool: Pool, what: str) -> bool:
    async with pool.acquire() as conn:
        row = await conn.fetchrow(query("count_directory"))
    return bool(row and row[what])
