"""A cable to a server that can be pulled and put back: what is lost is real connections."""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import urlsplit


class Cable:
    """Listens on a port of its own and passes everything on to `url`'s host and port."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.there = (parts.hostname or "", parts.port or 0)
        self.parts, self.port = parts, 0
        self.server: asyncio.Server | None = None
        self.writers: set[asyncio.StreamWriter] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.free = asyncio.Event()
        """While it is not set nothing gets through, and nobody is told."""
        self.free.set()

    @property
    def url(self) -> str:
        place = f"{self.parts.username}:{self.parts.password}@127.0.0.1:{self.port}"
        return self.parts._replace(netloc=place).geturl()

    async def put_in(self) -> None:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def pull(self) -> None:
        if self.server is not None:
            self.server.close()
        for writer in self.writers:
            writer.transport.abort()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward_reader, onward = await asyncio.open_connection(*self.there)
        self.writers |= {writer, onward}
        for source, target in ((reader, onward), (onward_reader, writer)):
            task = asyncio.create_task(self._pass_on(source, target))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                await self.free.wait()
                target.write(data)
                await target.drain()
        target.close()
