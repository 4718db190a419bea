"""Posts to addresses of others: one request, one answer, and nothing of theirs is obeyed.

No redirect is followed, no cookie kept, no more of an answer read than `MOST_ANSWER`; what can go
wrong is sorted into what never left and what may have been taken. With a `Guard` the names are
looked up here, each address is judged, and the connection goes to one that was judged: a name that
means something else a moment later (DNS rebinding) leads nowhere new.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from notifiers.notifier import Fault, Refused, Unclear, not_sent

MOST_ANSWER = 4096
"""Bytes."""
MOST_PAUSE = 86400
"""Seconds anybody may ask us to wait."""
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class ForbiddenError(Exception):
    """The address is none that may be posted to. Its text is a sentence without the address."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long one request may take."""

    connect: timedelta = timedelta(seconds=3)
    total: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Guard:
    """What may be posted to: the public Internet by https, and what is `allowed` beside it."""

    allowed: tuple[IPNetwork, ...] = ()
    """Networks that are not public, and may be reached all the same."""
    plain: bool = False
    """Whether http will do (development)."""

    def check(self, url: str) -> None:
        """Raises ForbiddenError. A name is judged when it has been looked up."""
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            raise ForbiddenError("Its address is no URL.") from None
        if parts.scheme not in ({"https", "http"} if self.plain else {"https"}):
            raise ForbiddenError("Its address is not https.")
        if not host or parts.username is not None or parts.password is not None:
            raise ForbiddenError("Its address names no host, or a password for one.")
        try:
            literal = ipaddress.ip_address(host)
        except ValueError:
            return
        self.judge(literal)

    def judge(self, address: IPAddress) -> None:
        """Raises ForbiddenError for loopback, private, link-local (metadata) and their kind."""
        real = _meant(address)
        if any(real in network for network in self.allowed if network.version == real.version):
            return
        if not real.is_global or real.is_multicast:
            raise ForbiddenError("Its address leads into a network that is not public.")


def _meant(address: IPAddress) -> IPAddress:
    """The IPv4 address that an IPv6 one may stand for (mapped, 6to4, NAT64)."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


class GuardedResolver(AbstractResolver):
    """Looks names up and gives none of them out unless all it leads to may be posted to."""

    def __init__(self, guard: Guard, resolver: AbstractResolver | None = None) -> None:
        self._guard, self._resolver = guard, resolver or aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        for one in found:
            self._guard.judge(ipaddress.ip_address(one["host"].partition("%")[0]))
        return found

    async def close(self) -> None:
        await self._resolver.close()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said. `text` is the beginning of its body."""

    status: int
    text: str
    retry_after: timedelta | None = None

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP

    @property
    def document(self) -> Mapping[str, object]:
        """The body as a JSON object; an empty one for any other body."""
        try:
            read = json.loads(self.text)
        except (ValueError, RecursionError):
            return {}
        return read if isinstance(read, dict) else {}


class Outgoing:
    """Posts; connections are kept and reused. Used within one event loop.

    Without a guard it posts wherever it is told: to addresses of the operator's own settings alone.
    """

    def __init__(
        self,
        guard: Guard | None = None,
        limits: Limits | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._guard, self._limits, self._resolver = guard, limits or Limits(), resolver
        self._session: aiohttp.ClientSession | None = None

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> Answer | Refused | Unclear:
        """Send once. Any answer is an answer; Refused has not left, Unclear may have been taken."""
        host = _host(url)
        try:
            if self._guard is not None:
                self._guard.check(url)
            return await self._post(url, body, headers)
        except ForbiddenError as forbidden:
            reason = f"Nothing was sent to {host}. {forbidden}"
            return Refused(reason, fault=Fault.CONFIGURATION)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as problem:
            return not_sent(f"{host} could not be reached ({_kind(problem)}). Nothing was sent.")
        except (aiohttp.ClientHttpProxyError, aiohttp.InvalidURL) as problem:
            return not_sent(f"{host} could not be reached ({_kind(problem)}). Nothing was sent.")
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as problem:
            return Unclear(f"{host} did not answer ({_kind(problem)}). It may have been taken.")

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        request = self._open(url).post(
            URL(url),
            data=body,
            headers={"Content-Type": "application/json", "Accept-Encoding": "identity", **headers},
            allow_redirects=False,
        )
        async with request as answer:
            text = await _beginning(answer)
            wish = _seconds(answer.headers.get("Retry-After"))
            return Answer(answer.status, text, wish)

    def _open(self, url: str) -> aiohttp.ClientSession:
        """Connect lazily: a session wants a running loop, and the composition root has none yet."""
        if self._session is None:
            connect = self._limits.connect.total_seconds()
            guarded = self._guard and GuardedResolver(self._guard, self._resolver)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=100,
                    keepalive_timeout=4,
                    use_dns_cache=guarded is None,
                    resolver=guarded or self._resolver,
                ),
                timeout=aiohttp.ClientTimeout(
                    total=self._limits.total.total_seconds(), connect=connect, sock_connect=connect
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                # A proxy would look the name up again, and nobody would judge what it finds.
                trust_env=self._guard is None and not _is_here(url),
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


async def _beginning(answer: aiohttp.ClientResponse) -> str:
    """What there is of a body, as far as it is read; that it breaks off changes no answer."""
    read = b""
    try:
        async for chunk in answer.content.iter_chunked(MOST_ANSWER):
            read += chunk
            if len(read) >= MOST_ANSWER:
                break
    except aiohttp.ClientPayloadError:
        if not read:
            raise
    return read[:MOST_ANSWER].decode("utf-8", "replace")


def _host(url: str) -> str:
    """All of an address that may be said: the path of a webhook is its secret."""
    try:
        return urlsplit(url).hostname or "nowhere"
    except ValueError:
        return "nowhere"


def _is_here(url: str) -> bool:
    try:
        return ipaddress.ip_address(_host(url)).is_loopback
    except ValueError:
        return _host(url) == "localhost"


def _kind(problem: BaseException) -> str:
    """Never its text, which may hold the whole address."""
    return type(problem).__name__


def _seconds(header: str | None) -> timedelta | None:
    """A Retry-After in seconds; its form as a date needs a clock, and is passed over."""
    word = (header or "").strip()
    if not (word.isascii() and word.isdecimal()):
        return None
    return timedelta(seconds=min(int(word[:9]), MOST_PAUSE))


def id_of(key: str) -> str:
    """What an outbox key is called outside: the same at each try, and safe in any header."""
    return "msg_" + hashlib.sha256(key.encode()).hexdigest()[:32]
