"""Chats, webhooks and the long tail: reached, encrypted, and clicks that can be verified."""

import asyncio
import importlib.util
from urllib.parse import urlsplit

import httpx

from service.channels import OFF, hooks_of
from service.doctor.finding import Finding, bad, good, warn
from service.settings import Settings
from service.trust import trusted

TIMEOUT = httpx.Timeout(10.0)
HEALTH = {"mattermost": "/api/v4/system/ping", "rocketchat": "/api/info"}
"""What answers 200 on a server that is well, where there is such a thing."""


async def check_chats(settings: Settings) -> list[Finding]:
    """Nothing is posted: a webhook cannot be tried without somebody seeing it."""
    kinds = [hook.channel for hook in hooks_of(settings)]
    parts = await asyncio.gather(*(_reached(settings, kind) for kind in kinds))
    return [*(each for part in parts for each in part), *_clicks(settings), *_others(settings)]


async def _reached(settings: Settings, kind: str) -> list[Finding]:
    url, name = settings.channels[f"{kind}_webhook"], OFF[kind]
    parts = urlsplit(url)
    found = []
    if settings.production and parts.scheme != "https":
        says = f"{name} is not https: whoever listens in may post, and see who is paged."
        found.append(warn("chat", says, "Use the server's https address."))
    base = url.partition("/hooks/")[0] if kind in HEALTH else f"{parts.scheme}://{parts.netloc}"
    try:
        async with httpx.AsyncClient(
            verify=trusted(), timeout=TIMEOUT, follow_redirects=False
        ) as client:
            answer = await client.get(f"{base}{HEALTH.get(kind, '/')}")
    except httpx.HTTPError as error:
        says = f"{parts.hostname} does not answer ({type(error).__name__}): no page reaches {kind}."
        return [*found, bad("chat", says, f"Check {name}, the network and the server.")]
    if kind in HEALTH and not answer.is_success:
        says = f"{parts.hostname} answers {answer.status_code} where {kind} says that it is well."
        return [*found, warn("chat", says, f"Check {name}: is this {kind}?")]
    return [*found, good("chat", f"{parts.hostname} answers for {kind}.")]


def _clicks(settings: Settings) -> list[Finding]:
    found = []
    if "slack_webhook" in settings.channels and not settings.chat.slack_secrets:
        says = "Clicks in Slack cannot be verified, so its posts have no buttons."
        fix = "Set HELIOGRAPH_SLACK_SIGNING_SECRET from the app's page, and its request URL."
        found.append(warn("chat", says, fix))
    public = urlsplit(settings.public_url).scheme == "https"
    if settings.production and "mattermost_webhook" in settings.channels and not public:
        says = "Mattermost reports clicks to HELIOGRAPH_PUBLIC_URL, which is not https."
        found.append(warn("chat", says, "Put TLS in front of web: a token that is read can click."))
    return found


def _others(settings: Settings) -> list[Finding]:
    chat, found = settings.chat, []
    if chat.webhook_secrets:
        beside = f", and to {', '.join(chat.allowed)}" if chat.allowed else ""
        found.append(good("webhook", f"Signed webhooks go to the public Internet{beside}."))
    if chat.apprise and importlib.util.find_spec("apprise") is None:
        says = "HELIOGRAPH_APPRISE_CONFIG is set, and apprise is not installed."
        found.append(bad("apprise", says, "Run `pip install 'heliograph[apprise]'`."))
    elif chat.apprise:
        found.append(good("apprise", "apprise is installed."))
    return found
