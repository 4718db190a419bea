"""A customer rings: until he speaks with an engineer, or holds a promise of when one calls."""

from typing import Any

import pytest

from notifiers.simulator.harness import NUMBER
from notifiers.simulator.strict import StrictCall
from tests.stories.conftest import Build
from tests.stories.hotline import (
    HOW,
    calls,
    case_of,
    confirmed,
    dull,
    forsaken,
    meet,
    promises,
    ring,
    rung,
)
from tests.stories.hotline_papers import ADA, ANNA, BEN, PIN, POLICY, STRANGER
from tests.stories.house import wait_until
from tests.stories.world import World


@pytest.fixture
def world(build: Build) -> World:
    return build(**HOW)


def state(world: World, **wanted: Any) -> None:
    """Wait until the latest call is so."""

    def look() -> bool:
        return bool(calls(world)) and wanted.items() <= calls(world)[0].items()

    wait_until(look, lambda: f"{wanted} is not what became of {calls(world)}")


def promised(world: World, **wanted: Any) -> None:
    def look() -> bool:
        return bool(promises(world)) and wanted.items() <= promises(world)[0].items()

    wait_until(look, lambda: f"{wanted} is not what became of {promises(world)}")


def test_a_known_customer_confirms_and_speaks_with_whoever_pressed_his_key(world: World) -> None:
    ada = confirmed(world)
    case = case_of(world)
    assert (case["source"], case["severity"], case["account"]) == ("zendesk", "L1", "acme")
    carl = rung(world).answers().hears("Acme Corp").presses("1").hears("Connecting")
    dull(world, ada, "An engineer is on the line")
    meet(world, carl, ada)
    ada.speaks("Everything is down")
    carl.hears("Everything is down")
    carl.speaks("I am on it")
    ada.hears("I am on it")
    assert (case_of(world)["state"], case_of(world)["owner"]) == ("acknowledged", "carl")
    ada.hangs_up()
    carl.ends("completed")
    state(world, state="ended", outcome="bridged", responder="carl")
    assert promises(world) == []


def test_a_pin_opens_the_door_for_any_telephone(world: World) -> None:
    call = ring(world, STRANGER).hears("PIN").presses("1111#").hears("not known")
    call.presses(f"{PIN}#").hears("press 1").presses("1").hears("case number")
    world.phone("stranger").gets_sms("is open")
    world.phone("stranger").gets_sms("is ticket")
    meet(world, rung(world).presses("1"), call)
    call.hangs_up()
    state(world, outcome="bridged", known_by="pin", account="acme")


def test_who_took_it_by_text_is_called_to_the_line(build: Build) -> None:
    policy = POLICY.replace("escalate: voices", "escalate: support")
    world = build(**{**HOW, "policy": policy})
    ada = confirmed(world)
    world.phone("anna").gets_sms("Acme Corp").replies("1").gets_sms("you have")
    world.forward(seconds=4)
    anna = rung(world, ANNA).answers().hears("Emergency call from Acme Corp").presses("1")
    meet(world, anna, ada)
    anna.hangs_up()
    forsaken(world, ada).ends("completed")
    state(world, outcome="bridged", responder="anna")


def test_several_are_rung_at_once_and_the_first_key_alone_connects(build: Build) -> None:
    """`{page: [...]}` of the policy: each hears the whisper, and one speaks with the caller."""
    policy = POLICY.replace(
        "{page: schedule voices, wait: 10m}",
        "{page: [schedule voices, person anna, person ben], wait: 10m}",
    )
    directory = HOW["directory"]
    for number in (ANNA, BEN):
        directory = directory.replace(f'sms, address: "{number}"', f'voice, address: "{number}"')
    world = build(**{**HOW, "policy": policy, "directory": directory})
    ada = confirmed(world)
    carl, anna, ben = rung(world), rung(world, ANNA), rung(world, BEN)
    carl.answers().hears("Acme Corp")
    anna.answers().hears("Acme Corp").presses("1").hears("Connecting")
    ben.ends("canceled")
    carl.presses("1").hears("Anna Lind").ends()
    assert not carl.has_said("in the conference")
    meet(world, anna, ada)
    assert case_of(world)["owner"] == "anna"
    ada.hangs_up()
    anna.ends()
    state(world, outcome="bridged", responder="anna")


def test_nobody_free_becomes_a_call_back_that_is_kept(world: World) -> None:
    ada = confirmed(world)
    rung(world).declines()
    rings_ben(world)
    world.forward(minutes=4)
    dull(world, ada, "Press 1, and an engineer calls this number").presses("1")
    ada.hears("before").ends()
    world.phone_of(ADA).gets_sms("an engineer will call you before")
    promised(world, state="promised")
    world.phone("ben").replies("1").gets_sms("you have")
    world.forward(seconds=4)
    ben = rung(world, BEN).answers().hears("was promised a call").presses("1").hears("Calling")
    back = rung(world, ADA).answers().hears("you were promised").presses("1")
    back.hears("connected with")
    ben.hears("connected with")
    back.speaks("Thank you for calling")
    ben.hears("Thank you for calling")
    back.hangs_up()
    promised(world, state="done", outcome="kept", person="ben")
    ben.ends("completed")


def rings_ben(world: World) -> None:
    world.phone("ben").gets_sms("Acme Corp")


