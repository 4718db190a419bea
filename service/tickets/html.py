"""The words of a piece of HTML, for people to read; nothing of ours shows it as HTML."""

from __future__ import annotations

import html
import re

from service.tickets.text import TEXT, many_lines

_SIGNS = str.maketrans({"&": "&amp;", "<": "&lt;", "\n": "<br>"})
_UNSEEN = re.compile(r"<(style|script)\b[^<>]*>[^<]*</\1\s*>", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_BLANKS = re.compile(r"[ \t\u00a0]+")
_LINES = re.compile(r"\n\s*\n\s*")


def plain(text: str | None) -> str | None:
    """HTML as lines of text; what has no tag and no entity comes back as it is."""
    if text is None or ("<" not in text and "&" not in text):
        return text
    found = _TAG.sub("", _BREAK.sub("\n", _UNSEEN.sub("", text[: 2 * TEXT])))
    found = _BLANKS.sub(" ", html.unescape(found))
    return many_lines(_LINES.sub("\n\n", found)) or None


def as_html(text: str) -> str:
    """Lines of text as HTML that shows them as they are."""
    return text.translate(_SIGNS)
