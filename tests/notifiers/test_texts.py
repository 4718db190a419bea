"""Texts through the simulated carrier, with a real web server of ours at the other end."""

import threading
from pathlib import Path

import pytest

from notifiers.notifier import Accepted, Message, Outcome
from notifiers.simulator.carrier import GOODBYE, HELP, WELCOME
from notifiers.simulator.clock import RealClock
from notifiers.simulator.config import INSTANT, OwnNumber, Pace, SimulatorConfig
from notifiers.simulator.harness import Simulator
from notifiers.simulator.records import Ailment, Direction, Trouble
from notifiers.simulator.simulation import Simulation
from notifiers.twilio import twiml
from notifiers.twilio.client import Credentials, Twilio
from notifiers.twilio.sms import TwilioSms
from tests.notifiers.conftest import Receiver

PHONE = "+46700000001"


def at(simulator: Simulator) -> TwilioSms:
    credentials = Credentials(simulator.account_sid, (simulator.auth_token,))
    return TwilioSms(Twilio(credentials, simulator.api_url), simulator.number)


async def page(
    simulator: Simulator,
    number: str,
    text: str = "ACME-7 down. Reply 1",
    callback: str | None = None,
) -> Outcome:
    sms = at(simulator)
    outcome = await sms.send(
        Message(
            key="k",
            channel="sms",
            to=number,
            text=text,
            callback=callback,
            since=simulator.simulation.timers.now(),
        )
    )
    await sms.close()
    return outcome


async def test_another_page_of_the_same_minute_is_not_taken_for_this_one(
    simulator: Simulator, number: str
) -> None:
    await page(simulator, number, "SEV1 ACME-7 down")
    sms = at(simulator)
    since = simulator.simulation.timers.now()
    other = Message(key="k", channel="sms", to=number, text="SEV1 ACME-8 down", since=since)
    assert await sms.find(other) is None
    await sms.close()


async def test_receipts_are_signed_and_come_in_order(
    simulator: Simulator, receiver: Receiver, number: str
) -> None:
    outcome = await page(simulator, number, callback=f"{receiver.url}/status?key=a%2Fb")
    assert isinstance(outcome, Accepted)
    got = receiver.wait(2, MessageSid=outcome.ref)
    assert [one.form["MessageStatus"] for one in got] == ["sent", "delivered"]
    assert all(one.genuine for one in got)
    assert {one.path for one in got} == {"/status?key=a%2Fb"}  # the fragment is not sent
    assert len({one.headers["i-twilio-idempotency-token"] for one in got}) == 2


@pytest.mark.parametrize("code", [30003, 30005, 30007])
async def test_what_is_not_delivered_says_why(
    simulator: Simulator, receiver: Receiver, number: str, code: int
) -> None:
    simulator.phone(number).has(Trouble(Ailment.UNDELIVERED, code))
    await page(simulator, number, callback=f"{receiver.url}/status")
    got = receiver.wait(1, MessageStatus="undelivered", To=number)
    assert got[0].form["ErrorCode"] == str(code)


async def test_a_callback_that_fails_is_tried_three_times_and_complained_of(
    simulator: Simulator, receiver: Receiver, number: str
) -> None:
    receiver.replies["/status"] = 500
    outcome = await page(simulator, number, callback=f"{receiver.url}/status")
    assert isinstance(outcome, Accepted)
    got = receiver.wait(8, MessageSid=outcome.ref)  # sent and delivered, each once and thrice again
    assert len({one.headers["i-twilio-idempotency-token"] for one in got}) == 2
    alerts = [a.code for a in simulator.simulation.exchange.alerts if a.about == outcome.ref]
    assert alerts[:1] == [11200]


async def test_a_reply_reaches_us_signed_and_our_answer_reaches_the_phone(
    simulator: Simulator, receiver: Receiver, number: str
) -> None:
    hostile = 'ACK 4821: you have ACME-7 (<b>Acme</b> & "Söhne") 🔥'
    receiver.replies["/sms"] = twiml.messaging(hostile)
    simulator.connect(sms_url=f"{receiver.url}/sms")
    phone = simulator.phone(number).replies("1 4821 åäö 👍")
    assert phone.gets_sms("ACK 4821").body == hostile
    (got,) = receiver.wait(1, From=number)
    assert got.genuine
    assert got.form["Body"] == "1 4821 åäö 👍"
    assert (got.form["To"], got.form["SmsStatus"]) == (simulator.number, "received")
    assert got.form["MessageSid"].startswith("SM")


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (b"<Response><Say>hello</Say></Response>", 12200),
        (b"<Response><Message>hello</Response>", 12100),
        (b"hello", 12100),
        (500, 11200),
        (302, 11200),
    ],
)
async def test_an_answer_twilio_cannot_use_reaches_nobody(
    simulator: Simulator, receiver: Receiver, number: str, reply: bytes | int, code: int
) -> None:
    receiver.replies["/sms"] = reply
    simulator.connect(sms_url=f"{receiver.url}/sms")
    simulator.phone(number).replies("1")
    exchange = simulator.simulation.exchange
    (text,) = exchange.texts_of(number)
    assert text.direction is Direction.INBOUND
    assert [alert.code for alert in exchange.alerts if alert.about == text.sid] == [code]


