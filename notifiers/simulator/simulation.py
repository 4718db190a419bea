"""Puts a simulator together and gives it to a web application."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from litestar import Litestar, Router
from litestar.di import Provide

from notifiers.simulator.answers import VERSION, TwilioError
from notifiers.simulator.api import CallControl, Control
from notifiers.simulator.board import Board
from notifiers.simulator.carrier import Carrier
from notifiers.simulator.config import Hooks, SimulatorConfig
from notifiers.simulator.conversation import Switch
from notifiers.simulator.exchange import Exchange
from notifiers.simulator.journal import Journal
from notifiers.simulator.page import Page
from notifiers.simulator.rest import Gate, twilio_error, unknown
from notifiers.simulator.rest_calls import Calls
from notifiers.simulator.rest_messages import Messages
from notifiers.simulator.rest_recordings import Recordings
from notifiers.simulator.telephone import Telephone
from notifiers.simulator.timers import Tasks, Timers
from notifiers.simulator.verbs import Verbs
from notifiers.simulator.webhook import Webhooks

_log = logging.getLogger(__name__)

PREFIX = "/simulator"
API_PATH = f"{PREFIX}/twilio"
"""TWILIO_API_URL is the web server's address with this behind it."""

PARTS = ("gate", "carrier", "telephone", "exchange", "timers", "hooks", "board")
"""What the handlers are given of a simulation."""


class Simulation:
    """A router to mount, and a lifespan: `Litestar([s.router], lifespan=[s.lifespan])`."""

    def __init__(self, config: SimulatorConfig, hooks: Hooks | None = None) -> None:
        self.config = config
        self.hooks = hooks or Hooks()
        self.exchange = Exchange(config)
        self.timers = Timers(config.clock)
        self.webhooks = Webhooks(config.auth_token)
        self.tasks = Tasks(self._failed)
        self.carrier = Carrier(self.exchange, self.timers, self.webhooks, self.tasks)
        self.switch = Switch(self.exchange, self.timers, self.webhooks, self.tasks)
        self.board = Board(self.exchange, self.timers, self.hooks)
        self.telephone = Telephone(self.switch)
        self.telephone.more_verbs = Verbs(self.telephone).of
        self._journal = None if config.journal is None else Journal(config.journal)
        self.gate = Gate(self.exchange, self.timers)

    @property
    def router(self) -> Router:
        return router(lambda: self)

    @asynccontextmanager
    async def lifespan(self, _: Litestar) -> AsyncIterator[None]:
        await self.start()
        try:
            yield
        finally:
            await self.close()

    async def start(self) -> None:
        """Take the journal up again."""
        if self._journal is not None:
            try:
                self._journal.restore(self.exchange, self.timers.now())
                self._journal.open(self.exchange)
            except OSError as problem:
                _log.warning("The phones will be forgotten: their journal fails: %s", problem)
        self.carrier.resume()

    def hush(self) -> None:
        """End the streams to open pages within a second. To be called when a server is told to end.

        A server that waits for its connections (uvicorn) would wait for these for ever: the
        lifespan ends only after them. Safe from a signal handler.
        """
        self.board.hushed = True

    async def close(self) -> None:
        await self.tasks.close()
        await self.timers.close()
        await self.webhooks.close()
        if self._journal is not None:
            self._journal.close()

    async def settle(self, patience: float) -> None:
        """Return once all that goes on waits for a time or a person, or after `patience` s."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while len(self.tasks) > self.timers.sleeping:  # noqa: ASYNC110 - many conditions
                    await asyncio.sleep(0.005)

    def _failed(self, problem: BaseException) -> None:
        self.exchange.alert(self.timers.now(), 0, f"The simulator failed: {problem!r}", "")


def router(simulation: Callable[[], Simulation]) -> Router:
    """Twilio's paths and the page, over the simulation there is when a request comes."""
    rest = Router(
        f"/twilio/{VERSION}",
        route_handlers=[Messages, Calls, Recordings, unknown],
        exception_handlers={TwilioError: twilio_error},
    )
    return Router(
        PREFIX,
        route_handlers=[rest, Control, CallControl, Page],
        dependencies={name: _part(simulation, name) for name in PARTS},
        include_in_schema=False,
    )


def _part(simulation: Callable[[], Simulation], name: str) -> Provide:
    return Provide(lambda: getattr(simulation(), name), sync_to_thread=False)
