"""The emergency hotline as a conversation without a telephone.

Theory of operation. `step(call, event, rules, now)` turns one call into the next, with what is said
to the caller (`prompts`, keys of the policy's words), what the telephone does after that (`then`)
and what else is to be done (`acts`). `TABLE` is the whole machine: an event that a state does not
take is refused, and a handler that leaves the table's targets is a defect and raises. The shell
looks up callers and cases, opens cases through the desk and speaks; it decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from routing import hotline_asking as asking
from routing import hotline_room as room
from routing import hotline_waiting as waiting
from routing.hotline_call import (
    Act,
    Call,
    CaseMade,
    DialOver,
    Held,
    HungUp,
    Identified,
    Illegal,
    Joined,
    Keys,
    Owned,
    Rang,
    Recorded,
    ResponderLeft,
    Silence,
    State,
    Step,
)
from routing.hotline_moves import At
from routing.hotline_prompt import Prompt
from routing.hotline_room_events import HelperGone, HelperJoined, RoomLeft, RoomOver, Starred
from routing.policy import HotlineRules


def step(call: Call, event: Any, rules: HotlineRules, now: datetime) -> Step:  # noqa: ANN401 - any class of the table
    """The next call and what follows. Raises Illegal where the state takes no such event."""
    at, prompts, acts = At(rules, now), list[Prompt](), list[Act]()
    while True:
        cell = TABLE[call.state].get(type(event))
        if cell is None:
            raise Illegal(call.state, type(event).__name__)
        handler, targets = cell
        made = handler(call, event, at)
        if made.call.state not in targets:
            raise AssertionError(f"{call.state} does not lead to {made.call.state}")
        prompts += made.prompts
        acts += made.acts
        if made.following is None:
            return replace(made, prompts=tuple(prompts), acts=tuple(acts))
        call, event = made.call, made.following


Handler = Callable[[Call, Any, At], Step]
_S = State
_GONE = (waiting.gone, frozenset({_S.ENDED}))
_ASKED = frozenset({_S.CONFIRMING, _S.RECORDING, _S.ENDED})
_WAIT = frozenset({_S.CONNECTING, _S.BRIDGED, _S.OFFERING_CALLBACK, _S.RECORDING, _S.ENDED})
_ROOM = frozenset({_S.BRIDGED})
_MEET = frozenset({_S.BRIDGED, _S.CONNECTING, _S.ENDED})
TABLE: Mapping[State, Mapping[type, tuple[Handler, frozenset[State]]]] = {
    _S.GREETING: {Rang: (asking.rang, frozenset({_S.IDENTIFYING, _S.ENTITLING})), HungUp: _GONE},
    _S.IDENTIFYING: {
        Keys: (asking.pin, _ASKED | {_S.IDENTIFYING, _S.ENTITLING}),
        Silence: (asking.no_pin, _ASKED | {_S.IDENTIFYING}),
        HungUp: _GONE,
    },
    _S.ENTITLING: {Identified: (asking.entitled, frozenset({_S.CONFIRMING, _S.RECORDING}))},
    _S.CONFIRMING: {
        Keys: (asking.confirm, frozenset({_S.CONFIRMING, _S.ENDED})),
        Silence: (asking.no_answer, frozenset({_S.CONFIRMING, _S.RECORDING})),
        CaseMade: (waiting.connecting, frozenset({_S.CONNECTING})),
        HungUp: _GONE,
    },
    _S.CONNECTING: {
        Held: (waiting.held, _WAIT - {_S.RECORDING, _S.ENDED}),
        Silence: (waiting.held, _WAIT - {_S.RECORDING, _S.ENDED}),
        Keys: (waiting.waiting_key, _WAIT),
        Joined: (waiting.joined, frozenset({_S.CONNECTING})),
        Owned: (waiting.owned, frozenset({_S.CONNECTING})),
        ResponderLeft: (room.responder_left, frozenset({_S.CONNECTING})),
        HungUp: _GONE,
    },
    _S.OFFERING_CALLBACK: {
        Keys: (waiting.waiting_key, _WAIT),
        Silence: (waiting.stay, _WAIT - {_S.RECORDING, _S.ENDED}),
        Joined: (waiting.joined, frozenset({_S.OFFERING_CALLBACK})),
        Owned: (waiting.owned, frozenset({_S.OFFERING_CALLBACK})),
        ResponderLeft: (room.responder_left, frozenset({_S.OFFERING_CALLBACK})),
        HungUp: _GONE,
    },
    _S.BRIDGED: {
        Joined: (room.ready, _ROOM),
        Held: (room.meeting, _MEET),
        Silence: (room.meeting, _MEET),
        Keys: (room.meeting, _MEET),
        ResponderLeft: (room.responder_left, _MEET),
        Starred: (room.starred, _ROOM),
        HelperJoined: (room.helper_joined, _ROOM),
        HelperGone: (room.helper_gone, _ROOM),
        RoomLeft: (room.room_left, _ROOM),
        RoomOver: (room.room_over, _ROOM),
        DialOver: (room.left_room, frozenset({_S.BRIDGED, _S.ENDED})),
        HungUp: (room.hung_up, frozenset({_S.ENDED})),
    },
    _S.RECORDING: {
        Recorded: (waiting.recorded, frozenset({_S.RECORDING, _S.ENDED})),
        CaseMade: (waiting.message_case, frozenset({_S.ENDED})),
        Silence: (waiting.said_nothing, frozenset({_S.ENDED})),
        HungUp: _GONE,
    },
    _S.ENDED: {
        CaseMade: (waiting.late_case, frozenset({_S.ENDED})),
        HungUp: (waiting.nothing, frozenset({_S.ENDED})),
        DialOver: (room.farewell, frozenset({_S.ENDED})),
        Held: (room.farewell, frozenset({_S.ENDED})),
        Silence: (room.farewell, frozenset({_S.ENDED})),
        Keys: (room.farewell, frozenset({_S.ENDED})),
    },
}
"""State and event to handler and the states it may lead to."""


def diagram() -> str:
    """The machine as a Mermaid state diagram, printed from the table."""
    lines = ["stateDiagram-v2", "    [*] --> greeting"]
    for state, cells in TABLE.items():
        arrows: dict[State, list[str]] = {}
        for event, (_, targets) in cells.items():
            for target in sorted(targets - {state}):
                arrows.setdefault(target, []).append(event.__name__)
        lines += [f"    {state} --> {to}: {', '.join(names)}" for to, names in arrows.items()]
    return "\n".join([*lines, "    ended --> [*]", ""])
