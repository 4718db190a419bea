"""Signed links: an address that says who may do what, and until when.

Theory of operation. What a link allows is packed into its token in the clear, in front of it a MAC
(HMAC-SHA256 under SECRET_KEY, 128 bits of it, of a domain of its own, so that no other signature of
ours can be taken for a link). Nothing is kept: a link works until it expires or the key is gone.
Whoever holds a link is taken for its person, as whoever holds the phone is for a text, so a link
goes to an address of that person alone. During a rotation of the key the first one signs and each
of them is believed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

ANSWERING = timedelta(days=7)
"""How long a page can be answered by its link: as long as by its code."""
MOST = 700
"""Characters of a token; ours are a tenth of it."""
VERBS = ("acknowledge", "decline", "escalate")
"""What a page asks for, in the order of its buttons."""
_DOMAIN = b"heliograph link v1\0"
_MAC = 16
"""Bytes."""
_Packed = tuple[str, str, str, int, str, int]
_unpack = msgspec.msgpack.Decoder(_Packed).decode


class Purpose(StrEnum):
    """What a link is for; one of another purpose is none at all."""

    ANSWER = "a"
    """Answer a page: `case`, `turn` and the `verb` it offers first."""
    VERIFY = "v"
    """Prove that an address is one's own: `case` is the id of the verification."""
    BUTTON = "b"
    """Answer a page by a click in a chat, which tells us who has clicked: the page's person, or
    without one anybody we know. In nobody's hands is it a link."""
    OWN = "o"
    """The person's own page: `verb` may name a part of it."""


class LinkRefused(Exception):
    """The link opens nothing. The text is a sentence fit for a page."""


class LinkForged(LinkRefused):
    """It was not made here, was cut off on its way, or its key is gone."""

    def __init__(self) -> None:
        super().__init__(
            "This link is not one of ours, or a part of it was lost on its way. Nothing was"
            " changed. Open it again from the message it came in."
        )


class LinkExpired(LinkRefused):
    """It was ours, and its time is over."""

    def __init__(self, link: Link) -> None:
        super().__init__("This link has expired. Nothing was changed.")
        self.link = link


@dataclass(frozen=True, slots=True)
class Link:
    """What a link allows. `expires` is UTC, of whole seconds."""

    purpose: Purpose
    person: str
    expires: datetime
    case: str = ""
    turn: int = 0
    verb: str = ""

    def to(self, verb: str) -> Link:
        """The same for another verb, or another part of a page."""
        return replace(self, verb=verb)


@dataclass(frozen=True, slots=True)
class Signer:
    """`keys`: the first signs, all are believed."""

    keys: Sequence[str]

    def token(self, link: Link) -> str:
        """Letters, digits, - and _ alone."""
        packed = msgspec.msgpack.encode(
            (
                link.purpose.value, link.person, link.case, link.turn, link.verb,
                int(link.expires.timestamp()),
            )
        )  # fmt: skip
        return _letters(_mac(self.keys[0], packed) + packed)

    def read(self, token: str, now: datetime, *purposes: Purpose) -> Link:
        """What a token of one of these purposes allows. Raises LinkForged, LinkExpired."""
        raw = _bytes(token)
        given, packed = raw[:_MAC], raw[_MAC:]
        # Each key is tried, whichever fits: the time taken does not tell which.
        genuine = [hmac.compare_digest(_mac(key, packed), given) for key in self.keys]
        if not any(genuine):
            raise LinkForged
        purpose, person, case, turn, verb, expires = _unpack(packed)
        if purpose not in purposes:
            raise LinkForged
        until = datetime.fromtimestamp(expires, UTC)
        link = Link(Purpose(purpose), person, until, case, turn, verb)
        if now >= until:
            raise LinkExpired(link)
        return link


def _mac(key: str, packed: bytes) -> bytes:
    return hmac.digest(key.encode(), _DOMAIN + packed, hashlib.sha256)[:_MAC]


def _letters(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(token: str) -> bytes:
    """Raises LinkForged for what is written in any other way than ours: one link, one spelling."""
    if len(token) > MOST or not token.isascii():
        raise LinkForged
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise LinkForged from None
    if _letters(raw) != token:
        raise LinkForged
    return raw
