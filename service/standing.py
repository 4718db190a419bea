"""What stands: the policy in force with its live overrides, and the whole directory, as values.

For the tools that reckon with both (check, explain, rehearse, coverage), which do no IO.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from routing.directory import Directory
from routing.policy import Policy
from service.library import Library
from service.store import codec
from service.store.pool import Pool
from service.store.sql import query


@dataclass(frozen=True, slots=True)
class Standing:
    policy: Policy
    directory: Directory


async def standing(pool: Pool, library: Library, now: datetime) -> Standing:
    """As of `now` (UTC). Raises NothingLoaded while there is no policy."""
    async with pool.acquire() as conn:
        shelf = await library.shelf(conn, now)
        rows = await conn.fetch(query("all_accounts"))
    accounts = {r["id"]: codec.decode_account(r["body"]) for r in rows}
    policy = replace(shelf.current, schedules=shelf.schedules)
    return Standing(policy, Directory(shelf.people, accounts))


async def whole_directory(pool: Pool) -> Directory:
    """Everybody and every account, whether there is a policy or not."""
    async with pool.acquire() as conn:
        accounts = await conn.fetch(query("all_accounts"))
        people = await conn.fetch(query("all_people"))
    return Directory(
        {r["id"]: codec.decode_person(r["body"]) for r in people},
        {r["id"]: codec.decode_account(r["body"]) for r in accounts},
    )
