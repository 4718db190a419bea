"""RS256 as its receiver needs it: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, section 3.3).

Verifying handles public data only, and by the way of RFC 8017, section 8.2.2, the whole padded
message is built and compared, never parsed. That is one power and one comparison, for which no
cryptography library has to be installed beside us.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""DigestInfo of SHA-256 (RFC 8017, section 9.2, note 1)."""
_SHORTEST, _LONGEST = 2048, 8192
_SMALLEST_EXPONENT, _LARGEST_EXPONENT = 3, 2**32


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An RSA public key; `kid` is its name in a key set."""

    modulus: int
    exponent: int
    kid: str | None = None

    def fits(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` was made over `message` by the owner of this key."""
        size = (self.modulus.bit_length() + 7) // 8
        number = int.from_bytes(signature)
        if len(signature) != size or number >= self.modulus:
            return False
        found = pow(number, self.exponent, self.modulus).to_bytes(size)
        digest = _SHA256_INFO + hashlib.sha256(message).digest()
        padding = b"\xff" * (size - len(digest) - 3)
        return hmac.compare_digest(found, b"\0\1" + padding + b"\0" + digest)


def public_key(jwk: Mapping[str, object]) -> PublicKey | None:
    """The key of a JWK (RFC 7517), or None for one that is no RSA key of decent size."""
    modulus, exponent, kid = jwk.get("n"), jwk.get("e"), jwk.get("kid")
    if jwk.get("kty") != "RSA" or not isinstance(modulus, str) or not isinstance(exponent, str):
        return None
    try:
        n, e = int.from_bytes(unpadded(modulus)), int.from_bytes(unpadded(exponent))
    except ValueError:
        return None
    sound = _SMALLEST_EXPONENT <= e < _LARGEST_EXPONENT
    if not sound or not _SHORTEST <= n.bit_length() <= _LONGEST:
        return None
    return PublicKey(n, e, kid if isinstance(kid, str) else None)


def unpadded(text: str) -> bytes:
    """base64url without padding (RFC 7515, section 2). Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
