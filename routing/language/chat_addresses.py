"""Addresses in chats and beyond: what each product calls a person or a channel."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_NAME = re.compile(r"@?[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ROOM = re.compile(r"[@#]?[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MEMBER = re.compile(r"[UW][A-Z0-9]{2,20}")
_TAG = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_USER = re.compile(r"[A-Za-z0-9]{1,64}")


def parse_mattermost(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} is nobody in Mattermost; write @anna, or a channel's name.")
    return text


def parse_rocketchat(text: str) -> str:
    if not _ROOM.fullmatch(text):
        raise ValueError(f"{text!r} is nobody in Rocket.Chat; write @anna or #channel, in quotes.")
    return text


def parse_slack(text: str) -> str:
    if not _MEMBER.fullmatch(text):
        raise ValueError(f"{text!r} is no Slack member's id; write it as the profile shows: U....")
    return text


def parse_tag(text: str) -> str:
    if not _TAG.fullmatch(text) or text == "all":
        raise ValueError(f"{text!r} is no tag of HELIOGRAPH_APPRISE_CONFIG; write a word of it.")
    return text


def parse_url(text: str) -> str:
    if not text.startswith(("https://", "http://")):
        raise ValueError("a webhook's address begins with https://.")
    return text


def parse_user(text: str) -> str:
    """The account's id as the product's API tells it: never a name, which may pass to another."""
    if not _USER.fullmatch(text):
        raise ValueError(f"{text!r} is no account's id; it has letters and digits alone.")
    return text


IN_CHATS: Mapping[str, Callable[[str], str]] = {
    "mattermost": parse_mattermost,
    "rocketchat": parse_rocketchat,
    "slack": parse_slack,
    "apprise": parse_tag,
    "webhook": parse_url,
}
"""Type of a contact method to the reading of its address."""
