"""What the incoming webhooks of all chats have in common.

The product names nothing it has taken, so a name of ours stands for it, and nothing can be looked
up or called back: a try that nobody is sure of is repeated, for twice is better than never.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from notifiers.notifier import Accepted, Fault, Message, Outcome, Refused, Unclear
from notifiers.outgoing import Answer, Outgoing, id_of

OURS = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY})
"""The request was never valid."""


class Hook(ABC):
    """`url` is the operator's own, and a secret: whoever knows it may post."""

    channel: str
    product: str
    places = True
    """Whether a post may choose the channel it goes to."""

    def __init__(self, url: str, outgoing: Outgoing) -> None:
        self._url, self._outgoing = url, outgoing
        self.sender = f"{self.channel} {urlsplit(url).hostname}"

    @abstractmethod
    def payload(self, message: Message) -> Mapping[str, object]:
        """What is posted."""

    @abstractmethod
    def nobody(self, answer: Answer) -> bool:
        """Whether these are the product's own words for an address that does not exist."""

    @abstractmethod
    def took(self, answer: Answer) -> bool:
        """Whether a good status also says that it was posted."""

    async def send(self, message: Message) -> Outcome:
        body = json.dumps(self.payload(message)).encode()
        name = id_of(message.key)
        answer = await self._outgoing.post(self._url, body, {"Idempotency-Key": name})
        if isinstance(answer, Refused | Unclear):
            return answer
        if answer.good and self.took(answer):
            return Accepted(name)
        return self._refusal(answer)

    def _refusal(self, answer: Answer) -> Refused | Unclear:
        status, said = answer.status, f"{self.product} answered {answer.status}"
        if self.nobody(answer):
            return Refused(f"{said}: it knows no such place or person.", status, Fault.NUMBER)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            reason = f"{said}: too many posts at once."
            return Refused(reason, status, Fault.THROTTLED, answer.retry_after)
        if status in OURS:
            return Refused(f"{said}: it cannot read the post.", status, Fault.OURS)
        if status == HTTPStatus.REQUEST_TIMEOUT or answer.good or status >= 500:  # noqa: PLR2004
            return Unclear(f"{said}, which says nothing about the post.")
        setting = f"HELIOGRAPH_{self.channel.upper()}_WEBHOOK_URL"
        return Refused(f"{said}. Check {setting}.", status, Fault.CONFIGURATION)

    async def find(self, message: Message) -> Accepted | Unclear | None:  # noqa: ARG002
        """An incoming webhook tells nothing of what it has posted: it is posted again."""
        return None

    async def cancel(self, ref: str) -> Refused | Unclear | None:  # noqa: ARG002
        """What is posted stays: its buttons tell the truth when they are pressed."""
        return None

    async def close(self) -> None:
        await self._outgoing.close()
