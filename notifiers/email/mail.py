"""Pages by e-mail."""

from __future__ import annotations

from notifiers.email.account import SmtpAccount, mailbox
from notifiers.email.letter import letter, name_of
from notifiers.email.session import Sessions, Timeouts
from notifiers.notifier import Accepted, Fault, Message, Outcome, Refused, Unclear


class Email:
    """Letters through one mail server. A letter's ref is its Message-ID."""

    channel = "email"

    def __init__(self, account: SmtpAccount, timeouts: Timeouts | None = None) -> None:
        self._account = account
        self._sessions = Sessions(account, timeouts)
        self.sender = str(account.sender)

    async def send(self, message: Message) -> Outcome:
        try:
            to = mailbox(message.to)
        except ValueError as wrong:
            return Refused(f"Nothing can be sent there: {wrong}.", fault=Fault.NUMBER)
        content = letter(message, self._account.sender, to)
        trouble = await self._sessions.give(str(to), content)
        return trouble or Accepted(name_of(message, self._account.sender))

    async def find(self, message: Message) -> Accepted | Unclear | None:  # noqa: ARG002
        """None: a mail server cannot be asked what it has taken (SMTP knows no such question).

        To repeat is safe all the same: each try carries the same Message-ID, by which mailboxes
        and people fold copies into one; a page that is read twice is better than one never read.
        """
        return None

    async def cancel(self, ref: str) -> Refused | Unclear | None:  # noqa: ARG002
        """None: a letter that was taken cannot be called back. Its links tell who is late."""
        return None

    async def close(self) -> None:
        self._sessions.close()
