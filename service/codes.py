"""Codes that prove a telephone: six digits, made of what they are for and the SECRET_KEY.

A code is kept nowhere. Whoever reads the database, or the queue of what is sent, does not learn it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

DIGITS = 6
_DOMAIN = b"heliograph code v1\0"


def code_of(key: str, verification: str) -> str:
    """The code of a verification, whose id is drawn at random."""
    drawn = hmac.digest(key.encode(), _DOMAIN + verification.encode(), hashlib.sha256)
    return f"{int.from_bytes(drawn[:8]) % 10**DIGITS:0{DIGITS}}"


def fits(keys: Sequence[str], verification: str, said: str) -> bool:
    """Whether it is the code; under a key that is being rotated out as well. In constant time."""
    given = "".join(c for c in said if not c.isspace() and c != "-").encode("utf-8", "replace")
    right = [hmac.compare_digest(code_of(key, verification).encode(), given) for key in keys]
    return any(right)
