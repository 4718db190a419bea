"""Twilio's own library over our own wire, which knows whether a request left this machine.

The library's async transport repeats POSTs on a 5xx (a double page), ignores its time-out and hides
which phase failed. This one does one request per call, and sorts what can go wrong into two kinds:
`NotSentError` (no connection was made, for certain) and `NoAnswerError` (it may have been taken).
It speaks aiohttp, which the library brings along: a send costs a quarter of what httpx takes.
"""

import ipaddress
import json
import logging
from base64 import b64encode
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from yarl import URL

from notifiers.notifier import Accepted, Outcome, Refused, Unclear, not_sent
from notifiers.twilio.errors import refusal

TWILIO_API = "https://api.twilio.com"

T = TypeVar("T")
_MAX_PAUSE = 86400


class NotSentError(Exception):
    """No connection was made, so the provider cannot have seen the request."""


class NoAnswerError(Exception):
    """The request may have reached the provider; its answer did not reach us."""


class ThrottledError(Exception):
    """429: not processed. Carries the answer's body and the wish of its Retry-After header."""

    def __init__(self, text: str, retry_after: timedelta | None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are at Twilio. During a rotation two auth tokens are valid; the first signs in."""

    account_sid: str
    auth_tokens: tuple[str, ...] = field(repr=False)
    api_key: str | None = None
    """A key (SK...) to sign in with instead of the token; webhooks stay signed by the token."""
    api_secret: str | None = field(default=None, repr=False)

    @property
    def login(self) -> tuple[str, str]:
        if self.api_key and self.api_secret:
            return self.api_key, self.api_secret
        return self.account_sid, self.auth_tokens[0]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long one request may take. A page that waits longer is better tried another way."""

    connect: timedelta = timedelta(seconds=3)
    read: timedelta = timedelta(seconds=10)
    total: timedelta = timedelta(seconds=15)


class Wire(AsyncHttpClient):
    """One request, one answer; connections are kept and reused. Used within one event loop."""

    def __init__(self, api_url: str, timeouts: Timeouts) -> None:
        super().__init__(logging.getLogger(__name__), is_async=True)
        self._base = api_url.rstrip("/")
        self._limits = aiohttp.ClientTimeout(
            total=timeouts.total.total_seconds(),
            connect=timeouts.connect.total_seconds(),
            sock_connect=timeouts.connect.total_seconds(),
            sock_read=timeouts.read.total_seconds(),
        )
        self._session: aiohttp.ClientSession | None = None

    async def request(  # type: ignore[override]
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109, ARG002 - ours hold, not the library's
        allow_redirects: bool = False,  # noqa: ARG002 - a redirect loses the body
    ) -> Response:
        """Send once. Raises NotSentError, NoAnswerError or ThrottledError; else any answer."""
        request = self._open().request(
            method,
            self._url(uri, params),
            data=aiohttp.FormData(_pairs(data)) if data else None,
            headers={**(headers or {}), **_login(auth)},
            allow_redirects=False,
        )
        try:
            async with request as answer:
                text = await answer.text(errors="replace")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as problem:
            raise NotSentError(_words(problem)) from problem
        except (aiohttp.ClientHttpProxyError, aiohttp.InvalidURL) as problem:
            raise NotSentError(_words(problem)) from problem
        except (aiohttp.ClientError, OSError, TimeoutError) as problem:
            raise NoAnswerError(_words(problem)) from problem
        if answer.status == 429:  # noqa: PLR2004 - HTTP
            raise ThrottledError(text, _seconds(answer.headers.get("Retry-After")))
        return Response(answer.status, text, answer.headers)

    async def fetch(self, uri: str, auth: tuple[str, str]) -> bytes | None:
        """The bytes at an address of Twilio's, which may lead on; None for 404.

        Raises NotSentError or NoAnswerError.
        """
        asked = self._open().get(self._url(uri, None), headers=_login(auth), max_redirects=3)
        try:
            async with asked as answer:
                if answer.status == 404:  # noqa: PLR2004 - HTTP
                    return None
                answer.raise_for_status()
                return await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as problem:
            raise NotSentError(_words(problem)) from problem
        except (aiohttp.ClientError, OSError, TimeoutError) as problem:
            raise NoAnswerError(_words(problem)) from problem

    def _url(self, uri: str, params: Mapping[str, object] | None) -> URL:
        """Twilio's address, on our base: the library knows no other host than Twilio's."""
        split = urlsplit(uri)
        query = f"?{split.query}" if split.query else ""
        url = URL(self._base + split.path + query, encoded=True)
        return url.update_query(_pairs(params)) if params else url

    def _open(self) -> aiohttp.ClientSession:
        """Connect lazily: a session wants a running loop, and the composition root has none yet."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=200, keepalive_timeout=4),
                timeout=self._limits,
                trust_env=not is_loopback(self._base),
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


class Twilio:
    """One account at Twilio, or at whatever serves its REST API under `api_url`."""

    def __init__(
        self,
        credentials: Credentials,
        api_url: str = TWILIO_API,
        timeouts: Timeouts | None = None,
    ) -> None:
        self._wire = Wire(api_url, timeouts or Timeouts())
        user, password = credentials.login
        client: Any = Client(  # type: ignore[no-untyped-call] # the library leaves it untyped
            user,
            password,
            credentials.account_sid,
            http_client=self._wire,
            environment={"TWILIO": "is configured by our own settings alone"},
        )
        # Looked up once: the first look-up imports the whole API and takes 70 ms.
        account = client.api.v2010.account
        self.messages = account.messages
        self.calls = account.calls
        self.recordings = account.recordings
        self.transcriptions = account.transcriptions
        self._account = f"https://api.twilio.com/2010-04-01/Accounts/{credentials.account_sid}"
        self._login = credentials.login

    async def create(self, request: Awaitable[Any]) -> Outcome:
        """Do a request of the library that creates one thing, and say what became of it."""
        made = await self.judge(request)
        if isinstance(made, Refused | Unclear):
            return made
        ref = getattr(made, "sid", None)
        if isinstance(ref, str) and ref:
            return Accepted(ref)
        return Unclear("Twilio took the request, but its answer names nothing.")

    async def sound(self, recording: str) -> bytes | None:
        """A recording as MP3; None where there is none (any more).

        Raises NotSentError or NoAnswerError.
        """
        return await self._wire.fetch(f"{self._account}/Recordings/{recording}.mp3", self._login)

    async def judge(self, request: Awaitable[T]) -> T | Refused | Unclear:
        """Turn everything that the network and Twilio can raise into a value."""
        try:
            return await request
        except (NotSentError, NoAnswerError, ThrottledError, TwilioException) as problem:
            return _verdict(problem)
        except (ValueError, TypeError, AttributeError, KeyError) as problem:
            return Unclear(f"Twilio's answer cannot be read ({type(problem).__name__}).")

    async def well(self) -> bool:
        """Whether it answers us at all: asked for the latest text, which harms nobody."""
        answer = await self.judge(self.messages.list_async(limit=1))
        return not isinstance(answer, Refused | Unclear)

    async def close(self) -> None:
        await self._wire.close()


def _verdict(problem: Exception) -> Refused | Unclear:
    match problem:
        case NotSentError():
            return not_sent(f"Twilio could not be reached ({problem}). Nothing was sent.")
        case ThrottledError():
            return refusal(429, *_code_and_words(str(problem)), problem.retry_after)
        case TwilioRestException():
            return refusal(problem.status, problem.code, problem.msg)
        case TwilioServiceException():
            return refusal(problem.status, problem.code, problem.detail or problem.title)
        case _:
            return Unclear(f"Twilio did not answer ({problem}). It may have been taken.")


def is_loopback(url: str) -> bool:
    """Whether `url` is on this machine, which no proxy of the environment may carry."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _login(auth: tuple[str, str] | None) -> dict[str, str]:
    if auth is None:
        return {}
    return {"Authorization": "Basic " + b64encode(":".join(auth).encode()).decode()}


def _pairs(values: Mapping[str, object] | None) -> list[tuple[str, str]]:
    """Flatten lists into repeated names, as Twilio reads them."""
    pairs: list[tuple[str, str]] = []
    for name, value in (values or {}).items():
        pairs += [(name, str(one)) for one in (value if isinstance(value, list) else [value])]
    return pairs


def _words(problem: BaseException) -> str:
    return str(problem) or type(problem).__name__


def _seconds(header: str | None) -> timedelta | None:
    """Read a Retry-After in seconds. Its date form needs a clock, and Twilio does not use it."""
    if header is None or not header.strip().isdecimal():
        return None
    return timedelta(seconds=min(int(header), _MAX_PAUSE))


def _code_and_words(text: str) -> tuple[int | None, str]:
    try:
        body = json.loads(text)
        return int(body["code"]), str(body.get("message", ""))
    except (ValueError, TypeError, KeyError):
        return None, "Too Many Requests"