def test_a_dead_service_is_complained_of(number: str) -> None:
    with Simulator(strict=False) as simulator:
        simulator.connect(sms_url="http://127.0.0.1:9/sms")
        simulator.phone(number).replies("1")
        assert [alert.code for alert in simulator.simulation.exchange.alerts] == [11205]


async def test_a_reply_goes_to_the_number_that_texted_last(
    simulator: Simulator, receiver: Receiver, number: str
) -> None:
    exchange = simulator.simulation.exchange
    assert exchange.correspondent(number) == simulator.number
    exchange.numbers.append(OwnNumber("+14155550111", f"{receiver.url}/sms"))
    credentials = Credentials(simulator.account_sid, (simulator.auth_token,))
    sms = TwilioSms(Twilio(credentials, simulator.api_url), "+14155550111")
    since = simulator.simulation.timers.now()
    await sms.send(Message(key="k", channel="sms", to=number, text="ACME-7", since=since))
    await sms.close()
    simulator.phone(number).replies("1")
    assert receiver.wait(1, From=number)[0].form["To"] == "+14155550111"
    exchange.numbers.pop()


async def test_a_journal_that_cannot_be_written_stops_no_phone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    simulation = Simulation(
        SimulatorConfig(
            account_sid="AC" + "0" * 32,
            auth_token="t",
            numbers=(OwnNumber("+14155550100"),),
            clock=RealClock(),
            journal=tmp_path / "file" / "journal.jsonl",
            pace=INSTANT,
        )
    )
    await simulation.start()
    await simulation.carrier.receive(PHONE, "+14155550100", "HELP")
    await simulation.settle(5)
    assert [text.status for text in simulation.exchange.texts_of(PHONE)][1:] == ["delivered"]
    await simulation.close()


async def test_stop_and_start_are_the_carriers_own_words(
    simulator: Simulator, receiver: Receiver, number: str
) -> None:
    receiver.replies["/sms"] = twiml.messaging("you should not see this")
    simulator.connect(sms_url=f"{receiver.url}/sms")
    phone = simulator.phone(number).replies(" stop ")
    assert phone.gets_sms("unsubscribed").body == GOODBYE
    refused = await page(simulator, number)
    assert getattr(refused, "code", None) == 21610
    receiver.replies["/sms"] = twiml.messaging()
    assert phone.replies("Start").gets_sms("re-subscribed").body == WELCOME
    assert isinstance(await page(simulator, number), Accepted)
    assert phone.replies("HELP").gets_sms("STOP").body == HELP
    phone.gets_sms("ACME-7")
    bodies = [text.body for text in simulator.simulation.exchange.texts_of(number)]
    assert "you should not see this" not in bodies
    # We hear of each all the same, without OptOutType: that takes a Messaging Service.
    heard = receiver.wait(3, From=number)
    assert [one.form["Body"] for one in heard] == [" stop ", "Start", "HELP"]
    assert all("OptOutType" not in one.form for one in heard)


async def test_stop_in_a_sentence_is_no_keyword(
    simulator: Simulator, receiver: Receiver, number: str
) -> None:
    receiver.replies["/sms"] = twiml.messaging("fine")
    simulator.connect(sms_url=f"{receiver.url}/sms")
    simulator.phone(number).replies("please stop").gets_sms("fine")


def test_a_messaging_service_says_what_it_took_a_word_for(receiver: Receiver) -> None:
    with Simulator(messaging_service_sid="MG" + "2" * 32) as simulator:
        simulator.connect(sms_url=f"{receiver.url}/sms")
        simulator.phone(PHONE).replies("STOP").gets_sms("unsubscribed")
    (got,) = receiver.wait(1, From=PHONE)
    assert got.form["OptOutType"] == "STOP"
    assert got.form["MessagingServiceSid"] == "MG" + "2" * 32


async def test_a_loop_of_answers_ends(
    simulator: Simulator, receiver: Receiver, number: str
) -> None:
    receiver.replies["/sms"] = twiml.messaging(*(f"echo {n}" for n in range(20)))
    simulator.connect(sms_url=f"{receiver.url}/sms")
    simulator.phone(number).replies("hello")
    exchange = simulator.simulation.exchange
    replies = [t for t in exchange.texts_of(number) if t.direction is Direction.REPLY]
    assert len(replies) == 15
    assert any(alert.code == 14107 for alert in exchange.alerts)


