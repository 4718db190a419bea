"""A web application on a free port of this machine, in a thread of its own."""

import asyncio
import socket
import threading
from collections.abc import Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar

import uvicorn
from litestar import Litestar

T = TypeVar("T")

_START = 60.0
"""Seconds a start may take, on a machine that has much to do."""
_TICK = 1.0
"""Seconds between two dates that answers carry."""


class Prompt(uvicorn.Server):
    """Ends when it is told to; uvicorn looks whether it was ten times a second, and then rests."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()

    def end(self) -> None:
        """To be called in its own loop."""
        self.should_exit = True
        self._told.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(_TICK):
                    await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)  # in which those are lost that ask for nothing
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
        else:
            await self.lifespan.shutdown()


class Served:
    """`with Served(app) as server:` serves `app` on `server.url` until the block ends."""

    def __init__(self, app: Litestar, port: int = 0) -> None:
        # With its protocol named: asyncio sets TCP_NODELAY only then, and without it each answer
        # waits 40 ms for a delayed acknowledgement.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            app, log_level="error", access_log=False, timeout_graceful_shutdown=1, lifespan="on"
        )
        self._server = Prompt(config)
        self._thread = threading.Thread(target=self._run, name=self.url, daemon=True)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(_START):
            raise RuntimeError(f"{self.url} did not start within {_START:g} s.")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._server.end)
        self._thread.join(_START)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something in the server's loop and wait for it."""
        if self._loop is None:
            work.close()
            raise RuntimeError("The server is not running. Enter it as a context first.")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started and not serving.done():  # noqa: ASYNC110 - uvicorn's flag
            await asyncio.sleep(0.005)
        self._ready.set()
        await serving
