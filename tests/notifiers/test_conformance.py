"""What every notifier must do, whatever it reaches people by."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from notifiers.notifier import Accepted, Fault, Message, Notifier, Refused, Unclear
from notifiers.simulator.harness import Simulator
from tests.notifiers.benches import Bench, HookBench, MailBench, TwilioBench
from tests.notifiers.postoffice import post_office
from tests.notifiers.products import product

HOOKS = ("mattermost", "rocketchat", "slack", "webhook")
CHANNELS = ("sms", "voice", "email", *HOOKS)
NOWHERE = ("127.0.0.1:9", "nowhere.invalid")


@pytest.fixture(params=CHANNELS)
async def bench(request: pytest.FixtureRequest, simulator: Simulator) -> AsyncIterator[Bench]:
    if request.param == "email":
        async with post_office() as office:
            yield MailBench(office)
    elif request.param in HOOKS:
        async with product(request.param) as made:
            yield HookBench(made.kind, made)
    else:
        yield TwilioBench(str(request.param), simulator)


@pytest.fixture
async def notifier(bench: Bench) -> AsyncIterator[Notifier]:
    notifier = bench.notifier()
    yield notifier
    await notifier.close()


@pytest.fixture
async def hasty(bench: Bench) -> AsyncIterator[Notifier]:
    notifier = bench.notifier(hasty=True)
    yield notifier
    await notifier.close()


@pytest.fixture
def message(bench: Bench) -> Message:
    return bench.message()


async def test_a_page_is_accepted_under_a_name_of_its_own(
    notifier: Notifier, bench: Bench, message: Message
) -> None:
    outcome = await notifier.send(message)
    assert isinstance(outcome, Accepted)
    assert bench.seen(message) == [outcome.ref]
    assert notifier.channel == bench.channel
    assert notifier.sender == bench.sender


async def test_an_address_that_cannot_be_reached_is_given_up(
    notifier: Notifier, bench: Bench, message: Message
) -> None:
    bench.refuse(message, passing=False)
    outcome = await notifier.send(message)
    assert isinstance(outcome, Refused)
    assert outcome.fault is Fault.NUMBER
    assert outcome.code is not None
    assert str(outcome.code) in outcome.reason
    assert bench.seen(message) == []


async def test_what_passes_is_repeated_and_then_accepted(
    notifier: Notifier, bench: Bench, message: Message
) -> None:
    bench.refuse(message, passing=True)
    outcome = await notifier.send(message)
    assert isinstance(outcome, Refused)
    assert outcome.retryable
    assert bench.seen(message) == []
    bench.well(message)
    assert isinstance(await notifier.send(message), Accepted)


@pytest.mark.parametrize("host", NOWHERE)
async def test_what_never_left_is_known_not_to_have_left(
    bench: Bench, message: Message, host: str
) -> None:
    notifier = bench.notifier(host)
    outcome = await notifier.send(message)
    await notifier.close()
    assert isinstance(outcome, Refused)
    assert outcome.fault is Fault.TRANSIENT
    assert outcome.retryable
    assert "Nothing was sent" in outcome.reason


async def test_what_was_taken_in_silence_is_found_or_folded(
    hasty: Notifier, notifier: Notifier, bench: Bench, message: Message
) -> None:
    bench.silent(message, taken=True)
    assert isinstance(await hasty.send(message), Unclear)
    bench.well(message)
    found = await notifier.find(message)
    if bench.looks:
        assert isinstance(found, Accepted)
        assert bench.seen(message) == [found.ref]
    else:
        assert found is None
        again = await notifier.send(message)
        assert isinstance(again, Accepted)
        assert set(bench.seen(message)) == {again.ref}


async def test_what_was_not_taken_is_not_found(
    hasty: Notifier, notifier: Notifier, bench: Bench, message: Message
) -> None:
    bench.silent(message, taken=False)
    assert isinstance(await hasty.send(message), Unclear)
    assert await notifier.find(message) is None
    assert bench.seen(message) == []


async def test_cancelling_what_is_over_or_unknown_is_no_fault(
    notifier: Notifier, bench: Bench, message: Message
) -> None:
    unknown = ("CA" if bench.channel == "voice" else "SM") + "0" * 32
    assert await notifier.cancel(unknown) is None
    accepted = await notifier.send(message)
    assert isinstance(accepted, Accepted)
    assert await notifier.cancel(accepted.ref) is None
    assert await notifier.cancel(accepted.ref) is None


async def test_who_can_look_and_cancel_says_when_it_could_not(
    bench: Bench, message: Message
) -> None:
    notifier = bench.notifier(NOWHERE[0])
    assert isinstance(await notifier.find(message), Unclear) is bench.looks
    assert isinstance(await notifier.cancel("SM" + "0" * 32), Refused) is bench.recalls
    await notifier.close()


async def test_nothing_that_may_be_logged_names_an_address_or_a_text(
    notifier: Notifier, bench: Bench, message: Message
) -> None:
    bench.refuse(message, passing=False)
    refused = await notifier.send(message)
    bench.well(message)
    strange = await notifier.send(replace(message, to=f"{message.to} 999999999999999999"))
    for words in (repr(message), str(message), repr(refused), repr(strange)):
        assert message.to not in words
        assert "999999999" not in words
        assert "login fails" not in words
    assert isinstance(strange, Refused)


async def test_a_hundred_at_once_are_a_hundred(
    notifier: Notifier, bench: Bench, message: Message
) -> None:
    messages = [replace(message, key=f"{message.key}/{n}") for n in range(100)]
    outcomes = await asyncio.gather(*map(notifier.send, messages))
    refs = {outcome.ref for outcome in outcomes if isinstance(outcome, Accepted)}
    assert len(refs) == 100
    assert set(bench.seen(message)) == refs
