"""Systems that tell us things but that we have no way to write to."""

from __future__ import annotations

from collections.abc import Mapping

from service.tickets.judging import judge
from service.tickets.marker import contains_marker
from service.tickets.ticketsystem import (
    Access,
    Answer,
    Change,
    Conversation,
    Judgement,
    Refused,
    Request,
)


class OneWay:
    """The writing half of a system without one: there is never an `Access`, so never a request."""

    source = ""
    settings: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    def access(self, settings: Mapping[str, str]) -> Access | None:  # noqa: ARG002
        """Always None."""
        return None

    def search(self, change: Change, access: Access, page: int = 1) -> Request:
        """Never called, because there is no access to call it with."""
        message = f"{self.source} cannot be written to"
        raise NotImplementedError(message)

    def contains_marker(self, body: bytes, key: str) -> bool:
        """See `marker.contains_marker`."""
        return contains_marker(body, key)

    def judge(self, answer: Answer) -> Judgement:
        """See `judging.judge`."""
        return judge(answer, self.source)

    def write(self, change: Change, access: Access) -> Conversation:  # noqa: ARG002
        """Refuses, asking nothing."""
        yield from ()
        return Refused(f"{self.source} has no way to write back to; the note stays on the case.")
