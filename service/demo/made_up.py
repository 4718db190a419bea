"""The demo's secrets: made up once, kept in DATA_DIR/demo.env, readable by its owner alone."""

import secrets
from base64 import b64encode
from pathlib import Path

from service.embedded.ownership import write_private
from service.environment import PREFIX

SOURCES = ("zendesk", "standard", "alertmanager", "pagerduty")
"""The ticket systems that a demo listens to."""


def made_up() -> dict[str, str]:
    hexadecimal = {f"WEBHOOK_SECRET_{name.upper()}": secrets.token_hex(16) for name in SOURCES}
    return {
        "SECRET_KEY": secrets.token_hex(32),
        "ADMIN_TOKEN": secrets.token_hex(24),
        **hexadecimal,
        # Standard Webhooks 1.0: 24 to 64 random bytes.
        "WEBHOOK_SECRET_STANDARD": f"whsec_{b64encode(secrets.token_bytes(32)).decode()}",
    }


def demo_secrets(file: Path) -> dict[str, str]:
    """The kept ones, and new ones for names that an older demo did not have; with the prefix."""
    kept = {}
    if file.exists():
        lines = (line.strip() for line in file.read_text().splitlines())
        kept = dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")
    wanted = {f"{PREFIX}{name}": value for name, value in made_up().items()}
    everything = {**wanted, **kept}
    if everything != kept:
        write_private(file, "".join(f"{name}={value}\n" for name, value in everything.items()))
    return everything
