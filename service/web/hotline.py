"""What Twilio asks of the hotline: every answer is a document, whatever went wrong here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import structlog
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from notifiers.twilio import twiml
from routing.hotline_call import HungUp
from routing.policy import HotlineRules
from service.hotline import speech
from service.hotline.callbacks import Callbacks
from service.hotline.helping import Helping
from service.hotline.legs import declined, taken, whispered
from service.hotline.line import Line
from service.hotline.messages import Messages
from service.hotline.outbound import Outbound
from service.hotline.recordings import OVER
from service.hotline.rescue import (
    CONTACT,
    ENGINEER,
    Words,
    accepted,
    again,
    greeting,
    last_resort,
)
from service.hotline.responders import Responders
from service.hotline.safety import in_time
from service.web.problems import AnyRequest, RowNumber
from service.web.twilio import XML, form_of
from service.wiring import Service

MUSIC = (Path(__file__).parents[1] / "hotline" / "hold.wav").read_bytes()
"""`tools/music.py` plays it."""
log = structlog.get_logger(__name__)
Form = Mapping[str, str]
Work = Callable[[Form], Awaitable[bytes]]
Rescue = Callable[[Form, HotlineRules], bytes]


async def _answered(
    request: AnyRequest, service: Service, work: Work, rescue: Rescue | None = None
) -> Response[bytes]:
    """A genuine request's document, in time. Where it cannot be made, `rescue` makes another.

    Without one it is a caller's line, which is led to the policy's last resort.
    """
    form = await form_of(request, service)
    try:
        document = await in_time(service, lambda: work(form))
    except Exception:
        path = request.scope["path"]
        log.exception("hotline_failed", path=path, call=form.get("CallSid"))
        service.measures.hotline.labels("failed").inc()
        base, rules = service.settings.public_url, _rules(service)
        document = rescue(form, rules) if rescue else last_resort(base, rules)
    return Response(document, status_code=200, media_type=XML)


def _rules(service: Service) -> HotlineRules:
    """As last read: the database may be what is away."""
    shelf = service.library.last
    return shelf.current.hotline if shelf else HotlineRules()


def _again(
    request: AnyRequest, service: Service, path: str = "", words: Words = ENGINEER
) -> Rescue:
    """For an engineer's line: while something is broken it asks again, here or at `path`."""
    tried, path = request.query_params.get("tried", ""), path or request.scope["path"]
    base = service.settings.public_url
    return lambda _, rules: again(base, path, tried, rules, words)


def _called(request: AnyRequest, service: Service, path: str = "") -> Rescue:
    """For a line that we called: whether one of us or a customer is told by its number alone."""

    def rescue(form: Form, rules: HotlineRules) -> bytes:
        shelf = service.library.last
        ours = shelf is not None and form.get("To", "") in shelf.phones
        return _again(request, service, path, ENGINEER if ours else CONTACT)(form, rules)

    return rescue


def _farewell(_: Form, rules: HotlineRules) -> bytes:
    return speech.goodbye(rules)


@post("/twilio/voice", status_code=200, include_in_schema=False)
async def rang(request: AnyRequest, service: NamedDependency[Service]) -> Response[bytes]:
    """A customer rings. The same address may also be given for the number's status changes."""

    async def work(form: Form) -> bytes:
        line = Line(service)
        if form.get("CallStatus") in OVER:
            await line.tell(form["CallSid"], HungUp())
            return twiml.voice()
        return await line.rang(form)

    return await _answered(request, service, work)


@post("/twilio/hotline/call/{name:str}/{turn:int}", status_code=200, include_in_schema=False)
async def said(
    name: FromPath[str],
    turn: FromPath[int],
    request: AnyRequest,
    service: NamedDependency[Service],
) -> Response[bytes]:
    """What the caller pressed, said, or did not."""
    return await _answered(request, service, lambda form: Line(service).answer(name, turn, form))


@post("/twilio/hotline/room/{name:str}", status_code=204, include_in_schema=False)
async def room(name: FromPath[str], request: AnyRequest, service: NamedDependency[Service]) -> None:
    """The conference is over. Where that cannot be written the lines' own ends tell it."""
    form = await form_of(request, service)
    try:
        await in_time(service, lambda: Responders(service).room(name, form))
    except Exception:
        log.exception("hotline_room_failed", call=name)


@post("/twilio/hotline/trouble", status_code=200, include_in_schema=False)
async def trouble(request: AnyRequest, service: NamedDependency[Service]) -> Response[bytes]:
    """A message that was left while something of ours was broken.

    It pages like any message if things work again by now; else the log tells where Twilio keeps it.
    """

    async def work(form: Form) -> bytes:
        log.critical("hotline_message_in_trouble", recording=form.get("RecordingSid"))
        if form.get("RecordingUrl"):
            await Messages(service).in_trouble(form)
        return speech.goodbye(_rules(service))

    return await _answered(request, service, work, _farewell)


@post("/twilio/hotline/transcript/{name:str}", status_code=204, include_in_schema=False)
async def transcript(
    name: FromPath[str], request: AnyRequest, service: NamedDependency[Service]
) -> None:
    """What a message says. Where it cannot be written now, Twilio asks again."""
    form = await form_of(request, service)
    await in_time(service, lambda: Messages(service).transcribed(name, form))


