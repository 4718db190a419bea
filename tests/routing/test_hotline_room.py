"""Caller and responder in one conference, and somebody brought in by `*`."""

from typing import Any

import pytest

from routing.hotline_call import (
    Act,
    CaseMade,
    DialOver,
    Held,
    HungUp,
    Joined,
    Keys,
    Rang,
    ResponderLeft,
    State,
    Then,
)
from routing.hotline_room_events import (
    CallHelper,
    HelperGone,
    HelperJoined,
    Met,
    NobodyCame,
    Remark,
    RoomLeft,
    RoomOver,
    Starred,
)
from tests.routing.test_hotline import ADA, Talk

BOTH = Starred(("erik", "grace"))


class Room(Talk):
    def after(self, *events: Any) -> "Room":
        self.on(*events)
        return self


def talking() -> Room:
    """Carl and Ada speak with each other."""
    talk = Room().after(Rang(ADA), Keys("1"), CaseMade("ACME-7"))
    talk.after(Joined("carl"), Held(), Joined("carl"), Held())
    assert (talk.last.then, talk.call.met, talk.call.talked) == (Then.JOIN, True, True)
    assert talk.last.acts == (Met("carl"),)
    return talk


def acts(talk: Room) -> list[Act]:
    return list(talk.last.acts)


def state(talk: Room) -> tuple[bool, bool]:
    return talk.call.met, talk.call.ready


def keys(talk: Room) -> list[str]:
    return [p.key for p in talk.last.prompts]


def test_the_star_calls_the_first_whom_the_policy_names_and_the_caller_holds() -> None:
    talk = talking().after(BOTH)
    assert acts(talk) == [CallHelper("erik", 1)]
    assert keys(talk.after(DialOver(gone=False))) == ["colleague"]
    assert talk.after(Held()).last.then is Then.WAIT
    talk.after(HelperJoined("erik"))
    assert acts(talk) == [Remark("joined", "erik")]
    assert talk.call.helpers == ("erik",)
    assert talk.after(Joined("carl"), Held()).last.then is Then.JOIN
    assert talk.last.acts == (), "they met before"


def test_whoever_tells_it_first_the_caller_is_kept() -> None:
    """Both lines ask at once when the conference ends."""
    talk = talking().after(DialOver(gone=False))
    assert (keys(talk), talk.call.state) == (["one_moment"], State.BRIDGED)
    talk.after(BOTH, Joined("carl"))
    assert talk.after(Held()).last.then is Then.JOIN
    late = talking().after(BOTH, Joined("carl"), DialOver(gone=False))
    assert late.after(Held()).last.then is Then.JOIN, "he was in it again already"


def test_the_next_is_called_and_then_it_is_escalated() -> None:
    talk = talking().after(BOTH, HelperGone(1, "was busy"))
    assert acts(talk) == [Remark("helper_missed", "erik", "was busy"), CallHelper("grace", 2)]
    assert talk.after(HelperGone(1, "was busy")).last.acts == (), "told of an older call"
    talk.after(HelperGone(2, "did not answer"))
    assert talk.last.acts[1:] == (NobodyCame("carl"),)
    assert (talk.call.help, talk.call.helper) == ("nobody", None)


def test_pressed_again_while_one_rings_nobody_is_called_twice() -> None:
    talk = talking().after(BOTH, Joined("carl"), Held(), BOTH)
    assert talk.last.acts == ()
    assert talk.call.aside


def test_who_is_in_it_is_not_called() -> None:
    talk = talking().after(Starred(("carl",)))
    assert acts(talk) == [NobodyCame("carl")]
    talk = talking().after(BOTH, HelperJoined("erik"), Joined("carl"), Held(), BOTH)
    assert acts(talk) == [CallHelper("grace", 2)]


@pytest.mark.parametrize("aside", [True, False])
def test_a_responder_who_hangs_up_ends_it(*, aside: bool) -> None:
    talk = talking().after(BOTH) if aside else talking()
    talk.after(ResponderLeft())
    assert (talk.call.state, talk.call.outcome) == (State.ENDED, "bridged")
    assert keys(talk.after(DialOver(gone=False))) == ["over"]


def test_a_caller_who_hangs_up_ends_it_at_any_time() -> None:
    assert talking().after(DialOver(gone=True)).call.outcome == "bridged"
    assert talking().after(BOTH, HungUp()).call.outcome == "bridged"


@pytest.mark.parametrize("order", [(4, 5), (5, 4)])
def test_who_left_first_is_who_wanted_to(order: tuple[int, int]) -> None:
    talk = talking()
    for number in order:
        talk.on(RoomLeft("customer" if number == 4 else "responder", number))
    assert talk.call.left_by == "customer"


def test_the_end_of_the_room_is_believed_when_it_is_not_that_of_the_one_before() -> None:
    talk = talking().after(RoomOver())
    assert state(talk)[0], "it came from the room they left a moment ago"
    talk.wait(seconds=21).on(RoomOver())
    assert not state(talk)[0]
    assert talk.after(HungUp()).call.outcome == "bridged"


def test_nobody_hears_of_him_any_more() -> None:
    talk = talking().after(DialOver(gone=False))
    talk.wait(seconds=16).on(Held())
    assert (talk.call.state, keys(talk)) == (State.ENDED, ["over"])
