"""Twilio's Messages resource."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from notifiers.simulator.answers import VERSION, TwilioError, page_body, text_body
from notifiers.simulator.carrier import Carrier
from notifiers.simulator.exchange import new_sid
from notifiers.simulator.forms import CREATE_MESSAGE, LIST_MESSAGES, UPDATE_MESSAGE, validate
from notifiers.simulator.records import Direction, Text, Trouble
from notifiers.simulator.rest import AnyRequest, Gate, recipient, within
from notifiers.twilio.signature import Form

MAX_BODY = 1600


class Messages(Controller):
    path = "/Accounts/{account:str}"

    @post("/Messages.json")
    async def create(
        self,
        request: AnyRequest,
        account: FromPath[str],
        gate: NamedDependency[Gate],
        carrier: NamedDependency[Carrier],
    ) -> Response[dict[str, Any]]:
        gate.admit(request, account)
        form = await gate.form(request, CREATE_MESSAGE)
        to = recipient(form)
        sender, service = _sender(gate, form)
        body = _body(form)

        def take(trouble: Trouble | None) -> dict[str, Any]:
            if sender in gate.exchange.phone(to).opted_out:
                raise TwilioError(21610, "Attempt to send to unsubscribed recipient")
            now = gate.timers.now()
            text = Text(
                sid=new_sid("SM"),
                direction=Direction.API,
                from_=sender,
                to=to,
                body=body,
                status="accepted" if service else "queued",
                created=now,
                updated=now,
                validity=int(form.get("ValidityPeriod", "36000")),
                callback=form.get("StatusCallback"),
                service=service,
            )
            answer = text_body(text, account)
            carrier.take(text, trouble)
            return answer

        return await gate.create(request, to, "sms", take)

    @get("/Messages.json")
    async def list(
        self, request: AnyRequest, account: FromPath[str], gate: NamedDependency[Gate]
    ) -> dict[str, Any]:
        gate.admit(request, account)
        query = Form.parse(request.scope["query_string"])
        validate(query, LIST_MESSAGES)
        form = query.first()
        found = gate.exchange.texts_of(form["To"]) if "To" in form else []
        if "To" not in form or gate.exchange.own(form["To"]):
            found = list(gate.exchange.texts.values())
        items = [
            text_body(text, account)
            for text in reversed(found)
            if form.get("To", text.to) == text.to
            and form.get("From", text.from_) == text.from_
            and within(form, "DateSent", text.sent)
        ]
        return page_body("messages", items, f"/{VERSION}/Accounts/{account}/Messages.json", form)

    @get("/Messages/{name:str}")
    async def fetch(
        self,
        request: AnyRequest,
        account: FromPath[str],
        name: FromPath[str],
        gate: NamedDependency[Gate],
    ) -> dict[str, Any]:
        gate.admit(request, account)
        return text_body(_text(gate, name), account)

    @post("/Messages/{name:str}", status_code=200)
    async def update(
        self,
        request: AnyRequest,
        account: FromPath[str],
        name: FromPath[str],
        gate: NamedDependency[Gate],
        carrier: NamedDependency[Carrier],
    ) -> dict[str, Any]:
        gate.admit(request, account)
        form = await gate.form(request, UPDATE_MESSAGE)
        text = _text(gate, name)
        if form.get("Status") == "canceled" and not carrier.cancel(text):
            raise TwilioError(30409, f"The message is {text.status} and cannot be canceled")
        if form.get("Body") == "":
            text.body = ""
        return text_body(text, account)


def _text(gate: Gate, name: str) -> Text:
    text = gate.exchange.texts.get(name.removesuffix(".json"))
    if text is None:
        raise TwilioError(20404, "The requested resource was not found")
    return text


def _sender(gate: Gate, form: dict[str, str]) -> tuple[str, str | None]:
    """The number a text comes from, and the Messaging Service that chose it."""
    service, number = form.get("MessagingServiceSid"), form.get("From")
    if service is not None:
        if service != gate.config.messaging_service_sid:
            raise TwilioError(21703, f"The Messaging Service {service} does not exist")
        return number or gate.exchange.numbers[0].number, service
    if not number:
        raise TwilioError(21603)
    if gate.exchange.own(number) is None:
        raise TwilioError(21606)
    return number, None


def _body(form: dict[str, str]) -> str:
    body = form.get("Body", "")
    if not body and "MediaUrl" not in form and "ContentSid" not in form:
        raise TwilioError(21602, "Message body is required.")
    if len(body) > MAX_BODY:
        raise TwilioError(21617)
    return body
