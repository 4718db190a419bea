"""`*` brings somebody into the conversation of a customer and an engineer."""

import pytest

from tests.stories import organisation
from tests.stories.conftest import Build
from tests.stories.hotline import HOW, case_of, confirmed, dull, forsaken, meet, rung
from tests.stories.hotline_papers import GRACE
from tests.stories.house import wait_until
from tests.stories.world import World

ERIK = organisation.NUMBERS["erik"]


@pytest.fixture
def world(build: Build) -> World:
    return build(**HOW)


def told(world: World, words: str) -> None:
    case = case_of(world)["id"]

    def look() -> bool:
        lines = world.get(f"/cases/{case}/timeline?limit=200")["items"]
        return any(words in line["text"] for line in lines)

    wait_until(look, lambda: f"the case does not tell: {words}")


def test_engineering_is_brought_in_and_all_three_speak(world: World) -> None:
    ada = confirmed(world)
    carl = rung(world).presses("1")
    meet(world, carl, ada)
    carl.presses_while_talking("*").hears("Calling Erik Haas")
    dull(world, ada, "bringing in a colleague")
    erik = rung(world, ERIK).answers().hears("Carl Ek asks for your help").presses("1")
    dull(world, carl, "Erik Haas has taken the call")
    meet(world, carl, ada)
    erik.hears("in the conference")
    ada.speaks("It burns")
    erik.hears("It burns")
    erik.speaks("Restart the relay")
    ada.hears("Restart the relay")
    told(world, "Erik Haas joined the call")
    ada.hangs_up()
    carl.ends()
    erik.hears("The call is over").ends()


def test_nobody_takes_it_so_all_are_told_and_it_is_escalated(world: World) -> None:
    ada = confirmed(world)
    carl = rung(world).presses("1")
    meet(world, carl, ada)
    carl.presses_while_talking("*").hears("Calling Erik Haas")
    rung(world, ERIK).declines()
    rung(world, GRACE).answers("machine")
    dull(world, carl, "Nobody else could be reached")
    meet(world, carl, ada)
    world.phone("carl").gets_sms("nobody else could be reached")
    told(world, "Erik Haas was called to join the call with the customer, and the line was busy")
    world.phone("erik").gets_sms("Acme Corp")
    assert case_of(world)["state"] == "engineering"
    carl.hangs_up()
    forsaken(world, ada).hears("The engineer has left the call")
