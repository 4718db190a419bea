"""`/cases/{id}`: one case in plain words, why it is as it is, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from routing.case import Case
from routing.event import Escalate, Event, Note, Reassign, Refusal, Snooze
from routing.offer import ANSWERS
from service.audit import note as audit
from service.desk import NoSuchCase
from service.library import Shelf
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query
from service.web.case_reading import Telling, tell, written
from service.web.case_view import CaseView
from service.web.pages import door, said
from service.web.pages.coming import coming
from service.web.pages.console import frame
from service.web.pages.door import Look, Visitor
from service.web.pages.html import page
from service.web.pages.telling import doing, promise_of, severity_name
from service.web.problems import Problem
from service.web.security import ACT, MANAGE, Caller, own_accounts, refuse_foreign
from service.wiring import Service

MOST_LINES = 500
MOST_TEXT = 10_000
BY = "the console"
"""What a timeline says an answer came by."""


@dataclass(frozen=True, slots=True)
class Why:
    """How the case came to be as it is, line by line: a word, and what it is."""

    name: str
    text: str


@get("/cases/{case:str}", opt=door.to(door.SIGNED_IN), include_in_schema=False)
async def show(
    request: Look, service: NamedDependency[Service], case: FromPath[str]
) -> Response[str]:
    visitor = request.auth
    async with service.pool.acquire() as conn:
        now = service.clock.now()
        shelf = await service.library.shelf(conn, now)
        row = await row_of(conn, visitor, case)
        acts = visitor.caller.role in ACT or not visitor.console
        view = (await tell(conn, [row], Telling(shelf, now, phones=acts)))[0]
        lines = await conn.fetch(query("timeline_of"), case, 0, MOST_LINES)
    found = codec.decode_case(row["body"])
    facts = {
        "case": view,
        "live": found.live,
        "rank": row["rank"],
        "link": web_link(view.url),
        "severity": severity_name(found, shelf),
        "doing": doing(found, shelf, now),
        "promise": promise_of(found),
        "why": list(_why(found, view, shelf)),
        "coming": coming(found, shelf.book(found.policy)),
        "lines": [_line(line, phones=acts) for line in reversed(lines)],
        "acts": acts,
        "answers": _answers(found, visitor.caller.person),
        "people": _people(shelf) if acts else [],
        "seats": _people(shelf) if _needs_seat(visitor.caller) else [],
    }
    return page("case.html", {**frame(request, service), **facts}, cookies=said.forget(request))


async def row_of(conn: AnyConnection, visitor: Visitor, case: str) -> asyncpg.Record:
    """Raises NoSuchCase; and Problem (403) for a case that is none of the visitor's."""
    row = await conn.fetchrow(query("case_by_id"), case)
    if row is None:
        raise NoSuchCase(case)
    if visitor.console:
        refuse_foreign(row["account"], await own_accounts(conn, visitor.caller))
    elif not await conn.fetchval(query("is_paged_for"), case, visitor.caller.person):
        said_ = "This case is none you were paged for, so this link does not show it."
        raise Problem(403, f"{said_} Nothing was shown and nothing was changed.")
    return row


def web_link(url: str | None) -> str | None:
    """A ticket's address, if it is one that a browser may be sent to."""
    return url if url and url.lower().startswith(("https://", "http://")) else None


def _answers(case: Case, person: str | None) -> list[tuple[str, str]]:
    """Verb and label of what takes it and of what gives it away, for this person or any other."""
    asked = [page.person for page in case.open_pages]
    if person is not None and person == case.holder:
        still = [("acknowledge", "Still on it")] if person in asked else []
        return [*still, ("decline", "Give it back")]
    free = case.holder is None or person in asked
    take = ("acknowledge", "Take it") if free else ("take_over", "Take it over")
    wanted = person in asked if person else asked
    return [take, ("decline", "Decline")] if wanted else [take]


def _needs_seat(caller: Caller) -> bool:
    """Whether it must be said as whom something is done."""
    return caller.person is None and caller.role in MANAGE


def _people(shelf: Shelf) -> list[tuple[str, str]]:
    return sorted(((p.id, p.name) for p in shelf.people.values()), key=lambda pair: pair[1])


def _line(row: asyncpg.Record, *, phones: bool) -> dict[str, Any]:
    told = {name: row[name] for name in ("id", "at", "kind", "due_at")}
    return {**told, "text": written(row["text"], phones=phones)}


