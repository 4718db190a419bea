"""Words in a chat: what of a customer's text a product would obey is shown instead."""

from __future__ import annotations

import re

from notifiers.card import BUTTONS
from notifiers.notifier import Card, Message

MOST_SUBJECT = 300
"""Characters."""
JOINER = "\u2060"
"""Shows nothing, and keeps a product from seeing a mention or an address in what it parts."""
ASKED = {"ask": "Still on it", "handover": "I take it over"}
"""What the first button says where something else is asked."""
_MEANT = re.compile(
    r"@(?=\S)|\](?=[(\[:])|(?<=\w):(?=//)|(?<=\bmailto):|(?<=\bwww)\.", re.IGNORECASE
)
"""Where Markdown would see somebody called, a link, a picture or a bare address."""


def button(card: Card | None, verb: str) -> str:
    if verb != "acknowledge" or card is None:
        return BUTTONS[verb]
    # A channel is asked what its owner has left unanswered.
    purpose = "handover" if card.purpose == "ask" and not card.person else card.purpose
    return ASKED.get(purpose, BUTTONS[verb])


def cut(text: str, length: int = MOST_SUBJECT) -> str:
    return text if len(text) <= length else text[: length - 2].rstrip() + ".."


def shown(text: str) -> str:
    """For Markdown: no mention of anybody, no link, no picture; the words look as they are."""
    return _MEANT.sub(lambda found: found[0] + JOINER, text)


def facts(card: Card) -> list[tuple[str, str]]:
    """Terms and words, the most urgent first; what is empty is left out."""
    found = [
        ("Severity", card.severity),
        ("Customer", f"{cut(card.account, 100)}, {cut(card.plan, 60)}"),
        ("Promised", card.due),
        ("Paged", card.person),
        ("Why", cut(card.why)),
    ]
    return [(term, words) for term, words in found if words]


def news(message: Message) -> str:
    """In Markdown: what is no page, and its links (an address to be proved)."""
    links = (f"[{BUTTONS[verb]}]({url})" for verb, url in message.links.items())
    return "\n".join((shown(message.text), *links))
