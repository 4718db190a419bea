"""`POST /v2/enqueue`: PagerDuty's Events API v2, answered as PagerDuty does."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency

from service.arrivals import Arrival
from service.reading import kept_headers
from service.store import codec
from service.tickets import pagerduty
from service.tickets.ticketsystem import Envelope
from service.web.batcher import Batcher
from service.web.intake import JSON, headers_of
from service.web.problems import AnyRequest, Problem
from service.wiring import Service


@post("/v2/enqueue", status_code=202, include_in_schema=True, summary="Take a PagerDuty event in")
async def enqueue(
    request: AnyRequest, service: NamedDependency[Service], batcher: NamedDependency[Batcher]
) -> Response[bytes]:
    """202 once it is durable; 400 with what is wrong; 404 while no routing key is set up."""
    keys = service.settings.webhook_secrets.get(pagerduty.SOURCE)
    if not keys:
        said = "No routing key of source pagerduty is set up here. Nothing was taken."
        raise Problem(404, said)
    now, count = service.clock.now(), service.measures.webhooks.labels
    headers = headers_of(request)
    try:
        event = pagerduty.read(Envelope(headers, await request.body(), now), keys)
    except pagerduty.Invalid as invalid:
        count(pagerduty.SOURCE, "invalid").inc()
        return _json(pagerduty.refused(invalid.errors), HTTPStatus.BAD_REQUEST)
    landed = await batcher.take(
        Arrival(
            source=pagerduty.SOURCE,
            event_key=event.report.event_key,
            received_at=now,
            headers=codec.encode(kept_headers(headers)),
            body=event.kept,
            reports=(event.report,),
        )
    )
    count(pagerduty.SOURCE, "dead" if landed.dead else "accepted").inc()
    return _json(pagerduty.accepted(event.dedup_key), HTTPStatus.ACCEPTED)


def _json(body: object, status: HTTPStatus) -> Response[bytes]:
    return Response(msgspec.json.encode(body), status_code=status, media_type=JSON)


HANDLERS = [enqueue]
