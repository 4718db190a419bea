"""What an outage of the provider left behind leaves as soon as the outage is over."""

import asyncio

import pytest

from notifiers.simulator.records import Ailment, Trouble
from service import settling
from service.chime import Chime
from service.outbox import Outbox
from service.store.pool import Pool
from tests.service.office import NOW
from tests.service.post import ANNA, Post, forward

CASES = 6
FAILS = (
    Trouble(Ailment.REFUSE, code=20503),
    Trouble(Ailment.REFUSE, code=20429),
    Trouble(Ailment.DEAF),
)


async def rest(post: Post, trouble: Trouble) -> None:
    """So many pages have been tried, and are to be tried again later."""
    for n in range(CASES):
        await post.office.report(f"T-{n}")
    post.twilio.trouble(trouble)
    await post.serve()
    assert await due(post) == 0


async def due(post: Post) -> int:
    found = await post.office.pool.fetchval(
        "select count(*) from outbox where state = 'queued' and available_at <= $1", NOW
    )
    return int(found)


@pytest.mark.parametrize("trouble", FAILS, ids=lambda trouble: f"{trouble.ailment} {trouble.code}")
async def test_one_that_gets_through_brings_the_others_along(post: Post, trouble: Trouble) -> None:
    """Broken once: they waited for half a minute. The clock stands still here."""
    await rest(post, trouble)
    resting = post.sender.settling.resting
    await resting.one()
    assert await due(post) == 1
    await post.serve()
    assert post.sent_to(ANNA) == []
    post.twilio.trouble(None)
    await resting.one()
    sent = []
    while await due(post):
        await post.serve()
        sent.append(len(post.sent_to(ANNA)))
    assert sent[:2] == [1, 2] or sent[:2] == [1, 3]  # on trial one page leaves at a time
    assert sent[-1] == CASES


async def test_a_provider_that_fails_is_asked_about_one_page_at_a_time(post: Post) -> None:
    """Broken once: it was asked about each of them again and again, 700 times in a minute."""
    await rest(post, FAILS[0])
    for _ in range(14):
        await forward(post, seconds=2)
    tries = await post.office.pool.fetchval("select sum(tries) from outbox")
    assert tries <= CASES + 2  # those that failed before it was given up, once more
    await forward(post, seconds=2)
    assert await post.office.pool.fetchval("select min(tries) from outbox") == 2


async def test_each_that_gets_through_brings_others_along(post: Post) -> None:
    """Broken once: two that got through at the same time brought the same two."""
    await rest(post, FAILS[0])
    resting = post.sender.settling.resting
    await asyncio.gather(resting.works("sms"), resting.works("sms"))
    assert await due(post) == 4


async def test_what_another_worker_has_tried_since_is_left_to_it(post: Post) -> None:
    """Broken once: it was tried before the provider wanted it."""
    await rest(post, FAILS[0])
    await post.office.pool.execute("update outbox set tries = tries + 1")
    await post.sender.settling.resting.one()
    assert await due(post) == 0


@pytest.mark.parametrize(("turn", "brought"), [("one", 1), ("works", 2)])
async def test_what_is_not_wanted_any_more_costs_nobody_his_turn(
    post: Post, turn: str, brought: int
) -> None:
    """Broken once: each such page was two seconds in which nobody tried the provider."""
    await rest(post, FAILS[0])
    gone = "update outbox set state = 'cancelled' where id < (select max(id) - 1 from outbox)"
    await post.office.pool.execute(gone)
    resting = post.sender.settling.resting
    await (resting.one() if turn == "one" else resting.works("sms"))
    assert await due(post) == brought


async def test_what_has_left_stays_so_if_the_others_cannot_be_brought_along(
    post: Post, lost: Pool
) -> None:
    """Broken once: all of it was written down again, and counted again, until they could be."""
    await rest(post, FAILS[0])
    post.twilio.trouble(None)
    await post.sender.settling.resting.one()
    resting = post.sender.settling.resting
    resting.outbox = Outbox(lost)
    await post.serve()
    assert await due(post) == 0
    sent = post.office.service.measures.pages.labels("sms", "sent")
    assert sent._value.get() == len(post.sent_to(ANNA)) == 1


async def test_all_that_one_text_carries_is_brought_forward(post: Post) -> None:
    post.sender.pace = {"sms": 1.0}
    await rest(post, FAILS[0])
    await post.sender.settling.resting.one()
    assert await due(post) == CASES


async def test_whoever_was_tried_longest_ago_is_tried_next(post: Post) -> None:
    await rest(post, FAILS[0])
    tried = []
    for _ in range(CASES):
        await post.sender.settling.resting.one()
        tried.append(await post.office.pool.fetchval(
            "select key from outbox where state = 'queued' and available_at <= $1", NOW
        ))  # fmt: skip
        await post.serve()
    assert len(set(tried)) == CASES


async def test_a_wait_the_provider_asked_for_is_kept(post: Post) -> None:
    await rest(post, Trouble(Ailment.REFUSE, code=20429, seconds=40))
    post.twilio.trouble(None)
    await post.sender.settling.resting.one()
    await post.office.report("T-new")
    await post.serve()
    assert (await due(post), len(post.sent_to(ANNA))) == (0, 1)


async def test_the_lanes_of_what_need_not_rest_are_rung(post: Post) -> None:
    await rest(post, FAILS[0])
    chime = Chime()
    heard, other = chime.listener("sms"), chime.listener("voice")
    resting = post.sender.settling.resting
    resting.ring(chime)
    assert not heard._event.is_set()
    await resting.one()
    resting.ring(chime)
    assert heard._event.is_set()
    assert not other._event.is_set()


async def test_a_provider_that_fails_is_not_waited_for_long(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rest(post, FAILS[0])
    monkeypatch.setattr(settling, "SOON", 0.05)
    post.twilio.trouble(Trouble(Ailment.DEAF))
    await post.sender.settling.resting.one()
    await post.serve()
    said = await post.office.pool.fetch("select said from outbox where tries = 2")
    assert [row["said"] for row in said] == [
        "the first provider of sms did not answer for 0.05 s. It may have been taken."
    ]
