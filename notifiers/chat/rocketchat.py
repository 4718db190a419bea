"""Rocket.Chat: an incoming integration; its buttons open the signed page, which acts on a press.

https://docs.rocket.chat/docs/integrations
Clicks are not reported in a way that could be verified, so a button is a link. A link speaks for
the person it was made for, so it goes to that person's own room (`@name`) and to no channel.
"""

from __future__ import annotations

from collections.abc import Mapping

from notifiers.chat.hook import Hook
from notifiers.chat.words import button, cut, facts, news, shown
from notifiers.notifier import Card, Message
from notifiers.outgoing import Answer

RED = "#c62828"
NOBODY = frozenset({"invalid-channel", "error-invalid-channel", "error-invalid-room"})
HOW = "Answer by text or on the phone."


class RocketChat(Hook):
    channel, product = "rocketchat", "Rocket.Chat"

    def payload(self, message: Message) -> Mapping[str, object]:
        """`message.to` is `@name` or `#channel`; empty for the integration's own."""
        body: dict[str, object] = {"alias": "Heliograph", "emoji": ":sunny:"}
        if message.to:
            body["channel"] = message.to if message.to[0] in "@#" else f"#{message.to}"
        if message.card is None:
            return {**body, "text": news(message)}
        return {**body, "text": "", "attachments": [_attachment(message, message.card)]}

    def nobody(self, answer: Answer) -> bool:
        return answer.document.get("error") in NOBODY

    def took(self, answer: Answer) -> bool:
        return answer.document.get("success") is True


def _attachment(message: Message, card: Card) -> dict[str, object]:
    links = message.links if message.to.startswith("@") else {}
    text = shown(cut(card.subject))
    made: dict[str, object] = {
        "title": card.case,
        "text": text if links or not card.person else f"{text}\n{HOW}",
        "color": RED,
        "fields": [
            {"title": term, "value": shown(words), "short": term != "Why"}
            for term, words in facts(card)
        ],
    }
    if card.url:
        made["title_link"] = card.url
    if links:
        made["actions"] = [
            {"type": "button", "text": button(card, verb), "url": link}
            for verb, link in links.items()
        ]
    return made
