"""Small pieces of wording that decisions and notifiers share."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from routing.case import Case
from routing.sla import Clock, ClockState, Metric

PROMISE = {
    Metric.FIRST_REPLY: "Reply",
    Metric.NEXT_REPLY: "Reply",
    Metric.UPDATE: "Update",
    Metric.RESOLUTION: "Fix",
}


_NEVER = datetime.max.replace(tzinfo=UTC)


def instant(at: datetime, now: datetime) -> str:
    """`14:05 UTC`, with the date when it is not today's (UTC)."""
    return clock(at) if at.date() == now.date() else f"{at.day} {at.strftime('%b')} {clock(at)}"


def clock(at: datetime) -> str:
    return f"{at.hour:02}:{at.minute:02} UTC"


def brief(text: str, limit: int) -> str:
    """One line of at most `limit` characters, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 2].rsplit(" ", 1)[0] or line[: limit - 2]
    return f"{cut}.."


def label(case: Case) -> str:
    """`ACME-7 (Acme Corp, Login fails for everyone)`."""
    return _label(case.id, case.account_name, case.ticket.subject)


@lru_cache(maxsize=1024)
def _label(name: str, account: str, subject: str) -> str:
    return f"{name} ({brief(account, 24)}, {brief(subject, 48) or 'no subject'})"


def first_due(case: Case) -> Clock | None:
    """The earliest promise still open, kept or broken."""
    running = [
        c
        for c in case.clocks
        if c.due_at and c.state in {ClockState.RUNNING, ClockState.BREACHED} and not c.met_at
    ]
    return min(running, key=lambda c: c.due_at or _NEVER, default=None)


def next_due(case: Case, now: datetime) -> str:
    """`Reply due 14:05 UTC.` for the earliest promise still open; empty when there is none."""
    first = first_due(case)
    if first is None or first.due_at is None:
        return ""
    verb = "was due" if first.due_at <= now else "due"
    return f"{PROMISE[first.metric]} {verb} {instant(first.due_at, now)}."
