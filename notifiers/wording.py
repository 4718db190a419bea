"""What a page says: the most urgent fact first, in as few segments as it can."""

from __future__ import annotations

from dataclasses import dataclass

from routing.gsm import GSM, GSM_DOUBLE, clean, gsm, is_gsm, segments

__all__ = [
    "GSM",
    "GSM_DOUBLE",
    "MOST_SEGMENTS",
    "MOST_WIDE_SEGMENTS",
    "PageFacts",
    "clean",
    "gsm",
    "is_gsm",
    "page_text",
    "segments",
    "spoken",
]

MOST_SEGMENTS, MOST_WIDE_SEGMENTS = 2, 3
"""Outside GSM-7 two segments would hold hardly more than what to reply."""


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


ASK = {
    "page": "",
    "ask": "Still on it? ",
    "handover": "Handover. ",
    "engineering": "Engineering queue. ",
}


def page_text(facts: PageFacts) -> str:
    """The SMS of a page; the subject gives way when the whole would be too long."""
    subject = gsm(clean(facts.subject)) or "no subject"
    texts = [_page(facts, _cut(subject, length)) for length in (90, 60, 40, 24, 12)]
    bare = "".join(c if is_gsm(c) else "?" for c in _page(facts, ""))
    return next((text for text in (*texts, _page(facts, "")) if _fits(text)), bare)


def _fits(text: str) -> bool:
    return segments(text) <= (MOST_SEGMENTS if is_gsm(text) else MOST_WIDE_SEGMENTS)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: max(length - 2, 0)].rstrip() + ".."


def _page(facts: PageFacts, subject: str) -> str:
    account = _cut(gsm(clean(facts.account)), 30)
    severity = _cut(gsm(clean(facts.severity).upper()), 24)
    plan = _cut(gsm(clean(facts.plan)), 20)
    due = f" {facts.due}" if facts.due else ""
    code = facts.code
    return (
        f"{ASK.get(facts.purpose, '')}{severity} {account}: {subject} ({facts.case}, {plan}).{due}"
        f" Reply 1 {code} to take it, 2 {code} to decline, 3 {code} for engineering."
    )


def spoken(facts: PageFacts) -> str:
    """What the call says: short sentences, the case spelt so that it can be written down."""
    subject = _cut(clean(facts.subject), 120) or "no subject"
    due = f" {facts.due}" if facts.due else ""
    return (
        f"{ASK.get(facts.purpose, '')}Heliograph page for {clean(facts.person)}."
        f" Severity {clean(facts.severity)}. Customer {clean(facts.account)}."
        f" {subject}.{due} Case {' '.join(facts.case.replace('-', ''))}."
    )
