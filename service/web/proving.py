"""Proofs of an address: the page behind a link, and the call that speaks a code."""

from __future__ import annotations

from litestar import Response, post
from litestar.di import NamedDependency

from notifiers.proof import code_spoken
from notifiers.twilio import twiml
from service.codes import code_of
from service.links import Link
from service.store import codec
from service.store.sql import query
from service.verifying import UnknownMethod, VerificationRefused, Verifier
from service.web.paper import paper, sentence
from service.web.problems import AnyRequest, RowNumber
from service.web.twilio import XML, form_of
from service.wiring import Service

OVER = "This link has expired. Nothing was changed. Ask for a new one where you asked for this one."
NOTHING = "There is nothing to prove with this call any more. Goodbye."
AGAIN = "Once more."
LOST, CONFLICT = 404, 409


async def look(service: Service, link: Link, token: str) -> Response[str]:
    """What a press would confirm. Changes nothing."""
    try:
        who, method = await Verifier(service).read(link)
    except VerificationRefused as refused:
        return _refused(refused)
    return paper(
        "prove",
        title="Is this address yours?",
        name=who.name,
        address=method.address,
        kind=method.type,
        token=token,
    )


async def press(service: Service, link: Link) -> Response[str]:
    """The address counts from now."""
    try:
        who = await Verifier(service).follow(link)
    except VerificationRefused as refused:
        return _refused(refused)
    said = f"Confirmed. Pages for {who.name} can be sent to this address from now on."
    return sentence("Thank you", said, good=True)


def _refused(refused: VerificationRefused) -> Response[str]:
    status = LOST if isinstance(refused, UnknownMethod) else CONFLICT
    return sentence("This link does nothing any more", str(refused), status)


@post("/twilio/verify/{row:int}", status_code=200, include_in_schema=False)
async def call(
    row: RowNumber, request: AnyRequest, service: NamedDependency[Service]
) -> Response[bytes]:
    """Speaks the code of a verification, twice."""
    await form_of(request, service)
    async with service.pool.acquire() as conn:
        found = await conn.fetchrow(query("outbox_by_id"), row)
    if found is None or (found["kind"], found["channel"]) != ("verify", "voice"):
        return _spoken(twiml.say(NOTHING))
    asked = codec.decode(found["payload"])
    words = code_spoken(code_of(service.settings.secret_key, asked["verification"]), asked["name"])
    said = twiml.say(words)
    return _spoken(said, twiml.pause(2), twiml.say(AGAIN), said, twiml.say("Goodbye."))


def _spoken(*verbs: twiml.Verb) -> Response[bytes]:
    document = twiml.voice(*verbs, twiml.hangup())
    return Response(document, status_code=200, media_type=XML)


HANDLERS = [call]
