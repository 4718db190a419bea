"""What is sent to a person about no case: a colleague's request, a link, a test.

It goes through the outbox like every page, after them: nothing of this kind wakes anybody.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from routing.people import ContactMethod, Person
from service.outbox import lane_of
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query

RANK = 9
"""After every case."""
PATIENCE = timedelta(minutes=5)
WRITTEN = ("sms", "email")
"""What a link can be read on: a call cannot be pressed later."""
LINK = "{link}"
"""Where a text has the link to the person's own page; it is signed as the text leaves."""


@dataclass(frozen=True, slots=True)
class Letter:
    """`own`: the part of his own page that `LINK` in the text leads to; None for no link."""

    text: str
    own: str | None = None
    key: str = "told"
    """What kind it is; the beginning of the outbox's key."""
    once: str | None = None
    """What it says; the same is sent to the same person once. None for what is always sent."""
    patience: timedelta = PATIENCE
    """How long it is tried, and waits at the provider for a telephone that is off."""


def written_method(person: Person) -> ContactMethod | None:
    """Where a text with a link goes: his first telephone or mailbox that works."""
    methods = [m for m in person.contact_methods if m.usable and m.type in WRITTEN]
    return min(methods, key=lambda m: WRITTEN.index(m.type), default=None)


async def send(
    conn: AnyConnection, person: str, method: ContactMethod, letter: Letter, now: datetime
) -> str:
    """Queue it, in the transaction of what it tells of; whoever calls rings the bell after.

    Returns the key of its row.
    """
    key = f"{letter.key}/{person}/{letter.once or uuid.uuid4().hex[:10]}/{method.id}"
    payload: Mapping[str, Any] = {"to": method.address, "text": letter.text, "own": letter.own}
    row = (
        key, None, lane_of("announce", method.type), "announce", method.type, person, None,
        method.id, None, RANK, codec.encode(payload), now, now, now + letter.patience,
    )  # fmt: skip
    await conn.execute(query("insert_outbox"), *([value] for value in row))
    return key
