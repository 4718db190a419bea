"""Proofs that a webhook is authentic: on raw bytes, in constant time, under any of the secrets."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from service.tickets.text import IDENTIFIER
from service.tickets.ticketsystem import Envelope, Forged, Stale

TOLERANCE = timedelta(minutes=5)
"""How far a webhook's own date may be from now, both ways (Standard Webhooks, HubSpot)."""


def same(given: str | bytes, expected: str | bytes) -> bool:
    """Compare in constant time; text that is no ASCII compares like any other."""
    return hmac.compare_digest(_bytes(given), _bytes(expected))


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")


def digest(secret: str | bytes, message: bytes, algorithm: str = "sha256") -> bytes:
    """HMAC of `message`."""
    return hmac.digest(_bytes(secret), message, algorithm)


def base64_digest(secret: str | bytes, message: bytes) -> bytes:
    """HMAC-SHA256 of `message` in base64."""
    return binascii.b2a_base64(digest(secret, message), newline=False)


def header(envelope: Envelope, name: str) -> str:
    """A header that must be there. Raises Forged."""
    value = envelope.headers.get(name)
    if not value:
        raise Forged(f"The webhook carries no {name} header, so nothing proves who sent it.")
    return value


def fresh(signed: datetime, now: Sequence[datetime]) -> None:
    """Return when `signed` is within five minutes of any clock. Raises Stale."""
    if not any(abs(moment - signed) <= TOLERANCE for moment in now):
        raise Stale(
            f"The webhook was signed at {signed.isoformat()}, more than 5 minutes from now; "
            "it may be a replay, or a clock is wrong."
        )


def hub_signature(envelope: Envelope, name: str, algorithm: str, secrets: Iterable[str]) -> None:
    """A WebSub style header, `<algorithm>=<hex HMAC of the body>`. Raises Forged."""
    given = header(envelope, name).strip().lower()
    for secret in filter(None, secrets):
        if same(given, f"{algorithm}={digest(secret, envelope.body, algorithm).hex()}"):
            return
    raise Forged(f"The {name} header does not fit the body under any configured secret.")


def shared_token(envelope: Envelope, secrets: Sequence[str], *names: str) -> None:
    """A secret shown as it is, for systems that cannot sign. Raises Forged.

    Looked for in the `names` headers, then X-Heliograph-Token, Authorization (Bearer, or Basic with
    the secret as password or as user) and the query parameter `token`.
    """
    shown = [token for token in _shown(envelope, names) if token]
    if not shown:
        raise Forged("The webhook shows no token, neither in a header nor as ?token= in its URL.")
    if not any(same(token, secret) for token in shown for secret in secrets):
        raise Forged("The token is none of the configured secrets.")


def _shown(envelope: Envelope, names: Iterable[str]) -> Iterable[str]:
    for name in (*names, "x-heliograph-token"):
        yield envelope.headers.get(name, "")
    scheme, _, credentials = envelope.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        yield credentials.strip()
    elif scheme.lower() == "basic":
        yield from _basic(credentials)
    yield from _query(envelope.url)


def _basic(credentials: str) -> Iterable[str]:
    try:
        user, _, password = base64.b64decode(credentials).decode("utf-8").partition(":")
    except ValueError:
        return ()
    return (password, user)


def _query(url: str) -> Iterable[str]:
    try:
        return parse_qs(urlsplit(url).query, max_num_fields=50).get("token", [])[:2]
    except ValueError:
        return ()


def delivery(envelope: Envelope, *names: str) -> str | None:
    """The delivery's identity from the first of these headers that is there, fit to be a key."""
    given = next((value for name in names if (value := envelope.headers.get(name))), None)
    if given is None or (len(given) <= IDENTIFIER and given.isprintable()):
        return given
    return content_key(given.encode("utf-8", "replace"))


def content_key(body: bytes, *salt: str) -> str:
    """The identity of a delivery whose source gives it none.

    The same body is the same event only where bodies carry a time or a revision: a ticket that goes
    from open to pending and back says one thing twice. `salt` tells such deliveries apart.
    """
    proof = hashlib.sha256(body)
    for part in salt:
        proof.update(b"\0" + part.encode("utf-8", "surrogatepass"))
    return f"sha256:{proof.hexdigest()}"
