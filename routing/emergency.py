"""Which escalation a case takes: its route's, or the hotline's for a caller's emergency."""

from __future__ import annotations

from routing.case import Case
from routing.lookup import HOTLINE
from routing.policy import Policy, Route


def is_emergency_call(case: Case) -> bool:
    """A caller said that it is an emergency: paged at any hour, whatever its route says."""
    return case.emergency or called(case.source, case.ticket.channel)


def called(source: str, channel: str | None) -> bool:
    """Whether a confirmed call began it; a message left by who may not call has another channel."""
    return source == HOTLINE and channel == HOTLINE


def escalation_by(case: Case, policy: Policy, route: Route | None) -> str | None:
    """The escalation policy of a case that takes `route`."""
    own = policy.hotline.escalation
    if own is not None and is_emergency_call(case):
        return own
    return route.escalation if route else None