async def test_what_was_cancelled_in_time_is_never_delivered() -> None:
    with Simulator(pace=Pace(queue=3600)) as simulator:
        outcome = await page(simulator, PHONE)
        assert isinstance(outcome, Accepted)
        sms = at(simulator)
        assert await sms.cancel(outcome.ref) is None
        await sms.close()
        text = simulator.simulation.exchange.texts[outcome.ref]
        assert text.status == "canceled"
        simulator.claimed.add(outcome.ref)


async def test_a_stale_page_is_dropped_not_delivered(receiver: Receiver) -> None:
    clock = RealClock()
    with Simulator(pace=Pace(queue=60), clock=clock, strict=False) as simulator:
        outcome = await page(simulator, PHONE, callback=f"{receiver.url}/status")
        assert isinstance(outcome, Accepted)
        await clock.advance(301)
        simulator.nudge()
        (got,) = receiver.wait(1, MessageSid=outcome.ref)
        assert (got.form["MessageStatus"], got.form["ErrorCode"]) == ("failed", "30036")


async def test_a_moved_clock_delivers_what_is_due() -> None:
    clock = RealClock()
    with Simulator(pace=Pace(queue=100, carrier=100), clock=clock) as simulator:
        await page(simulator, PHONE)
        await clock.advance(150)
        simulator.nudge()
        simulator.wait(
            lambda: [t for t in simulator.simulation.exchange.texts_of(PHONE) if t.sent] or None,
            lambda: "It was not sent.",
        )
        await clock.advance(100)
        simulator.nudge()
        simulator.phone(PHONE).gets_sms("ACME-7")


async def _unexpected(*, claim: bool) -> None:
    with Simulator() as simulator:
        await page(simulator, PHONE, "ACME-7")
        await page(simulator, PHONE, "ACME-8")
        if claim:
            simulator.phone(PHONE).gets_sms("ACME-7")


async def test_an_unexpected_text_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="Nobody expected") as failure:
        await _unexpected(claim=False)
    assert "ACME-7" in str(failure.value)
    with pytest.raises(AssertionError, match="Nobody expected") as failure:
        await _unexpected(claim=True)
    assert "ACME-7" not in str(failure.value)
    assert "ACME-8" in str(failure.value)


async def test_a_text_that_does_not_come_fails_with_what_came() -> None:
    with Simulator(patience=0.3) as simulator:
        await page(simulator, PHONE, "ACME-7")
        phone = simulator.phone(PHONE)
        with pytest.raises(AssertionError, match=r"(?s)no text with 'ACME-8'.*ACME-7"):
            phone.gets_sms("ACME-8")
        phone.gets_sms("ACME-7")


def test_a_text_may_come_while_the_phone_waits_for_it() -> None:
    with Simulator() as simulator:
        simulation = simulator.simulation

        def later() -> None:
            simulator.do(simulation.carrier.receive(PHONE, simulator.number, "HELP"))

        thread = threading.Timer(0.05, later)
        thread.start()
        simulator.phone(PHONE).gets_sms("STOP")
        thread.join()


async def test_phones_keep_their_texts_over_a_restart(tmp_path: Path) -> None:
    journal = tmp_path / "phones" / "journal.jsonl"

    def simulation(pace: Pace) -> Simulation:
        return Simulation(
            SimulatorConfig(
                account_sid="AC" + "0" * 32,
                auth_token="t",
                numbers=(OwnNumber("+14155550100"),),
                clock=RealClock(),
                journal=journal,
                pace=pace,
            )
        )

    first = simulation(Pace(queue=0, carrier=3600))
    await first.start()
    await first.carrier.receive(PHONE, "+14155550100", "STOP")
    first.exchange.set_trouble(PHONE, Trouble(Ailment.LOST))
    await first.close()
    with journal.open("ab") as file:
        file.write(b'{"kind": "text", "record": {"sid": "SM')  # torn by a crash

    second = simulation(INSTANT)
    await second.start()
    await second.settle(5)
    texts = second.exchange.texts_of(PHONE)
    assert [(text.body, text.status) for text in texts] == [
        ("STOP", "received"),
        (GOODBYE, "delivered"),  # it was still on its way when the first one stopped
    ]
    phone = second.exchange.phones[PHONE]
    assert phone.opted_out == {"+14155550100"}
    assert phone.trouble is None
    await second.close()
    lines = journal.read_bytes().splitlines()
    third = simulation(INSTANT)
    await third.start()
    await third.close()
    assert len(journal.read_bytes().splitlines()) < len(lines)  # each thing once
