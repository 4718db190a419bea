"""What becomes of a text after Twilio took it, and of a text that a person sends us."""

from collections.abc import Iterable
from datetime import timedelta
from xml.etree import ElementTree as ET

from notifiers.gsm import segments
from notifiers.simulator.exchange import Exchange, new_sid
from notifiers.simulator.records import Ailment, Direction, Text, Trouble
from notifiers.simulator.timers import Tasks, Timers
from notifiers.simulator.webhook import Answer, Failure, Webhooks
from notifiers.twilio.twiml_check import check

STOP_WORDS = frozenset(
    {"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"}
)
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})

GOODBYE = (
    "You have successfully been unsubscribed. You will not receive any more messages from this"
    " number. Reply START to resubscribe."
)
WELCOME = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help."
    " Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)
HELP = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."

_LOOP = timedelta(seconds=30)
_LOOP_REPLIES = 15


class Carrier:
    def __init__(
        self, exchange: Exchange, timers: Timers, webhooks: Webhooks, tasks: Tasks
    ) -> None:
        self._exchange = exchange
        self._timers = timers
        self._webhooks = webhooks
        self._tasks = tasks
        self._pace = exchange.config.pace

    def take(self, text: Text, trouble: Trouble | None) -> None:
        """Carry a text that Twilio has accepted to its phone."""
        self._exchange.keep_text(text)
        self._tasks.start(self._deliver(text, trouble))

    def resume(self) -> None:
        """Go on with what was on its way when the simulator was stopped."""
        for text in list(self._exchange.texts.values()):
            if not text.over:
                self._tasks.start(self._deliver(text, None))

    def cancel(self, text: Text) -> bool:
        """Whether it could still be stopped."""
        if text.status not in {"accepted", "queued", "scheduled"}:
            return False
        self._exchange.settle_text(text, "canceled", self._timers.now())
        return True

    async def receive(self, number: str, to: str, body: str) -> Text:
        """A person texts `body` to our number `to`; returns once we have answered."""
        now = self._timers.now()
        text = Text(
            sid=new_sid("SM"),
            direction=Direction.INBOUND,
            from_=number,
            to=to,
            body=body,
            status="received",
            created=now,
            updated=now,
        )
        self._exchange.keep_text(text)
        opted = self._keyword(text)
        own = self._exchange.own(to)
        if own is None or own.sms_url is None:
            return text
        answer = await self._webhooks.call(own.sms_url, self._inbound(text, opted))
        for reply in self._replies(answer, text):
            self._reply(text, reply)
        return text

    async def _deliver(self, text: Text, trouble: Trouble | None) -> None:
        await self._timers.until(text.created + timedelta(seconds=self._pace.queue))
        if text.status == "canceled":
            await self._report(text)
            return
        if text.sent is None:
            if self._timers.now() > text.created + timedelta(seconds=text.validity):
                await self._settle(text, "failed", 30036)
                return
            await self._settle(text, "sent")
        await self._timers.until(text.updated + timedelta(seconds=self._pace.carrier))
        if trouble is not None and trouble.ailment is Ailment.LOST:
            return
        if trouble is not None and trouble.ailment is Ailment.UNDELIVERED:
            await self._settle(text, "undelivered", trouble.code or 30008)
            return
        await self._settle(text, "delivered")

    async def _settle(self, text: Text, status: str, error: int | None = None) -> None:
        self._exchange.settle_text(text, status, self._timers.now(), error)
        await self._report(text)

    async def _report(self, text: Text) -> None:
        if text.callback is None:
            return
        answer = await self._webhooks.call(text.callback, self._receipt(text))
        if isinstance(answer, Failure):
            self._exchange.alert(self._timers.now(), answer.code, answer.text, text.sid)

    def _receipt(self, text: Text) -> list[tuple[str, str]]:
        fields = [
            ("SmsSid", text.sid),
            ("SmsStatus", text.status),
            ("MessageStatus", text.status),
            ("To", text.to),
            ("MessageSid", text.sid),
            ("AccountSid", self._exchange.config.account_sid),
            ("From", text.from_),
            ("ApiVersion", "2010-04-01"),
        ]
        if text.service:
            fields.append(("MessagingServiceSid", text.service))
        if text.error:
            fields.append(("ErrorCode", str(text.error)))
        return fields

    def _inbound(self, text: Text, opted: str) -> list[tuple[str, str]]:
        service = self._exchange.config.messaging_service_sid
        fields = [
            ("ToCountry", "US"),
            ("SmsMessageSid", text.sid),
            ("NumMedia", "0"),
            ("FromZip", ""),
            ("SmsSid", text.sid),
            ("SmsStatus", "received"),
            ("Body", text.body),
            ("To", text.to),
            ("NumSegments", str(segments(text.body))),
            ("MessageSid", text.sid),
            ("AccountSid", self._exchange.config.account_sid),
            ("From", text.from_),
            ("ApiVersion", "2010-04-01"),
        ]
        if service:
            fields.append(("MessagingServiceSid", service))
            # Only Advanced Opt-Out, a feature of Messaging Services, says what it took a word for.
            if opted:
                fields.append(("OptOutType", opted))
        return fields

    def _keyword(self, text: Text) -> str:
        """Do what carriers do with their own words: whole message, any case. '' for no keyword."""
        word = text.body.strip().upper()
        out = text.to in self._exchange.phone(text.from_).opted_out
        if word in STOP_WORDS:
            self._exchange.opt(text.from_, text.to, out=True)
            self._say(text, GOODBYE)
            return "STOP"
        if word in START_WORDS and out:
            self._exchange.opt(text.from_, text.to, out=False)
            self._say(text, WELCOME)
            return "START"
        if word in HELP_WORDS:
            self._say(text, HELP)
            return "HELP"
        return ""

    def _replies(self, answer: Answer | Failure, text: Text) -> Iterable[str]:
        """The texts of a TwiML answer that holds to the letter; else none, and an alert."""
        if isinstance(answer, Failure):
            problem = (answer.code, answer.text)
        elif not answer.body:
            return []
        elif answer.content_type not in {"text/xml", "application/xml"}:
            problem = (12300, f"Invalid Content-Type: {answer.content_type}")
        elif findings := check(answer.body, "messaging"):
            problem = (12100 if "(12100)" in findings[0] else 12200, " ".join(findings))
        else:
            return _messages(answer.body)
        self._exchange.alert(self._timers.now(), *problem, text.sid)
        return []

    def _reply(self, to: Text, body: str) -> None:
        now = self._timers.now()
        if to.to in self._exchange.phone(to.from_).opted_out:
            words = "Attempt to send to unsubscribed recipient"
            self._exchange.alert(now, 21610, words, to.sid)
            return
        recent = [
            text
            for text in self._exchange.texts_of(to.from_)[-2 * _LOOP_REPLIES :]
            if text.direction is Direction.REPLY and text.created > now - _LOOP
        ]
        if len(recent) >= _LOOP_REPLIES:
            self._exchange.alert(now, 14107, "SMS send rate limit exceeded", to.sid)
            return
        self._say(to, body)

    def _say(self, to: Text, body: str) -> None:
        now = self._timers.now()
        self.take(
            Text(
                sid=new_sid("SM"),
                direction=Direction.REPLY,
                from_=to.to,
                to=to.from_,
                body=body,
                status="queued",
                created=now,
                updated=now,
            ),
            None,
        )


def _messages(document: bytes) -> list[str]:
    """The texts of a checked document: of each Message, or of the Body inside it."""
    root = ET.fromstring(document)  # noqa: S314 - checked: no document type, no entities
    texts = []
    for message in root.iter("Message"):
        body = message.find("Body")
        texts.append(((message if body is None else body).text or "").strip())
    return [text for text in texts if text]
