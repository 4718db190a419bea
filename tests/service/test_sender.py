"""A row of the outbox against a provider that is slow, silent, throttled or gone.

The provider is the simulator behind real HTTP; the clock stands still until a test moves it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import cast
from uuid import uuid4

import pytest

from notifiers.simulator.records import Ailment, Trouble
from notifiers.switchboard import Switchboard
from routing.event import Acknowledge
from routing.page import PageState
from service.chime import Chime
from service.outbox import LEASE
from service.store import codec
from service.store.pool import Pool, Pooled
from service.wiring import sender_of
from tests.service.office import NOW, Office
from tests.service.post import ANNA, CARL, Post, forward, notifiers
from tests.stories.house import free_port


async def test_a_page_is_sent_once_and_its_provider_named(post: Post) -> None:
    await post.office.report()
    await post.serve()
    row = await post.row()
    assert (row["state"], row["begun_at"], row["tries"]) == ("sent", NOW, 1)
    assert str(row["ref"]).startswith("SM")
    await forward(post, minutes=1)
    assert len(post.sent_to(ANNA)) == 1


async def test_a_text_whose_answer_was_lost_is_found_and_not_repeated(post: Post) -> None:
    """Broken once: without the look, Anna had two texts."""
    await post.office.report()
    post.spoil(Ailment.SILENT)
    await post.serve()
    row = await post.row()
    assert (row["state"], row["unclear"]) == ("queued", True)
    await forward(post, seconds=2)
    row = await post.row()
    assert (row["state"], row["unclear"]) == ("sent", False)
    assert len(post.sent_to(ANNA)) == 1


async def test_the_look_is_not_led_astray_by_a_clock_that_was_moved(post: Post) -> None:
    """Broken once: by service time, the provider's list was too old to be worth reading."""
    post.office.clock.offset = timedelta(hours=7)
    await post.office.report()
    post.spoil(Ailment.SILENT)
    await post.serve()
    await forward(post, seconds=2)
    assert await post.state() == "sent"
    assert len(post.sent_to(ANNA)) == 1


@pytest.mark.parametrize(
    "trouble", [Trouble(Ailment.DEAF, times=1), Trouble(Ailment.REFUSE, code=20500, times=1)]
)
async def test_what_the_provider_never_took_is_sent_again(post: Post, trouble: Trouble) -> None:
    await post.office.report()
    post.twilio.trouble(trouble)
    await post.serve()
    assert (await post.row())["unclear"]
    assert post.sent_to(ANNA) == []
    await forward(post, seconds=2)
    assert await post.state() == "sent"
    assert len(post.sent_to(ANNA)) == 1


async def test_a_throttled_page_waits_as_long_as_it_is_told_to(post: Post) -> None:
    await post.office.report()
    post.spoil(Ailment.REFUSE, code=20429, seconds=40)
    await post.serve()
    row = await post.row()
    assert (row["state"], row["available_at"]) == ("queued", NOW + timedelta(seconds=40))
    await forward(post, seconds=39)
    assert post.sent_to(ANNA) == []
    await forward(post, seconds=1)
    assert len(post.sent_to(ANNA)) == 1


async def test_a_wait_that_outlasts_the_step_is_a_refusal(post: Post) -> None:
    case = (await post.office.report()).case
    post.spoil(Ailment.REFUSE, code=20429, seconds=600)
    await post.serve()
    assert await post.state() == "dead"
    assert case is not None
    pages = (await post.office.case(case)).pages
    assert [(p.person, p.state) for p in pages] == [
        ("anna", PageState.UNREACHABLE),
        ("ben", PageState.OPEN),
    ]


async def test_a_provider_that_cannot_be_reached_is_tried_until_the_step_ends(post: Post) -> None:
    await post.office.report()
    post.sender.switchboard = Switchboard(
        notifiers(f"http://127.0.0.1:{free_port()}", post.twilio.number)
    )
    await post.serve()
    row = await post.row()
    assert (row["state"], row["unclear"]) == ("queued", False)
    for _ in range(14):
        await forward(post, seconds=30)
        if await post.state() == "dead":
            break
    assert post.office.clock.now() <= NOW + timedelta(minutes=5)
    assert await post.state("ben") == "queued"


