"""A provider fails: a second takes over, or the next channel does, and nothing is dropped."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import structlog
from structlog.testing import LogCapture

from notifiers.circuit import Circuit
from notifiers.notifier import Delivery, Fault, Receipt
from notifiers.simulator.harness import Simulator
from notifiers.simulator.records import Ailment, Trouble
from notifiers.switchboard import SECOND, Line, Switchboard
from service.circuits import Circuits
from service.pacing import passed_by
from service.settings import read_settings
from service.watchdog import examine
from service.web.twilio import tokens_of
from service.wiring import sender_of
from tests.service.office import NOW
from tests.service.post import ANNA, CARL, Post, forward, notifiers
from tests.stories.house import free_port

LOGIN = ("AC" + "6" * 32, "another")
DOWN = Trouble(Ailment.REFUSE, code=20503)
LOCKED_OUT = Trouble(Ailment.REFUSE, code=20003)


@pytest.fixture
async def second(post: Post) -> AsyncIterator[Simulator]:
    """Another account, at another address, with a number of its own."""
    number, clock = "+14155550199", post.office.clock.wall
    with Simulator(strict=False, clock=clock, number=number, login=LOGIN) as running:
        await post.sender.switchboard.close()
        first = notifiers(post.twilio.api_url, post.twilio.number)
        other = notifiers(running.api_url, number, *LOGIN)
        post.sender.switchboard = Switchboard(first, other)
        yield running


async def first_is_gone(post: Post, second: Simulator) -> None:
    await post.sender.switchboard.close()
    gone = notifiers(f"http://127.0.0.1:{free_port()}", post.twilio.number)
    other = notifiers(second.api_url, second.number, *LOGIN)
    post.sender.switchboard = Switchboard(gone, other)


async def locked_out(post: Post) -> None:
    """Three pages are refused, and the first provider's texts are passed by."""
    post.twilio.trouble(LOCKED_OUT)
    for n in range(3):
        await post.office.report(f"T-{n}")
    await post.serve()


def line(post: Post, channel: str = "sms", place: int = 0) -> Line:
    return post.sender.switchboard.lines(channel)[place]


def circuit(post: Post, channel: str = "sms", place: int = 0) -> Circuit:
    return post.sender.settling.circuits.of(line(post, channel, place))


def texts(simulator: Simulator, number: str) -> int:
    return len(simulator.simulation.exchange.texts_of(number))


async def test_a_provider_that_cannot_be_reached_costs_a_page_no_time(
    post: Post, second: Simulator
) -> None:
    await first_is_gone(post, second)
    await post.office.report()
    await post.serve()  # refused, and handed over
    await post.serve()
    row = await post.row()
    assert (row["state"], row["provider"]) == ("sent", "second")
    assert texts(second, ANNA) == 1


async def test_a_second_takes_over_while_the_first_fails_and_hands_back(
    post: Post, second: Simulator
) -> None:
    await locked_out(post)
    assert circuit(post).open
    await post.serve()
    assert (texts(post.twilio, ANNA), texts(second, ANNA)) == (0, 3)
    await post.office.report("T-3")
    await post.serve()
    rows = await post.office.pool.fetch("select provider, tries from outbox order by id")
    assert tuple(rows[-1]) == (SECOND, 1), "the first was not even asked"
    (method,) = (await post.office.desk.shelf()).people["anna"].contact_methods
    assert method.disabled is None, "nobody is blamed for it"
    post.twilio.trouble(None)
    post.office.clock.forward(seconds=30)
    await post.sender.settling.circuits.look(post.sender.switchboard)
    assert circuit(post).state == "on trial"
    await post.office.report("T-4")
    await post.serve()
    assert (texts(post.twilio, ANNA), circuit(post).state) == (1, "closed")


async def test_a_provider_that_fails_still_is_not_put_on_trial(
    post: Post, second: Simulator
) -> None:
    await locked_out(post)
    await first_is_gone(post, second)
    post.office.clock.forward(seconds=30)
    await post.sender.settling.circuits.look(post.sender.switchboard)
    assert circuit(post).probe_at == NOW + timedelta(seconds=90)


async def test_what_nobody_is_sure_of_goes_another_way_once_the_first_is_given_up(
    post: Post, second: Simulator
) -> None:
    """It may come twice, which is better than never."""
    await post.office.report()
    post.twilio.trouble(DOWN)
    await post.serve()
    assert (await post.row())["unclear"]
    await first_is_gone(post, second)
    for _ in range(3):
        await forward(post, seconds=8)
    row = await post.row()
    assert (row["state"], row["provider"], texts(second, ANNA)) == ("sent", SECOND, 1)


async def test_without_a_second_the_next_channel_is_used_at_once(post: Post) -> None:
    post.twilio.trouble(Trouble(Ailment.REFUSE, code=20503, channel="sms"))
    await post.office.report("T-1", tags=("by-voice",))
    for _ in range(4):
        await forward(post, seconds=2)
    await post.serve("sms")
    await post.serve("voice")
    assert post.office.clock.now() < NOW + timedelta(seconds=30)
    assert (texts(post.twilio, CARL), post.calls_to(CARL)) == (0, 1)


