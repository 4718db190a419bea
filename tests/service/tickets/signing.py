"""What the systems themselves do before they post: sign. Written from their documentation."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime

from service.tickets.ticketsystem import Envelope

NOW = datetime(2026, 3, 2, 10, 0, 0, tzinfo=UTC)
Signer = Callable[[bytes, str, datetime], Envelope]


def zendesk(body: bytes, secret: str, at: datetime = NOW) -> Envelope:
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    proof = hmac.digest(secret.encode(), stamp.encode() + body, "sha256")
    headers = {
        "content-type": "application/json",
        "x-zendesk-webhook-signature": base64.b64encode(proof).decode(),
        "x-zendesk-webhook-signature-timestamp": stamp,
        "x-zendesk-webhook-invocation-id": "01HINVOCATION",
    }
    return Envelope(headers, body, at)


def standard(body: bytes, secret: str, at: datetime = NOW) -> Envelope:
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    proof = hmac.digest(key, b"msg_1." + stamp.encode() + b"." + body, "sha256")
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(proof).decode(),
    }
    return Envelope(headers, body, at)


def hub(name: str, algorithm: str) -> Signer:
    """WebSub style: `<algorithm>=<hex>` of the body alone."""

    def sign(body: bytes, secret: str, at: datetime = NOW) -> Envelope:
        proof = hmac.new(secret.encode(), body, getattr(hashlib, algorithm)).hexdigest()
        return Envelope({name: f"{algorithm}={proof}"}, body, at)

    return sign


def bearer(body: bytes, secret: str, at: datetime = NOW) -> Envelope:
    return Envelope({"authorization": f"Bearer {secret}"}, body, at)
