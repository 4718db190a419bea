"""The alphabet of texts: what it has, how long a text is in it, and what may not be seen.

GSM 03.38: 160 characters alone, 153 a segment; anything outside it makes 70 and 67 of UCS-2.
"""

from __future__ import annotations

import unicodedata

MOST_SEGMENTS, MOST_WIDE_SEGMENTS = 2, 3
"""Of a page. Outside GSM-7 two segments would hold hardly more than what to reply."""
GSM = frozenset(
    "@\u00a3$\u00a5\u00e8\u00e9\u00f9\u00ec\u00f2\u00c7\n\u00d8\u00f8\r\u00c5\u00e5\u0394_\u03a6"
    "\u0393\u039b\u03a9\u03a0\u03a8\u03a3\u0398\u039e\u00c6\u00e6\u00df\u00c9 !\"#\u00a4%&'()*+,-./"
    "0123456789:;<=>?\u00a1ABCDEFGHIJKLMNOPQRSTUVWXYZ\u00c4\u00d6\u00d1\u00dc\u00a7\u00bf"
    "abcdefghijklmnopqrstuvwxyz\u00e4\u00f6\u00f1\u00fc\u00e0"
)
GSM_DOUBLE = frozenset("^{}\\[~]|\u20ac\f")
_PLAIN = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-",
        "\u2026": "...", "\u00a0": " ", "\u2022": "*", "\u2192": "->", "`": "'",
    }
)  # fmt: skip
_UNSEEN = frozenset({"Cf", "Cs", "Co", "Cn"})
"""Unicode categories of what shows nothing, or something else everywhere."""


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
