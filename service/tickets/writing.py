"""Writing back, as far as it is the same for every system.

What can be repeated harmlessly (status, tags) is written first and the note last: its marker then
says that everything is done, and a try that broke off half-way is simply made again.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence

from service.tickets.judging import judge
from service.tickets.marker import TAG, contains_marker
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
    default_url: str | None = None

    def access(self, settings: Mapping[str, str]) -> Access | None:
        """None when nothing is set. Raises Misconfigured when something is missing."""
        if self.default_url is not None and any(settings.get(n) for n in self.settings[1:]):
            settings = {self.settings[0]: self.default_url, **settings}
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

    def looked(self, change: Change, access: Access, per_page: int = 0) -> Conversation:
        """Done(already=True) when our marker is there, Done() when it is not, else the failure.

        `per_page` is how often a full page says `"id":`; 0 for systems that answer with one page.
        """
        if change.note is None:
            return Done()
        for page in range(1, PAGES + 1):
            answer = yield self.search(change, access, page)
            verdict = self.judge(answer)
            if not isinstance(verdict, Done):
                return verdict
            if self.contains_marker(answer.body, change.key):
                return Done(already=True)
            if not per_page or answer.body.count(b'"id":') < per_page:
                return Done()
        return Done()

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


def unmarked(verdict: Judgement) -> bool:
    """Whether a look for our marker went well and found none, so that we write."""
    return isinstance(verdict, Done) and not verdict.already


def and_then(done: Judgement, shortfall: str | None) -> Judgement:
    """What was written, or the sentence of what could not be, once the rest is written."""
    return Refused(shortfall) if shortfall and isinstance(done, Done) else done
