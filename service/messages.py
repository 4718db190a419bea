"""What a row of the outbox says, to whom, and where its answers and receipts go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from notifiers.card import card_of, headline, plain
from notifiers.proof import SUBJECT, code_text, link_text
from notifiers.wording import PageFacts, clean, email_subject, page_text
from service.codes import code_of
from service.links import ANSWERING, VERBS, Link, Purpose, Signer
from service.outbox import Row
from service.personal import LINK
from service.store import codec

SPOKEN = frozenset({"sms", "voice"})
"""Channels that are answered with a code or a key; all others by a link."""
OWN_PAGE = timedelta(hours=24)
"""How long a link opens a person's own page: it can change how he is reached."""
CODE_MINUTES, LINK_HOURS = 10, 24
"""How long a proof can be given, as it is told."""
BUTTONED = frozenset({"mattermost", "slack", "chat"})
"""Channels that tell us who has clicked."""
ROOM_VERBS = ("acknowledge", "escalate")
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
        if row.kind == "verify":
            return f"{self.public}/twilio/verify/{row.id}"
        return f"{self.public}/twilio/page/{row.id}"

    def link(self, link: Link) -> str:
        return f"{self.public}/a/{self.signer.token(link)}"

    def own(self, person: str, now: datetime, part: str = "") -> str:
        """To a person's own page, for a day from `now` (UTC)."""
        expires = (now + OWN_PAGE).replace(microsecond=0)
        link = Link(Purpose.OWN, person, expires, verb=part)
        return f"{self.public}/me/{self.signer.token(link)}"

    def links(self, row: Row) -> dict[str, str]:
        """Verb to link, for a page to a person; the same at each try."""
        if row.person is None:
            return {}
        link = _answer(row, Purpose.ANSWER)
        return {verb: self.link(link.to(verb)) for verb in VERBS}

    def buttons(self, row: Row) -> dict[str, str]:
        """Verb to the token of a button; nobody declines what nobody in particular was asked."""
        if row.channel not in BUTTONED:
            return {}
        link, verbs = _answer(row, Purpose.BUTTON), VERBS if row.person else ROOM_VERBS
        return {verb: self.signer.token(link.to(verb)) for verb in verbs}


def _answer(row: Row, purpose: Purpose) -> Link:
    expires = (row.created_at + ANSWERING).replace(microsecond=0)
    turn = row.turn or codec.decode(row.payload).get("turn", 0)
    return Link(purpose, row.person or "", expires, row.case_id, turn)


def words_of(row: Row, urls: Urls) -> Mapping[str, Any]:
    """The members of a Message that say something: to, text, subject, links, card and so on."""
    if row.kind == "verify":
        return _proof(row, urls)
    if row.kind in NEWS:
        news = codec.decode(row.payload)
        return {
            "to": news["to"],
            "text": _text(row, news, urls),
            "subject": _subject(row, news),
            "shown": news.get("shown"),
            "valid_for": row.give_up_at - row.created_at,
        }
    facts = facts_of(row.payload)
    if row.channel in SPOKEN:
        return {"to": facts.to, "text": row.text or page_text(facts)}
    card = card_of(facts)
    return {
        "to": facts.to,
        "text": plain(card),
        "subject": email_subject(facts) or headline(card),
        "links": urls.links(row),
        "buttons": urls.buttons(row),
        "card": card,
    }


def _proof(row: Row, urls: Urls) -> Mapping[str, Any]:
    """A code for a telephone; a link, and the code as well, for everything else."""
    asked = codec.decode(row.payload)
    code = code_of(urls.signer.keys[0], asked["verification"])
    if row.channel in SPOKEN:
        return {"to": asked["to"], "text": code_text(code, asked["name"], CODE_MINUTES)}
    until = datetime.fromisoformat(asked["until"])
    link = Link(
        Purpose.VERIFY, row.person or "", until, asked["verification"], verb=row.method or ""
    )
    return {
        "to": asked["to"],
        "text": link_text(code, asked["name"], LINK_HOURS),
        "subject": SUBJECT,
        "links": {"verify": urls.link(link)},
    }


def address_of(row: Row) -> str:
    """E.164 for texts and calls."""
    return str(codec.decode(row.payload)["to"])


def ref_of(row: Row) -> str:
    """The call a hang-up is about, by the provider's name for it."""
    return str(codec.decode(row.payload)["ref"])


def _text(row: Row, news: Mapping[str, Any], urls: Urls) -> str:
    text: str = news["text"]
    if news.get("own") is None:
        return text
    return text.replace(LINK, urls.own(row.person or "", row.created_at, news["own"]))


def _subject(row: Row, news: Mapping[str, Any]) -> str:
    """The first line of the news; a link is none of it, it is a key."""
    if row.channel in SPOKEN:
        return ""
    line = clean(news["text"].replace(LINK, ""))
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 2].rstrip() + ".."
