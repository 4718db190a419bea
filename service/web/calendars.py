"""`GET /calendars/{token}.ics`: shifts for a calendar programme, and where the API tells of it."""

from __future__ import annotations

from datetime import timedelta

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from routing.schedule import Shift
from service.feeds.addresses import PERSON, SCHEDULE, named, token
from service.feeds.shifts import feed
from service.library import Shelf
from service.rota import shifts_of
from service.web.api_oncall import known
from service.web.problems import Problem
from service.web.security import ACT, MANAGE, Asking, only
from service.wiring import Service

BACK, AHEAD = timedelta(days=31), timedelta(days=92)
SUFFIX = ".ics"
NOTHING = "There is no calendar at this address. Ask for the address anew."


class CalendarView(Struct, frozen=True, kw_only=True):
    """The address of a feed (iCalendar). It is a secret: whoever knows it can read the shifts."""

    url: str


@get("/calendars/{name:str}", status_code=200, include_in_schema=False)
async def calendar(name: FromPath[str], service: NamedDependency[Service]) -> Response[bytes]:
    """A month back and three ahead, as the schedules are now. 404 for any address not ours."""
    found = named(service.settings.secret_keys, name.removesuffix(SUFFIX))
    if found is None or not name.endswith(SUFFIX):
        raise Problem(404, NOTHING)
    shelf, now = await service.desk.shelf(), service.clock.now()
    title, wanted = _wanted(shelf, *found)
    shifts: list[tuple[str, Shift]] = [
        (schedule, shift)
        for schedule in wanted
        for shift in shifts_of(shelf.schedules[schedule], now - BACK, now + AHEAD)
        if found[0] == SCHEDULE or shift.person == found[1]
    ]
    names = {person.id: person.name for person in shelf.people.values()}
    return Response(
        feed(title, shifts, names, now),
        media_type="text/calendar",
        headers={"cache-control": "private, max-age=300"},
    )


def _wanted(shelf: Shelf, kind: str, name: str) -> tuple[str, list[str]]:
    """The title, and the schedules to look through. Raises Problem for what is there no more."""
    if kind == PERSON and name in shelf.people:
        return f"{shelf.people[name].name} on call", sorted(shelf.schedules)
    if kind == SCHEDULE and name in shelf.schedules:
        return f"On call: {name}", [name]
    raise Problem(404, NOTHING)


@get("/people/{person:str}/calendar", summary="The address of a person's shifts", opt=only(ACT))
async def of_person(
    request: Asking, service: NamedDependency[Service], person: FromPath[str]
) -> CalendarView:
    """For the person and for managers: whoever has it reads the shifts without a token."""
    if request.auth.role not in MANAGE and request.auth.person != person:
        raise Problem(403, "This address is for the person and for managers. Nothing was shown.")
    if person not in (await service.desk.shelf()).people:
        raise Problem(404, f"There is no person {person[:80]}.")
    return _view(service, PERSON, person)


@get("/schedules/{schedule:str}/calendar", summary="The address of its shifts", opt=only(ACT))
async def of_schedule(service: NamedDependency[Service], schedule: FromPath[str]) -> CalendarView:
    known(await service.desk.shelf(), schedule)
    return _view(service, SCHEDULE, schedule)


def _view(service: Service, kind: str, name: str) -> CalendarView:
    path = token(service.settings.secret_key, kind, name)
    return CalendarView(url=f"{service.settings.public_url}/calendars/{path}{SUFFIX}")


FEEDS = [calendar]
HANDLERS = [of_person, of_schedule]
