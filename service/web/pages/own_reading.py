"""What a person's own page shows: his shifts, his pages, how he is reached, who asks him."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from routing.case import Case
from routing.offer import offer
from routing.people import Person
from routing.schedule import Schedule, Shift, on_call, shifts
from routing.swap import Swap, SwapState, elsewhere
from service import reaching, swaps, trying
from service.feeds.addresses import PERSON, token
from service.library import Shelf
from service.settings import Settings
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query
from service.trying import Trial
from service.web.answer_view import Choice, choices_of
from service.web.pages.telling import Promise, doing, promise_of, severity_name

AHEAD = timedelta(days=92)
MOST_SHIFTS, MOST_PAGES, MOST_RECENT = 12, 60, 12
BACK = timedelta(days=14)
"""How long ago a page is still told of."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A shift, and in which schedule."""

    schedule: str
    shift: Shift


@dataclass(frozen=True, slots=True)
class Paged:
    """A case this person is asked about, has, or was asked about."""

    id: str
    subject: str
    account: str
    severity: str
    doing: str
    became: str
    """What became of the page itself."""
    at: datetime
    promise: Promise | None
    choices: tuple[Choice, ...]
    mine: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as one of its two people reads it."""

    swap: Swap
    other: str
    standing: SwapState
    mine: bool
    """He asks; otherwise he is asked."""
    also: tuple[str, ...]
    """Schedules in which whoever takes it is on call then, too."""


@dataclass(frozen=True, slots=True)
class Own:
    person: Person
    now_on: tuple[Duty, ...]
    next_up: tuple[Duty, ...]
    asked: tuple[Paged, ...]
    """Pages that want an answer, and what he has."""
    recent: tuple[Paged, ...]
    requests: tuple[Asked, ...]
    plans: dict[str, list[tuple[str, str, timedelta]]]
    """Urgency to what a page would really do: type, method, after."""
    trials: tuple[Trial, ...]
    feed: str


async def gather(
    conn: AnyConnection, shelf: Shelf, settings: Settings, person: str, now: datetime
) -> Own:
    """As of `now` (UTC). The person is in the directory."""
    rows = await conn.fetch(query("pages_of_person"), person, now - BACK, MOST_PAGES)
    owned = await conn.fetch(query("cases_of_owner"), person, MOST_PAGES)
    told = _cases(rows, owned, shelf, person, now)
    found = shelf.people[person]
    duties = list(_duties(shelf.schedules.values(), person, now))
    return Own(
        person=found,
        now_on=tuple(d for d in duties if d.shift.start <= now),
        next_up=tuple(d for d in duties if d.shift.start > now)[:MOST_SHIFTS],
        asked=tuple(case for case in told if case.choices),
        recent=tuple(case for case in told if not case.choices)[:MOST_RECENT],
        requests=tuple(
            _asked(swap, shelf, person, now) for swap in await swaps.of_person(conn, person, now)
        ),
        plans={
            urgency: [(m.type, m.id, after) for m, after in reaching.plan(found, urgency)]
            for urgency in reaching.URGENCIES
        },
        trials=tuple(await trying.latest(conn, person)),
        feed=f"{settings.public_url}/calendars/{token(settings.secret_key, PERSON, person)}.ics",
    )


def _duties(schedules: Iterable[Schedule], person: str, now: datetime) -> list[Duty]:
    """His shifts from now on, in order of start; the one that goes on is told whole."""
    found = []
    for schedule in schedules:
        current = [s for s in on_call(schedule, now) if s.person == person]
        later = [
            s for s in shifts(schedule, now, now + AHEAD) if s.person == person and s.start > now
        ]
        found += [Duty(schedule.id, shift) for shift in (*current, *later)]
    return sorted(found, key=lambda duty: (duty.shift.start, duty.schedule))


def _cases(
    rows: Sequence[asyncpg.Record],
    owned: Sequence[asyncpg.Record],
    shelf: Shelf,
    person: str,
    now: datetime,
) -> list[Paged]:
    """Each case once: what wants an answer first, then what is his, by his newest page of it."""
    newest: dict[str, asyncpg.Record] = {}
    for row in rows:
        newest.setdefault(row["case_id"], row)
    bodies = {r["id"]: r["body"] for r in owned} | {k: r["body"] for k, r in newest.items()}
    told = []
    for name, body in bodies.items():
        page = newest.get(name)
        told.append(_paged(codec.decode_case(body), page, shelf, person, now))
    return sorted(told, key=lambda case: (not case.mine, case.at), reverse=True)


def _paged(
    case: Case, page: asyncpg.Record | None, shelf: Shelf, person: str, now: datetime
) -> Paged:
    book = shelf.book(case.policy)
    offered = offer(case, book, person, page["turn"] if page else 0, now)
    answered = page is None or page["state"] in {"acknowledged", "declined", "stood_down"}
    wanted = case.live and (offered.mine or not answered)
    return Paged(
        id=case.id,
        subject=case.ticket.subject,
        account=case.account_name,
        severity=severity_name(case, shelf),
        doing=doing(case, shelf, now),
        became=page["state"] if page else "yours",
        at=page["opened_at"] if page else case.owner_since or case.opened_at,
        promise=promise_of(case),
        choices=tuple(choices_of(offered, "acknowledge")) if wanted else (),
        mine=case.holder == person,
    )


def _asked(swap: Swap, shelf: Shelf, person: str, now: datetime) -> Asked:
    mine = swap.asker == person
    rota = swaps.rota_of(shelf)
    return Asked(
        swap,
        shelf.book().name(swap.asked if mine else swap.asker),
        swap.standing(now),
        mine,
        elsewhere(rota, swap.schedule, swap.asked, swap.wanted),
    )
