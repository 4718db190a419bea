"""An engineer calls the customer from a case."""

import pytest

from notifiers.simulator.config import OwnNumber
from tests.stories.conftest import Build
from tests.stories.hotline import HOW, case_of, confirmed, meet, promises, rung
from tests.stories.hotline_papers import ADA, BEN
from tests.stories.test_hotline import drop, promised
from tests.stories.test_hotline_star import told
from tests.stories.world import World

LINE = "+14155550166"
"""The hotline's number, which is not the one that pages."""


@pytest.fixture
def world(build: Build) -> World:
    """Carl has spoken with Ada and has the case."""
    made = build(**{**HOW, "settings": {"TWILIO_HOTLINE_NUMBER": LINE}})
    made.twilio.simulation.exchange.numbers.append(OwnNumber(LINE))
    ada = confirmed(made)
    carl = rung(made).presses("1")
    meet(made, carl, ada)
    ada.hangs_up()
    carl.ends()
    return made


def test_his_telephone_rings_first_and_then_the_customers(world: World) -> None:
    case = str(case_of(world)["id"])
    world.phone("carl").replies(f"CALL {case}").gets_sms("Calling Carl Ek first")
    carl = rung(world).answers().hears("You asked to call Ada Byron").presses("1")
    carl.hears("Calling Ada Byron")
    ada = rung(world, ADA).answers().hears("An engineer of ours calls you")
    assert (carl.call.from_, ada.call.from_) == (world.twilio.number, LINE)
    meet(world, carl, ada)
    carl.speaks("It works again")
    ada.hears("It works again").hangs_up()
    carl.ends()
    told(world, "Carl Ek called Ada Byron, who answered.")
    told(world, "the call with Carl Ek is over")


def test_a_call_that_was_promised_is_kept_by_one_from_the_case(build: Build) -> None:
    world = build(**HOW)
    ada = confirmed(world)
    rung(world).declines()
    world.phone("ben").gets_sms("Acme Corp").replies("1").gets_sms("you have")
    drop(world, ada)
    world.phone_of(ADA).gets_sms("we go on paging")
    world.phone("ben").replies(f"CALL {case_of(world)['id']}").gets_sms("Calling Ben Okafor first")
    ben = rung(world, BEN).answers().hears("You asked to call Ada Byron").presses("1")
    back = rung(world, ADA).answers().hears("This is the call you were promised")
    assert promises(world)[0]["outcome"] is None
    back.presses("1").hears("An engineer of ours calls you")
    meet(world, ben, back)
    promised(world, state="done", outcome="kept", person="ben")
    world.forward(seconds=4)
    back.hangs_up()
    ben.ends()
    told(world, "is kept.")


def test_a_customer_who_declines_is_told_to_the_engineer_on_the_line(world: World) -> None:
    case = str(case_of(world)["id"])
    world.phone("carl").replies(f"call {case}").gets_sms("Calling Carl Ek first")
    world.phone("carl").replies(f"call {case}").gets_sms("under way already")
    carl = rung(world).presses("1").hears("Calling Ada Byron")
    rung(world, ADA).declines()
    carl.hears("The telephone of Ada Byron was busy.").ends()
    told(world, "The telephone of Ada Byron was busy.")
