"""What the systems themselves do before they post: sign. Written from their documentation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime

from service.tickets.ticketsystem import Envelope
from tests.service.tickets.rsa_keys import ONE, OTHER

NOW = datetime(2026, 3, 2, 10, 0, 0, tzinfo=UTC)
URL = "https://heliograph.example/webhooks/source"
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


def hub(name: str, algorithm: str, **headers: str) -> Signer:
    """WebSub style: `<algorithm>=<hex>` of the body alone."""
    given = {key.replace("_", "-"): value for key, value in headers.items()}

    def sign(body: bytes, secret: str, at: datetime = NOW) -> Envelope:
        proof = hmac.new(secret.encode(), body, getattr(hashlib, algorithm)).hexdigest()
        return Envelope({name: f"{algorithm}={proof}", **given}, body, at)

    return sign


def bearer(body: bytes, secret: str, at: datetime = NOW) -> Envelope:
    return Envelope({"authorization": f"Bearer {secret}"}, body, at)


def gitlab(body: bytes, secret: str, at: datetime = NOW) -> Envelope:
    headers = {"x-gitlab-token": secret, "x-gitlab-event-uuid": "13792a34", "idempotency-key": "f5"}
    return Envelope(headers, body, at)


def hubspot(body: bytes, secret: str, at: datetime = NOW) -> Envelope:
    stamp = str(int(at.timestamp() * 1000))
    proof = hmac.digest(secret.encode(), b"POST" + URL.encode() + body + stamp.encode(), "sha256")
    headers = {
        "x-hubspot-signature-v3": base64.b64encode(proof).decode(),
        "x-hubspot-request-timestamp": stamp,
    }
    return Envelope(headers, body, at, "POST", URL)


ZOHO_ORG = "60022843030"


def zoho_secret(*keys: object, **more: str) -> str:
    """What is configured for Zoho Desk: its key set and whose webhooks we take."""
    return json.dumps({"orgId": ZOHO_ORG, "keys": keys} | more)


ZOHO = zoho_secret(ONE.jwk())
ZOHO_OTHER = zoho_secret(OTHER.jwk())


def zoho(body: bytes, secret: str, at: datetime = NOW) -> Envelope:
    key = ONE if secret == ZOHO else OTHER
    issued = int(at.timestamp())
    claims = {"iss": f"orgId:{ZOHO_ORG}", "aud": "webhookId:7", "iat": issued, "exp": issued + 300}
    return Envelope({"x-zdesk-jwt": key.token(claims)}, body, at)
