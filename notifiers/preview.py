"""What would be sent: the very text, what it takes, and what is spoken."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from notifiers.card import card_of, headline, plain
from notifiers.wording import PageFacts, email_subject, is_gsm, menu, page_text, segments, spoken

CODE = "4821"
"""Stands for the code that a page would get."""


@dataclass(frozen=True, slots=True)
class Preview:
    """`segments` and `encoding` are of a text; a call and a mail have none."""

    person: str
    channel: str
    language: str
    text: str
    segments: int | None = None
    encoding: str | None = None
    characters: int = 0

    def as_json(self) -> dict[str, object]:
        return asdict(self)

    def __str__(self) -> str:
        size = ""
        if self.segments is not None:
            parts = f"{self.segments} segment{'s' * (self.segments != 1)}"
            size = f" ({parts}, {self.encoding}, {self.characters} characters)"
        return f"{self.channel} to {self.person}{size}: {self.text}"


def preview(facts: PageFacts, person: str, channel: str, language: str) -> Preview:
    """`person` is an id, `language` what the words are in."""
    if channel == "voice":
        text = f"{spoken(facts)} {menu(facts)}"
        return Preview(person, channel, facts.speech or language, text, characters=len(text))
    if channel == "sms":
        text = page_text(facts)
        coded = "GSM-7" if is_gsm(text) else "UCS-2"
        return Preview(person, channel, language, text, segments(text), coded, len(text))
    card = card_of(facts)
    text = plain(card)
    if channel == "email":
        text = f"Subject: {email_subject(facts) or headline(card)}"
    return Preview(person, channel, language, text, characters=len(text))
