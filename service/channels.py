"""The chats, the webhooks and the long tail that the settings connect."""

from __future__ import annotations

import ipaddress

import structlog

from notifiers.chat.any import AnyChat
from notifiers.chat.hook import Hook
from notifiers.chat.mattermost import Mattermost
from notifiers.chat.rocketchat import RocketChat
from notifiers.chat.slack import Slack
from notifiers.long_tail import LongTail
from notifiers.notifier import Notifier
from notifiers.outgoing import Guard, Outgoing
from notifiers.webhook import Webhook
from service.clock import SystemClock
from service.settings import Settings

MATTERMOST_DOOR = "/chat/mattermost"
OFF = {
    "email": "HELIOGRAPH_SMTP_URL",
    "mattermost": "HELIOGRAPH_MATTERMOST_WEBHOOK_URL",
    "rocketchat": "HELIOGRAPH_ROCKETCHAT_WEBHOOK_URL",
    "slack": "HELIOGRAPH_SLACK_WEBHOOK_URL",
    "webhook": "HELIOGRAPH_OUTGOING_WEBHOOK_SECRET",
    "apprise": "HELIOGRAPH_APPRISE_CONFIG",
}
"""Channel to the setting that switches it on."""
log = structlog.get_logger(__name__)


def guard_of(settings: Settings) -> Guard:
    """What the directory's addresses may lead to."""
    allowed = tuple(map(ipaddress.ip_network, settings.chat.allowed))
    return Guard(allowed, plain=not settings.production)


def hooks_of(settings: Settings) -> list[Hook]:
    """The chats, the one that stands for any of them first."""
    urls, found = settings.channels, list[Hook]()
    if url := urls.get("mattermost_webhook"):
        found.append(Mattermost(url, Outgoing(), settings.public_url + MATTERMOST_DOOR))
    if url := urls.get("slack_webhook"):
        found.append(Slack(url, Outgoing(), clicks=bool(settings.chat.slack_secrets)))
    if url := urls.get("rocketchat_webhook"):
        found.append(RocketChat(url, Outgoing()))
    return found


def channels_of(settings: Settings) -> list[Notifier]:
    hooks, chat = hooks_of(settings), settings.chat
    found: list[Notifier] = [*hooks, *map(AnyChat, hooks[:1])]
    if chat.webhook_secrets:
        outgoing = Outgoing(guard_of(settings))
        found.append(Webhook(chat.webhook_secrets, outgoing, SystemClock().wall))
    if chat.apprise:
        found.append(LongTail(chat.apprise))
    on = {notifier.channel for notifier in found}
    if settings.channels.get("smtp"):
        on.add("email")
    log.info("channels_off", needed={name: needs for name, needs in OFF.items() if name not in on})
    return found
