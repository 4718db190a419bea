"""Dial, Conference, Enqueue, Queue and Record: enough of Twilio for a hotline."""

from collections.abc import Iterator

import pytest

from notifiers.simulator.clock import RealClock
from notifiers.simulator.harness import Simulator
from notifiers.simulator.strict import StrictCall, StrictPhone
from notifiers.twilio import twiml
from tests.notifiers.conftest import Receiver

ADA, ANNA, BEN = "+14155550101", "+46700000001", "+14155550102"


class Hotline:
    """A service of ours that answers the hotline with given documents, and three phones."""

    def __init__(self, simulator: Simulator, receiver: Receiver, clock: RealClock) -> None:
        self.simulator = simulator
        self.receiver = receiver
        self.clock = clock
        self.ada: StrictPhone = simulator.phone(ADA)
        self.anna = simulator.phone(ANNA)
        self.ben = simulator.phone(BEN)

    def answers(self, path: str, *verbs: twiml.Verb) -> None:
        self.receiver.replies[path] = twiml.voice(*verbs)

    def called(self, *verbs: twiml.Verb) -> StrictCall:
        self.answers("/hotline", *verbs)
        return self.ada.calls_us()

    def told(self, path: str, count: int = 1) -> list[dict[str, str]]:
        """The forms that came to a path, in their order."""
        self.receiver.wait_for(path, count)
        return [one.form for one in self.receiver.received if one.path == path]

    async def later(self, seconds: float) -> None:
        await self.clock.advance(seconds)
        self.simulator.nudge()


@pytest.fixture
def hotline(receiver: Receiver) -> Iterator[Hotline]:
    clock = RealClock()
    with Simulator(clock=clock) as simulator:
        simulator.connect(voice_url=f"{receiver.url}/hotline")
        yield Hotline(simulator, receiver, clock)


def dial(*numbers: str, **attributes: twiml.Value) -> twiml.Verb:
    return twiml.dial(
        *(twiml.number(number, url="/whisper") for number in numbers),
        action="/dialled",
        timeout=20,
        **attributes,
    )


def test_whoever_accepts_first_speaks_with_the_caller(hotline: Hotline) -> None:
    hotline.answers("/dialled", twiml.say("Thank you for calling."))
    hotline.answers(
        "/whisper",
        twiml.gather(twiml.say("Acme calls. Press 1."), action="/accept", digits=1, timeout=60),
        twiml.hangup(),
    )
    hotline.answers("/accept", twiml.say("Connecting."))
    ada = hotline.called(twiml.say("One moment."), dial(ANNA, BEN))
    anna, ben = hotline.anna.rings(), hotline.ben.rings()
    assert anna.call.from_ == ADA  # her own number, since no other caller id was given
    assert anna.call.parent == ada.call.sid
    anna.presses("1").hears("Connecting").hears("connected with")
    ben.ends("canceled")
    ada.hears("One moment").hears("connected with")
    anna.speaks("Anna here.")
    ada.hears("Anna here.").speaks("It is down!")
    anna.hears("It is down!").hangs_up()
    ada.hears("Thank you").ends("completed")
    (dialled,) = hotline.told("/dialled")
    assert (dialled["DialCallStatus"], dialled["DialBridged"]) == ("completed", "true")
    assert dialled["DialCallSid"] == anna.call.sid


def test_a_refused_whisper_is_completed_but_not_connected(hotline: Hotline) -> None:
    hotline.answers("/dialled", twiml.say("Nobody is free."))
    hotline.answers(
        "/whisper", twiml.gather(twiml.say("Press 1."), action="/no", digits=1, timeout=60)
    )
    hotline.answers("/no", twiml.hangup())
    ada = hotline.called(dial(ANNA))
    hotline.anna.rings().presses("2").ends("completed")
    ada.hears("Nobody is free").ends("completed")
    (dialled,) = hotline.told("/dialled")
    assert (dialled["DialCallStatus"], dialled["DialBridged"]) == ("completed", "false")


async def test_nobody_there_is_told_and_the_call_goes_on(hotline: Hotline) -> None:
    hotline.answers("/dialled", twiml.say("Nobody is free."))
    ada = hotline.called(dial(ANNA, BEN))
    hotline.ben.rings().declines()
    anna = hotline.anna.rings()
    await hotline.later(21)
    anna.ends("no-answer")
    ada.hears("Nobody is free").ends("completed")
    assert hotline.told("/dialled")[0]["DialCallStatus"] in {"busy", "no-answer"}


