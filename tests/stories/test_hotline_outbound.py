"""An engineer calls the customer from a case."""

import pytest

from notifiers.simulator.harness import NUMBER
from tests.stories.conftest import Build
from tests.stories.hotline import ADA, HOW, case_of, confirmed, rung
from tests.stories.test_hotline_star import told
from tests.stories.world import World


@pytest.fixture
def world(build: Build) -> World:
    """Carl has spoken with Ada and has the case."""
    made = build(**HOW)
    ada = confirmed(made)
    carl = rung(made).presses("1").hears("in the conference")
    ada.hears("in the conference").hangs_up()
    carl.ends()
    return made


def test_his_telephone_rings_first_and_then_the_customers(world: World) -> None:
    case = str(case_of(world)["id"])
    world.phone("carl").replies(f"CALL {case}").gets_sms("Calling Carl Ek first")
    carl = rung(world).answers().hears("You asked to call Ada Byron").presses("1")
    carl.hears("Calling Ada Byron")
    ada = rung(world, ADA).answers().hears("An engineer of ours calls you")
    assert ada.call.from_ == NUMBER
    ada.hears("in the conference")
    carl.hears("in the conference").speaks("It works again")
    ada.hears("It works again").hangs_up()
    carl.ends()
    told(world, "Carl Ek called Ada Byron, who answered.")
    told(world, "the call with Carl Ek is over")


def test_a_customer_who_declines_is_told_to_the_engineer_on_the_line(world: World) -> None:
    case = str(case_of(world)["id"])
    world.phone("carl").replies(f"call {case}").gets_sms("Calling Carl Ek first")
    world.phone("carl").replies(f"call {case}").gets_sms("under way already")
    carl = rung(world).presses("1").hears("Calling Ada Byron")
    rung(world, ADA).declines()
    carl.hears("The telephone of Ada Byron was busy.").ends()
    told(world, "The telephone of Ada Byron was busy.")
