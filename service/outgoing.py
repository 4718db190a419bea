"""What a row of the outbox says, and to whom."""

from __future__ import annotations

from dataclasses import dataclass

from notifiers.wording import PageFacts, page_text
from service.outbox import Row
from service.store import codec

WORDED = frozenset({"announce", "bridge"})
"""Kinds whose payload holds the words."""
facts_of_payload = codec.decoder(PageFacts)


@dataclass(slots=True)
class Urls:
    """Where the provider reports to."""

    public: str

    def callback(self, row: Row) -> str:
        return f"{self.public}/twilio/status/{row.id}"

    def answer(self, row: Row) -> str | None:
        if row.channel != "voice":
            return None
        if row.kind == "bridge":
            return f"{self.public}/twilio/hotline/leg/{row.id}"
        return f"{self.public}/twilio/page/{row.id}"


def facts_of(row: Row) -> PageFacts:
    return facts_of_payload(row.payload)


def address_of(row: Row) -> str:
    """E.164 for texts and calls."""
    return str(codec.decode(row.payload)["to"])


def text_of(row: Row) -> str:
    """What the person reads. A call speaks what its address serves instead."""
    if row.kind in WORDED:
        return str(codec.decode(row.payload)["text"])
    if row.kind == "cancel":
        return ""
    return row.text or page_text(facts_of(row))


def ref_of(row: Row) -> str:
    """The call a hang-up is about, by the provider's name for it."""
    return str(codec.decode(row.payload)["ref"])
