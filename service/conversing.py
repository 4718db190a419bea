"""Conversations with ticket systems: the words are theirs, the connection is ours."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

import httpx

from service.tickets.ticketsystem import Access, Answer, Request
from service.trust import trusted

MOST_BYTES = 1 << 23
"""Of an answer: a hundred tickets with what they say are more than one megabyte."""
T = TypeVar("T")


NEAR = {f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")}
"""What is on this machine is reached without the proxy of the environment."""


class Line:
    """Connections to ticket systems. `timeout` is in seconds, for each request."""

    def __init__(self, timeout: float = 20) -> None:
        self._client = httpx.AsyncClient(
            timeout=timeout, follow_redirects=False, mounts=NEAR, verify=trusted()
        )

    async def hold(self, conversation: Generator[Request, Answer, T], access: Access) -> T:
        """Ask what the conversation asks, to its end. Raises httpx.HTTPError."""
        try:
            request = next(conversation)
            while True:
                request = conversation.send(await self._ask(request, access))
        except StopIteration as end:
            said: T = end.value
            return said

    async def _ask(self, request: Request, access: Access) -> Answer:
        response = await self._client.request(
            request.method,
            (request.base or access.url).rstrip("/") + request.path,
            headers=dict(request.headers),
            json=request.json,
            data=request.form,
        )
        headers = {k.lower(): v for k, v in response.headers.items()}
        return Answer(response.status_code, headers, response.content[:MOST_BYTES])

    async def close(self) -> None:
        await self._client.aclose()
