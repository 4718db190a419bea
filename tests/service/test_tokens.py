"""API tokens."""

from datetime import UTC, datetime

import pytest

from service import directory, tokens
from service.clock import FixedClock
from service.store.pool import Pool

CLOCK = FixedClock(datetime(2026, 3, 2, 10, tzinfo=UTC))


async def find(pool: Pool, secret: str) -> tokens.Token | None:
    async with pool.acquire() as conn:
        return await tokens.find(conn, secret)


async def test_only_the_digest_is_kept(pool: Pool) -> None:
    secret, token = await tokens.create(pool, CLOCK, "viewer", None, "wall screen", "admin")
    assert await find(pool, secret) == token
    assert len(secret) >= 43
    async with pool.acquire() as conn:
        rows = await conn.fetch(
            "select t::text from tokens t union all select a::text from audit a"
        )
    assert len(rows) == 2
    assert all(secret not in row[0] and secret[3:] not in row[0] for row in rows)


async def test_no_two_are_alike_and_a_near_one_opens_nothing(pool: Pool) -> None:
    one, _ = await tokens.create(pool, CLOCK, "viewer", None, "", "admin")
    two, _ = await tokens.create(pool, CLOCK, "viewer", None, "", "admin")
    assert one != two
    assert await find(pool, one[:-1]) is None
    assert await find(pool, one.upper()) is None


async def test_a_revoked_one_opens_nothing(pool: Pool) -> None:
    secret, token = await tokens.create(pool, CLOCK, "viewer", None, "", "admin")
    assert await tokens.revoke(pool, CLOCK, token.id, "admin")
    assert await find(pool, secret) is None
    assert not await tokens.revoke(pool, CLOCK, token.id, "admin")


async def test_a_persons_token_needs_the_person(pool: Pool) -> None:
    with pytest.raises(tokens.TokenRefused, match="no person anna"):
        await tokens.create(pool, CLOCK, "responder", "anna", "", "admin")
    text = "people: [{id: anna, name: Anna Lind}]"
    await directory.bring_in(pool, CLOCK, text, "d.yaml", "admin", plans=False)
    _, token = await tokens.create(pool, CLOCK, "responder", "anna", "", "admin")
    assert (token.person, token.name) == ("anna", "anna")


async def test_a_role_that_there_is_not_is_refused(pool: Pool) -> None:
    with pytest.raises(tokens.TokenRefused, match="no role king"):
        await tokens.create(pool, CLOCK, "king", None, "", "admin")
