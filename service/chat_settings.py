"""Settings of chats, outgoing webhooks and the long tail; their URLs are among the channels."""

from __future__ import annotations

import base64
import ipaddress
from dataclasses import dataclass

from service.environment import Environment, Secret

LEAST = 24
"""Bytes of a signing secret."""


@dataclass(frozen=True, slots=True)
class ChatSettings:
    slack_secrets: tuple[str, ...] = ()
    """What Slack signs clicks with: one, or two during a rotation; none: no buttons."""
    webhook_secrets: tuple[str, ...] = ()
    """What our webhooks are signed with, each of them; none: nothing is posted to machines."""
    allowed: tuple[str, ...] = ()
    """Networks that are not public, and may be posted to by what the directory says."""
    apprise: Secret | None = None
    """Apprise's own text configuration, `tag = url` a line; None: the long tail is off."""


def read_chat(given: Environment) -> ChatSettings:
    return ChatSettings(
        given.secrets("SLACK_SIGNING_SECRET"),
        _signing(given, "OUTGOING_WEBHOOK_SECRET"),
        given.parsed("OUTGOING_ALLOW", _networks, (), "networks such as 10.0.0.0/8,fd00::/8"),
        given.secret("APPRISE_CONFIG"),
    )


def _signing(given: Environment, name: str) -> tuple[Secret, ...]:
    secrets = given.secrets(name)
    if all(map(_strong, secrets)):
        return secrets
    given.error(name, "is no secret of Standard Webhooks. Give whsec_ and 24 bytes in base64.")
    return ()


def _strong(secret: str) -> bool:
    """As the specification wants it: 24 bytes or more."""
    written = secret.removeprefix("whsec_")
    try:
        key = base64.b64decode(written + "=" * (-len(written) % 4), validate=True)
    except ValueError:
        return False
    return len(key) >= LEAST


def _networks(text: str) -> tuple[str, ...]:
    """Raises ValueError for what is no network."""
    parts = (part.strip() for part in text.split(","))
    return tuple(str(ipaddress.ip_network(part)) for part in parts if part)
