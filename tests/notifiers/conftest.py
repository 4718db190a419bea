"""A simulator, phones nobody else uses, and a real server at the other end of every webhook."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from litestar import Litestar, Request, Response, route

from notifiers.simulator.harness import TOKEN, Simulator
from notifiers.simulator.server import Served
from notifiers.twilio.signature import Form, Inbound, SignatureCheck

_numbers = itertools.count(1)
PATIENCE = 60.0
"""Seconds of real time to wait for what must come; only a failing test waits that long."""


@dataclass(frozen=True, slots=True)
class Received:
    """One webhook as it came."""

    path: str
    form: dict[str, str]
    headers: dict[str, str]
    genuine: bool


Reply = bytes | int | Callable[[dict[str, str]], bytes]


@dataclass
class Receiver:
    """A web server of ours that Twilio calls. `replies` by path; 204 for anything else."""

    replies: dict[str, Reply] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    url: str = ""
    _news: threading.Condition = field(default_factory=threading.Condition)

    async def take(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        body = await request.body()
        query = request.scope["query_string"].decode()
        path = request.scope["raw_path"].decode() + (f"?{query}" if query else "")
        inbound = Inbound(
            path,
            body,
            request.headers.get("content-type", ""),
            request.headers.get("x-twilio-signature", ""),
        )
        genuine = SignatureCheck(self.url, [TOKEN]).genuine(inbound)
        form = Form.parse(body).first()
        with self._news:
            self.received.append(Received(path, form, dict(request.headers), genuine))
            self._news.notify_all()
        reply = self.replies.get(path.partition("?")[0], 204)
        if isinstance(reply, int):
            return Response(b"", status_code=reply)
        content = reply if isinstance(reply, bytes) else reply(form)
        return Response(content, status_code=200, media_type="text/xml")

    def wait(self, count: int, **fields: str) -> list[Received]:
        """The first `count` webhooks that carry these fields, as soon as they came."""
        deadline = time.monotonic() + PATIENCE
        with self._news:
            while len(found := self.having(**fields)) < count:
                left = deadline - time.monotonic()
                assert left > 0, f"{len(found)} of {count} came: {self.received}"
                self._news.wait(left)
            return found

    def wait_for(self, path: str, count: int = 1) -> None:
        """Until `count` webhooks came to a path."""
        with self._news:
            came = self._news.wait_for(
                lambda: sum(one.path == path for one in self.received) >= count, timeout=PATIENCE
            )
        assert came, f"{path} was not called {count} times: {self.received}"

    def having(self, **fields: str) -> list[Received]:
        return [one for one in self.received if fields.items() <= one.form.items()]


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    """One for all tests; each test uses numbers of its own."""
    with Simulator(strict=False, patience=PATIENCE) as running:
        yield running


@pytest.fixture(scope="session")
def running_receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    @route("/{rest:path}", http_method=["GET", "POST"])
    async def take(request: Request[Any, Any, Any]) -> Response[bytes]:
        return await receiver.take(request)

    with Served(Litestar([take], openapi_config=None)) as served:
        receiver.url = served.url
        yield receiver


@pytest.fixture
def receiver(running_receiver: Receiver) -> Receiver:
    """Answers 204 to everything and remembers nothing."""
    running_receiver.replies.clear()
    running_receiver.received.clear()
    return running_receiver


@pytest.fixture
def number() -> str:
    """A phone that no other test knows."""
    return f"+4672{next(_numbers):07}"
