"""What labels say on issue trackers, which have no priority, no channel and only open or closed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from routing.report import TicketStatus

_SCOPED = re.compile(r"\s*([^:/=]+?)\s*(?:::|[:/=])\s*(.+?)\s*\Z")
_SHORT = re.compile(r"(?:p|s|sev|prio)-?[0-5]\Z")
_NOT_NAME = re.compile(r"[^a-z0-9]+")
_ON_HOLD = frozenset({"onhold", "statusonhold", "blocked"})
_PENDING = frozenset(
    {"pending", "waitingforcustomer", "waitingoncustomer", "awaitingcustomer", "needsinfo"}
)
ON_HOLD_LABEL = "on-hold"
"""What we put on an issue for on hold, and take off again."""


def scoped(labels: Iterable[str], *scopes: str) -> str | None:
    """The value of the first `scope::value`, `scope: value` or `scope/value`, in lower case."""
    for label in labels:
        found = _SCOPED.match(label[:200])
        if found and _NOT_NAME.sub("", found[1].lower()) in scopes:
            return found[2].lower()
    return None


def priority(labels: tuple[str, ...]) -> str | None:
    """From `priority::high`, `severity/1`, or a bare `P1` or `sev-2`."""
    found = scoped(labels, "priority", "severity", "prio", "sev")
    return found or next((lower for label in labels if _SHORT.match(lower := label.lower())), None)


def environment(labels: tuple[str, ...]) -> str | None:
    """From `environment::staging` or `env: prod`."""
    return scoped(labels, "environment", "env")


def status(is_open: bool, labels: Iterable[str]) -> TicketStatus:
    """Closed is solved, because it may be opened again; labels tell what open means."""
    if not is_open:
        return TicketStatus.SOLVED
    names = {_NOT_NAME.sub("", label.lower()) for label in labels}
    if names & _ON_HOLD:
        return TicketStatus.ON_HOLD
    return TicketStatus.PENDING if names & _PENDING else TicketStatus.OPEN
