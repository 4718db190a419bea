"""Slack: an incoming webhook with blocks, whose buttons are clicked under Slack's signature.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/
A webhook posts to the one channel it was made for: whoever is paged is named in the post.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from notifiers.card import BUTTONS
from notifiers.chat.hook import Hook
from notifiers.chat.words import button, cut, facts
from notifiers.notifier import Card, Fault, Message, Outcome, Refused
from notifiers.outgoing import Answer, Outgoing

MEMBER = re.compile(r"[UW][A-Z0-9]{2,20}")
"""A member's id, as Slack writes it."""
STYLES = {"acknowledge": "primary", "escalate": "danger"}


class Slack(Hook):
    channel, product, places = "slack", "Slack", False

    def __init__(self, url: str, outgoing: Outgoing, *, clicks: bool) -> None:
        """`clicks`: whether a click can be verified; without that there are no buttons."""
        super().__init__(url, outgoing)
        self._clicks = clicks

    async def send(self, message: Message) -> Outcome:
        if message.to and not MEMBER.fullmatch(message.to):
            reason = "The address is no Slack member's id (U...). Nothing was sent."
            return Refused(reason, fault=Fault.NUMBER)
        return await super().send(message)

    def payload(self, message: Message) -> Mapping[str, object]:
        """`message.to` is the id of a member, who is mentioned; empty for the whole channel."""
        mention = f"<@{message.to}> " if message.to else ""
        if message.card is None:
            links = (f"<{url}|{BUTTONS[verb]}>" for verb, url in message.links.items())
            return {"text": "\n".join((mention + escaped(message.text), *links))}
        blocks = _blocks(message.card, mention)
        if self._clicks and message.buttons:
            blocks.append(_buttons(message))
        return {"text": mention + escaped(cut(message.subject)), "blocks": blocks}

    def nobody(self, answer: Answer) -> bool:
        return answer.text.strip() == "user_not_found"

    def took(self, answer: Answer) -> bool:
        return answer.text.strip() == "ok"


def _blocks(card: Card, mention: str) -> list[object]:
    blocks: list[object] = [
        {"type": "header", "text": _plain(cut(f"{card.severity} {card.case}", 140))},
        {"type": "section", "text": _plain(cut(card.subject))},
        {"type": "section", "fields": [_plain(f"{term}: {said}") for term, said in facts(card)]},
    ]
    if mention:
        blocks.insert(0, {"type": "section", "text": {"type": "mrkdwn", "text": mention.strip()}})
    if card.url:
        link = f"<{re.sub('[<>| ]', '', card.url)}|Ticket>"
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": link}]})
    return blocks


def _buttons(message: Message) -> dict[str, object]:
    elements: list[dict[str, object]] = []
    for verb, token in message.buttons.items():
        made: dict[str, object] = {
            "type": "button",
            "action_id": verb,
            "text": _plain(button(message.card, verb)),
            "value": token,
        }
        elements.append({**made, "style": STYLES[verb]} if verb in STYLES else made)
    return {"type": "actions", "block_id": "heliograph", "elements": elements}


def _plain(text: str) -> dict[str, object]:
    """Shown as it is: no mention, no link, no emoji is read in it."""
    return {"type": "plain_text", "text": text, "emoji": False}


def escaped(text: str) -> str:
    """The three characters that mean anything to Slack."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def answered(text: str) -> dict[str, object]:
    """What takes the place of a post whose button was clicked."""
    said = {"type": "section", "text": _plain(cut(text, 2900))}
    return {"replace_original": True, "text": escaped(text), "blocks": [said]}


def told(words: str) -> dict[str, object]:
    """Said to the one who clicked alone; the post stays as it is."""
    return {"response_type": "ephemeral", "replace_original": False, "text": escaped(words)}
