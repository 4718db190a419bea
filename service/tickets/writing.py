"""Writing back, as far as it is the same for every system.

What can be repeated harmlessly (status, tags) is written first and the note last: its marker then
says that everything is done, and a try that broke off half-way is simply made again.
"""

from __future__ import annotations

import base64
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import replace

from routing.report import TicketStatus
from service.tickets.judging import judge
from service.tickets.marker import TAG, contains_marker
from service.tickets.members import Members, read_object
from service.tickets.settings import optional, required
from service.tickets.ticketsystem import (
    Access,
    Answer,
    Change,
    Conversation,
    Done,
    Judgement,
    Refused,
    Request,
    Unreadable,
)

PAGES = 10
"""More pages of comments than this are not searched for our marker."""


class Writer:
    """What the writing halves share. `own_from` are the settings that say who we are there."""

    source = ""
    name = ""
    settings: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    own_from: tuple[str, ...] = ()
    per_page: int = 0
    """How many `"id":` a full page of comments has; 0 where the newest come first, on one page."""

    def access(self, settings: Mapping[str, str]) -> Access | None:
        """None when nothing is set. Raises Misconfigured when something is missing."""
        values = required(self.settings, settings)
        if values is None:
            return None
        headers = {"accept": "application/json", **self.credentials(values[1:])}
        own = frozenset(
            word.lower() for name in self.own_from for word in settings.get(name, "").split()
        )
        return Access(values[0], headers, own, optional(self.optional, settings))

    def credentials(self, values: Sequence[str]) -> Mapping[str, str]:
        """The headers that prove who we are, from the settings after the first."""
        raise NotImplementedError

    def search(self, change: Change, access: Access, page: int = 1) -> Request:
        """See `TicketSystem.search`."""
        raise NotImplementedError

    def contains_marker(self, body: bytes, key: str) -> bool:
        """See `marker.contains_marker`."""
        return contains_marker(body, key)

    def judge(self, answer: Answer) -> Judgement:
        """See `judging.judge`."""
        return judge(answer, self.name)

    def write(self, change: Change, access: Access) -> Conversation:
        """Look for our marker; where it is missing, take the system's own steps."""
        try:
            verdict = yield from self.looked(change, access)
            if isinstance(verdict, Done) and not verdict.already:
                verdict = yield from self.steps(change, access)
        except Unreadable as unreadable:
            return Refused(f"{self.name} answered, but not as its API does. {unreadable}")
        return verdict

    def steps(self, change: Change, access: Access) -> Conversation:
        """What is written, the note last. May raise Unreadable over an answer."""
        raise NotImplementedError

    def looked(self, change: Change, access: Access) -> Conversation:
        """Done(already=True) when our marker is there, Done() when it is not, else the failure."""
        if change.note is None:
            return Done()
        for page in range(1, PAGES + 1):
            answer = yield self.search(change, access, page)
            verdict = self.judge(answer)
            if not isinstance(verdict, Done):
                return verdict
            if self.contains_marker(answer.body, change.key):
                return Done(already=True)
            if not self.per_page or answer.body.count(b'"id":') < self.per_page:
                return Done()
        return Done()

    def seen(self, request: Request) -> Generator[Request, Answer, tuple[Judgement, Members]]:
        """The JSON object that answers `request`, empty when it failed. Raises Unreadable."""
        answer = yield request
        verdict = self.judge(answer)
        return verdict, read_object(answer.body) if isinstance(verdict, Done) else Members({})

    def in_turn(self, requests: Iterable[Request]) -> Conversation:
        """Each request in its order, up to the first that fails."""
        for request in requests:
            verdict = self.judge((yield request))
            if not isinstance(verdict, Done):
                return verdict
        return Done()


def basic(user: str, password: str) -> str:
    """An Authorization header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def tags(change: Change) -> list[str]:
    """The tags to add; ours is among them so that people can find what we touched."""
    return [TAG, *change.tags]


def still(change: Change, ended: bool) -> Change:
    """The change without its status where the ticket has ended meanwhile: only `open` reopens."""
    overtaken = ended and change.status in {TicketStatus.ON_HOLD, TicketStatus.PENDING}
    return replace(change, status=None) if overtaken else change


def and_then(done: Judgement, shortfall: str | None) -> Judgement:
    """What was written, or the sentence of what could not be, once the rest is written."""
    return Refused(shortfall) if shortfall and isinstance(done, Done) else done
