"""Mattermost: an incoming webhook, and buttons that bring our own token back.

https://developers.mattermost.com/integrate/webhooks/incoming/ and .../plugins/interactive-messages/
What a button carries (`context`) is kept from clients, and its callback is not signed by
Mattermost, so the token is signed by us.
"""

from __future__ import annotations

from collections.abc import Mapping

from notifiers.chat.hook import Hook
from notifiers.chat.words import button, cut, facts, news, shown
from notifiers.notifier import Card, Message
from notifiers.outgoing import Answer, Outgoing

RED, GREY = "#c62828", "#607d8b"
STYLES = {"acknowledge": "primary", "decline": "default", "escalate": "danger"}
NOBODY = frozenset(
    {"web.incoming_webhook.channel.app_error", "web.incoming_webhook.user.app_error"}
)
"""Mattermost's ids for a channel or a person it does not know."""


class Mattermost(Hook):
    channel, product = "mattermost", "Mattermost"

    def __init__(self, url: str, outgoing: Outgoing, door: str) -> None:
        """`door`: the absolute URL a click is posted to."""
        super().__init__(url, outgoing)
        self._door = door

    def payload(self, message: Message) -> Mapping[str, object]:
        """`message.to` is `@name` or the name of a channel; empty for the webhook's own."""
        body: dict[str, object] = {"username": "Heliograph"}
        if message.to:
            body["channel"] = message.to
        if message.card is None:
            return {**body, "text": news(message)}
        urgent = {"priority": {"priority": "urgent", "requested_ack": False}}
        attachment = self._attachment(message, message.card)
        return {**body, **urgent, "attachments": [attachment]}

    def _attachment(self, message: Message, card: Card) -> dict[str, object]:
        made: dict[str, object] = {
            "fallback": shown(cut(message.subject)),
            "color": RED,
            "title": card.case,
            "text": shown(cut(card.subject)),
            "fields": [
                {"title": term, "value": shown(words), "short": term != "Why"}
                for term, words in facts(card)
            ],
            "actions": [
                {
                    "id": verb,
                    "name": button(card, verb),
                    "type": "button",
                    "style": STYLES[verb],
                    "integration": {"url": self._door, "context": {"token": token}},
                }
                for verb, token in message.buttons.items()
            ],
        }
        return {**made, "title_link": card.url} if card.url else made

    def nobody(self, answer: Answer) -> bool:
        return answer.document.get("id") in NOBODY

    def took(self, answer: Answer) -> bool:
        return answer.text.strip() == "ok"


def answered(text: str, words: str) -> dict[str, object]:
    """What a click is answered with: the post says how it stands now, its buttons are gone."""
    attachment = {"fallback": shown(cut(text)), "color": GREY, "text": shown(text)}
    props = {"attachments": [attachment]}
    return {"update": {"message": "", "props": props}, "ephemeral_text": shown(words)}


def told(words: str) -> dict[str, object]:
    """What is said to the one who clicked, and changes nothing."""
    return {"ephemeral_text": shown(words)}
