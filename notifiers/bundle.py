"""One text for many pages of one phone: how many, the worst of them, and how to answer.

Always GSM-7 and never longer than two segments; `?` tells of the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from notifiers.wording import MOST_SEGMENTS, PageFacts
from routing.gsm import clean, gsm, is_gsm, segments

CUTS = (60, 40, 24, 12, 0)
"""Characters of the subject, tried in turn until the whole is short enough."""


def bundle_text(pages: Sequence[PageFacts]) -> str:
    """The text of two pages or more, the worst first."""
    texts = (_text(pages, length) for length in CUTS)
    return next((t for t in texts if segments(t) <= MOST_SEGMENTS), _text(pages, 0)[:300])


def _text(pages: Sequence[PageFacts], length: int) -> str:
    worst, number = pages[0], len(pages)
    subject = _plain(worst.subject, length)
    about = f": {subject}" if subject else ""
    due = f" {worst.due}" if worst.due and length else ""
    return (
        f"{number} {_kind(pages)}, worst: {_plain(worst.severity.upper(), 24)}"
        f" {_plain(worst.account, 30)}{about} ({worst.case}).{_plain(due, 80)}"
        f" Reply ACK ALL to take all {number}, 1 {worst.code} for {worst.case}; ? lists them."
    )


def _kind(pages: Sequence[PageFacts]) -> str:
    new = "new " if all(p.purpose == "page" for p in pages) else ""
    urgent = "urgent " if all(p.urgency == "urgent" for p in pages) else ""
    return f"{new}{urgent}cases"


def _plain(text: str, length: int) -> str:
    """In GSM-7 whatever it was written in: one foreign letter would more than halve the text."""
    lead = " " if text.startswith(" ") else ""
    bare = "".join(c if is_gsm(c) else "?" for c in gsm(clean(text)))
    return lead + (
        bare if len(bare) <= length else bare[: max(length - 2, 0)].rstrip() + ".."[:length]
    )
