"""Our signature under what we write, so that we find it again and know it when it comes home."""

from __future__ import annotations

import hashlib
import re

TAG = "heliograph"
"""Every tag of ours begins with this."""

_LAST_LINE = re.compile(r"(?:^|\n)[^>\n]{0,80}\[heliograph:[0-9a-f]{12}\][^\n]{0,8}\s*\Z")


def marker(key: str) -> str:
    """The token for one write-back: short, and it tells nothing of the key."""
    return f"[heliograph:{hashlib.sha256(key.encode()).hexdigest()[:12]}]"


def signed(text: str, key: str) -> str:
    """The text with its marker on a line of its own at the end."""
    return f"{text.rstrip()}\n\n{marker(key)}"


def hidden(text: str, key: str) -> str:
    """The same where Markdown is rendered: there the marker need not be seen."""
    return f"{text.rstrip()}\n\n<!-- {marker(key)} -->"


def is_ours(text: str) -> bool:
    """Whether the text ends in a marker. A reply that quotes us ("> ...") does not."""
    return "[heliograph:" in text[-200:] and _LAST_LINE.search(text[-200:]) is not None


def contains_marker(body: bytes, key: str) -> bool:
    """Whether an answer shows the marker of `key` anywhere; JSON escapes none of its letters."""
    return marker(key).encode() in body


def external_id(case: str) -> str:
    """What a ticket of our making is known by, where the system lets us say so."""
    return f"{TAG}:{case}"


def case_of(external: str | None) -> str | None:
    """The case whose ticket it is, by the ticket's external id."""
    tag, _, case = (external or "").partition(":")
    return case if tag == TAG and case else None
