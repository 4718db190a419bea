"""A channel's post as a row: kept with the decision, cancelled with its pages, nobody's silence."""

from collections.abc import AsyncIterator

import pytest

from routing.event import Acknowledge
from service import policies
from service.store import codec
from tests.service.office import Office, opened
from tests.stories import organisation

POLICY = organisation.POLICY.replace(
    "{page: schedule support, wait: 5m}", "{page: [schedule support, channel war-room], wait: 5m}"
)
PLACED = POLICY + "\nchat_channels: {war-room: mattermost night-shift}\n"
NAMED = POLICY + "\nchat_channels: [war-room]\n"


@pytest.fixture
async def office(database_url: str, redis_url: str) -> AsyncIterator[Office]:
    async with opened(database_url, redis_url) as made:
        await policies.apply(made.pool, made.clock, PLACED, "policy.yaml", "test")
        yield made


async def rows(office: Office) -> list[tuple[str, str, str, str]]:
    found = await office.pool.fetch(
        "select key, kind, lane, channel, state from outbox"
        " where person is null and kind <> 'write' order by id"
    )
    return [(r["key"], f"{r['kind']} {r['state']}", r["lane"], r["channel"]) for r in found]


async def test_a_post_is_a_page_to_nobody_in_particular(office: Office) -> None:
    case = (await office.report(subject="Login fails")).case
    assert case is not None
    assert await rows(office) == [(f"{case}/post/1", "page queued", "chat", "mattermost")]
    payload = await office.pool.fetchval("select payload from outbox where person is null")
    facts = codec.decode(payload)
    assert (facts["to"], facts["subject"], facts["person"]) == ("night-shift", "Login fails", "")


async def test_what_has_not_left_is_not_posted_after_all_and_the_news_is(office: Office) -> None:
    case = (await office.report()).case
    assert case is not None
    await office.desk.act(case, Acknowledge("ben", "api"))
    assert [kind for _, kind, *_ in await rows(office)] == ["page cancelled", "announce queued"]
    text = await office.pool.fetchval(
        "select payload->>'text' from outbox where kind = 'announce' and person is null"
    )
    assert text.startswith(f"Ben Okafor has {case}")


async def test_a_channel_that_is_nowhere_in_particular_is_in_whatever_chat_there_is(
    office: Office,
) -> None:
    await policies.apply(office.pool, office.clock, NAMED, "policy.yaml", "test")
    await office.report()
    assert [(lane, channel) for *_, lane, channel in await rows(office)] == [("chat", "chat")]
