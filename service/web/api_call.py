"""`POST /api/v1/cases/{id}/call`: the responder's telephone rings, and then the contact's."""

from __future__ import annotations

from typing import Annotated

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from routing.hotline_outbound import sentence
from service.hotline.outbound import Outbound
from service.web.api_actions import Acts, actor
from service.web.security import ACT, Asking, only
from service.wiring import Service

MOST_CONTACTS = 10_000


class Calls(Acts, kw_only=True):
    """`contact` is a place in the account's contacts, from 0; unset: the ticket's requester."""

    contact: Annotated[int, Meta(ge=0, le=MOST_CONTACTS)] | None = None


class CallingView(Struct, frozen=True, kw_only=True):
    """A call under way; what becomes of it is told on the case's timeline."""

    id: str
    case: str
    person: str
    contact: str
    state: str
    answer: str
    """What is true of it, in a sentence."""


@post(
    "/cases/{case:str}/call",
    status_code=202,
    summary="Call the customer: your own verified telephone rings first, then the contact's",
    opt=only(ACT),
)
async def call(
    request: Asking,
    service: NamedDependency[Service],
    case: FromPath[str],
    data: JSONBody[Calls | None] = None,
) -> CallingView:
    """Refused with the sentence of why not, such as whom to choose from."""
    who = await actor(request, service, data)
    bridge = await Outbound(service).begin(case, who, data.contact if data else None)
    return CallingView(
        id=bridge.id,
        case=case,
        person=who,
        contact=bridge.contact,
        state=bridge.state,
        answer=sentence(bridge),
    )


HANDLERS = [call]
