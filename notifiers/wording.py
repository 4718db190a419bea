"""What a page says: the most urgent fact first, in as few segments as it can."""

from __future__ import annotations

from dataclasses import dataclass, replace

from routing import phrases
from routing.gsm import (
    GSM,
    GSM_DOUBLE,
    MOST_SEGMENTS,
    MOST_WIDE_SEGMENTS,
    clean,
    gsm,
    is_gsm,
    segments,
)
from routing.phrases import ASKS, CHANNELS, MENU, NOTHING, OPTIONAL, Phrases
from routing.template import fill

__all__ = [
    "ASK",
    "GSM",
    "GSM_DOUBLE",
    "MOST_SEGMENTS",
    "MOST_WIDE_SEGMENTS",
    "PageFacts",
    "clean",
    "email_subject",
    "fits",
    "gsm",
    "is_gsm",
    "menu",
    "page_text",
    "segments",
    "spoken",
    "worded",
]


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page may say. `due` is a sentence or empty; `purpose` is that of the round."""

    case: str
    code: str
    to: str
    person: str
    account: str
    subject: str
    severity: str
    plan: str
    purpose: str
    due: str
    why: str
    url: str | None = None
    accepted_at: str | None = None
    urgency: str = ""
    """The severity's: urgent or normal."""
    sms: str = ""
    """The policy's own template, where it differs from the shipped one; so below."""
    voice: str = ""
    email_subject: str = ""
    asked: str = ""
    menu: str = ""
    speech: str = ""
    nothing: str = ""


ASK = {purpose: f"{words} " if words else "" for purpose, words in ASKS.items()}
"""What each purpose is asked with, in the shipped words."""
Caps = tuple[int, int, int, int]
"""Most characters of subject, account, severity and plan."""
LADDER: tuple[Caps, ...] = tuple((subject, 30, 24, 20) for subject in (90, 60, 40, 24, 12, 0))
TIGHT: Caps = (0, 12, 12, 8)
"""Below the ladder, for a policy's own templates; what it fits is checked when they are read."""
SPOKEN_SUBJECT, LONGEST_PERSON, LONGEST_WHY = 120, 24, 60


def worded(facts: PageFacts, words: Phrases) -> PageFacts:
    """The facts with what differs from the shipped words."""
    own = {name: getattr(words, name) for name in (*CHANNELS, "menu", "speech", "nothing")}
    asked = words.asks.get(facts.purpose, "")
    return replace(facts, **own, asked=asked)


def page_text(facts: PageFacts) -> str:
    """The SMS of a page; the subject gives way when the whole would be too long."""
    rungs = (*LADDER, TIGHT) if facts.sms else LADDER
    texts = (_page(facts, caps) for caps in rungs)
    fitting = next((text for text in texts if fits(text)), None)
    return fitting or _page(facts, rungs[-1], plain=True)


def fits(text: str) -> bool:
    return segments(text) <= (MOST_SEGMENTS if is_gsm(text) else MOST_WIDE_SEGMENTS)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: max(length - 2, 0)].rstrip() + ".."


def _page(facts: PageFacts, caps: Caps, *, plain: bool = False) -> str:
    """`plain`: what has no GSM-7 letters is written with question marks."""
    values = _short(facts, caps)
    if plain:
        values = {n: "".join(c if is_gsm(c) else "?" for c in v) for n, v in values.items()}
    return fill(facts.sms or phrases.SMS, values, OPTIONAL)


def _short(facts: PageFacts, caps: Caps) -> dict[str, str]:
    """Every fact for a screen, cut and in GSM-7 where it can be."""
    subject, account, severity, plan = caps
    said = gsm(clean(facts.subject)) or facts.nothing or NOTHING
    return {
        "ask": _ask(facts),
        "severity": _cut(gsm(clean(facts.severity).upper()), severity),
        "account": _cut(gsm(clean(facts.account)), account),
        "subject": _cut(said, subject) if subject else "",
        "case": facts.case,
        "plan": _cut(gsm(clean(facts.plan)), plan),
        "person": _cut(gsm(clean(facts.person)), min(LONGEST_PERSON, account)),
        "due": facts.due,
        "code": facts.code,
        "why": _cut(gsm(clean(facts.why)), LONGEST_WHY) if subject else "",
    }


def _ask(facts: PageFacts) -> str:
    return facts.asked or ASKS.get(facts.purpose, "")


def email_subject(facts: PageFacts) -> str:
    """The policy's own subject line of a mail, one line; empty where it has none."""
    if not facts.email_subject:
        return ""
    return fill(facts.email_subject, _short(facts, LADDER[0]), OPTIONAL)


def spoken(facts: PageFacts) -> str:
    """What the call says: short sentences, the case spelt so that it can be written down."""
    values = {
        "ask": _ask(facts),
        "person": clean(facts.person),
        "severity": clean(facts.severity),
        "account": clean(facts.account),
        "subject": _cut(clean(facts.subject), SPOKEN_SUBJECT) or facts.nothing or NOTHING,
        "due": facts.due,
        "case": facts.case,
        "plan": clean(facts.plan),
        "code": facts.code,
        "why": clean(facts.why),
    }
    return fill(facts.voice or phrases.VOICE, values, OPTIONAL)


def menu(facts: PageFacts) -> str:
    """What the keys of a call do."""
    return facts.menu or MENU
