"""Which clicks are Slack's, and which addresses of theirs may be answered to.

https://docs.slack.dev/authentication/verifying-requests-from-slack/: v0, HMAC-SHA256 over version,
timestamp and the raw body. The `token` of the body is deprecated, and passed over.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

FRESH = timedelta(minutes=5)
"""How old or early a request may be."""
HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
MOST_URL, MOST_STAMP = 2048, 12
"""Characters; a timestamp has ten digits until the year 2286."""
PORTS = frozenset({None, 443})


def genuine(headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now: datetime) -> bool:
    """Whether one of the secrets signed the raw body, lately (`now` is UTC)."""
    stamp = headers.get("x-slack-request-timestamp", "")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= MOST_STAMP):
        return False
    said = headers.get("x-slack-signature", "").encode("utf-8", "replace")
    # Each secret is tried, whichever fits: the time taken does not tell which.
    right = [hmac.compare_digest(sign(secret, stamp, raw).encode(), said) for secret in secrets]
    return any(right) and abs(now.timestamp() - int(stamp)) <= FRESH.total_seconds()


def sign(secret: str, stamp: str, raw: bytes) -> str:
    """The header's value, `v0=` and hexadecimal digits."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + raw, "sha256").hexdigest()


def may_answer(url: object, webhook: str) -> bool:
    """Whether a `response_url` is Slack's own, or on the very server that our webhook is on."""
    if not isinstance(url, str) or len(url) > MOST_URL:
        return False
    try:
        parts, ours = urlsplit(url), urlsplit(webhook)
        place, home = ((p.scheme, p.hostname, p.port) for p in (parts, ours))
    except ValueError:
        return False
    if "@" in parts.netloc:
        return False
    scheme, host, port = place
    slacks = scheme == "https" and host in HOSTS and port in PORTS
    return slacks or (place == home and host is not None)
