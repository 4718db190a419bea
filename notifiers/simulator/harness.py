"""Strict phones for tests: what nobody expected fails the test.

    with Simulator() as simulator:
        simulator.connect(sms_url="http://127.0.0.1:8000/twilio/sms")
        ...  # TWILIO_API_URL is simulator.api_url
        simulator.phone("+46700000001").gets_sms("ACME").replies("1")

Calls block; from a coroutine use `await asyncio.to_thread(phone.gets_sms, "ACME")`.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from litestar import Litestar

from notifiers.simulator.clock import RealClock
from notifiers.simulator.config import INSTANT, Hooks, OwnNumber, Pace, SimulatorConfig
from notifiers.simulator.records import Direction, Trouble
from notifiers.simulator.server import Served
from notifiers.simulator.simulation import API_PATH, Simulation, router
from notifiers.simulator.strict import StrictPhone

T = TypeVar("T")

NUMBER = "+14155550100"
ACCOUNT = "AC" + "5" * 32
TOKEN = "simulated-auth-token"  # noqa: S105 - opens nothing but the simulator


class _Stage:
    """An application for one simulation after another: to make it takes longer than most tests."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.app = Litestar(
            [router(lambda: self.simulation)],
            lifespan=[lambda app: self.simulation.lifespan(app)],  # noqa: PLW0108 - of what plays then
            openapi_config=None,
        )


_idle: list[_Stage] = []


class Simulator:
    """Twilio on a free port, with phones that insist on being told what will happen."""

    def __init__(
        self,
        *,
        number: str = NUMBER,
        clock: Callable[[], datetime] | None = None,
        pace: Pace = INSTANT,
        patience: float = 10.0,
        messaging_service_sid: str | None = None,
        strict: bool = True,
        hooks: Hooks | None = None,
        login: tuple[str, str] = (ACCOUNT, TOKEN),
    ) -> None:
        """`patience`: seconds of real time to wait for what is expected.

        `strict`: leaving the `with` fails on any text, call or complaint that nobody expected.
        """
        config = SimulatorConfig(
            account_sid=login[0],
            auth_token=login[1],
            numbers=(OwnNumber(number),),
            clock=clock or RealClock(),
            messaging_service_sid=messaging_service_sid,
            pace=pace,
        )
        self.number = number
        self.account_sid, self.auth_token = login
        self.simulation = Simulation(config, hooks)
        self.patience = patience
        self.strict = strict
        self.claimed: set[str] = set()
        self._stage = _idle.pop() if _idle else _Stage(self.simulation)
        self._stage.simulation = self.simulation
        self._served = Served(self._stage.app)
        self.url = self._served.url
        self.api_url = self.url + API_PATH

    def __enter__(self) -> Self:
        self._served.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if problem is None and self.strict:
                self._insist()
        finally:
            self._served.__exit__(kind, problem, trace)
            _idle.append(self._stage)

    def connect(self, sms_url: str | None = None, voice_url: str | None = None) -> None:
        """Where Twilio reports texts and calls to our number."""
        self.simulation.exchange.numbers[0] = OwnNumber(self.number, sms_url, voice_url)

    def phone(self, number: str) -> "StrictPhone":
        return StrictPhone(self, number)

    def trouble(self, trouble: Trouble | None) -> None:
        """Something is wrong with Twilio itself, until it is taken away (None)."""
        self.simulation.exchange.set_trouble(None, trouble)

    def nudge(self) -> None:
        """The clock was moved: look at it at once."""

        async def look() -> None:
            self.simulation.timers.nudge()

        self.do(look())

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self._served.do(work)

    def wait(self, look: Callable[[], T | None], complaint: Callable[[], str]) -> T:
        """What `look` finds, now or as soon as something happened that lets it find it."""

        async def watch() -> T:
            happened = asyncio.Event()

            def listener(_: object) -> None:
                happened.set()

            listeners = self.simulation.exchange.listeners
            listeners.append(listener)
            try:
                async with asyncio.timeout(self.patience):
                    while (found := look()) is None:
                        await happened.wait()
                        happened.clear()
                    return found
            except TimeoutError:
                raise AssertionError(complaint()) from None
            finally:
                listeners.remove(listener)

        return self.do(watch())

    def _insist(self) -> None:
        self.do(self.simulation.settle(self.patience))
        exchange = self.simulation.exchange
        unexpected = [
            f"{text.to} got the text {text.body!r} ({text.status})"
            for text in exchange.texts.values()
            if text.direction is not Direction.INBOUND and text.sid not in self.claimed
        ]
        unexpected += [
            f"{call.to} was called ({call.status})"
            for call in exchange.calls.values()
            if call.direction is not Direction.INBOUND and call.sid not in self.claimed
        ]
        unexpected += [
            f"Twilio complained ({alert.code}): {alert.text}" for alert in exchange.alerts
        ]
        if unexpected:
            raise AssertionError("Nobody expected this:\n  " + "\n  ".join(unexpected))
