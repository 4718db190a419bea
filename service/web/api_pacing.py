"""`/api/v1/pacing`: how long pages wait for the providers' limits, and who is passed by."""

from __future__ import annotations

from datetime import datetime

from litestar import get
from litestar.di import NamedDependency
from msgspec import Struct

from service.pacing import Lane, Passed, lanes, passed_by
from service.web.security import READ, only
from service.wiring import Service


class LaneView(Struct, frozen=True, kw_only=True):
    """One channel. Delays are in seconds and the worst that can be.

    `per_second` is segments of texts or calls, null without a limit. `first_page_seconds`: until
    everybody who waits has been told of his worst case; `last_page_seconds`: until all has left;
    `next_urgent_seconds`: until a page of the highest severity that came now would leave.
    """

    channel: str
    per_second: float | None
    waiting: int
    phones: int
    first_page_seconds: float
    last_page_seconds: float
    next_urgent_seconds: float


class ProviderView(Struct, frozen=True, kw_only=True):
    """A provider that fails: `open` is passed by until `tried_again_at`, or `on trial`."""

    provider: str
    channel: str
    state: str
    since: datetime | None
    tried_again_at: datetime | None
    why: str


class PacingView(Struct, frozen=True, kw_only=True):
    channels: list[LaneView]
    failing: list[ProviderView]


@get("/pacing", summary="How long pages wait, and which providers fail", opt=only(READ))
async def pacing(service: NamedDependency[Service]) -> PacingView:
    """As things stand; nothing is dropped for a limit, only delayed."""
    now = service.clock.now()
    async with service.pool.acquire() as conn:
        waiting, failing = await lanes(service, conn, now), await passed_by(conn)
    return PacingView(
        channels=[_lane(one) for one in waiting], failing=[_provider(one) for one in failing]
    )


def _lane(lane: Lane) -> LaneView:
    return LaneView(
        channel=lane.channel,
        per_second=lane.per_second or None,
        waiting=lane.waiting,
        phones=lane.phones,
        first_page_seconds=lane.first,
        last_page_seconds=lane.last,
        next_urgent_seconds=lane.next,
    )


def _provider(passed: Passed) -> ProviderView:
    circuit = passed.circuit
    return ProviderView(
        provider=passed.provider,
        channel=passed.channel,
        state=circuit.state,
        since=circuit.opened_at,
        tried_again_at=circuit.probe_at,
        why=circuit.why,
    )


HANDLERS = [pacing]
