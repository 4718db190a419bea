"""Addresses of calendar feeds: whoever knows one may read it, and nobody can guess another.

A calendar programme sends no token, so the address itself is the proof: what it shows, and a MAC of
that under the SECRET_KEY. It holds until the key is gone, which ends all of them at once.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

PERSON, SCHEDULE = "p", "s"
_KINDS = frozenset({PERSON, SCHEDULE})
_LENGTH = 32
"""Letters of the MAC: 128 bits."""


def token(secret: str, kind: str, name: str) -> str:
    """`p.anna.<mac>`: the shifts of a person; `s.support.<mac>`: those of a schedule."""
    return f"{kind}.{name}.{_mac(secret, kind, name)}"


def named(secrets: Sequence[str], given: str) -> tuple[str, str] | None:
    """What a token shows, as its kind and the id; None for one that is not ours."""
    rest, _, mac = given.rpartition(".")
    kind, _, name = rest.partition(".")
    said = mac.encode("utf-8", "replace")
    right = any(hmac.compare_digest(_mac(s, kind, name).encode(), said) for s in secrets)
    return (kind, name) if right and kind in _KINDS else None


def _mac(secret: str, kind: str, name: str) -> str:
    message = f"calendar\0{kind}\0{name}".encode("utf-8", "replace")
    return hmac.digest(secret.encode(), message, hashlib.sha256).hex()[:_LENGTH]
