"""Twilio is slow, busy, broken or refuses us, and everybody is paged all the same."""

import pytest

from notifiers.simulator.records import Ailment, Trouble
from tests.stories.world import World


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(Ailment.REFUSE, code=20500, times=5),
        Trouble(Ailment.REFUSE, code=20503, times=5),
        Trouble(Ailment.REFUSE, code=20429, seconds=20, times=5),
        Trouble(Ailment.REFUSE, code=20429, times=5),
        Trouble(Ailment.SLOW, seconds=0.3, times=3),
    ],
    ids=["500", "503", "429 with Retry-After", "429", "slow"],
)
def test_passing_trouble_delays_a_page_and_doubles_none(world: World, trouble: Trouble) -> None:
    world.expects_error("provider_failing")
    world.twilio.trouble(trouble)
    tickets = [world.ticket() for _ in range(3)]
    world.forward(minutes=2)
    for ticket in tickets:
        world.phone("anna").gets_sms(ticket.case)
    assert {ticket.pages("open") == ["anna"] for ticket in tickets} == {True}


def test_trouble_that_outlasts_the_step_passes_the_page_on(world: World) -> None:
    world.expects_error("provider_failing")
    world.phone("anna").has(Trouble(Ailment.REFUSE, code=20503))
    ticket = world.ticket()
    world.forward(minutes=6)
    world.phone("ben").gets_sms(ticket.case)
    assert ticket.pages("open") == ["ben"]
    world.phone("anna").has(None)
    world.forward(minutes=3)  # and Anna is not texted after all
    world.forget_alarms()


def test_a_text_nobody_hears_of_again_is_no_answer(world: World) -> None:
    world.phone("anna").has(Trouble(Ailment.LOST, times=1))
    ticket = world.ticket()
    world.phone("anna").misses_sms(ticket.case)
    world.forward(minutes=5)
    world.phone("ben").gets_sms(ticket.case)


def test_a_provider_that_refuses_us_altogether_is_asked_again_soon(world: World) -> None:
    """Broken once: after a moment of it the case was quiet for half an hour."""
    world.expects_error("provider_failing")
    world.twilio.trouble(Trouble(Ailment.REFUSE, code=20003))
    ticket = world.ticket()
    world.settle()
    assert ticket.state == "exhausted"
    assert ticket.pages("unreachable") == ["anna", "ben", "erik"] * 2 + ["grace"]
    world.twilio.trouble(None)
    world.forward(minutes=5)
    world.phone("anna").gets_sms(ticket.case)
    world.forget_alarms()
