"""What the demo says once it is up, and the ticket it offers to send."""

import json
import shutil
import sys
from pathlib import Path

SIGN_WITH_OPENSSL = "openssl dgst -sha256 -hmac '{secret}' -binary | base64"
SIGN_WITH_PYTHON = (
    "'{python}' -c 'import sys,hmac,base64; print(base64.b64encode(hmac.digest("
    'b"{secret}", sys.stdin.buffer.read(), "sha256")).decode())\''
)
ORGANIZATION = "4112492"
"""Zendesk's id of the sample directory's customer on the top plan."""

NOW, NUMBER = "@now@", "@number@"


def ticket() -> str:
    """Zendesk's event webhook for a new ticket, to be completed with an instant and a number."""
    return json.dumps(
        {
            "type": "zen:event-type:ticket.created",
            "id": f"demo-{NUMBER}",
            "time": NOW,
            "zendesk_event_version": "2022-11-06",
            "subject": f"zen:ticket:{NUMBER}",
            "detail": {
                "id": NUMBER,
                "subject": "Nobody can log in",
                "description": "Since ten minutes every login ends in an error 500.",
                "status": "NEW",
                "priority": "URGENT",
                "organization_id": ORGANIZATION,
                "created_at": NOW,
                "updated_at": NOW,
                "via": {"channel": "web"},
            },
            "event": {},
        },
        separators=(",", ":"),
    )


def way_to_sign() -> str:
    return SIGN_WITH_OPENSSL if shutil.which("openssl") else SIGN_WITH_PYTHON


def command(address: str, secret: str, way: str) -> str:
    """A `curl` for any shell; it signs when it is run, so it stays good, and is a new ticket."""
    sign = way.format(secret=secret, python=sys.executable)
    body = ticket().replace(NOW, """'"$T"'""").replace(NUMBER, """'"$N"'""")
    return (
        f"T=$(date -u +%Y-%m-%dT%H:%M:%SZ) N=$(date +%s) B='{body}'; "
        f"curl -sS {address}/webhooks/zendesk \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        '  -H "X-Zendesk-Webhook-Signature-Timestamp: $T" \\\n'
        f'  -H "X-Zendesk-Webhook-Signature: $(printf %s "$T$B" | {sign})" \\\n'
        '  -d "$B"'
    )


def invitation(address: str, data_dir: Path, secret: str) -> str:
    return f"""
Heliograph is up.

  The phones    {address}/simulator
  The console   {address}/
  The API       {address}/schema   (the admin token is in {data_dir}/demo.env)
  The logs      {data_dir}/logs

A customer on the top plan reports that nobody can log in. In another terminal:

{command(address, secret, way_to_sign())}

Then watch the phones, and answer 1.

Or be the customer whose production is down: on Ada Byron's phone press "Call us", then 1
(and 9, where you are asked about a case that is open already). Answer 1 to the text on the phone
beside it: it rings, 1 connects the two, and what one says the other hears.

Ctrl-C ends everything; the data stays for the next start.
"""
