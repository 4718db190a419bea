"""`POST /api/v1/people/{id}/link`: the link to a person's own page, sent to that person's phone."""

from __future__ import annotations

from datetime import datetime

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from service import own_link
from service.web.problems import Problem
from service.web.security import ACT, MANAGE, Asking, only
from service.wiring import Service


class LinkSent(Struct, frozen=True, kw_only=True):
    """Where the link goes (masked), until when it opens the page. It is told to nobody else."""

    method: str
    to: str
    expires_at: datetime


@post(
    "/people/{person:str}/link",
    status_code=202,
    summary="Send a person the link to the own page; the person and managers may",
    opt=only(ACT),
)
async def send_link(
    request: Asking, service: NamedDependency[Service], person: FromPath[str]
) -> LinkSent:
    """Queued like any message, to the person's first text or mail address that works."""
    caller = request.auth
    if caller.role not in MANAGE and caller.person != person:
        raise Problem(403, "This link is sent for the person and for managers. Nothing was sent.")
    if person not in (await service.desk.shelf()).people:
        raise Problem(404, f"There is no person {person[:80]}. Nothing was sent.")
    try:
        sent = await own_link.send(service, person, caller.signature)
    except own_link.Unlinked as refused:
        raise Problem(409, str(refused)) from None
    return LinkSent(method=sent.method, to=sent.to, expires_at=sent.expires_at)


HANDLERS = [send_link]
