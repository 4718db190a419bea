"""Chat channels: a list of their names, or a table of names with where each of them is."""

from __future__ import annotations

from routing.language.chat_addresses import parse_url
from routing.language.cursor import Cursor, Members
from routing.language.problems import nearest
from routing.language.tree import Scalar, Table
from routing.policy import Policy
from routing.policy_parts import ChatRoom

KINDS = ("mattermost", "rocketchat", "slack", "webhook", "apprise")
PLACED_BY_ITS_WEBHOOK = "slack"
"""A webhook of Slack posts to the one channel it was made for."""


def read_rooms(of: Members) -> tuple[frozenset[str], dict[str, ChatRoom]]:
    """`[war-room]`, or `{war-room: mattermost night-shift}`: every name, and where some are."""
    at = of.get("chat_channels")
    if at is None or not isinstance(at.node, Table):
        return frozenset(of.words("chat_channels")), {}
    rooms = {name: _room(one) for name, one in at.named()}
    return frozenset(rooms), rooms


def _room(at: Cursor) -> ChatRoom:
    if isinstance(at.node, Scalar):
        return at.read(parse_room, ChatRoom(""))
    members = at.members("type", "address")
    members.need("type")
    return _parsed(at, members.text("type"), members.text("address"))


def _parsed(at: Cursor, kind: str, address: str) -> ChatRoom:
    try:
        return parse_room(f"{kind} {address}") if kind else ChatRoom("")
    except ValueError as wrong:
        at.wrong(str(wrong))
        return ChatRoom("")


def parse_room(text: str) -> ChatRoom:
    """`mattermost night-shift`, `webhook https://...`, `slack`."""
    kind, _, address = text.strip().partition(" ")
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of chat; {nearest(kind, KINDS)}")
    address = address.strip()
    if not address and kind != PLACED_BY_ITS_WEBHOOK:
        raise ValueError(f"{text!r} does not say where; write {kind} and the channel's name there.")
    if kind == "webhook":
        parse_url(address)
    return ChatRoom(kind, address)


def rooms_document(policy: Policy) -> list[str] | dict[str, str]:
    """What `read_rooms` reads to the same."""
    if not policy.chat_rooms:
        return sorted(policy.chat_channels)
    return {name: f"{r.type} {r.address}".strip() for name, r in policy.chat_rooms.items()}
