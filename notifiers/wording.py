"""What a page says: the most urgent fact first, in as few segments as it can.

GSM 03.38: 160 characters alone, 153 a segment; anything outside it makes 70 and 67 of UCS-2.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

GSM = frozenset(
    "@\u00a3$\u00a5\u00e8\u00e9\u00f9\u00ec\u00f2\u00c7\n\u00d8\u00f8\r\u00c5\u00e5\u0394_\u03a6"
    "\u0393\u039b\u03a9\u03a0\u03a8\u03a3\u0398\u039e\u00c6\u00e6\u00df\u00c9 !\"#\u00a4%&'()*+,-./"
    "0123456789:;<=>?\u00a1ABCDEFGHIJKLMNOPQRSTUVWXYZ\u00c4\u00d6\u00d1\u00dc\u00a7\u00bf"
    "abcdefghijklmnopqrstuvwxyz\u00e4\u00f6\u00f1\u00fc\u00e0"
)
GSM_DOUBLE = frozenset("^{}\\[~]|\u20ac\f")
MOST_SEGMENTS, MOST_WIDE_SEGMENTS = 2, 3
"""Outside GSM-7 two segments would hold hardly more than what to reply."""
_PLAIN = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-",
        "\u2026": "...", "\u00a0": " ", "\u2022": "*", "\u2192": "->", "`": "'",
    }
)  # fmt: skip
_UNSEEN = frozenset({"Cf", "Cs", "Co", "Cn"})
"""Unicode categories of what shows nothing, or something else everywhere."""


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


def clean(text: str) -> str:
    """One line without what nobody should see: controls, direction overrides, zero width."""
    seen = (c for c in text.translate(_PLAIN) if unicodedata.category(c) not in _UNSEEN)
    return " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in seen).split())


def is_gsm(text: str) -> bool:
    return all(c in GSM or c in GSM_DOUBLE for c in text)


def gsm(text: str) -> str:
    """The text in GSM-7 where its letters only wear accents GSM lacks; else as it is."""
    bare = "".join(c if is_gsm(c) else unicodedata.normalize("NFKD", c) for c in text)
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    return bare if is_gsm(bare) else text


def segments(text: str) -> int:
    """How many SMS segments a text takes; no character is split between two of them."""
    if is_gsm(text):
        alone, many, sizes = 160, 153, [2 if c in GSM_DOUBLE else 1 for c in text]
    else:
        alone, many, sizes = 70, 67, [2 if ord(c) > 0xFFFF else 1 for c in text]  # noqa: PLR2004
    if sum(sizes) <= alone:
        return 1
    count, left = 1, many
    for size in sizes:
        if size > left:
            count, left = count + 1, many
        left -= size
    return count


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