async def test_with_everything_failing_it_is_tried_all_the_same(post: Post) -> None:
    await post.office.report()  # Anna can be texted alone
    post.twilio.trouble(DOWN)
    for _ in range(4):
        await forward(post, seconds=8)
    assert circuit(post).open
    assert await post.state() == "queued"
    post.twilio.trouble(None)
    await post.sender.settling.resting.one()  # as the worker does every other second
    await forward(post, seconds=2)
    assert (await post.state(), circuit(post).state) == ("sent", "on trial")


async def test_an_opening_is_logged_as_critical_once_and_its_end_is_told(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = LogCapture()
    monkeypatch.setattr("service.circuits.log", structlog.wrap_logger(None, processors=[heard]))
    circuits, name = post.sender.settling.circuits, ("first", "sms")
    for _ in range(4):
        await circuits.failed(name, "It does not answer.")
    post.office.clock.forward(seconds=30)
    await circuits.look(post.sender.switchboard)
    await circuits.succeeded(line(post))
    opening, *rest = heard.entries
    assert opening == {
        "event": "provider_failing",
        "log_level": "critical",
        "provider": "first",
        "channel": "sms",
        "why": "It does not answer.",
        "then": "other ways are used",
        "tried_again_at": (NOW + timedelta(seconds=30)).isoformat(),
    }
    told = [(one["event"], one["log_level"], one["was"], one["now"]) for one in rest]
    assert told == [
        ("provider_circuit", "warning", "open", "on trial"),
        ("provider_circuit", "warning", "on trial", "closed"),
    ]


async def test_workers_share_what_they_know(post: Post) -> None:
    await locked_out(post)
    other = sender_of((await post.office.someone_else()).service)
    other.switchboard = post.sender.switchboard
    post.office.clock.forward(seconds=29)
    await other.settling.circuits.look(other.switchboard)
    assert other.settling.circuits.of(line(post)).open
    post.office.clock.forward(seconds=1)
    await other.settling.circuits.look(other.switchboard)
    await post.sender.settling.circuits.look(post.sender.switchboard)
    assert circuit(post).state == "on trial"
    await other.writer.close()


async def test_a_daily_cap_closes_a_provider_for_the_day(post: Post, second: Simulator) -> None:
    await post.office.report()
    post.spoil(Ailment.REFUSE, code=30023)
    await post.serve()
    assert circuit(post).probe_at == NOW + timedelta(hours=24)
    await post.office.report("T-2")
    await post.serve()
    assert texts(second, ANNA) == 1


async def test_receipts_that_blame_the_account_count_as_well(post: Post) -> None:
    for n in range(3):
        await post.office.report(f"T-{n}")
    await post.serve()
    rows = await post.office.pool.fetch("select id, ref from outbox where ref is not null")
    fault = Fault.CONFIGURATION
    for row in rows:
        said = Receipt(row["ref"], "undelivered", Delivery.FAILED, 50, code=30034, fault=fault)
        await post.office.service.contacts.receipt(row["id"], said)
    told = Circuits(post.office.pool, post.office.clock)
    await told.refresh()
    assert told.of(line(post)).open


async def test_a_country_that_is_not_enabled_is_nobodys_outage(
    post: Post, second: Simulator
) -> None:
    for n in range(4):
        await post.office.report(f"T-{n}")
    post.twilio.trouble(Trouble(Ailment.REFUSE, code=21408))
    await post.serve()
    await post.serve()
    assert circuit(post) == Circuit()
    assert texts(second, ANNA) == 4, "the second account may reach it"


def test_either_account_signs_for_itself_alone() -> None:
    settings = read_settings(
        {
            "HELIOGRAPH_ENVIRONMENT": "test",
            "HELIOGRAPH_TWILIO_ACCOUNT_SID": "AC1",
            "HELIOGRAPH_TWILIO_AUTH_TOKEN": "one,old",
            "HELIOGRAPH_TWILIO_FROM_NUMBER": "+14155550100",
            "HELIOGRAPH_TWILIO2_ACCOUNT_SID": "AC2",
            "HELIOGRAPH_TWILIO2_AUTH_TOKEN": "two",
            "HELIOGRAPH_TWILIO2_FROM_NUMBER": "+14155550199",
        }
    )
    assert tokens_of(settings, "AC1") == ("one", "old")
    assert tokens_of(settings, "AC2") == ("two",)
    assert tokens_of(settings, "") == ("one", "old", "two")


async def test_a_failing_provider_is_told_of_wherever_somebody_looks(post: Post) -> None:
    await locked_out(post)
    health = await examine(post.office.service, NOW)
    (trouble,) = health.troubles(NOW)
    assert trouble.startswith("the first provider of sms is passed by since 10:00 UTC: ")
    async with post.office.pool.acquire() as conn:
        assert [one.circuit.state for one in await passed_by(conn)] == ["open"]
