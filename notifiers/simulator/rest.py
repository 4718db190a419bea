"""Twilio's REST API, as far as a request is the same for texts and calls."""

import asyncio
import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Request, Response, route

from notifiers.simulator.answers import TwilioError
from notifiers.simulator.config import SimulatorConfig
from notifiers.simulator.exchange import Exchange
from notifiers.simulator.forms import E164, validate
from notifiers.simulator.records import Ailment, Trouble
from notifiers.simulator.timers import Timers
from notifiers.twilio.signature import Form

AnyRequest = Request[Any, Any, Any]

_PATIENCE = 60
"""Seconds of real time after which even a silent Twilio hangs up."""


class Gate:
    """What every request passes: who asks, is it well formed, and what is wrong today."""

    def __init__(self, exchange: Exchange, timers: Timers) -> None:
        self.exchange = exchange
        self.timers = timers

    @property
    def config(self) -> SimulatorConfig:
        return self.exchange.config

    def admit(self, request: AnyRequest, account: str) -> None:
        """Raise TwilioError unless the account signs in with its own token."""
        login = f"{self.config.account_sid}:{self.config.auth_token}".encode()
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        try:
            offered = base64.b64decode(given, validate=True) if scheme.lower() == "basic" else b""
        except binascii.Error:
            offered = b""
        if not hmac.compare_digest(login, offered):
            raise TwilioError(20003, "Authenticate")
        if account != self.config.account_sid:
            raise TwilioError(20404, "The requested resource was not found")

    async def form(self, request: AnyRequest, fields: Mapping[str, str]) -> dict[str, str]:
        """The fields of a request, each with its first value. See `many` for the others."""
        form = await self.all(request, fields)
        return form.first()

    async def all(self, request: AnyRequest, fields: Mapping[str, str]) -> Form:
        try:
            form = Form.parse(await request.body())
        except ValueError as problem:
            raise TwilioError(20001, f"The body is no form: {problem}") from problem
        validate(form, fields)
        return form

    async def create(
        self,
        request: AnyRequest,
        number: str,
        channel: str,
        take: Callable[[Trouble | None], dict[str, Any]],
    ) -> Response[dict[str, Any]]:
        """Take one thing for `number`, as well as today's trouble lets us."""
        trouble = self.exchange.meet_trouble(number, channel)
        if trouble is not None:
            match trouble.ailment:
                case Ailment.REFUSE:
                    return _refusal(trouble)
                case Ailment.DEAF:
                    return await _never(request)
                case Ailment.SLOW:
                    await asyncio.sleep(trouble.seconds)
                case _:
                    pass
        body = take(trouble)
        if trouble is not None and trouble.ailment is Ailment.SILENT:
            return await _never(request)
        return Response(body, status_code=201)


def twilio_error(_: AnyRequest, problem: TwilioError) -> Response[dict[str, Any]]:
    return Response(problem.body(), status_code=problem.status)


@route("/Accounts/{account:str}/{rest:path}", http_method=["GET", "POST", "PUT", "DELETE"])
async def unknown(request: AnyRequest) -> None:
    """A path Twilio has not, or only the simulator has not."""
    words = f"The simulator serves no {request.method} {request.url.path}"
    raise TwilioError(20404, words)


def recipient(form: Mapping[str, str]) -> str:
    """The number to reach. 21211 stands for every way in which it can be wrong."""
    to = form.get("To", "")
    if not to:
        raise TwilioError(21604, "A 'To' phone number is required.")
    if not E164.fullmatch(to) or to == form.get("From"):
        raise TwilioError(21211, f"Invalid 'To' Phone Number: {to}")
    return to


def within(form: Mapping[str, str], name: str, at: datetime | None) -> bool:
    """Whether `at` passes the filters NAME, NAME< and NAME> of a listing (days, or instants)."""
    for sign in ("", "<", ">"):
        wanted = form.get(name + sign)
        if wanted is None:
            continue
        if at is None:
            return False
        begin, end = _span(wanted)
        if (sign != ">" and at >= end) or (sign != "<" and at < begin):
            return False
    return True


def _span(wanted: str) -> tuple[datetime, datetime]:
    try:
        begin = datetime.fromisoformat(wanted)
    except ValueError as problem:
        raise TwilioError(20001, f"{wanted!r} is no date") from problem
    begin = begin.replace(tzinfo=begin.tzinfo or UTC)
    return begin, begin + timedelta(days=1 if len(wanted) <= len("2026-03-02") else 0)


def _refusal(trouble: Trouble) -> Response[dict[str, Any]]:
    problem = TwilioError(trouble.code or 20500)
    headers = {"Retry-After": f"{trouble.seconds:.0f}"} if trouble.seconds else None
    return Response(problem.body(), status_code=problem.status, headers=headers)


async def _never(request: AnyRequest) -> Response[dict[str, Any]]:
    """Keep silent until the other side gives up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    return Response({}, status_code=504)
