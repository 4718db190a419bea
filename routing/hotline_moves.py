"""How a hotline call is moved: what all its handlers are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from routing.hotline_call import (
    Act,
    Call,
    OpenCase,
    State,
    Step,
    Then,
)
from routing.hotline_prompt import Prompt
from routing.policy import HotlineRules


@dataclass(frozen=True, slots=True)
class At:
    """What every handler is told: the policy's rules and the instant (UTC)."""

    rules: HotlineRules
    now: datetime


def go(
    call: Call,
    state: State,
    then: Then,
    *prompts: Prompt,
    acts: tuple[Act, ...] = (),
    **changes: Any,  # noqa: ANN401 - the call's own fields, checked by it
) -> Step:
    return Step(replace(call, state=state, **changes), prompts, then, acts)


def end(call: Call, at: At, outcome: str, *prompts: Prompt, acts: tuple[Act, ...] = ()) -> Step:
    return go(call, State.ENDED, Then.END, *prompts, acts=acts, outcome=outcome, ended_at=at.now)


def case(call: Call, act: OpenCase) -> Step:
    """The case exists before anybody is dialled: the shell opens it and says so with CaseMade."""
    return go(call, call.state, Then.CASE, acts=(act,))
