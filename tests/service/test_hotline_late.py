"""An engineer's key that comes a moment too late: he hears what has become true meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.service.calling import Phone, cases, run
from tests.service.test_hotline_table import EMPTY, anna, connecting, leg, tick_later
from tests.service.web.world import World


async def by_text(world: World) -> tuple[Phone, int]:
    """Ada waits, Anna has the case, and the call that brings her to the line rings."""
    phone = await connecting(world)
    await world.act(str((await cases(world))[0]["id"]), "acknowledge")
    await tick_later(world)
    return phone, await leg(world)


async def waits_on(world: World, phone: Phone) -> None:
    """Nothing becomes of it: it is Anna's, and she is connected."""


async def ben_is_with_him(world: World, phone: Phone) -> None:
    await world.act(str((await cases(world))[0]["id"]), "take", person="ben")
    await tick_later(world)
    ben = Phone(world, "CA" + "e" * 32, "+46701740606")
    assert "Connecting" in await ben.posts(
        f"/twilio/hotline/leg/{await leg(world)}/key", Digits="1"
    )
    await phone.waits()


async def ben_spoke_with_him(world: World, phone: Phone) -> None:
    await ben_is_with_him(world, phone)
    ben = Phone(world, "CA" + "e" * 32, "+46701740606")
    await ben.posts("/twilio/hotline/responder/CA1/ben")
    assert "<Conference" in await phone.waits()
    await phone.hangs_up()


async def ben_has_the_case(world: World, _: Phone) -> None:
    await world.act(str((await cases(world))[0]["id"]), "take", person="ben")


async def it_is_given_back(world: World, _: Phone) -> None:
    await world.act(str((await cases(world))[0]["id"]), "decline")


async def it_is_solved(world: World, phone: Phone) -> None:
    await phone.hangs_up()
    await world.act(str((await cases(world))[0]["id"]), "resolve")
    await tick_later(world)


async def he_hung_up(_: World, phone: Phone) -> None:
    await phone.hangs_up()


async def he_hung_up_and_wants_no_call(world: World, phone: Phone) -> None:
    await phone.hangs_up()
    await run(world, "delete from hotline_callbacks")


async def ben_dials_him(world: World, phone: Phone) -> None:
    await phone.hangs_up()
    await world.act(str((await cases(world))[0]["id"]), "take", person="ben")
    await tick_later(world)
    ben = Phone(world, "CA" + "e" * 32, "+46701740606")
    said = await ben.posts(f"/twilio/hotline/leg/{await leg(world)}/key", Digits="1")
    assert "<Dial" in said


TOO_LATE: list[tuple[Callable[[World, Phone], Awaitable[None]], str]] = [
    (waits_on, "Connecting you with the customer"),
    (he_hung_up, "Calling the customer now"),
    (he_hung_up_and_wants_no_call, "The customer has hung up"),
    (ben_is_with_him, "Ben Okafor has taken the call"),
    (ben_spoke_with_him, "Ben Okafor has spoken with the customer"),
    (ben_dials_him, "Ben Okafor has taken the call"),
    (ben_has_the_case, "Ben Okafor has the case now"),
    (it_is_given_back, "not yours any more"),
    (it_is_solved, "The case is over"),
]
"""What happens between the ringing of an engineer's telephone and his key; what he hears then."""


async def test_a_key_that_comes_too_late_hears_the_truth_and_so_does_who_answers_then(
    world: World,
) -> None:
    wrong = []
    for between, words in TOO_LATE:
        phone, row = await by_text(world)
        await between(world, phone)
        answered = await anna(world).posts(f"/twilio/hotline/leg/{row}")
        said = await anna(world).posts(f"/twilio/hotline/leg/{row}/key", Digits="1")
        connects = between in {waits_on, he_hung_up}
        if words not in said or connects == (words in answered):
            wrong.append((between.__name__, answered, said))
        await run(world, EMPTY)
    assert wrong == []


async def test_who_waits_for_the_caller_hears_that_a_colleague_has_him(world: World) -> None:
    """Broken once: he heard that the customer had hung up."""
    phone, row = await by_text(world)
    await anna(world).posts(f"/twilio/hotline/leg/{row}/key", Digits="1")
    world.clock.forward(seconds=13)
    await phone.waits()  # nothing was heard of Anna for too long
    await ben_is_with_him(world, phone)
    said = await anna(world).posts("/twilio/hotline/responder/CA1/anna")
    assert "Ben Okafor has taken the call" in said
