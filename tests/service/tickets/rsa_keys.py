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
    n: int
    d: int
    kid: str

    def jwk(self) -> dict[str, str]:
        return {"kty": "RSA", "kid": self.kid, "n": b64(number(self.n)), "e": b64(number(E))}

    def sign(self, message: bytes) -> bytes:
        size = (self.n.bit_length() + 7) // 8
        digest = INFO + hashlib.sha256(message).digest()
        padded = b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest
        return pow(int.from_bytes(padded), self.d, self.n).to_bytes(size)

    def token(self, claims: object, **header: str) -> str:
        names = {"alg": "RS256", "kid": self.kid} | header
        signed = ".".join(b64(json.dumps(part).encode()) for part in (names, claims))
        return f"{signed}.{b64(self.sign(signed.encode()))}"


def number(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


_ONE_N = (
    "cdff9c3fe85f76dfee2391238925e014440e2289470dca986ba73b1aab5da000bf5ae93d58f892d8fb4a1bfb"
    "1287dff852039fa4e4a0ba601c02e04f85759c8741b7c99c2578dcf668f5c5c615382ecb86f402af97fe53a4"
    "fed28353186c87be8f7cc019b70734dface286b54d3c798efad79234db8bdad1cf9901ca1fa053b730d6281d"
    "506fea21bc8cc8df0edf48c5276e3a698ab956b21fbd1145ce45c932f3c20c49dff6135bb685c463256f4ac2"
    "dfc0c1f466fe03d581ac8d42718035621bf6a9dd55a3fbedb88f12f4f2c2637e8ece9e3ece0bade5ac4001f8"
    "4e4f1ca67dbfe6beebc988fc4b6fd691f74bb5bafbb8c1e78abab681272e29b84f06a6b9"
)
_ONE_D = (
    "1e4d6a062aa01464076b5af7cfbe6f127c1a5a31386f0a6cd67530a8112a4215aa106cfbf5c10714fd0e1f44"
    "952ac0a30e29734bf5c7c0f2cf5c0af417ad3fdbd3aa7df146bfdb3d321e693be4b6318805ef920f937bb981"
    "2d6cf91d799bc9721a385f27c93939a9678ca1053d79d665d6776c8df2f7c53614e42c93b78845980aa4ba3f"
    "f6cb870ffafa9b20ce11155a46e638e042cbd58381dd319296532d5eb3609f260c4855c2a84a81303e472b6d"
    "3b6e72493ceded53b12afbf4d6044fce29472c0fc429590683ee2a6c03c299a2b71784a0035b70afe5cc2f60"
    "68d5a9037c440d6e7f987b51b716ebfe635a34418b43cce8f09e42581ecf4a89523ff793"
)
ONE = Key(int(_ONE_N, 16), int(_ONE_D, 16), "one")
_OTHER_N = (
    "c43adb25bafbc5f99a3c73f527593dc9ff79c29a5a8b0534dcd9d239124ee6b9ec26fe9e5e5afb6b77685518"
    "79c1105f5ae23ef7def757025f4daca776050ef5b2971ed92993c168e8ee60648395ebd060c07f568a9f0004"
    "c76b42b3fcc7f1a1100961c55def13fbe83d1d6bc3014459feafe3b825539f0155cbc6fb743ed5f9f781f900"
    "3c2a52183778e6fc8fd4bedae1df37fd61074d7a82b4fc572ae93d8c8ffdd4b49a7932e61074ce81c77a6040"
    "24ff42de48a72164661998f885e532e008622a6100a5e0aa6f3de0ddc533dc2a469c5ddf0a4fefd56f7a1a00"
    "4376bcf69917265e1ec2e5807e9c44571e87da1724035e741fd5ff585812b601ed74f0ad"
)
_OTHER_D = (
    "88ea029b621f91940508466562e862b307774ea4a15026787fda80a77972bbe18ae29a52a81b15c421ddc0a2"
    "01dc5c8416718d907d18595e8fb32e7d995c662d0af2b8d4ba01c7625f99132b3949e84322d4025a6bab6239"
    "48bae4cb98856ebe50e625905968c554c4f1aa0ed4fce952b18aca79b846e41bebb4f19d390fd9535aeac5ae"
    "5f37fbafc121fec81313ee43d6ddc0c610979f889874fcc6ebccfefef66ac9910bdd8cc56794764c486008fe"
    "65f3d911cb61098923f3eac316565a243145a34fefe8419801bb125779ad327b82db8c31d8d4fd0ec89b5c40"
    "61eddeea8996cb79534069eece88e2a69b19305e117181b50789a809bef6894a990caa9"
)
OTHER = Key(int(_OTHER_N, 16), int(_OTHER_D, 16), "other")
