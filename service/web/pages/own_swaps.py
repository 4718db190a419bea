"""`/me/ask`, `/me/swaps`: a colleague is asked to take a shift, and answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from routing.event import Refusal
from routing.schedule import Shift, shifts
from routing.swap import Range, SwapState
from routing.wall import instant_of, zone_of
from service import swaps, times
from service.library import Shelf
from service.swaps import VERBS, Wish
from service.web.asking import YEARS
from service.web.pages import door, said
from service.web.pages.console import frame
from service.web.pages.door import Look
from service.web.pages.html import page
from service.web.pages.own import back, person_of
from service.web.problems import Problem
from service.wiring import Service

PART = "swaps"
AHEAD = timedelta(days=62)
MOST_OFFERED = 12
STEP = timedelta(minutes=15)
SAID = {
    SwapState.ACCEPTED: "You take it. The schedule is changed, and {name} is told.",
    SwapState.REFUSED: "You do not take it. {name} is told, and stays on call.",
    SwapState.WITHDRAWN: "Withdrawn. {name} is told.",
}


@get("/me/ask", opt=door.to(door.OWN), include_in_schema=False)
async def wish(request: Look, service: NamedDependency[Service]) -> Response[str]:
    """Which part of a shift, and whom to ask; then, what to take in exchange."""
    person, given = person_of(request.auth), request.query_params.dict()
    shelf, now = await service.desk.shelf(), service.clock.now()
    asked = {name: str(values[0]) for name, values in given.items() if values}
    schedule = asked.get("schedule", "")
    if schedule not in shelf.schedules or person not in shelf.people:
        raise Problem(404, "There is no such shift of yours.")
    zone = shelf.people[person].time_zone
    wanted = Range(_instant(asked, "start", zone), _instant(asked, "end", zone))
    colleague = asked.get("asked", "")
    facts = {
        "schedule": schedule,
        "wanted": Range(max(wanted.start, _soon(now)), wanted.end),
        "zone": zone,
        "asked": colleague if colleague in shelf.people else "",
        "people": _colleagues(shelf, person, schedule, now),
        "theirs": _theirs(shelf, schedule, colleague, now),
        "note": asked.get("note", ""),
    }
    return page("ask.html", {**frame(request, service), **facts}, cookies=said.forget(request))


def _soon(now: datetime) -> datetime:
    """The next quarter of an hour that has not begun: a part of a shift that goes on."""
    return now - (now - now.replace(minute=0, second=0, microsecond=0)) % STEP + STEP


def _colleagues(shelf: Shelf, person: str, schedule: str, now: datetime) -> list[tuple[str, str]]:
    """Who could be asked, those first who are on that schedule anyway."""
    near = {s.person for s in shifts(shelf.schedules[schedule], now, now + AHEAD)}
    others = [p for p in shelf.people.values() if p.id != person]
    others.sort(key=lambda p: (p.id not in near, p.name))
    return [(p.id, p.name) for p in others]


def _theirs(shelf: Shelf, schedule: str, colleague: str, now: datetime) -> list[Shift]:
    """What could be taken in exchange: the colleague's own shifts there, still to come."""
    found = shifts(shelf.schedules[schedule], now, now + AHEAD)
    whole = [s for s in found if s.person == colleague and now < s.start and s.end < now + AHEAD]
    return whole[:MOST_OFFERED]


@post("/me/swaps", opt=door.to(door.OWN), include_in_schema=False)
async def ask(request: Look, service: NamedDependency[Service]) -> Redirect:
    person, given = person_of(request.auth), await door.fields(request)
    shelf = await service.desk.shelf()
    if person not in shelf.people:
        raise Problem(403, "You are not in the directory any more. Ask a manager.")
    zone = shelf.people[person].time_zone
    wanted = Range(_instant(given, "start", zone), _instant(given, "end", zone))
    asked = Wish(
        given.get("schedule", ""), given.get("asked", ""), wanted, _given(given),
        given.get("note", ""),
    )  # fmt: skip
    try:
        made = await swaps.ask(service, person, asked)
    except Refusal as refusal:
        return back(service, str(refusal), PART)
    name = shelf.book().name(made.asked)
    return back(service, f"{name} is asked. Until the answer you stay on call.", PART)


def _instant(given: Mapping[str, str], name: str, zone: str) -> datetime:
    """What a field says on the wall of the person's zone, as an instant (UTC). Raises Problem.

    `<name>-exact` is the instant the form was filled in with: it holds unless the field was
    changed, so that an hour that comes twice stays the one that was meant.
    """
    text, exact = given.get(name, ""), given.get(f"{name}-exact", "")
    try:
        at = datetime.fromisoformat(exact) if exact else None
        if at is not None and at.tzinfo is not None and times.local(at, zone) == text[:16]:
            return _reckoned(at)
        wall = datetime.fromisoformat(text)
        return _reckoned(wall if wall.tzinfo else instant_of(zone_of(zone), wall))
    except (ValueError, OverflowError):
        raise Problem(400, f"The {name} is no time. Nothing was changed.") from None


def _reckoned(at: datetime) -> datetime:
    """As UTC. Raises ValueError, OverflowError without a zone, or where no calendar reaches."""
    if at.tzinfo is None or at.astimezone(UTC).year not in YEARS:
        raise ValueError(at)
    return at.astimezone(UTC)


def _given(given: Mapping[str, str]) -> Range | None:
    """The shift in exchange: two instants as the form wrote them. Raises Problem."""
    start, _, end = given.get("given", "").partition("/")
    if not start:
        return None
    try:
        return Range(*(_reckoned(datetime.fromisoformat(text)) for text in (start, end)))
    except (ValueError, OverflowError):
        raise Problem(400, "The shift in exchange is no shift. Nothing was changed.") from None


@post("/me/swaps/{name:str}/{verb:str}", opt=door.to(door.OWN), include_in_schema=False)
async def answer(
    request: Look, service: NamedDependency[Service], name: FromPath[str], verb: FromPath[str]
) -> Redirect:
    person = person_of(request.auth)
    if verb not in VERBS:
        raise Problem(404, "A request is accepted, refused or withdrawn. Nothing was changed.")
    try:
        done = await swaps.answer(service, name, person, verb)
    except Refusal as refusal:
        return back(service, str(refusal), PART)
    other = done.asker if person == done.asked else done.asked
    book = (await service.desk.shelf()).book()
    return back(service, SAID[done.state].format(name=book.name(other)), PART)


HANDLERS = [wish, ask, answer]
