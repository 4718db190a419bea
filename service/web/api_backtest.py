"""`/api/v1/policy/backtest`: recorded tickets under another policy."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from routing.policy import Policy
from routing.tools.course import Habits
from routing.tools.tally import Verdict
from service.backtesting import Matter, NotRecorded, Raw, Replay, line_of
from service.intake_records import replay
from service.policyfile.load import read_policy
from service.standing import standing
from service.web.api_policy import ASK, duration, one_at_a_time
from service.web.policy_words import Days
from service.web.problems import invalid
from service.web.security import only
from service.wiring import Service

MOST_BYTES = 20_000_000
MOST_TICKETS = 50_000
LONGEST = timedelta(days=1)


class Backtests(Struct, forbid_unknown_fields=True, kw_only=True):
    """`policy` is the text of what is proposed; it is compared with what is in force."""

    policy: str
    tickets: Annotated[list[dict[str, Any]], Meta(max_length=MOST_TICKETS)] | None = None
    """Recorded tickets of source `standard`, in order of time; else what was received."""
    days: Days = 365
    """So far back what was received is replayed."""
    answer: str = "3m"
    """How long whoever is reached first takes to acknowledge."""
    reply: str = "15m"
    """How long to a reply then, where none is on record."""


@post(
    "/policy/backtest",
    status_code=200,
    summary="Recorded tickets under another policy: pages, nights broken, promises",
    opt=only(ASK),
    request_max_body_size=MOST_BYTES,
)
async def backtest(service: NamedDependency[Service], data: JSONBody[Backtests]) -> dict[str, Any]:
    """Beside the policy in force, for each person; promises newly broken and newly kept."""
    proposed: Policy = await asyncio.to_thread(read_policy, data.policy, "policy")
    now = service.clock.now()
    stands = await standing(service.pool, service.library, now)
    habits = Habits(
        duration("answer", data.answer, LONGEST), duration("reply", data.reply, LONGEST)
    )
    matter = Matter(stands.policy, proposed, stands.directory, habits)
    async with one_at_a_time:
        if data.tickets is None:
            since = now - timedelta(days=data.days)
            found = await replay(service.pool, matter, since)
        else:
            records = [_record(number, one) for number, one in enumerate(data.tickets)]
            found = await asyncio.to_thread(_played, matter, records)
    return found.as_json()


def _record(number: int, document: dict[str, Any]) -> tuple[str, Raw]:
    try:
        return line_of(msgspec.json.encode(document))
    except NotRecorded as wrong:
        raise invalid(f"tickets[{number}]", str(wrong)) from None


def _played(matter: Matter, records: list[tuple[str, Raw]]) -> Verdict:
    with Replay(matter) as replaying:
        for ticket, raw in records:
            replaying.take(ticket, raw)
        return replaying.finish()


HANDLERS = [backtest]
