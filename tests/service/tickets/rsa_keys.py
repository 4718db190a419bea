"""Two RSA keys made for these tests alone, and what an issuer of tokens does with one."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass

E = 65537
INFO = bytes.fromhex("3031300d060960864801650304020105000420")


@dataclass(frozen=True, slots=True)
class Key:
    p: int
    q: int
    kid: str

    @property
    def n(self) -> int:
        return self.p * self.q

    def jwk(self) -> dict[str, str]:
        return {"kty": "RSA", "kid": self.kid, "n": b64(number(self.n)), "e": b64(number(E))}

    def sign(self, message: bytes) -> bytes:
        size = (self.n.bit_length() + 7) // 8
        digest = INFO + hashlib.sha256(message).digest()
        padded = b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest
        return self.power(int.from_bytes(padded)).to_bytes(size)

    def power(self, value: int) -> int:
        """Raised to the private exponent, by the two primes: a quarter of the work."""
        by_p, by_q = (pow(value, pow(E, -1, prime - 1), prime) for prime in (self.p, self.q))
        return by_q + (by_p - by_q) * pow(self.q, -1, self.p) % self.p * self.q

    def token(self, claims: object, **header: str) -> str:
        names = {"alg": "RS256", "kid": self.kid} | header
        signed = ".".join(b64(json.dumps(part).encode()) for part in (names, claims))
        return f"{signed}.{b64(self.sign(signed.encode()))}"


def number(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


_ONE_P = (
    "fdb63a6aaf517051348699498104a372288aa17290d921bb21b2662497baacc7032c7e47129dc855705b1428"
    "51011d39eb89100c353f732877f0d86a10bb30d5eaf74d768b45736a3cb9ede5711d99fe4d0bdb9ed0350696"
    "0679017ef8467c20a4cedb544c93a85f9c8c9b9a77eec8527861423e5b6a85d520c0d45487cd0e4b"
)
_ONE_Q = (
    "cfdb38a13f87ed97b40ca990b74baa1b952cd08b477748023a6bed30b2778594cd017574e8c402c5005d138d"
    "046e21f24ccc91589b8f6c815e7a49285c7d8992e4ec4256fc0ccb095f964107f5c7016aacd9756e078ba2b1"
    "e66f8a1e0fea111220cf8a69a6e607a462eca7afc03f2eecdc5ecf518390da0702af6b3a5bd12c8b"
)
ONE = Key(int(_ONE_P, 16), int(_ONE_Q, 16), "one")
_OTHER_P = (
    "e219a2aa1570bd6de29e5c5e81e9de322833c79930c107bb79970fe642a02e5f3e7f122c6deaa287edd23219"
    "4de2be3872372c05552ae508ff3bc3ac680e2e83f8385c022492f74d5a522469327633a1cc426508736cd4d8"
    "ffa713d610d8c835afd08473e9d975e25bb38a2361a70f401cfe8001c5a70663a2a1e5f44d7c2549"
)
_OTHER_Q = (
    "de2dff696b81832f43c5b17593ff568e95d0c779950205c210f9cb96f3909f428479f1fe3a1364cb8344fe6a"
    "2b5e5771d4416342e4f17869b0336486eca1e372dd0aea069465b375bdc0fe41c2e250f9f0c4b4f26b584c16"
    "fc9873a0b95d174e1c10bb56ba34ac498973e06a9d947a0fcd037e23794f9a528d69e62651dbc445"
)
OTHER = Key(int(_OTHER_P, 16), int(_OTHER_Q, 16), "other")
