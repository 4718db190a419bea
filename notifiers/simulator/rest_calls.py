"""Twilio's Calls resource."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from notifiers.simulator.answers import VERSION, TwilioError, call_body, page_body
from notifiers.simulator.exchange import new_sid
from notifiers.simulator.forms import CREATE_CALL, LIST_CALLS, UPDATE_CALL, validate
from notifiers.simulator.leg import Source
from notifiers.simulator.records import Call, Direction, Trouble
from notifiers.simulator.rest import AnyRequest, Gate, recipient, within
from notifiers.simulator.telephone import Telephone
from notifiers.twilio.signature import Form

MAX_TWIML = 4000


class Calls(Controller):
    path = "/Accounts/{account:str}"

    @post("/Calls.json")
    async def create(
        self,
        request: AnyRequest,
        account: FromPath[str],
        gate: NamedDependency[Gate],
        telephone: NamedDependency[Telephone],
    ) -> Response[dict[str, Any]]:
        gate.admit(request, account)
        form = await gate.all(request, CREATE_CALL)
        call = _call(gate, form)

        def take(trouble: Trouble | None) -> dict[str, Any]:
            call.created = call.updated = gate.timers.now()
            answer = call_body(call, account)
            telephone.place(call, trouble)
            return answer

        return await gate.create(request, call.to, "voice", take)

    @get("/Calls.json")
    async def list(
        self, request: AnyRequest, account: FromPath[str], gate: NamedDependency[Gate]
    ) -> dict[str, Any]:
        gate.admit(request, account)
        query = Form.parse(request.scope["query_string"])
        validate(query, LIST_CALLS)
        form = query.first()
        items = [
            call_body(call, account)
            for call in reversed(gate.exchange.calls.values())
            if form.get("To", call.to) == call.to
            and form.get("From", call.from_) == call.from_
            and form.get("Status", call.status) == call.status
            and form.get("ParentCallSid", call.parent) == call.parent
            and within(form, "StartTime", call.answered)
            and within(form, "EndTime", call.ended)
        ]
        return page_body("calls", items, f"/{VERSION}/Accounts/{account}/Calls.json", form)

    @get("/Calls/{name:str}")
    async def fetch(
        self,
        request: AnyRequest,
        account: FromPath[str],
        name: FromPath[str],
        gate: NamedDependency[Gate],
    ) -> dict[str, Any]:
        gate.admit(request, account)
        return call_body(_find(gate, name), account)

    @post("/Calls/{name:str}", status_code=200)
    async def update(
        self,
        request: AnyRequest,
        account: FromPath[str],
        name: FromPath[str],
        gate: NamedDependency[Gate],
        telephone: NamedDependency[Telephone],
    ) -> dict[str, Any]:
        gate.admit(request, account)
        form = await gate.form(request, UPDATE_CALL)
        call = _find(gate, name)
        if call.over or call.sid not in telephone.legs:
            raise TwilioError(21220, f"Call is {call.status} and cannot be changed")
        if "Url" in form and "Twiml" in form:
            raise TwilioError(20001, "Url and Twiml exclude each other")
        if form.get("Status") == "canceled":
            telephone.cancel(call)
        elif form.get("Status") == "completed":
            telephone.complete(call)
        elif "Url" in form or "Twiml" in form:
            source = Source(form.get("Url", ""), form.get("Method", "POST"), form.get("Twiml"))
            telephone.redirect(call, source)
        return call_body(call, account)


def _find(gate: Gate, name: str) -> Call:
    call = gate.exchange.calls.get(name.removesuffix(".json"))
    if call is None:
        raise TwilioError(20404, "The requested resource was not found")
    return call


def _call(gate: Gate, form: Form) -> Call:
    """The call a form asks for. Raises TwilioError."""
    given = form.first()
    if not given.get("From"):
        raise TwilioError(21603, "A 'From' phone number is required")
    if gate.exchange.own(given["From"]) is None:
        raise TwilioError(21210, "The source phone number is not yet verified for your account")
    to = recipient(given)
    ways = [name for name in ("Url", "Twiml", "ApplicationSid") if name in given]
    if not ways:
        raise TwilioError(21205, "Url parameter is required.")
    if len(given.get("Twiml", "")) > MAX_TWIML:
        raise TwilioError(20001, f"Twiml is longer than {MAX_TWIML} characters")
    now = gate.timers.now()
    return Call(
        sid=new_sid("CA"),
        direction=Direction.API,
        from_=given["From"],
        to=to,
        status="queued",
        created=now,
        updated=now,
        url=given.get("Url"),
        method=given.get("Method", "POST"),
        fallback_url=given.get("FallbackUrl"),
        twiml=given.get("Twiml"),
        callback=given.get("StatusCallback"),
        events=tuple(form.get("StatusCallbackEvent", ["completed"])),
        timeout=int(given.get("Timeout", "60")),
        detection="MachineDetection" in given,
        async_amd=given.get("AsyncAmd") == "true",
        amd_callback=given.get("AsyncAmdStatusCallback"),
    )
