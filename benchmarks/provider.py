"""A provider that answers after so many milliseconds and notes when each request began."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from urllib.parse import parse_qs

TICKET = re.compile(r"#(\S+):")


class Provider:
    """Twilio's `POST .../Messages.json` and `Calls.json`, nothing else; `seen` is (when, form)."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.seen: list[tuple[float, dict[str, str]]] = []
        self._numbers = itertools.count(1)

    async def serve(self, port: int) -> asyncio.Server:
        return await asyncio.start_server(self._connection, "127.0.0.1", port, backlog=512)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                begun = time.time()
                found = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
                body = await reader.readexactly(int(found[1])) if found else b""
                form = {k: v[0] for k, v in parse_qs(body.decode()).items()}
                self.seen.append((begun, form))
                await asyncio.sleep(self.delay)
                sid = f"SM{next(self._numbers):032x}"
                answer = json.dumps({"sid": sid, "status": "queued"}).encode()
                writer.write(
                    b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: "
                    + str(len(answer)).encode()
                    + b"\r\n\r\n"
                    + answer
                )
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            writer.close()

    def first_page_of_each_ticket(self) -> dict[str, float]:
        """Ticket to when the provider first heard of it."""
        first: dict[str, float] = {}
        for when, form in self.seen:
            ticket = TICKET.search(form.get("Body", ""))
            if ticket and "Reply 1" in form["Body"]:
                first.setdefault(ticket[1], when)
        return first
