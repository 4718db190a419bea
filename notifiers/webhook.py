"""Pages to a machine: signed JSON by the Standard Webhooks specification.

https://www.standardwebhooks.com: the id is the same at each try of the same page, so that whoever
has it already can drop a repetition; the timestamp is that of the try. What is posted is described
in docs/channels.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus

from standardwebhooks.webhooks import Webhook as Signature

from notifiers.notifier import Accepted, Card, Fault, Message, Outcome, Refused, Unclear
from notifiers.outgoing import Answer, Outgoing, id_of

BUSY = frozenset({HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
UNREADABLE = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}
)


class Webhook:
    """`secrets` (`whsec_...`) all sign, so that a receiver may change from one to the other."""

    channel = sender = "webhook"

    def __init__(
        self, secrets: Sequence[str], outgoing: Outgoing, now: Callable[[], datetime]
    ) -> None:
        """`now` gives the true time (UTC): receivers refuse what is older than five minutes.

        Raises ValueError for a secret that is not base64.
        """
        self._signatures = [Signature(secret) for secret in secrets]
        self._outgoing, self._now = outgoing, now

    async def send(self, message: Message) -> Outcome:
        body = json.dumps(document(message), ensure_ascii=False)
        headers = self._headers(id_of(message.key), body)
        answer = await self._outgoing.post(message.to, body.encode(), headers)
        if isinstance(answer, Refused | Unclear):
            return answer
        return Accepted(id_of(message.key)) if answer.good else refusal(answer)

    def _headers(self, name: str, body: str) -> Mapping[str, str]:
        at = self._now()
        signed = [signature.sign(name, at, body) for signature in self._signatures]
        return {
            "webhook-id": name,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signed),
            "user-agent": "Heliograph",
        }

    async def find(self, message: Message) -> Accepted | Unclear | None:  # noqa: ARG002
        """Repeating is safe: the receiver knows the id."""
        return None

    async def cancel(self, ref: str) -> Refused | Unclear | None:  # noqa: ARG002
        """What is posted cannot be called back."""
        return None

    async def close(self) -> None:
        await self._outgoing.close()


def document(message: Message) -> dict[str, object]:
    """The JSON document; the same at each try."""
    card = message.card
    if card is None and not message.links:
        return {"type": "news", "data": {"text": message.text}}
    if card is None:
        return {"type": "proof", "data": {"text": message.text, "links": message.links}}
    return {"type": "page", "data": {**_page(card), "text": message.text, "links": message.links}}


def _page(card: Card) -> dict[str, object]:
    return {
        "case": card.case,
        "purpose": card.purpose,
        "severity": card.severity,
        "account": card.account,
        "plan": card.plan,
        "subject": card.subject,
        "due": card.due,
        "why": card.why,
        "person": card.person or None,
        "code": card.code or None,
        "ticket_url": card.url,
    }


def refusal(answer: Answer) -> Refused | Unclear:
    """What anything but a good status means (Standard Webhooks: 410 ends the subscription)."""
    status, said = answer.status, f"The webhook's receiver answered {answer.status}"
    if status == HTTPStatus.GONE:
        return Refused(f"{said}: it wants no more.", status, Fault.NUMBER)
    if status in BUSY:
        return Refused(f"{said}: not now.", status, Fault.THROTTLED, answer.retry_after)
    if status == HTTPStatus.REQUEST_TIMEOUT:
        return Unclear(f"{said}, which says nothing of what it has taken.")
    if status >= 500:  # noqa: PLR2004 - HTTP
        reason = f"{said}: it cannot just now."
        return Refused(reason, status, Fault.TRANSIENT, answer.retry_after)
    if status in UNREADABLE:
        return Refused(f"{said}: it cannot read what we post.", status, Fault.OURS)
    return Refused(f"{said}. Check the address of the webhook.", status, Fault.CONFIGURATION)
