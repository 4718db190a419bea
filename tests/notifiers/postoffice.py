"""A mail server on a free port (aiosmtpd), whose troubles are ordered beforehand."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

FIXTURES = Path(__file__).parent / "fixtures"
SILENT, DROPPED = "silent", "dropped"
"""Troubles besides an answer of the server's own: it says nothing more, or hangs up."""
USER, PASSWORD = "pager@heliograph.example", "a secret / with @ signs"


@dataclass
class PostOffice:
    """`troubles` by stage: EHLO, MAIL, RCPT, DATA (before the content) and TAKEN (after it)."""

    letters: list[EmailMessage] = field(default_factory=list)
    troubles: dict[str, str] = field(default_factory=dict)
    envelopes: list[Envelope] = field(default_factory=list)
    keeps: bool = True
    """Whether what is TAKEN in trouble is delivered all the same."""
    connections: int = 0
    port: int = 0
    _clerks: set[SMTP] = field(default_factory=set)

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.letters if letter["To"] == address]

    async def meets(self, stage: str, clerk: SMTP) -> str | None:
        """The answer that was ordered for this stage, if one was."""
        trouble = self.troubles.get(stage)
        if trouble == SILENT:
            await asyncio.Event().wait()
        if trouble == DROPPED:
            assert isinstance(clerk.transport, asyncio.Transport)
            clerk.transport.abort()
            raise asyncio.CancelledError
        return trouble

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name; so are the next
        self, server: SMTP, session: Session, _e: Envelope, hostname: str, given: list[str]
    ) -> list[str]:
        session.host_name = hostname
        answer = await self.meets("EHLO", server)
        return given if answer is None else [answer]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, _s: Session, envelope: Envelope, address: str, _o: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self.meets("MAIL", server) or "250 2.1.0 fine"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _s: Session, envelope: Envelope, address: str, _o: list[str]
    ) -> str:
        answer = await self.meets("RCPT", server)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 2.1.5 fine"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _s: Session, envelope: Envelope
    ) -> str:
        if self.keeps or "TAKEN" not in self.troubles:
            content = envelope.content
            assert isinstance(content, bytes)
            letter = message_from_bytes(content, policy=policy.default)
            assert isinstance(letter, EmailMessage)
            self.letters.append(letter)
            self.envelopes.append(envelope)
        return await self.meets("TAKEN", server) or "250 2.0.0 taken"

    def authenticate(self, _c: SMTP, _s: Session, _e: Envelope, _m: str, data: Any) -> AuthResult:
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)


class Clerk(SMTP):
    """One conversation."""

    def __init__(self, office: PostOffice, **given: Any) -> None:
        super().__init__(office, hostname="mail.example", ident="post office", **given)
        self.office = office
        office.connections += 1

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        answer = await self.office.meets("DATA", self)
        await (super().smtp_DATA(arg) if answer is None else self.push(answer))


def certificate() -> ssl.SSLContext:
    """For localhost, signed by itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(FIXTURES / "localhost.crt", FIXTURES / "localhost.key")
    return context


@asynccontextmanager
async def post_office(
    *, tls: bool = False, starttls: bool = False, login: bool = False, utf8: bool = True
) -> AsyncIterator[PostOffice]:
    """`tls` from the first byte, or offered (`starttls`); `login`: for whom it knows alone."""
    office = PostOffice()
    given: dict[str, Any] = {"enable_SMTPUTF8": utf8, "data_size_limit": None}
    if starttls:
        given |= {"tls_context": certificate()}
    if login:
        given |= {
            "authenticator": office.authenticate,
            "auth_required": True,
            "auth_require_tls": starttls,
        }
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Clerk(office, loop=loop, **given),
        "127.0.0.1",
        0,
        ssl=certificate() if tls else None,
    )
    office.port = server.sockets[0].getsockname()[1]
    yield office
    server.close()
