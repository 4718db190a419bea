"""What an engineer hears whose key comes too late: what has become true meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from routing.hotline_call import Call, State
from routing.hotline_callback import Callback, CallbackState

SPOKEN = frozenset({"kept", "late"})


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case of the hotline stands. `owner`, and whoever is named, are ids."""

    owner: str | None
    live: bool
    call: Call | None = None
    """The latest about it, over or not."""
    callback: Callback | None = None
    """The latest promise."""


@dataclass(frozen=True, slots=True)
class Truth:
    """A word of the policy, about a person where one is named."""

    key: str
    who: str | None = None


def instead(person: str, standing: Standing) -> Truth:
    """Why `person` is not connected, whatever else there is to say first."""
    with_him = _with_customer(standing)
    if with_him is not None:
        return Truth("has_caller", with_him) if with_him != person else Truth("other_line")
    spoke = _spoke_last(standing)
    if spoke is not None and spoke != person:
        return Truth("has_spoken", spoke)
    if not standing.live:
        return Truth("case_over")
    if standing.owner is None:
        return Truth("not_yours")
    return Truth("caller_gone") if standing.owner == person else Truth("has_case", standing.owner)


def _with_customer(standing: Standing) -> str | None:
    """Who speaks with the customer, or is being connected with him."""
    call, callback = standing.call, standing.callback
    if call is not None and call.state is not State.ENDED and call.responder is not None:
        return call.responder
    calling = {CallbackState.CALLING_CUSTOMER, CallbackState.BRIDGED}
    return callback.person if callback is not None and callback.state in calling else None


def _spoke_last(standing: Standing) -> str | None:
    """Who spoke with the customer, if that is the last that was heard of him."""
    call, callback = standing.call, standing.callback
    reached = callback.reached_at if callback and callback.outcome in SPOKEN else None
    if callback and reached and (call is None or call.started_at <= reached):
        return callback.person
    return call.responder if call is not None and call.met_at is not None else None
