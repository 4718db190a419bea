"""What a second account posts to us: its own tokens open the door, and nobody else's do."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from notifiers.twilio.signature import Form, sign
from tests.service.web.world import World, opened, settings_of

FIRST, SECOND = "AC" + "1" * 32, "AC" + "2" * 32
TOKENS = {FIRST: "the first token", SECOND: "the second token"}
ANNA, REF = "+46701740605", "SM" + "a" * 32


@pytest.fixture
async def world(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[World]:
    settings = settings_of(
        tmp_path, database_url, redis_url,
        TWILIO_ACCOUNT_SID=FIRST, TWILIO_AUTH_TOKEN=TOKENS[FIRST],
        TWILIO_FROM_NUMBER="+14155550100", TWILIO2_ACCOUNT_SID=SECOND,
        TWILIO2_AUTH_TOKEN=f"{TOKENS[SECOND]},the second's next token",
        TWILIO2_FROM_NUMBER="+14155550199",
    )  # fmt: skip
    async with opened(settings) as made:
        yield made


async def post(world: World, path: str, token: str, **fields: str) -> httpx.Response:
    form = Form({name: [value] for name, value in fields.items()})
    signature = sign(token, world.service.settings.public_url + path, form)
    return await world.http.post(path, data=fields, headers={"x-twilio-signature": signature})


async def paged(world: World) -> tuple[str, int]:
    """A case whose page left through the second provider, and its row."""
    case = await world.ticket()
    async with world.service.pool.acquire() as conn:
        row = await conn.fetchval(
            "update outbox set state = 'sent', ref = $1, provider = 'second'"
            " where kind = 'page' returning id",
            REF,
        )
    return case, row


async def state(world: World, row: int) -> str:
    async with world.service.pool.acquire() as conn:
        return str(await conn.fetchval("select state from outbox where id = $1", row))


async def test_a_receipt_is_believed_of_the_account_that_signed_it(world: World) -> None:
    """Broken once, by believing every token for every account: one account spoke for the other."""
    _, row = await paged(world)
    path, said = f"/twilio/status/{row}", {"MessageSid": REF, "MessageStatus": "delivered"}
    for account, signer in ((SECOND, FIRST), (FIRST, SECOND)):
        answer = await post(world, path, TOKENS[signer], AccountSid=account, **said)
        assert (answer.status_code, await state(world, row)) == (403, "sent")
    answer = await post(world, path, TOKENS[SECOND], AccountSid=SECOND, **said)
    assert (answer.status_code, await state(world, row)) == (204, "delivered")


async def test_a_failed_receipt_of_the_second_passes_the_page_on(world: World) -> None:
    _, row = await paged(world)
    answer = await post(
        world, f"/twilio/status/{row}", "the second's next token", AccountSid=SECOND,
        MessageSid=REF, MessageStatus="undelivered", ErrorCode="30003",
    )  # fmt: skip
    assert (answer.status_code, await state(world, row)) == (204, "dead")
    async with world.service.pool.acquire() as conn:
        rows = await conn.fetch("select person, channel from outbox where state = 'queued'")
    assert [tuple(row) for row in rows] == [("ben", "sms")]


async def test_an_answer_to_the_second_number_counts(world: World) -> None:
    case, _ = await paged(world)
    said = {"From": ANNA, "To": "+14155550199", "Body": "1", "MessageSid": "SM" + "b" * 32}
    answer = await post(world, "/twilio/sms", TOKENS[FIRST], AccountSid=SECOND, **said)
    assert answer.status_code == 403
    answer = await post(world, "/twilio/sms", TOKENS[SECOND], AccountSid=SECOND, **said)
    assert case in answer.text
    assert (await world.get(f"/cases/{case}"))["owner"] == "anna"
