"""`/api/v1/people/{id}/absences`: when somebody is away, as his calendar says."""

from __future__ import annotations

from datetime import datetime

from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from service import absences
from service.absences import Away, NobodyOfThatName, NoCalendar
from service.web.problems import Problem
from service.web.security import ACT, MANAGE, READ, Asking, only
from service.wiring import Service


class AbsenceView(Struct, frozen=True, kw_only=True):
    id: str
    start: datetime
    end: datetime


class UncoveredView(Struct, frozen=True, kw_only=True):
    """Nobody is on call in this schedule, because somebody is away."""

    schedule: str
    start: datetime
    end: datetime


class AwayView(Struct, frozen=True, kw_only=True):
    person: str
    absences: list[AbsenceView]
    """In the year to come."""
    uncovered: list[UncoveredView]
    """What a calendar that has just come leaves to nobody."""


def _view(away: Away) -> AwayView:
    return AwayView(
        person=away.person,
        absences=[AbsenceView(id=a.id, start=a.start, end=a.end) for a in away.absences],
        uncovered=[
            UncoveredView(schedule=u.schedule, start=u.start, end=u.end) for u in away.uncovered
        ],
    )


@get("/people/{person:str}/absences", summary="When somebody is away", opt=only(READ))
async def read_absences(service: NamedDependency[Service], person: FromPath[str]) -> AwayView:
    """From now on, as far as the calendar was read."""
    try:
        return _view(await absences.away(service.pool, service.clock, person))
    except NobodyOfThatName as nobody:
        raise Problem(404, str(nobody)) from None


@put(
    "/people/{person:str}/absences",
    summary="Take somebody's calendar (iCalendar) in place of the one before",
    opt=only(ACT),
)
async def write_absences(
    request: Asking, service: NamedDependency[Service], person: FromPath[str]
) -> AwayView:
    """Every event is an absence, but for those that are cancelled or leave the person free.

    A responder brings his own, a manager anybody's. An empty calendar ends all absences.
    """
    caller = request.auth
    if caller.role not in MANAGE and caller.person != person:
        raise Problem(403, "You may bring your own calendar alone. Nothing was changed.")
    try:
        found = await absences.bring_in(
            service.pool,
            service.library,
            service.clock,
            person,
            await request.body(),
            caller.signature,
        )
    except NobodyOfThatName as nobody:
        raise Problem(404, f"{nobody} Nothing was changed.") from None
    except NoCalendar as wrong:
        raise Problem(422, f"{wrong} Nothing was changed.") from None
    return _view(found)


HANDLERS = [read_absences, write_absences]
