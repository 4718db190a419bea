"""Making strangers' text fit to store, to show and to send.

NUL (which PostgreSQL refuses), control characters, lone surrogates and the direction overrides that
make a line read as another one are taken out; everything else, emoji joiners and right-to-left
letters included, stays.
"""

from __future__ import annotations

import re

LINE = 500
"""Longest subject, name, address or word we keep, in characters."""
TEXT = 20_000
"""Longest description or comment we keep, in characters."""
IDENTIFIER = 255
"""Longest id; a longer one is refused rather than cut, because cut ids collide."""

_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNFIT = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    r"\ud800-\udfff\ufff9-\ufffb\ufffe\uffff]"
)


def one_line(text: str, limit: int = LINE) -> str:
    """At most `limit` characters without line breaks, control characters and outer blanks."""
    if not text.isprintable():
        text = " ".join(_UNFIT.sub("", _BREAKS.sub("\n", text[: 4 * limit])).split())
    return shorten(text.strip(), limit)


def many_lines(text: str, limit: int = TEXT) -> str:
    r"""At most `limit` characters; breaks become \n, control characters go."""
    if not text.replace("\n", " ").isprintable():
        text = _UNFIT.sub("", _BREAKS.sub("\n", text[: 2 * limit]))
    return shorten(text.strip(), limit)


def shorten(text: str, limit: int) -> str:
    """The text itself, or its beginning with an ellipsis as the last of `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def web_address(text: str | None) -> str | None:
    """An http(s) link, with a scheme where the source leaves it out; None for anything else."""
    if text is None or " " in text or len(text) > 2000:  # noqa: PLR2004 - what browsers still open
        return None
    scheme, colon, rest = text.partition("://")
    if colon:
        return text if scheme.lower() in {"http", "https"} and rest else None
    host = text.partition("/")[0]
    return f"https://{text}" if "." in host and ":" not in host else None


def mail_address(text: str | None) -> str | None:
    """An address in lower case, or None for what is none (Zendesk writes blanks for no e-mail)."""
    if text is None:
        return None
    name, at, domain = text.rpartition("@")
    return text.lower() if at and name and domain and " " not in text else None


def lower(text: str | None) -> str | None:
    """Lower case, where there is text."""
    return None if text is None else text.lower()