def test_a_caller_who_hangs_up_stops_the_ringing(hotline: Hotline) -> None:
    ada = hotline.called(twiml.say("One moment."), dial(ANNA))
    anna = hotline.anna.rings()
    ada.hangs_up()
    anna.ends("canceled")


def test_a_caller_who_hangs_up_ends_the_conversation(hotline: Hotline) -> None:
    ada = hotline.called(twiml.dial(twiml.number(ANNA, statusCallback="/leg")))
    anna = hotline.anna.rings().answers().hears("connected with")
    ada.hears("connected with").hangs_up()
    anna.ends("completed")
    assert hotline.told("/leg")[0]["ParentCallSid"] == ada.call.sid


def test_a_star_ends_the_other_leg_where_it_was_asked_for(hotline: Hotline) -> None:
    hotline.answers("/dialled", twiml.say("Back again."))
    ada = hotline.called(
        twiml.dial(twiml.number(ANNA), action="/dialled", hangupOnStar=True),
    )
    anna = hotline.anna.rings().answers().hears("connected with")
    ada.hears("connected with")
    hotline.simulator.do(_press(hotline, ada, "*"))
    anna.ends("completed")
    ada.hears("Back again").ends("completed")


async def _press(hotline: Hotline, call: StrictCall, keys: str) -> None:
    assert hotline.simulator.simulation.telephone.press(call.call.sid, keys)


def test_a_caller_id_must_be_ours_or_the_callers(receiver: Receiver) -> None:
    with Simulator(strict=False) as simulator:
        simulator.connect(voice_url=f"{receiver.url}/hotline")
        receiver.replies["/hotline"] = twiml.voice(
            twiml.dial(twiml.number(ANNA), callerId="+15005550001")
        )
        call = simulator.phone(ADA).calls_us().ends("failed")
        assert call.call.error == 13214


def test_a_call_is_answered_only_when_it_is_bridged_if_so_asked(hotline: Hotline) -> None:
    ada = hotline.called(twiml.dial(twiml.number(ANNA), answerOnBridge=True))
    anna = hotline.anna.rings()
    assert ada.call.status == "ringing"
    anna.answers().hears("connected with")
    assert ada.call.status == "in-progress"
    ada.hangs_up()
    anna.ends()


def test_a_conference_starts_ends_and_tells(hotline: Hotline) -> None:
    room = twiml.conference(
        "room-7f3a",
        startConferenceOnEnter=True,
        endConferenceOnExit=True,
        statusCallback="/room",
        statusCallbackEvent="start end join leave",
        participantLabel="ada",
        waitUrl="/wait",
    )
    hotline.answers("/wait", twiml.say("Please hold."), twiml.pause(10))
    ada = hotline.called(twiml.dial(room))
    ada.hears("Please hold")
    hotline.answers("/hotline", twiml.dial(twiml.conference("room-7f3a", muted=True)))
    ben = hotline.ben.calls_us()
    ben.hears("in the conference, with 1 other")
    ada.hears("another joins")
    ada.speaks("Can you hear me?")
    ben.hears("Can you hear me?").speaks("(muted)")
    ada.hangs_up()
    ben.ends("completed")
    events = [form["StatusCallbackEvent"] for form in hotline.told("/room", 6)]
    assert sorted(events[:3]) == ["conference-start", "participant-join", "participant-join"]
    assert events.count("participant-leave") == 2
    assert events.count("conference-end") == 1
    assert all("(muted)" not in heard.text for heard in ada.call.transcript)


def test_a_queue_is_waited_in_and_taken_out_of(hotline: Hotline) -> None:
    hotline.answers("/wait", twiml.say("You are next."), twiml.pause(10))
    hotline.answers("/left", twiml.say("Goodbye, Ada."))
    hotline.answers("/greet", twiml.say("An engineer takes your call."))
    ada = hotline.called(twiml.enqueue("hotline", waitUrl="/wait", action="/left"))
    ada.hears("You are next")
    hotline.answers("/hotline", twiml.dial(twiml.queue("hotline", url="/greet"), action="/dialled"))
    hotline.answers("/dialled", twiml.say("Goodbye, Anna."))
    anna = hotline.anna.calls_us()
    ada.hears("An engineer").hears("connected with")
    anna.hears("connected with").speaks("Anna here.")
    ada.hears("Anna here.").hangs_up()
    anna.hears("Goodbye, Anna").ends("completed")
    place = hotline.told("/wait")[0]
    assert (place["QueuePosition"], place["CurrentQueueSize"]) == ("1", "1")
    assert hotline.told("/dialled")[0]["DialBridged"] == "true"