async def test_a_page_nobody_is_sure_of_is_not_repeated_after_its_time(post: Post) -> None:
    """Broken once: it was tried for ever, and texted Anna once for every step she had missed."""
    case = (await post.office.report()).case
    post.spoil(Ailment.DEAF)
    await post.serve()
    assert (await post.row())["unclear"]
    post.office.clock.forward(minutes=6)
    await post.serve()
    assert await post.state() == "dead"
    assert post.sent_to(ANNA) == []
    assert case is not None
    assert [p.person for p in (await post.office.case(case)).open_pages] == ["ben"]


async def test_a_page_that_never_left_is_sent_however_late(post: Post) -> None:
    await post.office.report()
    await forward(post, minutes=6)
    assert len(post.sent_to(ANNA)) == 1


async def test_a_lease_nobody_settles_lapses_and_is_looked_up(post: Post) -> None:
    await post.office.report()
    rows = await post.sender.outbox.claim("sms", 10, post.office.clock.now(), uuid4())
    notifier = post.sender.switchboard.get("sms")
    assert notifier is not None
    await notifier.send(await post.sender._message(rows[0]))  # and here the worker dies
    post.office.clock.forward(seconds=LEASE.total_seconds() - 1)
    assert await post.sender.outbox.lapse(post.office.clock.now()) == 0
    post.office.clock.forward(seconds=1)
    assert await post.sender.outbox.lapse(post.office.clock.now()) == 1
    await post.serve()
    assert await post.state() == "sent"
    assert len(post.sent_to(ANNA)) == 1
    late = post.sender.outbox.sent(rows[0], "SM1", post.office.clock.now(), NOW)
    assert await late is False
    assert (await post.row())["ref"] != "SM1"


async def test_one_unclear_call_is_not_taken_for_another(post: Post) -> None:
    """Broken once: the call of the first page was found for the second, which nobody got."""
    await post.office.report("T-1", tags=("by-voice",))
    await post.serve()
    post.office.clock.forward(minutes=2)
    await post.office.desk.wake()
    await post.serve("voice")
    await post.office.report("T-2", tags=("by-voice",))
    post.office.clock.forward(minutes=2)
    await post.office.desk.wake()
    post.spoil(Ailment.DEAF)
    await post.office.pool.execute("update outbox set state = 'delivered' where state = 'sent'")
    await post.serve("voice")
    assert post.calls_to(CARL) == 1
    post.office.clock.forward(seconds=2)
    await post.serve("voice")
    assert post.calls_to(CARL) == 2
    refs = await post.office.pool.fetch("select distinct ref from outbox where channel = 'voice'")
    assert len(refs) == 2


async def test_a_channel_that_is_not_set_up_passes_the_page_on_at_once(post: Post) -> None:
    """Broken once: rows for Slack lay in a lane that nobody served."""
    await change_method(post.office, "anna", "slack")
    case = (await post.office.report()).case
    await post.serve("chat")
    assert await post.state("anna", "slack") == "dead"
    assert case is not None
    assert [p.person for p in (await post.office.case(case)).open_pages] == ["ben"]


async def change_method(office: Office, person: str, kind: str) -> None:
    body = await office.pool.fetchval("select body from people where id = $1", person)
    document = codec.decode(body)
    document["contact_methods"][0]["type"] = kind
    await office.pool.execute(
        "update people set body = $2 where id = $1", person, codec.encode(document)
    )
    await office.pool.execute("update generations set value = value + 1")


async def test_a_graceful_stop_finishes_what_is_being_sent(post: Post) -> None:
    await post.office.report()
    post.spoil(Ailment.SLOW, seconds=0.05)
    await post.sender._serve("sms", Chime())
    await post.sender.stop(5)
    assert await post.state() == "sent"


