"""`/api/v1/oncall` and `/api/v1/schedules`: who, until when, why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct, field

from routing.schedule import Override, Schedule, Shift
from service import rota
from service.library import Shelf
from service.web.asking import (
    Number,
    from_cursor,
    instant,
    limit_of,
    optional_instant,
    span,
    to_cursor,
)
from service.web.problems import Problem, invalid
from service.web.security import ACT, MANAGE, READ, Asking, only
from service.wiring import Service

LONGEST = timedelta(days=366)
DEFAULT = timedelta(days=14)
Instant = Annotated[
    str | None, QueryParameter(description="An instant (RFC 3339); now unless said.")
]
Id = Annotated[str, Meta(min_length=1, max_length=100)]


class OnCallView(Struct, frozen=True, kw_only=True):
    """One person on call. `why` is the layer, override or temporary schedule that says so."""

    person: str
    name: str
    schedule: str
    role: str
    """primary, backup or engineering; empty for a schedule of no region."""
    region: str | None
    has_sun: bool
    """Whether the region has the sun, and so is paged for new cases."""
    sun_until: datetime | None
    start: datetime
    end: datetime
    why: str


class OnCallPage(Struct, frozen=True, kw_only=True):
    items: list[OnCallView]
    next: str | None
    at: datetime
    acting_region: str | None
    """The region that has the sun and keeps it longest."""
    empty: list[str]
    """Schedules in which nobody is on call at that instant."""
    absent: list[str]
    """People who are away by their calendars."""


class ShiftView(Struct, frozen=True, kw_only=True):
    person: str
    name: str
    start: datetime
    end: datetime
    why: str


class ShiftPage(Struct, frozen=True, kw_only=True):
    items: list[ShiftView]
    next: str | None


class OverrideBody(Struct, forbid_unknown_fields=True, kw_only=True):
    """Who comes on call is `by`, or `person` where there is no `by`.

    `from` and `to`, as a policy words it, do for `start` and `end`, of which both are needed.
    """

    start: str | None = None
    end: str | None = None
    from_: str | None = field(default=None, name="from")
    to: str | None = None
    kind: str = "take_over"
    """take_over (from everybody), add, replace (person by another) or remove (person)."""
    person: Id | None = None
    by: Id | None = None


class OverrideView(Struct, frozen=True, kw_only=True):
    id: str
    schedule: str
    kind: str
    start: datetime
    end: datetime
    person: str | None
    by: str | None


@get("/oncall", summary="Who is on call, until when, and why", opt=only(READ))
async def on_call(service: NamedDependency[Service], at: Instant = None) -> OnCallPage:
    """Every schedule of the policy that holds at that instant, overrides included."""
    now = service.clock.now()
    when = optional_instant("at", at) or now
    async with service.pool.acquire() as conn:
        shelf = await rota.shelf_at(service.library, conn, when, now)
    found = rota.roster(shelf, when)
    return OnCallPage(
        items=[_on_call(one) for one in found.people],
        next=None,
        at=when,
        acting_region=found.acting_region,
        empty=list(found.empty),
        absent=list(found.absent),
    )


def _on_call(one: rota.OnCall) -> OnCallView:
    return OnCallView(
        person=one.shift.person,
        name=one.name,
        schedule=one.duty.schedule,
        role=one.duty.role,
        region=one.duty.region,
        has_sun=one.duty.has_sun,
        sun_until=one.duty.sun_until,
        start=one.shift.start,
        end=one.shift.end,
        why=one.shift.why,
    )


@get(
    "/schedules/{schedule:str}/shifts",
    summary="The final shifts of a schedule between two instants",
    opt=only(READ),
)
async def shifts(
    service: NamedDependency[Service],
    schedule: FromPath[str],
    from_: Annotated[
        str | None, QueryParameter(name="from", description="Now unless said.")
    ] = None,
    to: Annotated[str | None, QueryParameter(description="Two weeks on unless said.")] = None,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> ShiftPage:
    """Cut to the span, in order of start, at most a year."""
    now, many = service.clock.now(), limit_of(limit)
    start = optional_instant("from", from_) or now
    end = instant("to", to) if to is not None else start + DEFAULT
    span(start, end, LONGEST)
    skip = from_cursor(cursor, Number) or 0
    async with service.pool.acquire() as conn:
        shelf = await rota.shelf_at(service.library, conn, min(start, now), now)
    found = rota.shifts_of(known(shelf, schedule), start, end)
    here = found[skip : skip + many]
    more = len(found) > skip + many
    return ShiftPage(
        items=[_shift(one, shelf) for one in here], next=to_cursor(skip + many) if more else None
    )


def known(shelf: Shelf, schedule: str) -> Schedule:
    """The schedule of that id. Raises Problem."""
    if schedule not in shelf.schedules:
        names = ", ".join(sorted(shelf.schedules)) or "none"
        raise Problem(404, f"There is no schedule {schedule[:80]}; there are: {names}.")
    return shelf.schedules[schedule]


def _shift(one: Shift, shelf: Shelf) -> ShiftView:
    return ShiftView(
        person=one.person,
        name=shelf.book().name(one.person),
        start=one.start,
        end=one.end,
        why=one.why,
    )


@post(
    "/schedules/{schedule:str}/overrides",
    summary="Change who is on call for a while; a responder may come on call, nobody else for him",
    opt=only(ACT),
)
async def override(
    request: Asking,
    service: NamedDependency[Service],
    schedule: FromPath[str],
    data: JSONBody[OverrideBody],
) -> OverrideView:
    caller = request.auth
    comes = data.by or data.person
    if caller.role not in MANAGE and (data.kind == "remove" or comes != caller.person):
        said = "You may come on call yourself; to put or take others off is for managers."
        raise Problem(403, f"{said} Nothing was changed.")
    shelf = await service.desk.shelf()
    known(shelf, schedule)
    start = _edge("start", data.start, "from", data.from_)
    end = _edge("end", data.end, "to", data.to)
    wanted = Override("", data.kind, start, end, data.person, data.by)
    try:
        kept = await rota.change(
            service.pool, service.library, service.clock, schedule, wanted, caller.signature
        )
    except rota.OverrideRefused as refused:
        raise invalid(refused.member, str(refused)) from None
    return OverrideView(
        id=kept.id,
        schedule=schedule,
        kind=kept.kind,
        start=kept.start,
        end=kept.end,
        person=kept.person,
        by=kept.by,
    )


def _edge(name: str, said: str | None, also: str, other: str | None) -> datetime:
    """Where an override begins or ends. Raises Problem."""
    told = [(word, text) for word, text in ((name, said), (also, other)) if text is not None]
    if len(told) > 1:
        raise invalid(also, f"says what {name} says; leave one of them out.")
    if not told:
        raise invalid(name, "is missing.")
    return instant(*told[0])


@delete(
    "/schedules/{schedule:str}/overrides/{override_id:str}",
    summary="Take an override back",
    opt=only(MANAGE),
)
async def withdraw(
    request: Asking,
    service: NamedDependency[Service],
    schedule: FromPath[str],
    override_id: FromPath[str],
) -> None:
    gone = await rota.withdraw(
        service.pool, service.clock, schedule, override_id, request.auth.signature
    )
    if not gone:
        said = f"The schedule {schedule[:80]} has no override {override_id[:80]}."
        raise Problem(404, f"{said} Nothing was changed.")


HANDLERS = [on_call, shifts, override, withdraw]
