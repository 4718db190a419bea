"""Hanging up everywhere, every status of every leg, silence and wrong keys, twice and out of order.

Each row is a call through the signed doors; the tables are emptied in between.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from routing.hotline_call import State
from service.hotline.recordings import OVER
from service.hotline.ticking import tick
from tests.service.calling import ADA, Phone, calls, cases, run, sent
from tests.service.web.world import World

STRANGER = "+14155550999"
EMPTY = "truncate cases, hotline_calls, hotline_callbacks, outbox, intake cascade"
Way = Callable[[World], Awaitable[Phone]]
STATUSES = sorted(OVER)


async def identifying(world: World) -> Phone:
    phone = Phone(world, number=STRANGER)
    await phone.rings()
    return phone


async def unidentified(world: World) -> Phone:
    phone = await identifying(world)
    for _ in range(3):
        await phone.presses("1")
    assert "<Record" in phone.last
    return phone


async def confirming(world: World) -> Phone:
    phone = Phone(world)
    await phone.rings()
    return phone


async def connecting(world: World) -> Phone:
    phone = await confirming(world)
    await phone.presses("1")
    return phone


async def asked_about_a_case(world: World) -> Phone:
    first = await connecting(world)
    await first.posts("/twilio/voice", CallStatus="completed")
    second = Phone(world, "CA2")
    await second.rings()
    assert "Is it about case" in await second.presses("1")
    return second


async def asked_about_two(world: World) -> Phone:
    """He has two open: a ticket that is being paged, and an emergency, which is the worse."""
    await world.ticket("T-9", subject="Log in fails", priority="normal")
    first = await connecting(world)
    await first.presses("9")
    await first.posts("/twilio/voice", CallStatus="completed")
    second = Phone(world, "CA2")
    await second.rings()
    said = await second.presses("1")
    assert "Press 1.</Say>" in said
    assert "Log in fails, opened 10:00 UTC? Press 2." in said
    assert "For a new emergency, press 9" in said
    return second


async def offered(world: World) -> Phone:
    phone = await connecting(world)
    world.clock.forward(minutes=4)
    assert "Press 1, and an engineer calls" in await phone.waits()
    return phone


async def leaving_a_message(world: World) -> Phone:
    phone = await offered(world)
    assert "<Record" in await phone.presses("2")
    return phone


async def taken(world: World) -> Phone:
    """Anna has pressed her key, and the caller is told so."""
    phone = await connecting(world)
    case = str((await cases(world))[0]["id"])
    await world.act(case, "acknowledge")
    await tick_later(world)
    assert "Emergency call" in await anna(world).posts(f"/twilio/hotline/leg/{await leg(world)}")
    said = await anna(world).posts(f"/twilio/hotline/leg/{await leg(world)}/key", Digits="1")
    assert "Connecting you" in said
    assert "An engineer is on the line" in await phone.waits()
    return phone


async def met(world: World) -> Phone:
    phone = await taken(world)
    assert "<Conference" in await anna(world).posts("/twilio/hotline/responder/CA1/anna")
    assert "<Conference" in await phone.waits()
    return phone


def anna(world: World) -> Phone:
    return Phone(world, "CA" + "a" * 32, "+46701740605")


async def leg(world: World) -> int:
    row: int = await world.service.pool.fetchval(
        "select id from outbox where kind = 'bridge' order by id desc limit 1"
    )
    return row


async def tick_later(world: World) -> None:
    world.clock.forward(seconds=4)
    await tick(world.service)


HUNG_UP: list[tuple[Way, str, int, int]] = [
    (identifying, "abandoned", 0, 0),
    (unidentified, "abandoned", 0, 0),
    (confirming, "abandoned", 0, 0),
    (asked_about_a_case, "abandoned", 1, 2),
    (asked_about_two, "abandoned", 2, 2),
    (connecting, "abandoned", 1, 1),
    (offered, "abandoned", 1, 1),
    (leaving_a_message, "abandoned", 1, 1),
    (taken, "abandoned", 1, 1),
    (met, "bridged", 1, 0),
]
"""How far he came, what it is counted as, and how many cases and promises he leaves behind."""


async def test_hanging_up_leaves_a_case_and_a_promise_once_it_was_confirmed(world: World) -> None:
    wrong, states = [], {State.GREETING, State.ENTITLING, State.ENDED}
    for (way, outcome, case_count, promise_count), status in zip(
        HUNG_UP, STATUSES * 2, strict=False
    ):
        phone = await way(world)
        states.add(State(str((await calls(world))[0]["state"])))
        for _ in range(2):
            await phone.posts("/twilio/voice", CallStatus=status)
        (call, *_) = await calls(world)
        promises = (await world.get("/hotline/callbacks"))["items"]
        found = (call["state"], call["outcome"], len(await cases(world)), len(promises))
        if found != ("ended", outcome, case_count, promise_count):
            wrong.append((way.__name__, status, found))
        await run(world, EMPTY)
    assert wrong == []
    assert states == set(State), "in the first three no telephone waits for anything"


WRONG_KEYS: list[tuple[Way, str, str]] = [
    (identifying, "#", "No PIN was entered"),
    (identifying, "000", "not known"),
    (confirming, "", "press 1"),
    (confirming, "7", "portal"),
    (asked_about_a_case, "9", "case number"),
    (asked_about_a_case, "", "case number"),
    (asked_about_two, "3", "case number"),
    (asked_about_two, "", "case number"),
    (connecting, "1", "hold.wav"),
    (connecting, "9", "hold.wav"),
    (offered, "9", "Thank you for waiting"),
    (offered, "", "Thank you for waiting"),
    (unidentified, "", "Goodbye"),
    (leaving_a_message, "", "Goodbye"),
]
"""How far he came, what he presses (nothing: silence), and what he hears then."""


async def test_silence_and_wrong_keys_lead_on(world: World) -> None:
    wrong = []
    for way, keys, words in WRONG_KEYS:
        phone = await way(world)
        fields = {"Digits": keys.strip("#")} if keys else {}
        before = phone.action
        document = await phone.posts(before, **fields)
        again = await phone.raw(before, **fields)
        if words not in document or again.text != document:
            wrong.append((way.__name__, keys, document, again.text))
        await run(world, EMPTY)
    assert wrong == []


async def test_whatever_becomes_of_the_engineers_leg_the_caller_waits_and_he_is_rung_again(
    world: World,
) -> None:
    wrong = []
    for status in [*STATUSES, "machine"]:
        phone = await connecting(world)
        await world.act(str((await cases(world))[0]["id"]), "acknowledge")
        await tick_later(world)
        row, sid = await leg(world), "CA" + "b" * 32
        await run(world, "update outbox set state = 'sent', ref = $1", sid)
        line = Phone(world, sid)
        last = {"AnsweredBy": "machine_start"} if status == "machine" else {"CallStatus": status}
        told = [{"CallStatus": "ringing"}, last, last, {"CallStatus": "initiated"}]
        for number, fields in enumerate(told):
            path = f"/twilio/status/{row}"
            answer = await line.raw(path, SequenceNumber=str(number), **fields)
            assert answer.status_code == 204, answer.text
        assert "hold.wav" in await phone.waits()
        for _ in range(4):
            world.clock.forward(seconds=20)
            await phone.waits()
            await tick(world.service)
        if len(await sent(world, "bridge")) != 2 or (await calls(world))[0]["state"] == "ended":
            wrong.append((status, await calls(world)))
        await run(world, EMPTY)
    assert wrong == []


BACK = [(status, "false", "missed") for status in STATUSES] + [("completed", "true", "done")]


async def test_a_call_back_is_kept_by_being_connected_alone_and_told_twice_is_told_once(
    world: World,
) -> None:
    wrong = []
    for status, bridged, state in BACK:
        await (await connecting(world)).posts("/twilio/voice", CallStatus="completed")
        await world.act(str((await cases(world))[0]["id"]), "acknowledge")
        await tick_later(world)
        line, row = anna(world), await leg(world)
        first = await line.posts(f"/twilio/hotline/leg/{row}/key", Digits="1")
        assert f">{ADA}</Number>" in first
        assert await line.posts(f"/twilio/hotline/leg/{row}/key", Digits="1") == first
        late = Phone(world, "CA" + "c" * 32)
        said = await late.posts(f"/twilio/hotline/leg/{row}/key", Digits="1")
        assert "<Dial" not in said, "another line of his dials nobody a second time"
        over = {"DialCallStatus": status, "DialBridged": bridged}
        answers = {await line.posts("/twilio/hotline/back/CA1/over", **over) for _ in range(2)}
        (promise,) = (await world.get("/hotline/callbacks"))["items"]
        texts = [text for text in await sent(world, "announce") if "could not reach you" in text]
        found = (promise["state"], len(answers), len(texts))
        if found != (state, 1, 0 if state == "done" else 1):
            wrong.append((status, found, promise))
        await run(world, EMPTY)
    assert wrong == []


async def test_a_customer_who_takes_his_call_is_connected_however_often_twilio_asks(
    world: World,
) -> None:
    await (await connecting(world)).posts("/twilio/voice", CallStatus="completed")
    await world.act(str((await cases(world))[0]["id"]), "acknowledge")
    await tick_later(world)
    line, customer = anna(world), Phone(world, "CA" + "d" * 32)
    await line.posts(f"/twilio/hotline/leg/{await leg(world)}/key", Digits="1")
    assert "Press 1 to speak" in await customer.posts("/twilio/hotline/back/CA1/customer")
    assert "Goodbye" in await customer.posts("/twilio/hotline/back/CA1/key", Digits="9")
    for _ in range(2):
        answer = await customer.posts("/twilio/hotline/back/CA1/key", Digits="1")
        assert answer.endswith("<Response />")
    over = {"DialCallStatus": "completed", "DialBridged": "true"}
    assert "Goodbye" in await line.posts("/twilio/hotline/back/CA1/over", **over)
    (promise,) = (await world.get("/hotline/callbacks"))["items"]
    assert (promise["state"], promise["outcome"]) == ("done", "kept")


async def test_an_engineers_key_that_is_asked_twice_connects_once(world: World) -> None:
    phone = await taken(world)
    said = await anna(world).posts(f"/twilio/hotline/leg/{await leg(world)}/key", Digits="1")
    assert "Connecting you" in said
    await anna(world).posts("/twilio/hotline/responder/CA1/anna")
    document = await phone.waits()
    assert "<Conference" in document
    over, path = {"DialCallStatus": "completed", "CallStatus": "completed"}, phone.action
    for _ in range(2):
        await phone.posts(path, **over)
        assert "Goodbye" in await anna(world).posts("/twilio/hotline/responder/CA1/anna/over")
        assert (await phone.raw("/twilio/hotline/room/CA1")).status_code == 204
    (call,) = await calls(world)
    assert (call["outcome"], call["responder"]) == ("bridged", "anna")
    assert (await world.get("/hotline/callbacks"))["items"] == []


HELPERS = [
    ("busy", "the line was busy"),
    ("no-answer", "did not answer"),
    ("failed", "could not be called"),
    ("canceled", "could not be called"),
    ("completed", "answered and pressed no key"),
    ("machine", "did not answer"),
    ("", "did not answer"),
]
"""What Twilio tells of a helper's call (a mailbox's verdict alone, or nothing at all), and why he
is said not to have come."""


async def test_whatever_becomes_of_a_helpers_leg_is_told_and_the_customer_is_kept(
    world: World,
) -> None:
    wrong = []
    for status, why in HELPERS:
        phone = await met(world)
        line, here = anna(world), "/twilio/hotline/aside/CA1/anna"
        await line.posts("/twilio/hotline/responder/CA1/anna/over", DialCallStatus="answered")
        first = [await line.posts(f"{here}/0") for _ in range(2)]
        row, sid = await leg(world), "CA" + "f" * 32
        await run(world, "update outbox set state = 'sent', ref = $1 where id = $2", sid, row)
        last = {"AnsweredBy": "machine_start"} if status == "machine" else {"CallStatus": status}
        for number, fields in enumerate(2 * [last] + [{"CallStatus": "ringing"}] if status else []):
            path = f"/twilio/status/{row}"
            answer = await Phone(world, sid).raw(path, SequenceNumber=str(number), **fields)
            assert answer.status_code == 204
        world.clock.forward(seconds=1 if status in OVER else 76)
        for _ in range(2):
            await tick(world.service)
        said = await line.posts(f"{here}/1")
        case = (await cases(world))[0]["id"]
        lines = (await world.get(f"/cases/{case}/timeline?limit=200"))["items"]
        remarks = [one["text"] for one in lines if f"with the customer, and {why}." in one["text"]]
        well = (
            all("Calling Grace Holm" in each for each in first)
            and "Nobody else could be reached" in said
            and "<Conference" in said
            and len(remarks) == 1
            and "<Conference" in await phone.waits()
        )
        if not well:
            wrong.append((status, first, said, remarks, phone.last))
        await run(world, EMPTY)
    assert wrong == []
