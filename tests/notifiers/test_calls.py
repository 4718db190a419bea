"""Calls through the simulated network: ringing, keys, machines, refusals, and what is reported."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from notifiers.notifier import Accepted, Message, Outcome
from notifiers.simulator.clock import RealClock
from notifiers.simulator.harness import Simulator
from notifiers.simulator.records import Ailment, Trouble
from notifiers.twilio import twiml
from notifiers.twilio.client import Credentials, Twilio
from notifiers.twilio.voice import TwilioVoice
from tests.notifiers.conftest import Receiver

PHONE = "+46700000001"

PAGE = twiml.voice(
    twiml.gather(
        twiml.say("Heliograph. SEV1 for Acme & Söhne: login fails. Press 1 to acknowledge."),
        action="/keys?page=7",
        digits=1,
        timeout=8,
        on_silence=True,
    )
)


def keys(form: dict[str, str]) -> bytes:
    """What the service would answer to a key."""
    said = {"1": "You have ACME-7.", "2": "Declined.", "": "Nobody pressed a key. Goodbye."}
    if form["Digits"] == "*":
        return twiml.voice(twiml.redirect("/answer"))
    return twiml.voice(twiml.say(said[form["Digits"]]), twiml.hangup())


@dataclass
class Caller:
    """Places calls from a real client, with a real server of ours answering."""

    simulator: Simulator
    receiver: Receiver
    voice: TwilioVoice

    async def calls(self, number: str, path: str = "/answer", **changes: bool) -> Outcome:
        voice = self.voice
        return await voice.send(
            Message(
                key="k",
                channel="voice",
                to=number,
                text="",
                answer_url=f"{self.receiver.url}{path}",
                callback=None if changes.get("quiet") else f"{self.receiver.url}/status",
                since=self.simulator.simulation.timers.now(),
            )
        )


def voice_at(simulator: Simulator, *, detect: bool = True) -> TwilioVoice:
    credentials = Credentials(simulator.account_sid, (simulator.auth_token,))
    return TwilioVoice(
        Twilio(credentials, simulator.api_url), simulator.number, detect_machines=detect
    )


@pytest.fixture
async def caller(simulator: Simulator, receiver: Receiver) -> AsyncIterator[Caller]:
    receiver.replies |= {"/answer": PAGE, "/keys": keys}
    caller = Caller(simulator, receiver, voice_at(simulator))
    yield caller
    await caller.voice.close()


async def test_a_page_is_heard_and_acknowledged_by_a_key(
    caller: Caller, simulator: Simulator, receiver: Receiver, number: str
) -> None:
    outcome = await caller.calls(number)
    assert isinstance(outcome, Accepted)
    call = simulator.phone(number).rings()
    assert call.call.sid == outcome.ref
    call.presses("1").hears("login fails").hears("You have ACME-7").ends("completed")
    asked = receiver.wait(1, CallSid=outcome.ref, Digits="1")[0]
    assert asked.genuine
    assert asked.path == "/keys?page=7"
    answered = [one for one in receiver.having(CallSid=outcome.ref) if one.path == "/answer"]
    assert [one.form["CallStatus"] for one in answered] == ["in-progress"]
    assert answered[0].genuine
    assert answered[0].form["Direction"] == "outbound-api"
    events = receiver.wait(4, CallSid=outcome.ref, CallbackSource="call-progress-events")
    assert [one.form["CallStatus"] for one in events] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert [one.form["SequenceNumber"] for one in events] == ["0", "1", "2", "3"]
    assert all(one.genuine for one in events)
    verdict = receiver.wait(1, CallSid=outcome.ref, MachineDetectionDuration="0")
    assert verdict[0].form["AnsweredBy"] == "human"


async def test_a_star_repeats_and_a_wrong_key_costs_nothing(
    caller: Caller, simulator: Simulator, number: str
) -> None:
    await caller.calls(number)
    call = simulator.phone(number).rings().presses("*").hears("login fails")
    call.hears("login fails").presses("2").hears("Declined").ends("completed")


async def test_silence_is_told_when_the_document_asks_for_it(
    receiver: Receiver,
) -> None:
    clock = RealClock()
    receiver.replies |= {"/answer": PAGE, "/keys": keys}
    with Simulator(clock=clock) as simulator:
        caller = Caller(simulator, receiver, voice_at(simulator))
        await caller.calls(PHONE)
        call = simulator.phone(PHONE).rings().answers().hears("login fails")
        await clock.advance(9)
        simulator.nudge()
        call.hears("Nobody pressed a key").ends("completed")
        await caller.voice.close()


async def test_silence_falls_through_when_it_does_not(
    caller: Caller, simulator: Simulator, receiver: Receiver, number: str
) -> None:
    receiver.replies["/answer"] = twiml.voice(
        twiml.gather(action="/keys", timeout=0, digits=1), twiml.say("Nothing came.")
    )
    await caller.calls(number)
    simulator.phone(number).rings().answers().hears("Nothing came").ends("completed")
    assert receiver.having(Digits="") == []


@pytest.mark.parametrize(
    ("pressed", "digits"), [("48#", "48"), ("4821", "4821"), ("4821#", "4821"), ("#", None)]
)
async def test_keys_end_by_number_or_by_the_end_key(
    caller: Caller,
    simulator: Simulator,
    receiver: Receiver,
    number: str,
    pressed: str,
    digits: str | None,
) -> None:
    receiver.replies["/answer"] = twiml.voice(
        twiml.gather(twiml.say("Your code"), action="/code", digits=4), twiml.say("No code.")
    )
    receiver.replies["/code"] = twiml.voice(twiml.say("Thank you."))
    await caller.calls(number)
    call = simulator.phone(number).rings().answers().hears("Your code").presses(pressed)
    call.hears("Thank you" if digits else "No code").ends("completed")
    found = [
        one.form["Digits"]
        for one in receiver.having(From=simulator.number, To=number)
        if one.path == "/code"
    ]
    assert found == ([digits] if digits else [])


Act = Callable[[Simulator, str], None]


def _declined(simulator: Simulator, number: str) -> None:
    simulator.phone(number).rings().declines().ends("busy")


def _hung_up(simulator: Simulator, number: str) -> None:
    simulator.phone(number).rings().answers().hears("login fails").hangs_up()


@pytest.mark.parametrize(
    ("act", "status"), [(_declined, "busy"), (_hung_up, "completed")], ids=["declined", "hung up"]
)
async def test_however_it_ends_it_is_reported(
    caller: Caller, simulator: Simulator, receiver: Receiver, number: str, act: Act, status: str
) -> None:
    await caller.calls(number)
    act(simulator, number)
    receiver.wait(1, To=number, CallStatus=status)
    assert receiver.having(To=number, Digits="1") == []


@pytest.mark.parametrize(
    ("ailment", "status"), [(Ailment.BUSY, "busy"), (Ailment.FAILED, "failed")]
)
async def test_a_line_that_cannot_be_had(
    caller: Caller,
    simulator: Simulator,
    receiver: Receiver,
    number: str,
    ailment: Ailment,
    status: str,
) -> None:
    simulator.phone(number).has(Trouble(ailment, channel="voice"))
    await caller.calls(number)
    receiver.wait(1, To=number, CallStatus=status)
    assert [one for one in receiver.having(To=number) if one.path == "/answer"] == []


async def test_a_phone_that_rings_in_vain_is_given_up(receiver: Receiver) -> None:
    clock = RealClock()
    receiver.replies["/answer"] = PAGE
    with Simulator(clock=clock) as simulator:
        voice = voice_at(simulator)
        await Caller(simulator, receiver, voice).calls(PHONE)
        call = simulator.phone(PHONE).rings()
        await clock.advance(26)
        simulator.nudge()
        call.ends("no-answer")
        await voice.close()
    assert receiver.wait(1, CallStatus="no-answer")[0].form["CallDuration"] == "0"


async def test_a_cancelled_call_stops_ringing(
    caller: Caller, simulator: Simulator, receiver: Receiver, number: str
) -> None:
    outcome = await caller.calls(number)
    assert isinstance(outcome, Accepted)
    call = simulator.phone(number).rings()
    assert await caller.voice.cancel(outcome.ref) is None
    call.ends("canceled")
    receiver.wait(1, CallSid=outcome.ref, CallStatus="canceled")
    assert await caller.voice.cancel(outcome.ref) is None  # over already: no fault


async def test_cancelling_leaves_an_answered_call_alone(
    caller: Caller, simulator: Simulator, number: str
) -> None:
    outcome = await caller.calls(number)
    assert isinstance(outcome, Accepted)
    call = simulator.phone(number).rings().answers().hears("login fails")
    assert await caller.voice.cancel(outcome.ref) is None
    call.presses("1").hears("You have ACME-7").ends("completed")


async def test_a_machine_is_told_and_presses_nothing(
    caller: Caller, simulator: Simulator, receiver: Receiver, number: str
) -> None:
    simulator.phone(number).has(Trouble(Ailment.MACHINE, channel="voice"))
    outcome = await caller.calls(number)
    assert isinstance(outcome, Accepted)
    verdict = receiver.wait(1, CallSid=outcome.ref, AnsweredBy="machine_start")
    assert "MachineDetectionDuration" in verdict[0].form
    call = simulator.phone(number).rings().hears("login fails")
    assert receiver.having(CallSid=outcome.ref, Digits="1") == []
    call.hangs_up()


async def test_a_person_answers_before_the_machine(receiver: Receiver) -> None:
    with Simulator() as simulator:
        receiver.replies |= {"/answer": PAGE, "/keys": keys}
        voice = voice_at(simulator)
        await Caller(simulator, receiver, voice).calls(PHONE)
        simulator.phone(PHONE).rings().presses("1").hears("You have").ends("completed")
        await voice.close()


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (b"<Response><Sai>hello</Sai></Response>", 12200),
        (b'<Response><Gather numDigit="1"/></Response>', 12200),
        (b"<Response>", 12100),
        (b"", 12300),
        (500, 11200),
        (302, 11200),
    ],
)
async def test_what_twilio_would_not_do_fails_the_call(
    caller: Caller,
    simulator: Simulator,
    receiver: Receiver,
    number: str,
    reply: bytes | int,
    code: int,
) -> None:
    receiver.replies["/answer"] = reply if reply != b"" else 204
    outcome = await caller.calls(number)
    assert isinstance(outcome, Accepted)
    call = simulator.phone(number).rings().answers().hears("application error").ends("failed")
    assert call.call.error == code
    ended = receiver.wait(1, CallSid=outcome.ref, CallStatus="failed")
    assert ended[0].form["ErrorCode"] == str(code)
    alerts = simulator.simulation.exchange.alerts
    assert [alert.code for alert in alerts if alert.about == outcome.ref] == [code]


async def test_a_call_that_only_redirects_ends(
    caller: Caller, simulator: Simulator, receiver: Receiver, number: str
) -> None:
    receiver.replies["/answer"] = twiml.voice(twiml.redirect("/answer"))
    await caller.calls(number, quiet=True)
    simulator.phone(number).rings().answers().ends("failed")


async def test_a_person_calls_us_and_is_heard(
    simulator: Simulator, receiver: Receiver, number: str
) -> None:
    receiver.replies |= {"/hotline": PAGE, "/keys": keys}
    simulator.connect(voice_url=f"{receiver.url}/hotline")
    call = simulator.phone(number).calls_us()
    call.hears("login fails").presses("1").hears("You have ACME-7").ends("completed")
    asked = receiver.wait(2, From=number)
    assert asked[0].form["CallStatus"] == "ringing"
    assert asked[0].form["Direction"] == "inbound"
    assert asked[1].form["CallStatus"] == "in-progress"


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), (None, "no-answer")])
async def test_a_rejected_caller_is_not_answered(
    simulator: Simulator, receiver: Receiver, number: str, reason: str | None, status: str
) -> None:
    receiver.replies["/hotline"] = twiml.voice(twiml.reject(reason))
    simulator.connect(voice_url=f"{receiver.url}/hotline")
    call = simulator.phone(number).calls_us().ends(status)
    assert call.call.answered is None


async def test_a_call_nobody_expected_fails_the_test(receiver: Receiver) -> None:
    receiver.replies["/answer"] = PAGE

    async def story() -> None:
        with Simulator() as simulator:
            voice = voice_at(simulator)
            await Caller(simulator, receiver, voice).calls(PHONE, quiet=True)
            await voice.close()

    with pytest.raises(AssertionError, match=rf"\{PHONE} was called"):
        await story()