def _door(
    path: str, work: Callable[[Service, str, str, Form], Awaitable[bytes]]
) -> HTTPRouteHandler:
    """Where the line of one of us asks, in one call."""

    @post(path, status_code=200, include_in_schema=False)
    async def door(
        name: FromPath[str],
        person: FromPath[str],
        request: AnyRequest,
        service: NamedDependency[Service],
    ) -> Response[bytes]:
        his = _again(request, service)
        return await _answered(
            request, service, lambda form: work(service, name, person, form), his
        )

    return door


async def _waits(service: Service, name: str, person: str, form: Form) -> bytes:
    """The responder who pressed his key waits for the caller."""
    return await Responders(service).wait(name, person, form.get("CallSid", ""))


async def _spoke(service: Service, name: str, person: str, form: Form) -> bytes:
    """The responder is back from the conference."""
    log.info("hotline_responder_back", call=name, person=person)
    return await Helping(service).left(name, person, form)


async def _helped(service: Service, name: str, person: str, form: Form) -> bytes:
    """Who was brought in is back from the conference."""
    return await Helping(service).again(name, person, form)


@post(
    "/twilio/hotline/aside/{name:str}/{person:str}/{turn:int}",
    status_code=200,
    include_in_schema=False,
)
async def aside(
    name: FromPath[str],
    person: FromPath[str],
    turn: FromPath[int],
    request: AnyRequest,
    service: NamedDependency[Service],
) -> Response[bytes]:
    """The responder pressed `*` and hears who is being brought in."""

    async def work(form: Form) -> bytes:
        return await Helping(service).aside(name, person, turn, form)

    return await _answered(request, service, work, _again(request, service))


@post("/twilio/hotline/out/{name:str}/{what:str}", status_code=200, include_in_schema=False)
async def out(
    name: FromPath[str],
    what: FromPath[str],
    request: AnyRequest,
    service: NamedDependency[Service],
) -> Response[bytes]:
    """A call from a case: the engineer's line waits, or a line is back from the conference."""
    calls, theirs = Outbound(service), what == "over-customer"

    async def work(form: Form) -> bytes:
        if what == "wait":
            return await calls.wait(name, form)
        return await calls.over(name, "contact" if theirs else "responder")

    rescue = _farewell if theirs else _again(request, service)
    return await _answered(request, service, work, rescue)


@post("/twilio/hotline/leg/{row:int}", status_code=200, include_in_schema=False)
async def leg(
    row: RowNumber, request: AnyRequest, service: NamedDependency[Service]
) -> Response[bytes]:
    """A call of ours: that brings a responder to a customer, or an engineer to a contact."""

    async def work(_: Form) -> bytes:
        action = f"{service.settings.public_url}/twilio/hotline/leg/{row}/key"
        return await whispered(service, row, action)

    return await _answered(request, service, work, _called(request, service))


@post("/twilio/hotline/leg/{row:int}/key", status_code=200, include_in_schema=False)
async def leg_key(
    row: RowNumber, request: AnyRequest, service: NamedDependency[Service]
) -> Response[bytes]:
    async def work(form: Form) -> bytes:
        if form.get("Digits") != "1":
            return await declined(service, row)
        return await taken(service, row, form.get("CallSid", ""))

    again_at = f"/twilio/hotline/leg/{row}"
    return await _answered(request, service, work, _called(request, service, again_at))


@post("/twilio/hotline/back/{name:str}/{what:str}", status_code=200, include_in_schema=False)
async def back(
    name: FromPath[str],
    what: FromPath[str],
    request: AnyRequest,
    service: NamedDependency[Service],
) -> Response[bytes]:
    """A promised call: the customer's first words, his key, and the end of it."""
    callbacks = Callbacks(service)
    key = f"{service.settings.public_url}/twilio/hotline/back/{name}/key"

    async def work(form: Form) -> bytes:
        if what == "customer":
            return await callbacks.greet(name)
        if what == "key":
            return await callbacks.accept(name, form.get("Digits", ""))
        return await callbacks.over(name, bridged=form.get("DialBridged") == "true")

    def rescue(form: Form, rules: HotlineRules) -> bytes:
        if what == "customer":
            return greeting(key, rules)
        return accepted(form.get("Digits", ""), rules) if what == "key" else _farewell(form, rules)

    return await _answered(request, service, work, rescue)


@post("/twilio/hotline/hold", status_code=200, include_in_schema=False)
async def hold(request: AnyRequest, service: NamedDependency[Service]) -> Response[bytes]:
    """What is heard in a conference by whoever is there first."""
    await form_of(request, service)
    document = speech.on_hold(service.settings.public_url, _rules(service))
    return Response(document, status_code=200, media_type=XML)


@get(speech.MUSIC, include_in_schema=False, sync_to_thread=False)
def music() -> Response[bytes]:
    """Our hold music, which is nobody's secret; Twilio keeps it for a day."""
    return Response(MUSIC, media_type="audio/wav", headers={"cache-control": "max-age=86400"})


RESPONDER = "/twilio/hotline/responder/{name:str}/{person:str}"
HANDLERS = [
    hold, music, rang, said, room, trouble, transcript, aside, out, leg, leg_key, back,
    _door(RESPONDER, _waits),
    _door(f"{RESPONDER}/over", _spoke),
    _door("/twilio/hotline/helper/{name:str}/{person:str}", _helped),
]  # fmt: skip
