"""Letters: what they hold, and what each answer of a mail server means, by when it came."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from notifiers.email.account import SmtpAccount, mailbox
from notifiers.email.letter import letter
from notifiers.email.mail import Email
from notifiers.email.session import Timeouts
from notifiers.notifier import Accepted, Fault, Message, Outcome, Refused, Unclear
from tests.notifiers.benches import SHORT, MailBench
from tests.notifiers.postoffice import (
    DROPPED,
    PASSWORD,
    SILENT,
    USER,
    PostOffice,
    post_office,
)

NUMBER, BLOCKED, OURS = Fault.NUMBER, Fault.BLOCKED, Fault.OURS
CONFIGURATION, TRANSIENT = Fault.CONFIGURATION, Fault.TRANSIENT


@pytest.fixture
async def bench() -> AsyncIterator[MailBench]:
    async with post_office() as office:
        yield MailBench(office)


async def sent(bench: MailBench, message: Message, *, hasty: bool = False) -> Outcome:
    notifier = bench.notifier(hasty=hasty)
    try:
        return await notifier.send(message)
    finally:
        await notifier.close()


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize(
    ("stage", "answer", "fault"),
    [
        ("RCPT", "550 5.1.1 no such user", NUMBER),
        ("RCPT", "550 No such user here", NUMBER),
        ("RCPT", "550 5.1.10 the domain takes no mail", NUMBER),
        ("RCPT", "550 5.2.1 mailbox disabled", NUMBER),
        ("RCPT", "551 user has moved", NUMBER),
        ("RCPT", "553 5.1.3 bad address", NUMBER),
        ("RCPT", "552 5.2.2 mailbox is full", TRANSIENT),
        ("RCPT", "550 mailbox is over quota", TRANSIENT),
        ("RCPT", "450 4.2.1 mailbox busy", TRANSIENT),
        ("RCPT", "421 closing", TRANSIENT),
        ("RCPT", "550 5.7.1 relaying denied", CONFIGURATION),
        ("RCPT", "550 relay not permitted", CONFIGURATION),
        ("RCPT", "550 5.7.1 Client host rejected: cannot find your hostname", BLOCKED),
        ("RCPT", "554 5.7.1 Service unavailable; blocked using a list", BLOCKED),
        ("RCPT", "554 rejected", BLOCKED),
        ("RCPT", "530 5.7.0 Authentication required", CONFIGURATION),
        ("MAIL", "550 5.7.1 sender not allowed", CONFIGURATION),
        ("MAIL", "452 4.3.1 no space", TRANSIENT),
        ("DATA", "451 4.3.0 later", TRANSIENT),
        ("DATA", "554 5.5.1 no valid recipients", BLOCKED),
        ("TAKEN", "451 4.7.1 Greylisted, try again", TRANSIENT),
        ("TAKEN", "554 5.7.1 this is spam", BLOCKED),
        ("TAKEN", "552 5.3.4 message too big", OURS),
        ("TAKEN", "554 5.6.0 cannot be read", OURS),
        ("TAKEN", "550 5.7.1 not permitted to send as that", CONFIGURATION),
    ],
)
async def test_what_an_answer_means(
    bench: MailBench, stage: str, answer: str, fault: Fault
) -> None:
    bench.office.troubles[stage] = answer
    bench.office.keeps = False
    outcome = await sent(bench, bench.message())
    assert isinstance(outcome, Refused), outcome
    assert outcome.fault is fault
    assert bench.office.letters == []
    if "Greylisted" in answer:
        assert outcome.retry_after == timedelta(seconds=60)


@pytest.mark.parametrize("how", [SILENT, DROPPED])
@pytest.mark.parametrize("stage", ["EHLO", "MAIL", "RCPT", "DATA"])
async def test_before_the_content_nothing_can_have_been_sent(
    bench: MailBench, stage: str, how: str
) -> None:
    bench.office.troubles[stage] = how
    outcome = await sent(bench, bench.message(), hasty=True)
    assert isinstance(outcome, Refused), outcome
    assert outcome.fault is TRANSIENT
    assert "Nothing was sent" in outcome.reason


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_connection_that_is_lost_after_it_is_unclear(bench: MailBench, keeps: bool) -> None:
    bench.office.troubles["TAKEN"], bench.office.keeps = DROPPED, keeps
    message = bench.message()
    assert isinstance(await sent(bench, message), Unclear)
    bench.office.troubles.clear()
    assert isinstance(await sent(bench, message), Accepted)
    assert len(bench.office.letters) == 1 + keeps
    assert len({(m["Message-ID"], bytes(m)) for m in bench.office.letters}) == 1


async def test_an_answer_that_is_no_smtp_is_unclear_after_the_content(bench: MailBench) -> None:
    bench.office.troubles["TAKEN"] = "nonsense"
    assert isinstance(await sent(bench, bench.message()), Unclear)


async def test_connections_are_kept_and_replaced_when_they_die(bench: MailBench) -> None:
    notifier, message = bench.notifier(), bench.message()
    for number in range(3):
        assert isinstance(await notifier.send(replace(message, key=f"k{number}")), Accepted)
    assert bench.office.connections == 1
    bench.office.troubles["RCPT"] = "550 5.1.1 nobody"
    assert isinstance(await notifier.send(message), Refused)
    bench.office.troubles["RCPT"] = DROPPED
    assert isinstance(await notifier.send(message), Refused)
    bench.office.troubles.clear()
    assert isinstance(await notifier.send(message), Accepted)
    assert bench.office.connections == 2
    await notifier.close()


async def test_a_letter_says_it_all_and_links_that_answer(bench: MailBench) -> None:
    message = bench.message()
    assert isinstance(await sent(bench, message), Accepted)
    mail = bench.office.letters[0]
    assert mail["Subject"] == "SEV1 Acme: login fails for everyone (ACME-7)"
    assert mail["From"] == "Heliograph <pager@heliograph.example>"
    assert mail["To"] == message.to
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] == "Mon, 02 Mar 2026 10:00:00 +0000"
    for kind in ("plain", "html"):
        said = text_of(mail, kind)
        assert all(url in said for url in message.links.values())
        assert "Reply due 10:30 UTC." in said
        assert "I cannot take it" in said
        assert "Nothing happens before you press" in said
        assert "https://desk.example/4711" in said
    assert mail.get_content_type() == "multipart/alternative"
    assert not re.search(r"<(script|img|link|form)|src=", text_of(mail, "html"))


async def test_the_letters_of_a_case_hang_together(bench: MailBench) -> None:
    message = bench.message()
    for key in ("one", "two"):
        assert isinstance(await sent(bench, replace(message, key=key)), Accepted)
    first, second = bench.office.letters
    assert first["Message-ID"] != second["Message-ID"]
    assert first["References"] == second["References"] == second["In-Reply-To"]


HOSTILE = "Hello\r\nBcc: everybody@acme.example\r\n\r\n.\r\nMAIL FROM:<x@y>\u2028\u202e<script>&"


async def test_nothing_a_customer_writes_becomes_a_header_a_command_or_markup(
    bench: MailBench,
) -> None:
    message = bench.message()
    assert message.card is not None
    card = replace(message.card, account=HOSTILE, subject=HOSTILE, url="javascript:alert(1)")
    outcome = await sent(bench, replace(message, subject=HOSTILE, text=HOSTILE, card=card))
    assert isinstance(outcome, Accepted)
    (mail,) = bench.office.letters
    assert bench.office.envelopes[0].rcpt_tos == [message.to]
    assert set(mail.keys()) <= {
        "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
        "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert mail["Subject"].startswith("Hello Bcc: everybody@acme.example . MAIL FROM:")
    assert "\u202e" not in str(mail)
    page = text_of(mail, "html")
    assert "<script>" not in page
    assert "javascript" not in page + text_of(mail)


@pytest.mark.parametrize(
    "address",
    [
        "", "anna", "anna@", "@acme.example", "a b@acme.example", "anna@acme.example>",
        "anna@acme.example\r\nRCPT TO:<x@y>", "<anna@acme.example>", '"a b"@acme.example',
        "anna@acme.example, ben@acme.example", "anna@-acme.example", "a..b@acme.example",
        "anna@acme..example", "x" * 65 + "@acme.example", "anna(comment)@acme.example",
    ],
)  # fmt: skip
async def test_what_is_no_address_is_given_up_unsent(bench: MailBench, address: str) -> None:
    outcome = await sent(bench, replace(bench.message(), to=address))
    assert isinstance(outcome, Refused)
    assert outcome.fault is NUMBER
    assert bench.office.connections == 0


async def test_letters_beyond_ascii_are_written_as_they_are(bench: MailBench) -> None:
    message = replace(bench.message(), to="anna@b\u00fccher.example", text="L\u00f6gin \u4f8b")
    assert isinstance(await sent(bench, message), Accepted)
    assert bench.office.envelopes[0].rcpt_tos == ["anna@xn--bcher-kva.example"]
    assert "L\u00f6gin \u4f8b" in text_of(bench.office.letters[0])
    message = replace(message, to="\u00e5sa@acme.example")
    assert isinstance(await sent(bench, message), Accepted)
    assert bench.office.envelopes[1].rcpt_tos == ["\u00e5sa@acme.example"]


async def test_a_server_that_cannot_write_a_name_blames_nobody() -> None:
    async with post_office(utf8=False) as office:
        message = replace(MailBench(office).message(), to="\u00e5sa@acme.example")
        outcome = await sent(MailBench(office), message)
    assert isinstance(outcome, Refused)
    assert outcome.fault is CONFIGURATION


def account(office: PostOffice, **given: Any) -> SmtpAccount:
    host = {"host": "localhost", "sender": mailbox("pager@heliograph.example")}
    return SmtpAccount(**{"port": office.port, **host, **given})


@pytest.mark.parametrize(
    ("server", "ours", "fault"),
    [
        ({"tls": True}, {"tls": True, "verify": False}, None),
        ({"starttls": True}, {"must_tls": True, "verify": False}, None),
        ({"starttls": True}, {"verify": False}, None),
        ({"tls": True}, {"tls": True}, CONFIGURATION),  # nobody has signed its certificate
        ({"starttls": True}, {"must_tls": True}, CONFIGURATION),
        ({}, {"must_tls": True}, CONFIGURATION),  # it does not offer what we must have
        ({}, {"must_tls": True, "username": USER, "password": PASSWORD}, CONFIGURATION),
        ({}, {"tls": True, "verify": False}, CONFIGURATION),
    ],
)
async def test_encryption_is_held_to(
    server: dict[str, bool], ours: dict[str, Any], fault: Fault | None
) -> None:
    async with post_office(**server) as office:
        notifier = Email(account(office, **ours), Timeouts(command=SHORT * 4))
        outcome = await notifier.send(MailBench(office).message())
        await notifier.close()
    assert (outcome.fault if isinstance(outcome, Refused) else None) is fault, outcome
    assert len(office.letters) == (fault is None)


@pytest.mark.parametrize(("password", "good"), [(PASSWORD, True), ("wrong", False)])
async def test_who_logs_in_is_known(password: str, good: bool) -> None:
    async with post_office(starttls=True, login=True) as office:
        ours = account(office, must_tls=True, verify=False, username=USER, password=password)
        notifier = Email(ours)
        outcome = await notifier.send(MailBench(office).message())
        await notifier.close()
    assert isinstance(outcome, Accepted) is good
    if isinstance(outcome, Refused):
        assert outcome.fault is CONFIGURATION
    assert password not in repr(outcome) + repr(ours)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://relay.internal?from=a@b.example", ("relay.internal", 25, False, False, None)),
        ("smtp://relay:2525?from=a@b.example", ("relay", 2525, False, False, None)),
        ("smtps://a%40b.example:p%2Fw@mail.example", ("mail.example", 465, True, False, "p/w")),
        ("smtp://a%40b.example:pw@mail.example", ("mail.example", 587, False, True, "pw")),
        (
            "smtp+starttls://u:pw@mail.example?from=a@b.example&verify=no",
            ("mail.example", 587, False, True, "pw"),
        ),
    ],
)  # fmt: skip
def test_an_account_is_one_url(url: str, expected: tuple[object, ...]) -> None:
    found = SmtpAccount.parse(url)
    assert (found.host, found.port, found.tls, found.must_tls, found.password) == expected
    assert str(found.sender) == "a@b.example"
    assert found.verify == ("verify=no" not in url)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("smtp://relay.internal", "names nobody as the sender"),
        ("smtp://user:pw@relay.internal", "names nobody as the sender"),
        ("smtp://relay.internal?from=nobody", "names nobody as the sender"),
        ("smtp://relay.internal?form=a@b.example", "has the parameter form"),
        ("smtp://?from=a@b.example", "is no URL"),
        ("http://relay.internal?from=a@b.example", "is no URL"),
    ],
)
def test_what_is_no_account_is_said_without_repeating_it(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as wrong:
        SmtpAccount.parse(url)
    assert "pw" not in str(wrong.value)


@pytest.mark.parametrize(
    ("greeting", "fault"),
    [("554 no service here", CONFIGURATION), ("421 busy", TRANSIENT), ("hello", TRANSIENT)],
)
async def test_a_server_that_does_not_serve_us_was_given_nothing(
    greeting: str, fault: Fault
) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{greeting}\r\n".encode())
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    bench = MailBench(PostOffice(port=server.sockets[0].getsockname()[1]))
    outcome = await sent(bench, bench.message())
    server.close()
    assert isinstance(outcome, Refused)
    assert outcome.fault is fault


def test_a_letter_is_the_same_at_each_try() -> None:
    message = MailBench(PostOffice()).message()
    sender, to = mailbox("pager@heliograph.example"), mailbox(message.to)
    assert letter(message, sender, to) == letter(message, sender, to)
