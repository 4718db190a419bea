"""`/api/v1/policy`: the policy in force, new versions of it, and what can be asked of either."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import asyncpg
from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody
from msgspec import Struct, structs

from routing.language.words import parse_duration
from routing.policy import Policy
from routing.tools.check import check
from routing.tools.coverage import Coverage, coverage
from routing.tools.explain import explain
from routing.tools.rehearsal import Answer, rehearse
from routing.tools.sketch import Sketch, unknown_names
from service import policies
from service.pacing import paced
from service.past import NoSuchCase, past_of
from service.policyfile.load import read_policy
from service.previewing import previewed
from service.standing import Standing, standing, whole_directory
from service.store.sql import query
from service.web.api_directory import FILE, text_of
from service.web.asking import instant
from service.web.policy_words import (
    AnswerWords,
    Asks,
    AsksCoverage,
    AsksDays,
    AsksTicket,
    Explains,
    Rehearses,
    TicketWords,
)
from service.web.problems import Problem, invalid
from service.web.security import MANAGE, READ, Asking, only
from service.wiring import Service

T = TypeVar("T")
ASK = READ - {"csm"}
"""Answers tell of every account."""
MOST_BYTES = 2_200_000
LOOK_AHEAD = 30
"""Days a new version is checked for as it is applied."""
LONGEST = timedelta(days=30)
"""A rehearsal plays no longer."""
one_at_a_time = asyncio.Semaphore(1)
"""Reckoning a year takes seconds of this process, which also answers telephones."""


class PolicyView(Struct, frozen=True, kw_only=True):
    id: str
    number: int
    effective_at: datetime
    applied_by: str | None
    applied_at: datetime
    source: str
    """The text it was applied as."""


class Applied(Struct, frozen=True, kw_only=True):
    """`new` is false when the newest version was this very text already."""

    id: str
    number: int
    effective_at: datetime
    new: bool
    findings: list[dict[str, Any]]
    """What `check` finds over the next 30 days; it is in force all the same."""


@get("/policy", summary="The policy in force, as it was applied", opt=only(READ))
async def read_version(
    service: NamedDependency[Service], version: FromQuery[str | None] = None
) -> PolicyView:
    """Or any version, by its id."""
    async with service.pool.acquire() as conn:
        wanted = version
        if wanted is None:
            wanted = (await service.library.shelf(conn, service.clock.now())).current.id
        row = await conn.fetchrow(query("policy_by_id"), wanted)
    if row is None:
        raise Problem(404, f"There is no policy version {wanted[:80]}.")
    return _view(row)


def _view(row: asyncpg.Record) -> PolicyView:
    return PolicyView(
        id=row["id"],
        number=row["number"],
        effective_at=row["effective_at"],
        applied_by=row["applied_by"],
        applied_at=row["created_at"],
        source=row["source"],
    )


@put(
    "/policy",
    summary="Apply a policy: the body is its text, YAML or JSON",
    opt=only(MANAGE),
    request_max_body_size=MOST_BYTES,
)
async def apply(request: Asking, service: NamedDependency[Service]) -> Response[Applied]:
    """All of it or nothing; everything that is wrong is told at once, with line and column.

    New cases open under it from its effective day on; open cases keep the version they have.
    """
    text = await text_of(request)
    by = request.auth.signature
    version = await policies.apply(service.pool, service.clock, text, FILE, by)
    policy = await asyncio.to_thread(read_policy, text, FILE)
    people = await whole_directory(service.pool)
    found = await reckon(lambda: check(policy, people, service.clock.now(), LOOK_AHEAD))
    told = Applied(
        id=version.id,
        number=version.number,
        effective_at=version.effective_at,
        new=version.new,
        findings=[finding.as_json() for finding in found.findings],
    )
    return Response(told, status_code=201 if version.new else 200)


@post("/policy/check", status_code=200, summary="Whether the policy holds together", opt=only(ASK))
async def check_policy(
    service: NamedDependency[Service], data: JSONBody[AsksDays | None] = None
) -> dict[str, Any]:
    """No dead end, no unknown name, no promised instant without a human to reach."""
    asked = data or AsksDays()
    stands, at = await stands_for(service, asked), instant_or_now(service, asked.at)
    found = await reckon(lambda: check(stands.policy, stands.directory, at, asked.days))
    return found.as_json()


@post(
    "/policy/coverage",
    status_code=200,
    summary="For every plan and severity, a human at every promised instant, or when not",
    opt=only(ASK),
)
async def cover(
    service: NamedDependency[Service], data: JSONBody[AsksCoverage | None] = None
) -> dict[str, Any]:
    asked = data or AsksCoverage()
    stands, at = await stands_for(service, asked), instant_or_now(service, asked.at)
    pace = paced(service.settings, asked.sms_per_second, asked.calls_per_second)

    def found() -> Coverage:
        return coverage(
            stands.policy, stands.directory, at, asked.days, pacing=pace, burst=asked.burst
        )

    return (await reckon(found)).as_json()


@post(
    "/policy/explain",
    status_code=200,
    summary="What would become of a ticket, or why people were paged for a past case",
    opt=only(ASK),
)
async def explain_ticket(
    service: NamedDependency[Service], data: JSONBody[Explains]
) -> dict[str, Any]:
    """Account, plan, severity, clocks with their due times, route, who is paged, when, and why."""
    if data.case is not None:
        if isinstance(data.ticket, TicketWords):
            raise invalid("ticket", "or `case` is asked about, and only one of them.")
        return await _past(service, data.case, data.person)
    ticket = data.ticket if isinstance(data.ticket, TicketWords) else TicketWords()
    stands, at, lasting = (
        await stands_for(service, data),
        instant_or_now(service, data.at),
        _lasting(data),
    )
    sketch = _sketch(ticket, stands)
    found = await reckon(
        lambda: explain(stands.policy, stands.directory, sketch, at, lasting=lasting)
    )
    return previewed(found, stands.policy, stands.directory).as_json()


async def _past(service: Service, case: str, person: str | None) -> dict[str, Any]:
    try:
        found = await past_of(service.pool, service.clock.now(), case, person)
    except NoSuchCase as missing:
        raise Problem(404, str(missing)) from None
    return found.as_json()


@post(
    "/policy/rehearse",
    status_code=200,
    summary="Play a case forward: who would be woken when",
    opt=only(ASK),
)
async def rehearse_ticket(
    service: NamedDependency[Service], data: JSONBody[Rehearses]
) -> dict[str, Any]:
    stands, at, lasting = (
        await stands_for(service, data),
        instant_or_now(service, data.at),
        _lasting(data),
    )
    sketch, answer = _sketch(data.ticket, stands), _answer(data.answer, stands)
    found = await reckon(
        lambda: rehearse(
            stands.policy, stands.directory, sketch, at, answer=answer, lasting=lasting
        )
    )
    return found.as_json()


async def reckon(work: Callable[[], T]) -> T:
    async with one_at_a_time:
        return await asyncio.to_thread(work)


async def stands_for(service: Service, asked: Asks) -> Standing:
    if asked.policy is None:
        return await standing(service.pool, service.library, service.clock.now())
    policy: Policy = await asyncio.to_thread(read_policy, asked.policy, "policy")
    return Standing(policy, await whole_directory(service.pool))


def instant_or_now(service: Service, text: str | None) -> datetime:
    return service.clock.now() if text is None else instant("at", text)


def _lasting(asked: AsksTicket | Explains) -> timedelta:
    return duration("lasting", asked.lasting, LONGEST)


def duration(member: str, text: str, longest: timedelta) -> timedelta:
    try:
        found = parse_duration(text)
    except ValueError as wrong:
        raise invalid(member, str(wrong)) from None
    if found > longest:
        raise invalid(member, f"is more than {longest.days} days.")
    return found


def _sketch(words: TicketWords, stands: Standing) -> Sketch:
    """Raises Problem for a name that stands for nothing here."""
    sketch = Sketch(**{**structs.asdict(words), "tags": tuple(words.tags)})
    for member, sentence in unknown_names(stands.policy, stands.directory, sketch):
        raise invalid(f"ticket.{member}", sentence)
    return sketch


def _answer(words: AnswerWords | None, stands: Standing) -> Answer | None:
    if words is None:
        return None
    if words.person and words.person not in stands.directory.people:
        raise invalid("answer.person", f"there is no person {words.person[:80]!r}.")
    return Answer(words.person, words.nth, duration("answer.after", words.after, LONGEST))


HANDLERS = [read_version, apply, check_policy, cover, explain_ticket, rehearse_ticket]
