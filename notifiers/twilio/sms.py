"""Pages by SMS."""

from datetime import timedelta

from twilio.rest.api.v2010.account.message import MessageInstance

from notifiers.notifier import Accepted, Message, Outcome, Refused, Unclear
from notifiers.twilio.client import Twilio
from notifiers.twilio.find import patient, search

_TOO_LATE = frozenset({20404, 30409})
"""Codes of a cancellation that comes after the message left, or names none."""


class TwilioSms:
    """Texts from one number, or from a Messaging Service's pool (US A2P 10DLC needs one)."""

    channel = "sms"

    def __init__(
        self,
        twilio: Twilio,
        from_number: str | None = None,
        messaging_service_sid: str | None = None,
    ) -> None:
        """Give the number (E.164), the service (MG...), or both: the service then sends."""
        sender = messaging_service_sid or from_number
        if not sender:
            message = (
                "SMS has no sender. No text can be sent. Set TWILIO_FROM_NUMBER or"
                " TWILIO_MESSAGING_SERVICE_SID."
            )
            raise ValueError(message)
        self._twilio = twilio
        self._service = messaging_service_sid
        self.sender = sender

    async def send(self, message: Message) -> Outcome:
        return await self._twilio.create(
            self._twilio.messages.create_async(
                to=message.to,
                from_=None if self._service else self.sender,
                messaging_service_sid=self._service,
                body=message.text,
                status_callback=patient(message.callback),
                validity_period=_validity(message.valid_for),
            )
        )

    async def find(self, message: Message) -> Accepted | Unclear | None:
        """Look among the texts to this number for the same words, sent since the first try.

        Not filtered by date: Twilio's only date filter is the date of sending, which a text that
        still waits in the queue does not have.
        """
        listed = self._twilio.messages.stream_async(
            to=message.to, from_=None if self._service else self.sender, page_size=50
        )

        def same(text: MessageInstance) -> bool:
            return (
                str(text.direction) == "outbound-api"
                and (text.body or "").split() == message.text.split()
                and (self._service is None or text.messaging_service_sid == self._service)
            )

        return await search(self._twilio, listed, message, same)

    async def cancel(self, ref: str) -> Refused | Unclear | None:
        """Stop a text that is still queued. One that has left cannot be called back: None."""
        answer = await self._twilio.judge(
            self._twilio.messages(ref).update_async(status="canceled")
        )
        if isinstance(answer, Unclear):
            return answer
        if isinstance(answer, Refused) and answer.code not in _TOO_LATE:
            return answer
        return None

    async def check(self) -> bool:
        """Whether the account answers again, after an outage."""
        return await self._twilio.well()

    async def close(self) -> None:
        await self._twilio.close()


def _validity(span: timedelta) -> int:
    """Seconds within what Twilio takes: 1 to 36000."""
    return max(1, min(36000, int(span.total_seconds())))