def test_whoever_is_left_by_the_engineer_goes_on(hotline: Hotline) -> None:
    hotline.answers("/left", twiml.say("How was it?"))
    ada = hotline.called(twiml.enqueue("hotline", action="/left"))
    ada.hears("waits in hotline")
    hotline.answers("/hotline", twiml.dial(twiml.queue("hotline")))
    hotline.anna.calls_us().hears("connected with").hangs_up()
    ada.hears("How was it?").ends("completed")
    assert hotline.told("/left")[0]["QueueResult"] == "bridged"


def test_a_waiting_caller_may_leave_the_queue(hotline: Hotline) -> None:
    hotline.answers(
        "/wait", twiml.gather(twiml.say("Press 1 for a callback."), action="/chosen", timeout=60)
    )
    hotline.answers("/chosen", twiml.leave())
    hotline.answers("/left", twiml.say("We call you back."))
    ada = hotline.called(twiml.enqueue("hotline", waitUrl="/wait", action="/left"))
    ada.hears("Press 1").presses("1#").hears("We call you back").ends("completed")
    assert hotline.told("/left")[0]["QueueResult"] == "leave"


async def test_an_empty_queue_is_given_up(hotline: Hotline) -> None:
    hotline.answers("/dialled", twiml.say("Nobody waits."))
    ada = hotline.called(twiml.dial(twiml.queue("hotline"), action="/dialled", timeout=20))
    hotline.simulator.wait(lambda: ada.call.answered, lambda: "The call was not answered.")
    await hotline.later(21)
    ada.hears("Nobody waits").ends("completed")


def test_a_full_queue_takes_no_more(hotline: Hotline) -> None:
    hotline.answers("/left", twiml.say("Too many callers."))
    queue = twiml.enqueue("hotline", maxQueueSize=1, action="/left")
    ada = hotline.called(queue)
    ada.hears("waits in hotline, place 1")
    hotline.ben.calls_us().hears("Too many callers").ends()
    assert hotline.told("/left")[0]["QueueResult"] == "queue-full"
    ada.hangs_up()


def record(**attributes: twiml.Value) -> twiml.Verb:
    return twiml.record("/recorded", recordingStatusCallback="/recording", **attributes)


def test_a_message_ends_with_a_key(hotline: Hotline) -> None:
    hotline.answers("/recorded", twiml.say("We have your message."))
    ada = hotline.called(twiml.say("Speak now."), record(), twiml.say("Nothing was said."))
    ada.hears("Speak now").speaks("Everything is down.").presses("#")
    ada.hears("We have your message").ends("completed")
    (told,) = hotline.told("/recorded")
    assert told["Digits"] == "#"
    assert told["RecordingUrl"].endswith(told["RecordingSid"])
    assert hotline.told("/recording")[0]["RecordingStatus"] == "completed"


async def test_silence_leaves_no_message(hotline: Hotline) -> None:
    ada = hotline.called(record(timeout=5), twiml.say("Nothing was said."))
    hotline.simulator.wait(lambda: ada.call.gathering or None, lambda: "The call does not listen.")
    await hotline.later(6)
    ada.hears("Nothing was said").ends("completed")
    assert [one for one in hotline.receiver.received if one.path == "/recorded"] == []


def test_hanging_up_leaves_the_message_all_the_same(hotline: Hotline) -> None:
    hotline.answers("/recorded", twiml.hangup())
    ada = hotline.called(twiml.say("Speak now."), record())
    ada.hears("Speak now").speaks("Everything is down.")
    hotline.simulator.do(hotline.simulator.simulation.settle(5))
    ada.hangs_up()
    assert hotline.told("/recorded")[0]["Digits"] == "hangup"


@pytest.mark.parametrize("target", ["<Client>anna</Client>", "<Sip>sip:a@b.example</Sip>"])
def test_what_the_simulator_cannot_dial_it_says(receiver: Receiver, target: str) -> None:
    with Simulator(strict=False) as simulator:
        simulator.connect(voice_url=f"{receiver.url}/hotline")
        receiver.replies["/hotline"] = f"<Response><Dial>{target}</Dial></Response>".encode()
        simulator.phone(ADA).calls_us().hears("does not dial").ends("failed")
