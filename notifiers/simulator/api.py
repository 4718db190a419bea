"""Playing the person with the phone: the control API under the page and under tests.

Only JSON is taken, so that no page of another origin can post here without asking first.
"""

import re
from typing import Any

from litestar import Controller, delete, get, post, put
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException, NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from notifiers.simulator.carrier import Carrier
from notifiers.simulator.config import Hooks
from notifiers.simulator.exchange import Exchange
from notifiers.simulator.forms import E164
from notifiers.simulator.records import Ailment, Trouble
from notifiers.simulator.telephone import Telephone
from notifiers.simulator.timers import Timers
from notifiers.simulator.view import TROUBLES, call_view, state, text_view


class TextIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the person writes, and to which of our numbers (default: the one that texted last)."""

    text: str
    to: str | None = None


class TroubleIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A name of `view.TROUBLES`, or an ailment with what it needs."""

    name: str | None = None
    ailment: Ailment | None = None
    code: int | None = None
    seconds: float = 0
    times: int | None = None
    channel: str = "any"

    def trouble(self) -> Trouble:
        if self.name is not None:
            if self.name not in TROUBLES:
                known = ", ".join(TROUBLES)
                raise refused(f"There is no trouble {self.name!r}. Known are: {known}.")
            return TROUBLES[self.name][1]
        if self.ailment is None:
            raise refused("Say a name or an ailment.")
        return Trouble(self.ailment, self.code, self.seconds, self.times, self.channel)


class CallIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of our numbers the person calls (default: the first)."""

    to: str | None = None


class KeysIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    digits: str


class WordsIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    text: str


class AdvanceIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    seconds: float


def json_only(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    kind = connection.headers.get("content-type", "").partition(";")[0]
    if connection.scope.get("method") in {"POST", "PUT"} and kind != "application/json":
        raise HTTPException(status_code=415, detail="Only application/json is taken here.")


class Control(Controller):
    path = "/api"
    guards = [json_only]  # noqa: RUF012 - litestar's way

    @get("/state")
    async def state(
        self, exchange: NamedDependency[Exchange], timers: NamedDependency[Timers]
    ) -> dict[str, Any]:
        return state(exchange, timers.now())

    @post("/phones/{number:str}/texts")
    async def text(
        self,
        number: FromPath[str],
        data: JSONBody[TextIn],
        exchange: NamedDependency[Exchange],
        carrier: NamedDependency[Carrier],
    ) -> dict[str, Any]:
        """The person sends a text; the answer comes once the service has answered it."""
        to = data.to or exchange.correspondent(number)
        return text_view(await carrier.receive(phone_number(number), to, data.text))

    @put("/phones/{number:str}/trouble")
    async def spoil(
        self, number: FromPath[str], data: JSONBody[TroubleIn], exchange: NamedDependency[Exchange]
    ) -> None:
        exchange.set_trouble(phone_number(number), data.trouble())

    @delete("/phones/{number:str}/trouble")
    async def mend(self, number: FromPath[str], exchange: NamedDependency[Exchange]) -> None:
        exchange.set_trouble(phone_number(number), None)

    @put("/trouble")
    async def spoil_all(
        self, data: JSONBody[TroubleIn], exchange: NamedDependency[Exchange]
    ) -> None:
        exchange.set_trouble(None, data.trouble())

    @delete("/trouble")
    async def mend_all(self, exchange: NamedDependency[Exchange]) -> None:
        exchange.set_trouble(None, None)

    @post("/forget", status_code=204)
    async def forget(self, exchange: NamedDependency[Exchange]) -> None:
        """Begin anew, as before the next test: no phones, no texts, no ended calls."""
        exchange.forget()

    @post("/clock", status_code=204)
    async def advance(
        self,
        data: JSONBody[AdvanceIn],
        hooks: NamedDependency[Hooks],
        timers: NamedDependency[Timers],
    ) -> None:
        """Move the service's clock; everything that falls due happens."""
        if hooks.advance is None:
            raise NotFoundException("This simulator has no clock that can be moved.")
        await hooks.advance(data.seconds)
        timers.nudge()


class CallControl(Controller):
    """What the person does with a call that rings or that he is in. 409: there is no such call."""

    path = "/api"
    guards = [json_only]  # noqa: RUF012 - litestar's way

    @post("/phones/{number:str}/calls")
    async def ring(
        self,
        number: FromPath[str],
        data: JSONBody[CallIn],
        exchange: NamedDependency[Exchange],
        telephone: NamedDependency[Telephone],
    ) -> dict[str, Any]:
        """The person calls one of our numbers."""
        to = data.to or exchange.numbers[0].number
        return call_view(telephone.ring_us(phone_number(number), to))

    @post("/calls/{sid:str}/answer", status_code=204)
    async def answer(self, sid: FromPath[str], telephone: NamedDependency[Telephone]) -> None:
        happened(telephone.pick_up(sid), "does not ring")

    @post("/calls/{sid:str}/decline", status_code=204)
    async def decline(self, sid: FromPath[str], telephone: NamedDependency[Telephone]) -> None:
        happened(telephone.pick_up(sid, "decline"), "does not ring")

    @post("/calls/{sid:str}/machine", status_code=204)
    async def machine(self, sid: FromPath[str], telephone: NamedDependency[Telephone]) -> None:
        happened(telephone.pick_up(sid, "machine"), "does not ring")

    @post("/calls/{sid:str}/hangup", status_code=204)
    async def hang_up(self, sid: FromPath[str], telephone: NamedDependency[Telephone]) -> None:
        happened(telephone.hang_up(sid), "is over")

    @post("/calls/{sid:str}/digits", status_code=204)
    async def digits(
        self,
        sid: FromPath[str],
        data: JSONBody[KeysIn],
        telephone: NamedDependency[Telephone],
    ) -> None:
        if not re.fullmatch(r"[0-9*#]{1,32}", data.digits):
            raise refused("Keys are 0 to 9, * and #.")
        happened(telephone.press(sid, data.digits), "is not answered")

    @post("/calls/{sid:str}/speech", status_code=204)
    async def speech(
        self,
        sid: FromPath[str],
        data: JSONBody[WordsIn],
        telephone: NamedDependency[Telephone],
    ) -> None:
        happened(telephone.speak(sid, data.text), "is not answered")


def happened(it: bool, otherwise: str) -> None:
    if not it:
        raise HTTPException(status_code=409, detail=f"This call {otherwise}.")


def phone_number(text: str) -> str:
    if not E164.fullmatch(text):
        raise refused(f"{text!r} is no phone number: say it as +46700000001.")
    return text


def refused(sentence: str) -> HTTPException:
    return HTTPException(status_code=422, detail=sentence)
