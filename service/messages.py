"""What a row of the outbox says, to whom, and where its answers and receipts go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from notifiers.card import card_of, headline, plain
from notifiers.wording import PageFacts, clean, page_text
from service.links import ANSWERING, VERBS, Link, Purpose, Signer
from service.outbox import Row
from service.store import codec

SPOKEN = frozenset({"sms", "voice"})
"""Channels that are answered with a code or a key; all others by a link."""
LONGEST_SUBJECT = 100
"""Characters."""
NEWS = frozenset({"announce", "bridge"})
facts_of = codec.decoder(PageFacts)


@dataclass(slots=True)
class Urls:
    """Where the provider reports to, and people's links lead."""

    public: str
    signer: Signer

    def callback(self, row: Row) -> str:
        return f"{self.public}/twilio/status/{row.id}"

    def answer(self, row: Row) -> str | None:
        if row.channel != "voice":
            return None
        if row.kind == "bridge":
            return f"{self.public}/twilio/hotline/leg/{row.id}"
        return f"{self.public}/twilio/page/{row.id}"

    def link(self, link: Link) -> str:
        return f"{self.public}/a/{self.signer.token(link)}"

    def links(self, row: Row) -> dict[str, str]:
        """Verb to link, for a page; the same at each try."""
        expires = (row.created_at + ANSWERING).replace(microsecond=0)
        link = Link(Purpose.ANSWER, row.person or "", expires, row.case_id, row.turn or 0)
        return {verb: self.link(link.to(verb)) for verb in VERBS}


def words_of(row: Row, urls: Urls) -> Mapping[str, Any]:
    """The members of a Message that say something: to, text, subject, links and card."""
    if row.kind in NEWS:
        news = codec.decode(row.payload)
        return {"to": news["to"], "text": news["text"], "subject": _subject(row, news["text"])}
    facts = facts_of(row.payload)
    if row.channel in SPOKEN:
        return {"to": facts.to, "text": row.text or page_text(facts)}
    card = card_of(facts)
    return {
        "to": facts.to,
        "text": plain(card),
        "subject": headline(card),
        "links": urls.links(row),
        "card": card,
    }


def address_of(row: Row) -> str:
    """E.164 for texts and calls."""
    return str(codec.decode(row.payload)["to"])


def text_of(row: Row) -> str:
    """What a text says, a bundle's included; calls cost the same whatever they say."""
    if row.kind in NEWS:
        return str(codec.decode(row.payload)["text"])
    return row.text or page_text(facts_of(row.payload))


def ref_of(row: Row) -> str:
    """The call a hang-up is about, by the provider's name for it."""
    return str(codec.decode(row.payload)["ref"])


def _subject(row: Row, text: str) -> str:
    if row.channel in SPOKEN:
        return ""
    line = clean(text)
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 2].rstrip() + ".."