def test_a_caller_who_drops_after_confirming_is_called_back(world: World) -> None:
    ada = confirmed(world)
    carl = rung(world)
    drop(world, ada)
    world.phone_of(ADA).gets_sms("we go on paging", "before")
    state(world, state="ended", outcome="abandoned")
    carl.presses("1").hears("Calling the customer")
    back = rung(world, ADA).answers("machine")
    dull(world, back)
    carl.hears("did not answer").ends()
    world.phone_of(ADA).gets_sms("could not reach you")
    promised(world, state="missed", misses=1)
    world.forward(minutes=5)
    rung(world).presses("1")
    rung(world, ADA).answers().hears("promised").presses("1").hears("connected with").hangs_up()
    promised(world, outcome="kept")


def drop(world: World, call: StrictCall) -> None:
    """The caller hangs up, and Twilio tells where the number's status callback is set."""
    call.hangs_up()
    fields = {"CallSid": call.call.sid, "From": ADA, "To": NUMBER, "CallStatus": "completed"}
    assert world.twilio_posts("/twilio/voice", fields).status_code == 200


def test_a_broken_promise_is_loud(world: World) -> None:
    world.expects_error("hotline_promise_broken")
    ada = confirmed(world)
    rung(world).declines()
    rings_ben(world)
    drop(world, ada)
    world.phone_of(ADA).gets_sms("we go on paging")
    world.forward(minutes=16)
    world.phone("grace").gets_sms("Acme Corp")
    case = case_of(world)

    def told() -> bool:
        lines = world.get(f"/cases/{case['id']}/timeline?limit=200")["items"]
        return any("was promised a call" in line["text"] for line in lines)

    wait_until(told, lambda: "the case does not tell of the broken promise")
    assert promises(world)[0]["broken_at"] is not None


def test_a_promise_broken_by_its_owner_pages_the_duty_manager(world: World) -> None:
    world.expects_error("hotline_promise_broken")
    ada = confirmed(world)
    rung(world).declines()
    rings_ben(world)
    world.phone("ben").replies("1").gets_sms("you have")
    drop(world, ada)
    world.phone_of(ADA).gets_sms("we go on paging")
    world.forward(seconds=4)
    rung(world, BEN).declines()
    world.forward(minutes=16)
    world.phone("grace").gets_sms("Handover", "Acme Corp")
    world.phone("ben").gets_sms("The hotline gives", "to Grace Holm. It is yours until")
    rung(world, BEN).answers().hears("was promised a call").hangs_up()


def test_who_is_not_entitled_is_told_kindly_and_may_leave_a_message(world: World) -> None:
    world.rows("update accounts set body = replace(body::text, 'premier', 'e10')::json")
    call = ring(world).hears("not part of your plan").hears("leave a message")
    world.phone_of(ADA).gets_sms("support.example")
    dull(world, call.speaks("We would like to have it"))
    state(world, outcome="message")
    world.phone_of(ADA).gets_sms("with us as")
    world.phone_of(ADA).gets_sms("is ticket")
    assert case_of(world)["severity"] == "L4"
    world.phone("anna").gets_sms("Message from Acme Corp")  # as the route of its plan says


def test_three_wrong_pins_end_in_a_message_that_pages(world: World) -> None:
    call = ring(world, STRANGER)
    for _ in range(3):
        call.hears("enter your support PIN").presses("0#")
    call.hears("could not find your account").hears("leave a message")
    dull(world, call.speaks("This is Acme, everything burns"))
    world.phone("stranger").gets_sms("with us as")
    world.phone("stranger").gets_sms("is ticket")
    rung(world).presses("1").hears("you have").ends()
    state(world, outcome="message", account=None)


def test_it_is_no_emergency_so_nobody_is_paged(world: World) -> None:
    ring(world).hears("press 1").presses("2").hears("portal").ends()
    world.phone_of(ADA).gets_sms("support.example")
    state(world, outcome="portal")
    assert world.get("/cases")["items"] == []


def test_a_second_call_about_the_same_outage_joins_the_case(world: World) -> None:
    first = confirmed(world)
    carl = rung(world)
    second = ring(world).hears("press 1").presses("1").hears("Is it about case").presses("1")
    second.hears("case number")
    world.phone_of(ADA).gets_sms("is open")
    assert len(world.get("/cases")["items"]) == 1
    meet(world, carl.presses("1"), first)
    first.hangs_up()
    carl.ends()
    carl = rung(world).presses("1")
    meet(world, carl, second)
    second.hangs_up()
    carl.ends()


def test_of_several_open_cases_the_caller_names_one(world: World) -> None:
    for subject in ("The search is slow", "A report is late"):
        text = world.phone("anna").gets_sms(world.ticket(subject=subject).case)
        text.replies(f"1 {text.code}").gets_sms("you have")
    ada = ring(world).hears("press 1").presses("1")
    ada.hears("2, A report is late").hears("1, The search is slow").presses("2")
    ada.hears("case number")
    world.phone_of(ADA).gets_sms("is open")
    anna = rung(world, ANNA).answers().hears("Press 1").presses("1")
    meet(world, anna, ada)
    ada.hangs_up()
    anna.ends()
    assert len(world.get("/cases")["items"]) == 2


def test_texts_ask_add_and_take_back(world: World) -> None:
    ada = confirmed(world)
    carl = rung(world)
    phone = world.phone_of(ADA)
    phone.replies("status").gets_sms("is paging", "calling our engineers")
    phone.replies("It is the whole cluster").gets_sms("Noted on")
    phone.replies("False alarm!").gets_sms("once more")
    phone.replies("FALSE ALARM").gets_sms("closed as a false alarm")
    carl.ends("canceled")
    assert case_of(world)["state"] == "resolved"
    ada.hangs_up()
