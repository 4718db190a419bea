"""The small support organisation with a hotline: Ada rings it, Carl is rung, Anna is texted."""

from typing import Any

from notifiers.simulator.harness import NUMBER
from notifiers.simulator.strict import StrictCall
from tests.stories.hotline_papers import (
    ADA,
    CARL,
    DIRECTORY,
    POLICY,
)
from tests.stories.house import wait_until
from tests.stories.world import World

HOW: dict[str, Any] = {
    "policy": POLICY,
    "directory": DIRECTORY,
    "settings": {"TWILIO_HOTLINE_NUMBER": NUMBER},
}
"""For `build(**HOW)`."""


def ring(world: World, number: str = ADA) -> StrictCall:
    return world.twilio.phone(number).calls_us()


def rung(world: World, number: str = CARL) -> StrictCall:
    return world.twilio.phone(number).rings()


def confirmed(world: World, number: str = ADA) -> StrictCall:
    """Ada has confirmed an emergency, and holds."""
    call = ring(world, number).hears("press 1").presses("1").hears("case number")
    world.phone_of(number).gets_sms("is open", "FALSE ALARM")
    world.phone_of(number).gets_sms("is ticket")
    return call


def dull(world: World, call: StrictCall, words: str = "") -> StrictCall:
    """Let the phones' time run until the call says `words`, or (none) is over.

    For silences and lines that ask every two seconds, while no other phone rings.
    """

    def look() -> bool:
        if call.call.over or (words and call.has_said(words)):
            return True
        world.silence(0.5)
        return False

    wait_until(look, lambda: f"the call does not {f'say {words}' if words else 'end'}")
    return call.hears(words) if words else call.ends()


def meet(world: World, responder: StrictCall, customer: StrictCall) -> None:
    """Both are led into the conference."""
    dull(world, responder, "in the conference")
    dull(world, customer, "in the conference")


def forsaken(world: World, customer: StrictCall) -> StrictCall:
    """The responder has hung up, and is not heard of for as long as he is waited for."""
    world.rows("update hotline_calls set seen_at = seen_at - interval '1 minute'")
    return dull(world, customer)


def calls(world: World) -> list[dict[str, object]]:
    found: list[dict[str, object]] = world.get("/hotline/calls")["items"]
    return found


def promises(world: World) -> list[dict[str, object]]:
    found: list[dict[str, object]] = world.get("/hotline/callbacks")["items"]
    return found


def case_of(world: World) -> dict[str, object]:
    """The only case there is."""
    (case,) = world.get("/cases")["items"]
    found: dict[str, object] = case
    return found
