"""What the conformance suite needs of a channel: to make it, to spoil it, to look behind it."""

import itertools
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Protocol

from aiohttp.abc import AbstractResolver, ResolveResult

from notifiers.chat.mattermost import Mattermost
from notifiers.chat.rocketchat import RocketChat
from notifiers.chat.slack import Slack
from notifiers.email.account import SmtpAccount, mailbox
from notifiers.email.mail import Email
from notifiers.email.session import Timeouts as MailTimeouts
from notifiers.notifier import Card, Message, Notifier
from notifiers.outgoing import Guard, Limits, Outgoing
from notifiers.simulator.harness import Simulator
from notifiers.simulator.records import Ailment, Trouble
from notifiers.twilio.client import Credentials, Timeouts, Twilio
from notifiers.twilio.sms import TwilioSms
from notifiers.twilio.voice import TwilioVoice
from notifiers.webhook import Webhook
from tests.notifiers.postoffice import PostOffice
from tests.notifiers.products import SECRET, Product

SHORT = timedelta(seconds=0.3)
_numbers = itertools.count(1)
SINCE = datetime(2026, 3, 2, 10, tzinfo=UTC)


class Bench(Protocol):
    """One channel, ready to be tried."""

    looks: bool
    """Whether the provider can be asked what it has. If not, each try has the same ref."""
    recalls: bool
    """Whether the provider can be asked to stop what it has."""

    @property
    def channel(self) -> str: ...

    @property
    def sender(self) -> str: ...

    def notifier(self, at: str | None = None, *, hasty: bool = False) -> Notifier:
        """`at` another host; `hasty`: waits for no answer longer than a test may take."""
        ...

    def message(self) -> Message:
        """A page to an address that no other test knows."""
        ...

    def seen(self, message: Message) -> list[str]:
        """The refs of what arrived for its address, oldest first."""
        ...

    def refuse(self, message: Message, *, passing: bool) -> None:
        """The provider refuses it, for good or for now."""
        ...

    def silent(self, message: Message, *, taken: bool) -> None:
        """The provider takes it, or does not, and never answers."""
        ...

    def well(self, message: Message) -> None:
        """Nothing is wrong any more."""
        ...


@dataclass
class TwilioBench:
    """SMS or voice against the simulator."""

    channel: str
    simulator: Simulator
    looks: bool = True
    recalls: bool = True

    @property
    def sender(self) -> str:
        return self.simulator.number

    def notifier(self, at: str | None = None, *, hasty: bool = False) -> Notifier:
        credentials = Credentials(self.simulator.account_sid, (self.simulator.auth_token,))
        url = f"http://{at}" if at else self.simulator.api_url
        twilio = Twilio(credentials, url, Timeouts(read=SHORT) if hasty else None)
        return (TwilioSms if self.channel == "sms" else TwilioVoice)(twilio, self.sender)

    def message(self) -> Message:
        return Message(
            key=f"case/1/anna/{self.channel}:1",
            channel=self.channel,
            to=f"+4673{next(_numbers):07}",
            text="SEV1 ACME-7 Acme: login fails for everyone. Reply 1 4821",
            answer_url="http://127.0.0.1:9/answer",
            since=self.simulator.simulation.timers.now(),
        )

    def seen(self, message: Message) -> list[str]:
        exchange = self.simulator.simulation.exchange
        if self.channel == "sms":
            return [text.sid for text in exchange.texts_of(message.to)]
        return [call.sid for call in exchange.calls_of(message.to)]

    def refuse(self, message: Message, *, passing: bool) -> None:
        trouble = Trouble(Ailment.REFUSE, 20429 if passing else 21211)
        self.simulator.phone(message.to).has(trouble)

    def silent(self, message: Message, *, taken: bool) -> None:
        ailment = Ailment.SILENT if taken else Ailment.DEAF
        self.simulator.phone(message.to).has(Trouble(ailment, times=1))

    def well(self, message: Message) -> None:
        self.simulator.phone(message.to).has(None)


CARD = Card(
    case="ACME-7", severity="SEV1", account="Acme", subject="login fails for everyone",
    plan="premier", purpose="page", due="Reply due 10:30 UTC.", why="on call for support",
    code="4821", person="Anna Lind", url="https://desk.example/4711",
)  # fmt: skip
LINKS = {verb: f"https://pager.example/a/{verb}" for verb in ("acknowledge", "decline")}