async def test_what_a_stop_cannot_finish_is_looked_up_by_the_next_sender(post: Post) -> None:
    """Broken once: it lay under its lease for 45 s."""
    await post.office.report()
    post.spoil(Ailment.SLOW, seconds=0.2)
    await post.sender._serve("sms", Chime())
    await until(lambda: post.twilio.simulation.exchange.trouble is None)  # it has the request
    await post.sender.stop(0)
    row = await post.row()
    assert (row["state"], row["unclear"]) == ("queued", True)
    await until(lambda: len(post.sent_to(ANNA)) == 1)
    await forward(post, seconds=2)
    assert await post.state() == "sent"
    assert len(post.sent_to(ANNA)) == 1


async def test_an_outcome_waits_for_postgresql_to_be_written_down(post: Post, lost: Pool) -> None:
    """Broken once: it lay under its lease for 45 s."""
    await post.office.report()
    post.spoil(Ailment.SLOW, seconds=0.2)
    await post.sender._serve("sms", Chime())
    await until(lambda: post.twilio.simulation.exchange.trouble is None)  # it has the request
    there, post.sender.outbox.pool = post.sender.outbox.pool, lost
    await until(lambda: len(post.sent_to(ANNA)) == 1)
    await asyncio.sleep(0.3)
    post.sender.outbox.pool = there
    await post.landed()
    assert await post.state() == "sent"
    sent = post.office.service.measures.pages.labels("sms", "sent")
    assert sent._value.get() == 1


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - the simulator has no event for it
            await asyncio.sleep(0.01)


async def test_a_lane_stopped_while_it_claims_gives_back_what_it_leased(post: Post) -> None:
    """Broken once: the rows lay leased with nobody to send them."""
    await post.office.report()
    for pause in (0.0, 0.0005, 0.001, 0.002, 0.004, 0.008):
        claim = asyncio.create_task(post.sender._claim_whole("sms", 9, post.office.clock.now()))
        await asyncio.sleep(pause)
        claim.cancel()
        with suppress(asyncio.CancelledError):
            rows, _ = await claim
            await post.sender.outbox.give_back([row.lease for row in rows], NOW)
        row = await post.row()
        assert (row["state"], row["tries"]) == ("queued", 0)


async def test_what_is_given_back_and_not_wanted_any_more_is_never_sent(post: Post) -> None:
    """Broken once: a worker that stopped gave back a page whose case was taken meanwhile."""
    case = (await post.office.report()).case
    await post.sender.outbox.claim("sms", 9, NOW, lease := uuid4())
    await post.office.desk.act(str(case), Acknowledge("ben", "api"))
    await post.sender.outbox.give_back({lease}, NOW)
    assert await post.state() == "cancelled"


@dataclass
class Breaking:
    """A pool whose connections break in the order of `breaks`: before their use, behind it, not."""

    pool: Pool
    breaks: list[str]

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Pooled]:
        fault = self.breaks.pop(0) if self.breaks else ""
        if fault == "before":
            raise ConnectionResetError
        async with self.pool.acquire() as conn:
            yield conn
        if fault == "behind":
            raise ConnectionResetError


@pytest.mark.parametrize(("person", "lane"), [("anna", "sms"), ("carl", "voice")])
async def test_a_claim_whose_answer_was_lost_is_given_back(
    post: Post, person: str, lane: str
) -> None:
    """Broken once: what it had leased lay there for as long as a lease lasts, 45 s."""
    await post.office.report(tags=("by-voice",) if lane == "voice" else ())
    if lane == "voice":
        post.office.clock.forward(minutes=2)
        await post.office.desk.wake()
    breaking = cast("Pool", Breaking(post.office.pool, ["behind"]))
    post.sender.outbox.pool = post.sender.claims.pool = breaking
    with pytest.raises(ConnectionResetError):
        await post.serve(lane)
    assert await post.state(person, lane) == "sending"
    await post.serve(lane)
    row = await post.row(person, lane)
    assert (row["state"], row["tries"]) == ("sent", 1)


