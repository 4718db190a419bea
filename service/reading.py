"""From an authentic webhook to what the desk takes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime

from service.arrivals import Arrival
from service.store import codec
from service.tickets import pagerduty
from service.tickets.systems import SYSTEMS
from service.tickets.ticketsystem import NOBODY, Envelope, Reading, Unreadable

READERS: Mapping[str, Callable[[Envelope, frozenset[str]], Reading]] = {
    **{source: system.read for source, system in SYSTEMS.items()},
    pagerduty.SOURCE: pagerduty.reread,
}
"""By source: what reads a webhook that was proved."""
_TELLING = ("x-zendesk-webhook-", "webhook-", "x-github-", "x-gitlab-", "x-atlassian-", "x-zammad-")
_PLAIN = frozenset({"content-type", "user-agent", "idempotency-key", "x-hubspot-request-timestamp"})
_SECRET = ("signature", "token", "secret", "auth")
MOST = 400
"""Characters of a header that are kept."""


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """What a replay needs to read the body again; never what proves who sent it."""
    return {
        name: value[:MOST]
        for name, value in headers.items()
        if (name in _PLAIN or name.startswith(_TELLING)) and not any(s in name for s in _SECRET)
    }


def read(
    source: str,
    headers: Mapping[str, str],
    body: bytes,
    received_at: datetime,
    own: frozenset[str] = NOBODY,
    stored: tuple[int, str] | None = None,
) -> Arrival:
    """Understand a verified webhook; what cannot be understood is a dead letter, not an error.

    `stored`: the intake row it is kept in already, and the key it has there.
    """
    envelope = Envelope(headers, body, received_at)
    reading, unreadable = None, None
    try:
        reading = READERS[source](envelope, own)
    except Unreadable as problem:
        unreadable = str(problem)
    reports = reading.reports if reading else ()
    key = reports[0].event_key if len(reports) == 1 else hashlib.sha256(body).hexdigest()
    return Arrival(
        source=source,
        event_key=stored[1] if stored else key,
        received_at=received_at,
        headers=codec.encode(kept_headers(headers)),
        body=body,
        reports=reports,
        unreadable=unreadable,
        ignored=reading.ignored if reading else None,
        stored=stored[0] if stored else None,
    )