def _why(case: Case, view: CaseView, shelf: Shelf) -> list[Why]:
    name = shelf.book(case.policy).name
    found = [
        Why("Promise", f"{case.plan} plan, {severity_name(case, shelf)}, policy {case.policy}"),
        Why("Route", case.route or "none of the policy's routes; its default holds"),
    ]
    if case.acting_region:
        found.append(Why("Sun", f"{case.acting_region} acts for it"))
    if view.escalation is not None:
        now = view.escalation
        step = "the one asked first" if now.step == 0 else f"step {now.step}"
        found.append(Why("Escalation", f"{now.policy}, {step}, round {now.round}"))
    found += [Why(f"Paged {name(p.person)}", p.why) for p in case.open_pages]
    if case.engineering is not None:
        found.append(Why("Sustained Engineering", case.engineering.reason))
    return found


@post("/cases/{case:str}/{action:str}", opt=door.to(door.SIGNED_IN), include_in_schema=False)
async def act(
    request: Look, service: NamedDependency[Service], case: FromPath[str], action: FromPath[str]
) -> Redirect:
    """Done first, then said; a refusal is said too, and changed nothing."""
    given = await door.fields(request)
    visitor = request.auth
    async with service.pool.acquire() as conn:
        await row_of(conn, visitor, case)
    shelf = await service.desk.shelf()
    person, by = _actor(visitor, given, shelf)
    event = event_of(action, person, by, given)
    back = given.get("back", "")
    path = "/me" if back == "/me" else f"/cases/{case}"
    return said.then(path, await perform(service, visitor, case, event), service.settings)


async def perform(service: Service, visitor: Visitor, case: str, event: Event) -> str:
    """The sentence of what became true, or of why not."""
    caller = visitor.caller
    person = getattr(event, "person", "")

    async def allowed(conn: AnyConnection) -> bool:
        if person != caller.person:
            detail = {"case": case, "as": person}
            what = f"{type(event).__name__.lower()} on a case"
            await audit(conn, service.clock.now(), caller.signature, what, detail)
        return True

    try:
        done = await service.desk.act_with(case, event, allowed)
    except (Refusal, NoSuchCase) as refusal:
        return str(refusal)
    answer = done.answer if done else ""
    return f"{answer[:1].upper()}{answer[1:]}" or "Done."


def _actor(visitor: Visitor, given: Mapping[str, str], shelf: Shelf) -> tuple[str, str]:
    """As whom it is done, and by what the timeline says it came. Raises Problem (403)."""
    caller = visitor.caller
    if visitor.console and caller.role not in ACT:
        said_ = f"The role {caller.role} looks on; it does not act. Nothing was changed."
        raise Problem(403, said_)
    named = given.get("as", "")
    if caller.person is None and _needs_seat(caller) and named in shelf.people:
        return named, f"{BY}, entered by {caller.signature}"
    if caller.person is None or caller.person not in shelf.people:
        raise Problem(403, "Say as whom this is done. Nothing was changed.")
    return caller.person, BY if visitor.console else "the own page"


def event_of(action: str, person: str, by: str, given: Mapping[str, str]) -> Event:
    """Raises Problem for what cannot be done, or is not said fully."""
    make = EVENTS.get(action)
    if make is None or (action == "note" and not given.get("text")):
        raise Problem(400, "That cannot be done, or something is missing. Nothing was changed.")
    return make(person, by, given)


def _text(given: Mapping[str, str]) -> str:
    return given.get("text", "")[:MOST_TEXT]


def _minutes(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < len("100000")):
        raise Problem(400, "Snooze for a number of minutes. Nothing was changed.")
    return int(text)


Make = Callable[[str, str, Mapping[str, str]], Event]


def _plain(make: Callable[[str, str], Event]) -> Make:
    return lambda person, by, _: make(person, by)


EVENTS: Mapping[str, Make] = {
    **{verb: _plain(make) for verb, make in ANSWERS.items()},
    "escalate": lambda person, by, given: Escalate(person, by, _text(given)),
    "snooze": lambda person, _, given: Snooze(person, _minutes(given.get("minutes", ""))),
    "reassign": lambda person, _, given: Reassign(person, given.get("person", "")),
    "note": lambda person, _, given: Note(person, _text(given)),
}
"""What a form may ask for, all that is offered among it: person, by what it came, and what else the
form says."""
HANDLERS = [show, act]
