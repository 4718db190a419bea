"""News for somebody of ours: what wants no answer, and so no call."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from routing.case import Case
from routing.event import Announce
from routing.people import ContactMethod, Person
from service.library import Shelf
from service.outbox import lane_of
from service.store import codec

PATIENCE = timedelta(minutes=5)


def news_row(
    case: Case, effect: Announce, shelf: Shelf, rank: int, now: datetime
) -> tuple[Any, ...] | None:
    """The row of the outbox; None for somebody who cannot be written to."""
    method = for_news(shelf.people.get(effect.person))
    if method is None:
        return None
    payload = codec.encode({"to": method.address, "text": effect.text})
    key, lane = f"{case.id}/announce/{effect.number}", lane_of("announce", method.type)
    return (
        key, case.id, lane, "announce", method.type, effect.person, None, method.id, None,
        rank, payload, now, now, now + PATIENCE,
    )  # fmt: skip


def for_news(person: Person | None) -> ContactMethod | None:
    """News wants no call, and no machine."""
    methods = [m for m in person.contact_methods if m.usable] if person else []
    return next((m for m in methods if m.type not in {"voice", "webhook"}), None)