async def test_a_claim_that_is_done_long_after_it_was_asked_for_is_given_back(post: Post) -> None:
    """Broken once: a server that had hung did it after what was lost had been given back."""
    await post.office.report()
    post.sender.outbox.pool = cast("Pool", Breaking(post.office.pool, ["before"]))
    with pytest.raises(ConnectionResetError):
        await post.serve()
    ((lease, until),) = post.sender.outbox.lost.items()
    await post.sender.outbox.return_lost(NOW)
    late = "update outbox set state = 'sending', tries = 1, lease = $1, lease_until = $2"
    await post.office.pool.execute(late, lease, until)
    await post.serve()
    row = await post.row()
    assert (row["state"], row["tries"]) == ("sent", 1)
    post.office.clock.forward(seconds=LEASE.total_seconds())
    await post.serve()
    assert post.sender.outbox.lost == {}


async def test_an_outcome_that_could_not_be_written_down_is_looked_up_as_soon_as_it_can(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken once: it was left to its lease, for 45 s in which nobody knew."""
    monkeypatch.setattr("service.settling.PATIENCE", 0.0)
    await post.office.report()
    post.sender.outbox.pool = cast("Pool", Breaking(post.office.pool, ["", "before", "before"]))
    await post.serve()
    assert (await post.row())["unclear"] is True
    await post.serve()
    assert (await post.state(), len(post.sent_to(ANNA))) == ("sent", 1)


async def test_a_lane_outlives_an_error_of_ours(post: Post) -> None:
    """Broken once: anything but an absent PostgreSQL ended the lane, and with it the worker."""
    await post.office.report()
    chime = Chime()
    await post.office.pool.execute("alter table outbox rename column rank to grade")
    lane = asyncio.create_task(post.sender.run("sms", chime))
    await asyncio.sleep(0.05)
    await post.office.pool.execute("alter table outbox rename column grade to rank")
    chime.ring()
    await until(lambda: len(post.sent_to(ANNA)) == 1)
    await post.landed()
    lane.cancel()
    with suppress(asyncio.CancelledError):
        await lane


async def test_what_is_not_wanted_any_more_while_it_is_sent_is_called_back(post: Post) -> None:
    case = (await post.office.report("T-1", tags=("by-voice",))).case
    assert case is not None
    await post.serve()
    post.office.clock.forward(minutes=2)
    await post.office.desk.wake()
    post.spoil(Ailment.SLOW, seconds=0.2, channel="voice")
    await post.sender._serve("voice", Chime())
    await post.office.report("T-1", status="solved")
    await post.landed()
    call = post.twilio.phone(CARL).rings()
    call.ends("canceled")


async def test_the_most_severe_leaves_first_and_no_faster_than_the_number_may(post: Post) -> None:
    post.sender.pace = {"sms": 1.0}
    await post.never_bundles()
    for name, priority in (("T-1", "normal"), ("T-2", "urgent"), ("T-3", "high")):
        await post.office.report(name, priority=priority, organization="borealis")
    for _ in range(3):
        await forward(post, seconds=0.5)
    bodies = post.sent_to(ANNA)
    assert [body.split(",")[0] for body in bodies] == ["LEVEL 1", "LEVEL 2"]
    await forward(post, seconds=1)
    assert len(post.sent_to(ANNA)) == 3


async def test_two_senders_keep_one_pace_together(post: Post) -> None:
    post.sender.pace = {"sms": 1.0}
    await post.never_bundles()
    for n in range(4):
        await post.office.report(f"T-{n}")
    other = sender_of((await post.office.someone_else()).service)
    other.switchboard, other.pace = post.sender.switchboard, post.sender.pace
    begin = partial(
        asyncio.gather, post.sender._serve("sms", Chime()), other._serve("sms", Chime())
    )
    await begin()
    await post.landed()
    while other._flying:
        await asyncio.wait(list(other._flying))
    assert len(post.sent_to(ANNA)) == 1
    await other.writer.close()
