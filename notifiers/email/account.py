"""Where mail is given to, and as whom: all of it in one URL.

smtps://pager%40acme.example:secret@mail.acme.example?from=pager@acme.example
smtp://relay.internal:25?from=pager@acme.example
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
"""RFC 8314: 465 speaks TLS from the first byte; 587 begins in the clear and changes over."""
SUBMISSION = 587
PARAMETERS = ("from", "verify")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+"
_LABEL = (
    r"[A-Za-z0-9\u0080-\U0010ffff](?:[A-Za-z0-9\-\u0080-\U0010ffff]*[A-Za-z0-9\u0080-\U0010ffff])?"
)
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})*)")
_LOCAL, _DOMAIN = 64, 253


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address that can stand in a command and in a header as it is: no quotes, no comments."""

    local: str
    domain: str
    """In its ASCII form."""

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


def mailbox(text: str) -> Mailbox:
    """Read an address (RFC 5321, of dots and atoms; RFC 6531 letters). Raises ValueError."""
    found = _ADDRESS.fullmatch(text)
    if found is None or len(found["local"].encode()) > _LOCAL:
        raise ValueError("it is no mail address")
    domain = found["domain"].encode("idna").decode()
    if len(domain) > _DOMAIN:
        raise ValueError("its domain is too long")
    return Mailbox(found["local"], domain.lower())


@dataclass(frozen=True, slots=True)
class SmtpAccount:
    """Who we are at a mail server. Its repr hides the password."""

    host: str
    port: int
    sender: Mailbox
    tls: bool = False
    """TLS from the first byte."""
    must_tls: bool = False
    """STARTTLS or nothing; else it is used where it is offered."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    verify: bool = True
    """Whether the server's certificate must be genuine."""

    @classmethod
    def parse(cls, url: str) -> SmtpAccount:
        """Raises ValueError with a sentence that repeats nothing of the URL."""
        split = urlsplit(url)
        if split.scheme not in PORTS or not split.hostname:
            raise ValueError("is no URL of the form smtps://USER:PASSWORD@HOST?from=ADDRESS.")
        given = dict(parse_qsl(split.query, keep_blank_values=True))
        unknown = sorted(given.keys() - set(PARAMETERS))
        if unknown:
            raise ValueError(f"has the parameter {unknown[0]}; known are {', '.join(PARAMETERS)}.")
        username = unquote(split.username) if split.username else None
        return cls(
            split.hostname,
            split.port or _port(split.scheme, username),
            _sender(given.get("from"), username),
            tls=split.scheme == "smtps",
            must_tls=split.scheme == "smtp+starttls" or (split.scheme == "smtp" and bool(username)),
            username=username,
            password=unquote(split.password) if split.password else None,
            verify=given.get("verify", "yes") != "no",
        )


def _port(scheme: str, username: str | None) -> int:
    return SUBMISSION if username and scheme == "smtp" else PORTS[scheme]


def _sender(given: str | None, username: str | None) -> Mailbox:
    try:
        return mailbox(given if given is not None else username or "")
    except ValueError:
        raise ValueError(
            "names nobody as the sender. Add ?from=pager@acme.example to it."
        ) from None
