"""The token that Zoho Desk puts beside its webhooks, X-ZDesk-JWT.

Zoho signs the webhooks of all its customers with the same keys, so a good signature alone proves
nothing: the token must be issued for our organisation. It says nothing of the body either.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.tickets.members import Members, decode
from service.tickets.moment import from_epoch
from service.tickets.rs256 import PublicKey, public_key, unpadded
from service.tickets.signature import TOLERANCE, fresh
from service.tickets.ticketsystem import Forged, Stale, Unreadable

_MOST = 20
_LONGEST = 8000
_MILLISECONDS_FROM = 10**11


@dataclass(frozen=True, slots=True)
class Trust:
    """What a secret says: our organisation, the webhook if it is to be that one, Zoho's keys."""

    organization: str
    webhook: str | None
    keys: tuple[PublicKey, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A token taken apart, nothing about it being believed yet."""

    signed: bytes
    signature: bytes
    kid: str | None
    claims: Members


def trust(secret: str) -> Trust | None:
    """A secret is Zoho's key set as JSON, or that in base64, with `orgId` and maybe `webhookId`."""
    raw = secret.strip().encode()
    if not raw.startswith(b"{"):
        try:
            raw = base64.b64decode(raw, validate=True)
        except binascii.Error:
            return None
    try:
        document = _object(raw)
        organization, webhook = document.identifier("orgId"), document.identifier("webhookId")
        found = [public_key(jwk) for jwk in document.many("keys") or () if isinstance(jwk, Mapping)]
    except Unreadable:
        return None
    keys = tuple(key for key in found[:_MOST] if key is not None)
    return Trust(organization, webhook, keys) if organization and keys else None


def verify(text: str, secrets: Sequence[str], now: Sequence[datetime]) -> None:
    """Raises Forged or Stale."""
    token = _taken_apart(text)
    for found in map(trust, secrets):
        if found is not None and _signed_by(token, found) and _meant_for(token.claims, found):
            _timely(token.claims, now)
            return
    raise Forged(
        "X-ZDesk-JWT is not signed by a configured key for a configured organisation. Zoho may "
        "have new keys: see the page on ticket systems."
    )


def _taken_apart(text: str) -> Token:
    parts = text.strip().removeprefix("Bearer ").split(".")
    if len(parts) != 3 or len(text) > _LONGEST:  # noqa: PLR2004 - RFC 7515, section 3.1
        raise Forged("X-ZDesk-JWT is no signed token.")
    try:
        header, claims = _object(unpadded(parts[0])), _object(unpadded(parts[1]))
        algorithm, kid = header.line("alg"), header.line("kid")
        token = Token(f"{parts[0]}.{parts[1]}".encode(), unpadded(parts[2]), kid, claims)
    except (ValueError, Unreadable):
        raise Forged("X-ZDesk-JWT is no signed token.") from None
    if algorithm != "RS256":
        raise Forged("X-ZDesk-JWT is not signed with RS256, the only algorithm Zoho uses.")
    return token


def _object(raw: bytes) -> Members:
    value = decode(raw)
    if type(value) is not dict:
        raise Unreadable("This is not a JSON object.")
    return Members(value)


def _signed_by(token: Token, found: Trust) -> bool:
    keys = [key for key in found.keys if token.kid is None or key.kid in {None, token.kid}]
    return any(key.fits(token.signed, token.signature) for key in keys)


def _meant_for(claims: Members, found: Trust) -> bool:
    if claims.raw("iss") != f"orgId:{found.organization}":
        return False
    return found.webhook is None or claims.raw("aud") == f"webhookId:{found.webhook}"


def _timely(claims: Members, now: Sequence[datetime]) -> None:
    """`iat` within five minutes of now, `exp` not past. Zoho's page says ms, its example s."""
    issued, expires = _instant(claims.raw("iat")), _instant(claims.raw("exp"))
    if issued is None:
        raise Forged("X-ZDesk-JWT does not say when it was issued.")
    fresh(issued, now)
    if expires is not None and not any(moment <= expires + TOLERANCE for moment in now):
        raise Stale(f"X-ZDesk-JWT expired at {expires.isoformat()}.")


def _instant(value: object) -> datetime | None:
    if isinstance(value, int | float) and value >= _MILLISECONDS_FROM:
        return from_epoch(value, timedelta(milliseconds=1))
    return from_epoch(value, timedelta(seconds=1))
