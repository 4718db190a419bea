"""`POST /webhooks/{source}`: verified on raw bytes, durable, then answered."""

from __future__ import annotations

from datetime import datetime

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from service.hints import hinted
from service.reading import read
from service.settings import Settings
from service.tickets.systems import SYSTEMS
from service.tickets.ticketsystem import Envelope, Forged, Stale
from service.web.batcher import Batcher, urgency
from service.web.problems import AnyRequest, Problem
from service.wiring import Service

JSON = "application/json"
PROBING = frozenset({"zoho-desk"})
"""Sources that look, with a GET, whether anybody is there."""


def _secrets(settings: Settings, source: str) -> tuple[str, ...]:
    secrets = settings.webhook_secrets.get(source)
    if source not in SYSTEMS or not secrets:
        raise Problem(404, f"No source {source} is set up here. Nothing was taken.")
    return secrets


def headers_of(request: AnyRequest) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): value.decode("latin-1")
        for name, value in request.scope["headers"]
    }


@post(
    "/webhooks/{source:str}", status_code=202, include_in_schema=True, summary="Take a webhook in"
)
async def take(
    source: FromPath[str],
    request: AnyRequest,
    state: State,
) -> Response[bytes]:
    """202 once it is durable; 401 forged or stale; 404 source off; 413 over 1 MiB."""
    # Straight from the state: injected, they would cost a fifth of what a webhook takes.
    service: Service = state.service
    batcher: Batcher = state.batcher
    secrets = _secrets(service.settings, source)
    body = await request.body()
    received, wall = service.clock.now(), service.clock.wall()
    query = request.scope["query_string"].decode("latin-1")
    url = service.settings.public_url + request.url.path + (f"?{query}" if query else "")
    envelope = Envelope(headers_of(request), body, wall, "POST", url)
    try:
        SYSTEMS[source].verify(envelope, secrets, _nows(service))
    except (Forged, Stale) as problem:
        service.measures.webhooks.labels(source, type(problem).__name__.lower()).inc()
        raise Problem(401, str(problem)) from None
    arrival = read(source, envelope.headers, body, received, service.own(source))
    if arrival.reports and source in hinted(service):
        landed = (await service.desk.store([arrival], [urgency(arrival)]))[0]
    else:
        landed = await batcher.take(arrival)
    outcome = "dead" if landed.dead else "duplicate" if landed.duplicate else "accepted"
    service.measures.webhooks.labels(source, outcome).inc()
    case = f'"{landed.case}"' if landed.case else "null"
    answer = f'{{"case":{case},"duplicate":{"true" if landed.duplicate else "false"}}}'
    return Response(answer.encode(), status_code=202, media_type=JSON)


def _nows(service: Service) -> tuple[datetime, ...]:
    """Fresh by the true clock; where the service's was moved, by that one too."""
    if service.clock.offset:
        return (service.clock.wall(), service.clock.now())
    return (service.clock.wall(),)


@get("/webhooks/{source:str}", status_code=200, include_in_schema=False)
async def probe(source: FromPath[str], service: NamedDependency[Service]) -> Response[bytes]:
    """Zoho Desk asks whether an address is there before it keeps it as a webhook's."""
    _secrets(service.settings, source)
    if source not in PROBING:
        said = "Webhooks are posted here. Nothing was taken."
        raise Problem(405, said, {"allow": "POST"})
    return Response(b'{"source":"%s","ready":true}' % source.encode(), media_type=JSON)


HANDLERS = [take, probe]
