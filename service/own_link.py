"""The link to a person's own page: answered to a text, or sent to the person's first telephone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from notifiers.mask import mask
from service import personal
from service.audit import note
from service.messages import OWN_PAGE, Urls
from service.personal import Letter
from service.wiring import Service

HOURS = int(OWN_PAGE.total_seconds() // 3600)


class Unlinked(Exception):
    """No link can be sent; the text says why."""


@dataclass(frozen=True, slots=True)
class Sent:
    """`to` is masked."""

    method: str
    to: str
    expires_at: datetime


async def send(service: Service, person: str, by: str) -> Sent:
    """Queue a link to where the person reads. Raises Unlinked."""
    now, shelf = service.clock.now(), await service.desk.shelf()
    found = shelf.people.get(person)
    if found is None:
        raise Unlinked(f"There is no person {person[:80]}. Nothing was sent.")
    method = personal.written_method(found)
    if method is None:
        said = f"{found.name} has no text or mail address that is proven and works."
        raise Unlinked(f"{said} Nothing was sent.")
    letter = Letter(f"Your page, for {HOURS} hours: {personal.LINK}", "", key="link")
    async with service.pool.acquire() as conn, conn.transaction():
        await personal.send(conn, person, method, letter, now)
        await note(conn, now, by, f"sent {person} a link to the own page", {"method": method.id})
    await service.bell.ring()
    return Sent(method.id, mask(method.address), now + OWN_PAGE)


async def answered(service: Service, people: tuple[str, ...]) -> str:
    """What ME is answered on a phone of these people: a link for each of them.

    It is not kept with other answers: whoever reads it is that person for a day.
    """
    now, shelf = service.clock.now(), await service.desk.shelf()
    urls = Urls(service.settings.public_url, service.signer)
    links = {shelf.book().name(person): urls.own(person, now) for person in people}
    if len(links) == 1:
        return f"Your page, for {HOURS} hours: {next(iter(links.values()))}"
    return "\n".join(f"{name}: {link}" for name, link in links.items())
