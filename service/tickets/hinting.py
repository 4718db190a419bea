"""Following a hint: the ticket as its own system has it now."""

from __future__ import annotations

from typing import Protocol

from routing.report import Report
from service.tickets.ticketsystem import (
    Access,
    Answer,
    Done,
    Following,
    Judgement,
    Refused,
    Request,
    Unreadable,
)


class Fetching(Protocol):
    """What following takes."""

    def fetch(self, report: Report, access: Access) -> Request: ...

    def fetched(self, report: Report, answer: Answer) -> Report: ...

    def judge(self, answer: Answer) -> Judgement: ...


def follow(system: Fetching, report: Report, access: Access) -> Following:
    """See `Hinting.follow`; one request."""
    answer = yield system.fetch(report, access)
    verdict = system.judge(answer)
    if not isinstance(verdict, Done):
        return verdict
    try:
        return system.fetched(report, answer)
    except Unreadable as unreadable:
        return Refused(f"The ticket was answered, but not as the API does. {unreadable}")
