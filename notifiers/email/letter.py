"""A page as a letter: a subject that says it all, text and HTML alike, links that answer.

No header takes a line break: the values are cleaned first, and the library refuses what is left.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from notifiers.card import BUTTONS
from notifiers.email.account import Mailbox
from notifiers.notifier import Message
from notifiers.wording import clean

NAME = "Heliograph"
LONGEST_SUBJECT = 200
"""Characters."""
_TEMPLATES = Path(__file__).parent
_HTML = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)
_TEXT = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=False,  # noqa: S701 - it is plain text
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def name_of(message: Message, sender: Mailbox) -> str:
    """The Message-ID of a row of the outbox: each try has the same, so that copies are one."""
    return f"<{_digest(message.key)}@{sender.domain}>"


def letter(message: Message, sender: Mailbox, to: Mailbox) -> bytes:
    """The whole message, for DATA. Each try is the same to the letter."""
    mail = EmailMessage(policy=SMTP if str(to).isascii() else SMTPUTF8)
    mail["From"] = Address(NAME, sender.local, sender.domain)
    mail["To"] = Address("", to.local, to.domain)
    mail["Subject"] = clean(message.subject)[:LONGEST_SUBJECT] or NAME
    mail["Date"] = format_datetime(message.since.replace(microsecond=0))
    mail["Message-ID"] = name_of(message, sender)
    if message.card is not None:
        # All of one case hang below the same name, which no letter has.
        root = f"<case.{_digest(message.card.case)}@{sender.domain}>"
        mail["In-Reply-To"] = root
        mail["References"] = root
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834
    mail["X-Auto-Response-Suppress"] = "All"
    facts = facts_of(message)
    mail.set_content(_TEXT.get_template("letter.txt").render(facts))
    mail.add_alternative(_HTML.get_template("letter.html").render(facts), subtype="html")
    mail.set_boundary(f"part-{_digest(message.key)}")
    return mail.as_bytes()


def facts_of(message: Message) -> Mapping[str, object]:
    """What both parts are made of."""
    card = message.card
    ticket = card.url if card and card.url and _web(card.url) else None
    return {
        "lines": [line for line in map(clean, message.text.splitlines()) if line],
        "card": card,
        "ticket": ticket,
        "buttons": [(BUTTONS.get(verb, verb), url) for verb, url in message.links.items()],
    }


def _web(url: str) -> bool:
    """A ticket system gave the address: only one of the web becomes a link."""
    return urlsplit(url).scheme in {"http", "https"} and clean(url) == url and " " not in url


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
