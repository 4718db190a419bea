"""Pages to a machine, from the row of the outbox to what its answers make of the case."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from routing.page import PageState
from service import policies
from service.sender import Sender
from service.store import codec
from service.wiring import sender_of
from tests.notifiers.products import SECRET, Product, product
from tests.service.office import NOW, Office, opened
from tests.service.post import Post
from tests.stories import organisation


@pytest.fixture
async def it() -> AsyncIterator[Product]:
    async with product("webhook") as made:
        yield made


@pytest.fixture
async def post(it: Product, database_url: str, redis_url: str) -> AsyncIterator[Post]:
    """Anna is paged through a webhook alone."""
    given = {"OUTGOING_WEBHOOK_SECRET": SECRET, "OUTGOING_ALLOW": "127.0.0.0/8"}
    async with opened(database_url, redis_url, **given) as office:
        await page_by_webhook(office, it.url)
        sender = sender_of(office.service)
        sender.ready.set()
        yield Post(office, None, sender)  # type: ignore[arg-type] # no Twilio is spoken to
        await sender.stop(0)
        await sender.close()


async def page_by_webhook(office: Office, url: str) -> None:
    document = codec.decode(await office.pool.fetchval("select body from people where id = 'anna'"))
    method = document["contact_methods"][0]
    document["contact_methods"] = [{**method, "type": "webhook", "address": url}]
    await office.pool.execute(
        "update people set body = $1 where id = 'anna'", codec.encode(document)
    )
    await office.pool.execute("update generations set value = value + 1")


async def state(post: Post) -> str:
    return await post.state("anna", "webhook")


async def asked(post: Post, case: str | None) -> list[tuple[str, PageState]]:
    assert case is not None
    return [(p.person, p.state) for p in (await post.office.case(case)).pages]


async def test_a_machine_gets_the_page_and_its_own_links(post: Post, it: Product) -> None:
    case = (await post.office.report(subject="Login fails")).case
    await post.serve("webhook")
    assert await state(post) == "sent"
    data = it.posts[0].body["data"]
    assert (data["case"], data["person"], data["subject"]) == (case, "Anna Lind", "Login fails")
    assert set(data["links"]) == {"acknowledge", "decline", "escalate"}


async def test_an_unclear_try_is_repeated_under_the_same_id(post: Post, it: Product) -> None:
    await post.office.report()
    it.answer = (408, b"", {})
    await post.serve("webhook")
    row = await post.row("anna", "webhook")
    assert (row["state"], row["unclear"]) == ("queued", True)
    it.well()
    post.office.clock.forward(seconds=2)
    await post.serve("webhook")
    assert await state(post) == "sent"
    row = await post.row("anna", "webhook")
    assert row["ref"] == it.posts[0].name


async def test_a_machine_that_is_busy_is_given_the_time_it_wants(post: Post, it: Product) -> None:
    await post.office.report()
    it.refuses(503, Retry_After="40")
    await post.serve("webhook")
    row = await post.row("anna", "webhook")
    assert (row["state"], row["available_at"]) == ("queued", NOW + timedelta(seconds=40))


async def test_a_machine_that_wants_no_more_is_passed_over_and_not_posted_to_again(
    post: Post, it: Product
) -> None:
    case = (await post.office.report()).case
    it.knows_nobody()
    await post.serve("webhook")
    expected = [("anna", PageState.UNREACHABLE), ("ben", PageState.OPEN)]
    assert await asked(post, case) == expected
    assert it.asked == 1
    second = (await post.office.report("T-2")).case
    await post.serve("webhook")
    assert it.asked == 1
    assert await asked(post, second) == expected


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest", "http://[::1]:1/", "ftp://x/"])
async def test_an_address_at_home_is_not_posted_to_and_the_next_is_asked(
    post: Post, url: str
) -> None:
    await page_by_webhook(post.office, url)
    case = (await post.office.report()).case
    await post.serve("webhook")
    assert await asked(post, case) == [
        ("anna", PageState.UNREACHABLE),
        ("ben", PageState.OPEN),
    ]
    assert "Nothing was sent" in str((await post.row("anna", "webhook"))["said"])


async def test_a_post_that_fails_is_nobodys_silence(post: Post) -> None:
    """A channel that is not set up: the case goes on, and nobody is passed over for it."""
    sender: Sender = post.sender
    case = (await post.office.report()).case
    await post.office.pool.execute(
        "insert into outbox (key, case_id, lane, kind, channel, rank, payload, created_at,"
        " available_at, give_up_at) select 'x/post/9', case_id, 'chat', 'page', 'chat', rank,"
        " payload, created_at, available_at, give_up_at from outbox limit 1"
    )
    await post.serve("chat")
    assert not sender._flying
    assert await post.office.keys("dead") == ["x/post/9"]
    assert await asked(post, case) == [("anna", PageState.OPEN)]


async def test_a_post_to_a_channel_carries_nobodys_word(post: Post, it: Product) -> None:
    """A link in it would answer as whoever it was made for, in anybody's hands."""
    rooms = f"\nchat_channels: {{war-room: webhook {it.url}}}\n"
    step = "{page: [schedule support, channel war-room], wait: 5m}"
    policy = organisation.POLICY.replace("{page: schedule support, wait: 5m}", step) + rooms
    await policies.apply(post.office.pool, post.office.clock, policy, "policy.yaml", "test")
    await post.office.report()
    await post.serve("webhook")
    shared = next(p.body["data"] for p in it.posts if p.body["data"]["person"] is None)
    assert (shared["links"], shared["code"]) == ({}, None)
    assert shared["why"] == "step 1 of support"
