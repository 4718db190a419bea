"""Conversations with a mail server, which know how far they came.

Until the first byte of the content has left, nothing can have been sent, whatever breaks. From
then on only the server's answer tells.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass
from datetime import timedelta

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPServerDisconnected

from notifiers.email.account import SmtpAccount
from notifiers.email.verdict import Stage, mask_mail, refusal
from notifiers.notifier import Fault, Refused, Unclear, not_sent

AT_ONCE = 8
"""Connections at the same time: servers count them."""
IDLE = 20.0
"""Seconds after which a kept connection is not trusted any more."""
GO_AHEAD = 354
_DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """`command`: one answer of the server. `total`: all of it, below the lease of a send.

    The answer to the content may take all that is left: a server that reads it for spam first is
    slow, and who hangs up on it sends twice (RFC 5321, 4.5.3.2.6, would wait ten minutes).
    """

    command: timedelta = timedelta(seconds=10)
    total: timedelta = timedelta(seconds=40)


@dataclass(slots=True)
class Way:
    """How far one send has come."""

    stage: Stage = Stage.HELLO
    open: bool = False
    """Whether content has left and the server has not said what became of it."""


class Sessions:
    """Connections to one server, kept while they are of use. Used within one event loop."""

    def __init__(self, account: SmtpAccount, timeouts: Timeouts | None = None) -> None:
        self._account = account
        self._timeouts = timeouts or Timeouts()
        self._free: list[tuple[float, SMTP]] = []
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._tls: ssl.SSLContext | None = None

    async def give(self, to: str, content: bytes) -> Refused | Unclear | None:
        """Hand one message over. None: the server has it."""
        way = Way()
        try:
            async with asyncio.timeout(self._timeouts.total.total_seconds()), self._slots:
                smtp = await self._open()
                try:
                    await self._converse(way, smtp, to, content)
                except SMTPResponseException:
                    self._keep(smtp)
                    raise
                except BaseException:
                    smtp.close()
                    raise
                self._keep(smtp)
        except (SMTPException, OSError, TimeoutError, ValueError) as problem:
            return verdict(way, problem)
        return None

    async def introduce(self) -> tuple[bool, Refused | Unclear | None]:
        """As far as a send goes before anybody is named: whether it is encrypted, and what failed.

        Nothing is sent.
        """
        way = Way()
        try:
            async with asyncio.timeout(self._timeouts.total.total_seconds()):
                smtp = await self.connect()
                encrypted = smtp.get_transport_info("sslcontext") is not None
                way.stage = Stage.SENDER
                await smtp.mail(str(self._account.sender))
                smtp.close()
        except (SMTPException, OSError, TimeoutError, ValueError) as problem:
            return False, verdict(way, problem)
        return encrypted, None

    async def _converse(self, way: Way, smtp: SMTP, to: str, content: bytes) -> None:
        utf8 = not to.isascii()
        encoding = "utf-8" if utf8 else "ascii"
        way.stage = Stage.SENDER
        if utf8 and not smtp.supports_extension("smtputf8"):
            raise SMTPException("it takes no addresses with such letters (SMTPUTF8)")
        options = ["SMTPUTF8", "BODY=8BITMIME"] if utf8 else []
        await smtp.mail(str(self._account.sender), options=options, encoding=encoding)
        way.stage = Stage.RECIPIENT
        await smtp.rcpt(to, encoding=encoding)
        way.stage = Stage.CONTENT
        go = await smtp.execute_command(b"DATA")
        if go.code != GO_AHEAD:
            raise SMTPResponseException(go.code, go.message)
        await self._content(way, smtp, content)

    async def _content(self, way: Way, smtp: SMTP, content: bytes) -> None:
        """RFC 5321, 4.5.2: a line that begins with a dot gets another; a dot alone ends it."""
        if smtp.protocol is None:
            raise SMTPServerDisconnected("Connection lost")
        smtp.protocol.write(_DOT.sub(b"..", content) + b".\r\n")
        way.open = True
        answer = await smtp.protocol.read_response()
        if 200 <= answer.code < 300:  # noqa: PLR2004 - RFC 5321, 4.2.1
            return
        way.open = not 400 <= answer.code < 600  # noqa: PLR2004
        raise SMTPResponseException(answer.code, answer.message)

    async def _open(self) -> SMTP:
        """A connection that answers: one that is kept, or a new one."""
        while self._free:
            since, smtp = self._free.pop()
            if asyncio.get_running_loop().time() - since < IDLE and await _answers(smtp):
                return smtp
            smtp.close()
        return await self.connect()

    def _keep(self, smtp: SMTP) -> None:
        self._free.append((asyncio.get_running_loop().time(), smtp))

    async def connect(self) -> SMTP:
        """Connect, encrypt, log in. Raises what aiosmtplib and ssl raise."""
        account = self._account
        smtp = SMTP(
            hostname=account.host,
            port=account.port,
            username=account.username,
            password=account.password,
            local_hostname=account.sender.domain,
            timeout=self._timeouts.command.total_seconds(),
            use_tls=account.tls,
            start_tls=True if account.must_tls else None,
            tls_context=self._context(),
        )
        await smtp.connect()
        return smtp

    def _context(self) -> ssl.SSLContext:
        """Made once: reading the authorities takes 20 ms."""
        if self._tls is None:
            self._tls = ssl.create_default_context()
            if not self._account.verify:
                self._tls.check_hostname, self._tls.verify_mode = False, ssl.CERT_NONE
        return self._tls

    def close(self) -> None:
        while self._free:
            self._free.pop()[1].close()


async def _answers(smtp: SMTP) -> bool:
    """Whether a kept connection still stands; what a refused message left in it is dropped."""
    try:
        await smtp.rset()
    except (SMTPException, OSError):
        return False
    return smtp.is_connected


def verdict(way: Way, problem: Exception) -> Refused | Unclear:
    """What follows from an error, by how far the conversation had come."""
    words = mask_mail(_words(problem))
    if way.open:
        return Unclear(f"The mail server did not say whether it took the message ({words}).")
    if isinstance(problem, SMTPResponseException) and 400 <= problem.code < 600:  # noqa: PLR2004
        return refusal(way.stage, problem.code, problem.message)
    if _untrusted(problem) or type(problem) is SMTPException:
        said = f"The mail server cannot be used as it is set up ({words}). Nothing was sent."
        return Refused(said, fault=Fault.CONFIGURATION)
    return not_sent(f"The mail server could not be reached ({words}). Nothing was sent.")


def _untrusted(problem: BaseException | None) -> bool:
    """Whether encryption failed, here or below."""
    return problem is not None and (
        isinstance(problem, ssl.SSLError) or _untrusted(problem.__cause__)
    )


def _words(problem: Exception) -> str:
    if isinstance(problem, SMTPResponseException):
        return "an answer that is no SMTP"
    return str(problem) or type(problem).__name__
