"""Twilio's side of a webhook: signed, as patient as its address asks, trusting no answer."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urldefrag, urlencode, urlsplit

import aiohttp
from yarl import URL

from notifiers.twilio.signature import IDEMPOTENCY_HEADER, SIGNATURE_HEADER, Form, sign

MAX_BODY = 256 * 1024

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Failure:
    """Nothing usable came back. `code` is what Twilio's debugger would show: 11200, 11205, ..."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Patience:
    """Connection overrides: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides.

    By default only a failure to connect is tried a second time.
    """

    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0
    retries: int = 1
    on: frozenset[str] = frozenset({"ct"})

    @classmethod
    def of(cls, fragment: str) -> "Patience":
        """Read `rc=3&rp=all`; what is not understood keeps its default."""
        given = dict(parse_qsl(fragment))

        def number(name: str, default: float, high: float) -> float:
            text = given.get(name, "")
            return min(float(text), high) if text.isdecimal() else default

        return cls(
            connect=number("ct", 5000, 10000) / 1000,
            read=number("rt", 15000, 15000) / 1000,
            total=number("tt", 15000, 15000) / 1000,
            retries=int(number("rc", 1, 5)),
            on=frozenset(given.get("rp", "ct").split(",")),
        )

    def again(self, trouble: str) -> bool:
        return "all" in self.on or trouble in self.on


class Webhooks:
    def __init__(self, auth_token: str) -> None:
        self._token = auth_token
        self._session: aiohttp.ClientSession | None = None

    async def call(self, address: str, fields: Fields, method: str = "POST") -> Answer | Failure:
        """Post (or get) a form. The fragment of `address` is obeyed, not sent and not signed."""
        bare, fragment = urldefrag(address)
        if urlsplit(bare).scheme not in {"http", "https"}:
            return Failure(11100, f"Invalid URL format: {bare[:80]!r}")
        patience = Patience.of(fragment)
        token = str(uuid.uuid4())
        try:
            async with asyncio.timeout(patience.total):
                return await self._persist(bare, fields, method, token, patience)
        except TimeoutError:
            return Failure(11200, f"Got no answer in {patience.total:g} s from {bare}")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _persist(
        self, address: str, fields: Fields, method: str, token: str, patience: Patience
    ) -> Answer | Failure:
        for left in range(patience.retries, -1, -1):
            answer, trouble = await self._once(address, fields, method, token, patience)
            if not trouble or not patience.again(trouble) or not left:
                return answer
        raise AssertionError  # pragma: no cover - the last round returns

    async def _once(
        self, address: str, fields: Fields, method: str, token: str, patience: Patience
    ) -> tuple[Answer | Failure, str]:
        """The answer, and the name of the retry policy that covers what went wrong with it."""
        if method == "GET" and fields:
            address += ("&" if "?" in address else "?") + urlencode(fields)
        body = urlencode(fields) if method == "POST" else ""
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=patience.connect, sock_read=patience.read
        )
        try:
            async with self._open().request(
                method,
                URL(address, encoded=True),
                data=body or None,
                headers=self._headers(address, body, token),
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                answer = Answer(
                    response.status, response.content_type, await response.content.read(MAX_BODY)
                )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as problem:
            return Failure(11205, f"Could not connect: {problem}"), "ct"
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as problem:
            return Failure(11200, f"No answer from {address}: {problem!r}"), "rt"
        if answer.status >= 300:  # noqa: PLR2004 - a redirect would lose the body
            words = f"Got HTTP {answer.status} from {address}"
            return Failure(11200, words), "5xx" if answer.status >= 500 else "4xx"  # noqa: PLR2004
        return answer, ""

    def _headers(self, address: str, body: str, token: str) -> dict[str, str]:
        form = Form.parse(body.encode())
        headers = {
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            SIGNATURE_HEADER: sign(self._token, address, form),
            IDEMPOTENCY_HEADER: token,
        }
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        return headers

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=200, keepalive_timeout=4)
            )
        return self._session