@dataclass
class MailBench:
    """Letters to a mail server of the test's own."""

    office: PostOffice
    channel: str = "email"
    sender: str = "pager@heliograph.example"
    looks: bool = False
    recalls: bool = False

    def notifier(self, at: str | None = None, *, hasty: bool = False) -> Notifier:
        host, _, port = (at or f"127.0.0.1:{self.office.port}").partition(":")
        account = SmtpAccount(host, int(port or 25), mailbox(self.sender))
        return Email(account, MailTimeouts(SHORT, total=SHORT * 3) if hasty else None)

    def message(self) -> Message:
        number = next(_numbers)
        return Message(
            key=f"case/{number}/anna/mail:1",
            channel="email",
            to=f"anna.{number}@support.example",
            text="SEV1 Acme: login fails for everyone (ACME-7). Reply due 10:30 UTC.",
            subject="SEV1 Acme: login fails for everyone (ACME-7)",
            links=LINKS,
            card=CARD,
            since=SINCE,
        )

    def seen(self, message: Message) -> list[str]:
        return [letter["Message-ID"] for letter in self.office.to(message.to)]

    def refuse(self, message: Message, *, passing: bool) -> None:
        answer = "451 4.7.1 later" if passing else f"550 5.1.1 <{message.to}> is nobody here"
        self.office.troubles["RCPT"] = answer

    def silent(self, message: Message, *, taken: bool) -> None:  # noqa: ARG002 - for all of them
        self.office.troubles["TAKEN"] = "silent"
        self.office.keeps = taken

    def well(self, message: Message) -> None:  # noqa: ARG002
        self.office.troubles.clear()
        self.office.keeps = True


class Receiver(AbstractResolver):
    """Where `receiver.example` is: here, on a machine that listens to nobody, or nowhere."""

    def __init__(self, at: str | None) -> None:
        self._at = at

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if self._at is not None and not self._at[0].isdecimal():
            raise OSError("no such name")
        real = "127.0.0.1" if self._at is None else "127.0.0.2"
        return [ResolveResult(hostname=host, host=real, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        return None


@dataclass
class HookBench:
    """A chat's incoming webhook, or a machine's."""

    channel: str
    product: Product
    looks: bool = False
    recalls: bool = False

    @property
    def sender(self) -> str:
        return "webhook" if self.channel == "webhook" else f"{self.channel} 127.0.0.1"

    def notifier(self, at: str | None = None, *, hasty: bool = False) -> Notifier:
        limits = Limits(total=SHORT) if hasty else None
        url = f"http://{at}{self.product.path}" if at else self.product.url
        match self.channel:
            case "mattermost":
                return Mattermost(url, Outgoing(limits=limits), "https://pager.example/door")
            case "rocketchat":
                return RocketChat(url, Outgoing(limits=limits))
            case "slack":
                return Slack(url, Outgoing(limits=limits), clicks=True)
            case _:
                loopback = Guard((ip_network("127.0.0.0/8"),), plain=True)
                outgoing = Outgoing(loopback, limits, Receiver(at))
                return Webhook([SECRET], outgoing, lambda: SINCE)

    def message(self) -> Message:
        number = next(_numbers)
        url = f"http://receiver.example:{self.product.port}{self.product.path}"
        others = {"slack": f"U{number:08}", "webhook": url}
        to = others.get(self.channel, f"@anna.{number}")
        return Message(
            key=f"case/{number}/anna/chat:1",
            channel=self.channel,
            to=to,
            text="SEV1 Acme: login fails for everyone (ACME-7). Reply due 10:30 UTC.",
            subject="SEV1 Acme: login fails for everyone (ACME-7)",
            links=LINKS,
            buttons={verb: f"token-{verb}" for verb in LINKS},
            card=CARD,
            since=SINCE,
        )

    def seen(self, message: Message) -> list[str]:  # noqa: ARG002 - one product for each test
        return [post.name for post in self.product.posts]

    def refuse(self, message: Message, *, passing: bool) -> None:  # noqa: ARG002
        if passing:
            self.product.refuses(429, Retry_After="1")
        else:
            self.product.knows_nobody()

    def silent(self, message: Message, *, taken: bool) -> None:  # noqa: ARG002
        self.product.silent, self.product.keeps = True, taken

    def well(self, message: Message) -> None:  # noqa: ARG002
        self.product.well()
