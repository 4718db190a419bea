"""A provider that answers after so many milliseconds and notes when each request began."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from email.utils import formatdate
from urllib.parse import parse_qs, urlsplit

TICKET = re.compile(r"#(\S+):")


class Provider:
    """Twilio's `POST .../Messages.json` and `Calls.json`, and the list of texts to a number.

    `seen` is (when, form) of what was created.
    """

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.seen: list[tuple[float, dict[str, str]]] = []
        self._numbers = itertools.count(1)
        self._listed: list[dict[str, str]] = []

    async def serve(self, port: int) -> asyncio.Server:
        return await asyncio.start_server(self._connection, "127.0.0.1", port, backlog=512)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                begun = time.time()
                if head.startswith(b"GET"):
                    writer.write(_ok(b"200 OK", {"messages": self._texts_to(head)}))
                    continue
                found = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
                body = await reader.readexactly(int(found[1])) if found else b""
                form = {k: v[0] for k, v in parse_qs(body.decode()).items()}
                self.seen.append((begun, form))
                sid = f"SM{next(self._numbers):032x}"
                self._listed.append(_text(sid, form, begun))
                await asyncio.sleep(self.delay)
                writer.write(_ok(b"201 Created", {"sid": sid, "status": "queued"}))
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            writer.close()

    def _texts_to(self, head: bytes) -> list[dict[str, str]]:
        asked = parse_qs(urlsplit(head.split(b" ", 2)[1].decode()).query)
        return [text for text in reversed(self._listed) if [text["to"]] == asked.get("To")]

    def first_page_of_each_ticket(self) -> dict[str, float]:
        """Ticket to when the provider first heard of it."""
        first: dict[str, float] = {}
        for when, form in self.seen:
            ticket = TICKET.search(form.get("Body", ""))
            if ticket and "Reply 1" in form["Body"]:
                first.setdefault(ticket[1], when)
        return first


def _text(sid: str, form: dict[str, str], begun: float) -> dict[str, str]:
    return {
        "sid": sid,
        "to": form.get("To", ""),
        "body": form.get("Body", ""),
        "direction": "outbound-api",
        "date_created": formatdate(begun),
    }


def _ok(status: bytes, answer: dict[str, object]) -> bytes:
    body = json.dumps(answer).encode()
    head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % (status, len(body)) + body
