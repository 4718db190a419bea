"""A way to reach somebody is lost: whoever can be written to hears of it, and so do the managers.

It may be lost without him: a STOP is believed of whoever sends it from his number, and a sender can
be forged. Nobody is rung for it, and whoever sends STOP and START in turn has it told once an hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from notifiers.mask import mask, mask_numbers
from routing.book import find
from routing.case import Case, State
from routing.people import ContactMethod, Person
from service import personal
from service.library import Shelf
from service.news import for_news
from service.personal import Letter
from service.store.pool import AnyConnection

PATIENCE = timedelta(days=1)
"""It matters for as long as nobody mends it, also when the provider is away."""
WAYS = {"sms": "texts", "voice": "calls", "email": "mails"}


def duty_managers(shelf: Shelf, now: datetime) -> list[Person]:
    """The people whom the policy names, about no case."""
    nothing = Case("", "", "", shelf.current.id, now, None, "", "", "", State.EXHAUSTED)
    found = (find(shelf.book(), nothing, t, now).people for t in shelf.current.duty_manager)
    return [shelf.people[person] for some in found for person in some]


async def tell(
    conn: AnyConnection, shelf: Shelf, person: Person, method: ContactMethod, now: datetime
) -> None:
    """In the transaction that takes the method away; whoever calls rings the bell after.

    `person` as he is without it.
    """
    why = mask_numbers(method.disabled or "").rstrip(".")
    lost = f"{_way(method)} to {mask(method.address)} any more: {why}."
    ways = " and ".join(dict.fromkeys(_way(m) for m in person.contact_methods if m.usable))
    own = f"You get no {lost} {_left('You are', ways)} If that was not you, tell a manager."
    theirs = f"{person.name} gets no {lost} {_left('That person is', ways)} See that it is mended."
    once = f"{person.id}/{method.id}/{now:%Y-%m-%dT%H}"
    told = {m.id: m for m in duty_managers(shelf, now)} | {person.id: person}
    for each in told.values():
        by = for_news(each)
        if by is not None:
            text = own if each.id == person.id else theirs
            letter = Letter(text, key="lost", once=once, patience=PATIENCE)
            await personal.send(conn, each.id, by, letter, now)


def _way(method: ContactMethod) -> str:
    return WAYS.get(method.type, method.type)


def _left(who: str, ways: str) -> str:
    return f"{who} still reached by {ways}." if ways else f"{who} not reached by anything now."
