"""What Twilio may answer, and what each answer means."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from notifiers.notifier import Accepted, Fault, Message, Notifier, Outcome, Refused, Unclear
from notifiers.simulator.harness import Simulator
from notifiers.simulator.records import Ailment, Trouble
from notifiers.twilio.client import Credentials, Timeouts, Twilio
from notifiers.twilio.errors import CODES
from notifiers.twilio.sms import TwilioSms
from notifiers.twilio.voice import TwilioVoice
from tests.notifiers.products import STATUSES

HASTY = Timeouts(read=timedelta(seconds=0.3))


@dataclass(frozen=True, slots=True)
class Channel:
    """How to make one notifier, and where to see what it did."""

    name: str
    make: Callable[[Twilio, str], Notifier]
    seen: Callable[[Simulator, str], list[str]]
    """The refs of what was created for a number, oldest first."""


def _texts(simulator: Simulator, number: str) -> list[str]:
    return [text.sid for text in simulator.simulation.exchange.texts_of(number)]


def _calls(simulator: Simulator, number: str) -> list[str]:
    return [call.sid for call in simulator.simulation.exchange.calls_of(number)]


CHANNELS = [Channel("sms", TwilioSms, _texts), Channel("voice", TwilioVoice, _calls)]


@pytest.fixture(params=CHANNELS, ids=lambda channel: channel.name)
def channel(request: pytest.FixtureRequest) -> Channel:
    assert isinstance(request.param, Channel)
    return request.param


def at(
    simulator: Simulator, api_url: str | None = None, timeouts: Timeouts | None = None
) -> Twilio:
    credentials = Credentials(simulator.account_sid, (simulator.auth_token,))
    return Twilio(credentials, api_url or simulator.api_url, timeouts)


@pytest.fixture
async def notifier(channel: Channel, simulator: Simulator) -> AsyncIterator[Notifier]:
    notifier = channel.make(at(simulator), simulator.number)
    yield notifier
    await notifier.close()


@pytest.fixture
def message(channel: Channel, simulator: Simulator, number: str) -> Message:
    return Message(
        key=f"case/1/anna/{channel.name}:1",
        channel=channel.name,
        to=number,
        text="SEV1 ACME-7 Acme: login fails for everyone. Reply 1 4821",
        answer_url="http://127.0.0.1:9/answer",
        since=simulator.simulation.timers.now(),
    )


@pytest.mark.parametrize("code", [code for code in CODES if code not in {20500, 20503}])
async def test_each_code_is_refused_as_its_class_says_and_nothing_is_sent(
    notifier: Notifier, channel: Channel, message: Message, simulator: Simulator, code: int
) -> None:
    simulator.phone(message.to).has(Trouble(Ailment.REFUSE, code))
    outcome = await notifier.send(message)
    assert isinstance(outcome, Refused)
    assert outcome.code == code
    # Nothing was there yet that could be over: a benign code means a wrong address of the API.
    expected = Fault.CONFIGURATION if CODES[code][0] is Fault.BENIGN else CODES[code][0]
    assert outcome.fault is expected
    assert outcome.permanent is expected.permanent
    assert outcome.retryable is (expected in {Fault.THROTTLED, Fault.TRANSIENT})
    assert str(code) in outcome.reason
    assert channel.seen(simulator, message.to) == []


@pytest.mark.parametrize("code", [20500, 20503])
async def test_a_server_error_may_have_been_processed(
    notifier: Notifier, channel: Channel, message: Message, simulator: Simulator, code: int
) -> None:
    simulator.phone(message.to).has(Trouble(Ailment.REFUSE, code))
    assert isinstance(await notifier.send(message), Unclear)
    simulator.phone(message.to).has(None)
    assert await notifier.find(message) is None
    assert channel.seen(simulator, message.to) == []


async def test_the_providers_wish_to_wait_is_kept(
    notifier: Notifier, message: Message, simulator: Simulator
) -> None:
    simulator.phone(message.to).has(Trouble(Ailment.REFUSE, 20429, seconds=7, times=1))
    outcome = await notifier.send(message)
    assert isinstance(outcome, Refused)
    assert outcome.retry_after == timedelta(seconds=7)
    assert isinstance(await notifier.send(message), Accepted)


async def test_an_earlier_page_is_not_taken_for_this_one(
    notifier: Notifier, message: Message
) -> None:
    first = await notifier.send(message)
    assert isinstance(first, Accepted)
    assert await notifier.find(message) == first
    assert await notifier.find(replace(message, known=frozenset({first.ref}))) is None
    later = replace(message, since=message.since + timedelta(minutes=1))
    assert await notifier.find(later) is None


async def test_a_page_is_found_behind_many_others(notifier: Notifier, message: Message) -> None:
    first = await notifier.send(message)
    others = await asyncio.gather(
        *(notifier.send(replace(message, text=f"Another page, {n}")) for n in range(60))
    )
    known = frozenset(other.ref for other in others if isinstance(other, Accepted))
    assert len(known) == 60
    assert await notifier.find(replace(message, known=known)) == first


async def answered(
    channel: Channel, message: Message, simulator: Simulator, answer: bytes
) -> tuple[Outcome, int]:
    """What comes of a message whose provider says these very bytes, and how often it was posted."""
    posts = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal posts
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        await reader.readexactly(length)
        posts += head.startswith(b"POST ")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    notifier = channel.make(at(simulator, f"http://127.0.0.1:{port}"), simulator.number)
    outcome = await notifier.send(message)
    await notifier.close()
    server.close()
    await server.wait_closed()
    return outcome, posts


@pytest.mark.parametrize(
    "answer",
    [
        b"",  # closed without a word
        b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{",  # cut off in the middle
        b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n[]",
        b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 201 Created\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
async def test_any_other_answer_is_unclear_and_nothing_is_posted_twice(
    channel: Channel, message: Message, simulator: Simulator, answer: bytes
) -> None:
    outcome, posts = await answered(channel, message, simulator, answer)
    assert isinstance(outcome, Unclear)
    assert posts == 1


@pytest.mark.parametrize(("status", "fault"), STATUSES)
async def test_a_refusal_that_is_not_the_providers_blames_no_number(
    channel: Channel, message: Message, simulator: Simulator, status: int, fault: Fault
) -> None:
    answer = f"HTTP/1.1 {status} X\r\nLocation: /elsewhere\r\nContent-Length: 6\r\n\r\n<html>"
    outcome, _ = await answered(channel, message, simulator, answer.encode())
    assert isinstance(outcome, Refused)
    assert outcome.fault is fault
    assert outcome.code is None


async def test_a_wrong_token_is_a_fault_of_configuration(
    channel: Channel, message: Message, simulator: Simulator
) -> None:
    twilio = Twilio(Credentials(simulator.account_sid, ("wrong",)), simulator.api_url)
    notifier = channel.make(twilio, simulator.number)
    outcome = await notifier.send(message)
    await notifier.close()
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.fault) == (20003, Fault.CONFIGURATION)
