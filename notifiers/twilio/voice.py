"""Pages by telephone."""

from datetime import timedelta
from typing import Any

from notifiers.notifier import Accepted, Fault, Message, Outcome, Refused, Unclear
from notifiers.twilio.client import Twilio
from notifiers.twilio.find import patient, search

EVENTS = ["initiated", "ringing", "answered", "completed"]


class TwilioVoice:
    """Calls from one number. What the call says and does is the TwiML at `answer_url`."""

    channel = "voice"

    def __init__(
        self,
        twilio: Twilio,
        from_number: str,
        ring: timedelta = timedelta(seconds=25),
        *,
        detect_machines: bool = True,
    ) -> None:
        """`ring`: how long, shorter than most mailboxes take to answer.

        `detect_machines`: in the background, so that a person hears the page at once; the verdict
        comes as a receipt (`answered_by`) and may shorten what is said, never acknowledge.
        """
        self._twilio = twilio
        self._ring = int(ring.total_seconds())
        self._detect = detect_machines
        self.sender = from_number

    async def send(self, message: Message) -> Outcome:
        if message.answer_url is None:
            reason = "The call has nothing to say: no answer_url. Nobody was called."
            return Refused(reason, fault=Fault.OURS)
        return await self._twilio.create(
            self._twilio.calls.create_async(
                to=message.to,
                from_=message.shown or self.sender,
                url=patient(message.answer_url),
                method="POST",
                timeout=self._ring,
                **self._receipts(patient(message.callback)),
            )
        )

    def _receipts(self, callback: str | None) -> dict[str, Any]:
        if callback is None:
            return {}
        receipts: dict[str, Any] = {
            "status_callback": callback,
            "status_callback_event": EVENTS,
            "status_callback_method": "POST",
        }
        if self._detect:
            receipts |= {
                "machine_detection": "Enable",
                "async_amd": "true",
                "async_amd_status_callback": callback,
                "async_amd_status_callback_method": "POST",
            }
        return receipts

    async def find(self, message: Message) -> Accepted | Unclear | None:
        """Look for a call of ours to this number since the first try.

        A listed call does not tell its purpose: `message.known` must name the calls that belong
        to other pages of this person.
        """
        shown = message.shown or self.sender
        listed = self._twilio.calls.stream_async(to=message.to, from_=shown, page_size=50)
        return await search(
            self._twilio, listed, message, lambda call: call.direction == "outbound-api"
        )

    async def cancel(self, ref: str) -> Refused | Unclear | None:
        """Stop a call that is queued or rings; one that was answered goes on, to hear the truth."""
        answer = await self._twilio.judge(self._twilio.calls(ref).update_async(status="canceled"))
        if isinstance(answer, Unclear):
            return answer
        if isinstance(answer, Refused) and answer.code not in {20404, 21220}:
            return answer
        return None

    async def check(self) -> bool:
        """Whether the account answers again, after an outage."""
        return await self._twilio.well()

    async def close(self) -> None:
        await self._twilio.close()
