"""Posts into chat channels as rows of the outbox.

A page without a person: it is cancelled with the pages of its case, and no refusal of it is
anybody's silence. News is an announcement without one.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from notifiers.wording import PageFacts
from routing.case import Case
from routing.event import Post
from routing.policy import Policy
from routing.policy_parts import ChatRoom
from routing.words import next_due
from service.outbox import lane_of
from service.store import codec

ANY_CHAT = "chat"
"""Stands for whatever chat is set up, where the policy does not say which."""
PATIENCE = timedelta(minutes=30)
"""How long a post that fails for a passing reason is tried."""


def room_of(policy: Policy, channel: str) -> ChatRoom:
    """Where a channel of the policy is."""
    return policy.chat_rooms.get(channel) or ChatRoom(ANY_CHAT, channel)


def post_row(case: Case, effect: Post, policy: Policy, rank: int, now: datetime) -> tuple[Any, ...]:
    """The columns of `insert_outbox`; the key is natural: the case's own number of the post."""
    room = room_of(policy, effect.channel)
    kind = "announce" if effect.text else "page"
    news = {"to": room.address, "text": effect.text}
    asked = {"turn": effect.turn, **asdict(_facts(case, effect, room, policy, now))}
    payload = codec.encode(news if effect.text else asked)
    key, lane = f"{case.id}/post/{effect.number}", lane_of(kind, room.type)
    return (
        key, case.id, lane, kind, room.type, None, None, None, None, rank, payload, now, now,
        now + PATIENCE,
    )  # fmt: skip


def _facts(case: Case, effect: Post, room: ChatRoom, policy: Policy, now: datetime) -> PageFacts:
    severity = policy.severity(case.severity)
    return PageFacts(
        case=case.id,
        code="",
        to=room.address,
        person="",
        account=case.account_name,
        subject=case.ticket.subject,
        severity=(severity.name or severity.id) if severity else case.severity,
        plan=case.plan,
        purpose=effect.purpose,
        due=next_due(case, now),
        why=effect.why,
        url=case.ticket.url,
    )
