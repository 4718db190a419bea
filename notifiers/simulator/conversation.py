"""Twilio's side of an answered call: it fetches TwiML and does what it says, to the letter.

Documents that Twilio would stumble over, or quietly misread, end the call (12100, 12200, 12300).
"""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from notifiers.simulator.exchange import Exchange
from notifiers.simulator.leg import (
    CallFailedError,
    HangUpError,
    LeaveError,
    Leg,
    Source,
    voice_fields,
)
from notifiers.simulator.timers import Tasks, Timers, first
from notifiers.simulator.webhook import Answer, Failure, Fields, Webhooks
from notifiers.twilio.twiml_check import check

MAX_DOCUMENTS = 500
"""Documents of one call; more is a loop."""
_PLAYED = 3.0
"""Seconds a sound takes."""

Verb = Callable[[ET.Element], Awaitable[Source | None]]


class Switch:
    """What all conversations share."""

    def __init__(
        self, exchange: Exchange, timers: Timers, webhooks: Webhooks, tasks: Tasks
    ) -> None:
        self.exchange = exchange
        self.timers = timers
        self.webhooks = webhooks
        self.tasks = tasks

    async def fetch(self, source: Source, fields: Fields) -> bytes:
        """The checked document behind an address. Raises CallFailedError."""
        if source.document is not None:
            body = source.document.encode("utf-8", "replace")
        else:
            answer = await self.webhooks.call(source.url, fields, source.method)
            if isinstance(answer, Failure):
                raise CallFailedError(answer.code, answer.text)
            body = _xml(answer)
        if findings := check(body, "voice"):
            code = 12100 if "(12100)" in findings[0] else 12200
            raise CallFailedError(code, " ".join(findings))
        return body

    def post(self, leg: Leg, url: str, fields: Fields, turn: asyncio.Lock | None = None) -> None:
        """Tell somebody without waiting, in the call's order (or that of `turn`).

        A failure is an alert.
        """

        async def tell() -> None:
            async with turn or leg.turn:
                answer = await self.webhooks.call(url, fields)
            if isinstance(answer, Failure):
                self.exchange.alert(self.timers.now(), answer.code, answer.text, leg.call.sid)

        self.tasks.start(tell())


class Conversation:
    """What one leg hears and does. Verbs of other modules are added by `verbs`."""

    def __init__(self, switch: Switch, leg: Leg) -> None:
        self.switch = switch
        self.leg = leg
        self.base = ""
        self.documents = 0
        self.verbs: dict[str, Verb] = {
            "Say": self._say,
            "Play": self._play,
            "Pause": self._pause,
            "Gather": self._gather,
            "Redirect": self._redirect,
            "Hangup": self._hangup,
            "Reject": self._reject,
            "Leave": self._leave,
        }

    async def run(self, source: Source) -> None:
        """Follow the instructions to their end. Raises HangUpError, LeaveError, CallFailedError."""
        following: Source | None = source
        while following is not None:
            following = await self.perform(await self._load(following))

    async def perform(self, verbs: ET.Element) -> Source | None:
        """Do one verb after the other, until one of them says where to go on."""
        for element in verbs:
            verb = self.verbs.get(element.tag)
            if verb is None:
                raise CallFailedError(0, f"The simulator does not know {element.tag} yet.")
            if element.tag != "Reject" and element.get("answerOnBridge") != "true":
                self.take_up()
            following = await verb(element)
            if following is not None:
                return following
        return None

    def source(self, url: str, element: ET.Element, extra: Fields = ()) -> Source:
        """An address of a document, seen from where the present one came from."""
        address = urljoin(self.base, url.strip())
        return Source(address, element.get("method", "POST"), None, tuple(extra))

    def hear(self, kind: str, text: str) -> None:
        self.leg.hear(self.switch.timers.now(), kind, text)
        self.switch.exchange.changed(self.leg.call)

    async def _load(self, source: Source) -> ET.Element:
        self.documents += 1
        if self.documents > MAX_DOCUMENTS:
            raise CallFailedError(0, f"The call asked for {MAX_DOCUMENTS} documents: a loop.")
        account = self.switch.exchange.config.account_sid
        fields = [*voice_fields(self.leg.call, account), *source.extra]
        try:
            body = await self.switch.fetch(source, fields)
        except CallFailedError as problem:
            fallback = self.leg.call.fallback_url
            if fallback is None or source.url == fallback:
                raise
            self._alert(problem)
            error = (("ErrorCode", str(problem.code)), ("ErrorUrl", source.url))
            return await self._load(Source(fallback, extra=error))
        if source.document is None:
            self.base = source.url.partition("#")[0]
        return ET.fromstring(body)  # noqa: S314 - checked: no document type, no entities

    def _alert(self, problem: CallFailedError) -> None:
        now = self.switch.timers.now()
        self.switch.exchange.alert(now, problem.code, str(problem), self.leg.call.sid)

    def take_up(self) -> None:
        """An inbound call is answered by the first verb that is not Reject."""
        if self.leg.call.status == "ringing":
            now = self.switch.timers.now()
            self.switch.exchange.settle_call(self.leg.call, "in-progress", now)

    async def _say(self, element: ET.Element) -> None:
        words = " ".join("".join(element.itertext()).split())
        self.hear("said", words)
        rate = self.switch.exchange.config.pace.words_per_second
        if rate:
            times = min(int(element.get("loop", "1")) or 10, 10)
            await self.switch.timers.sleep(times * len(words.split()) / rate)

    async def _play(self, element: ET.Element) -> None:
        self.hear("played", element.get("digits") or (element.text or "").strip())
        if self.switch.exchange.config.pace.words_per_second:
            await self.switch.timers.sleep(_PLAYED)

    async def _pause(self, element: ET.Element) -> None:
        if self.switch.exchange.config.pace.pauses:
            await self.switch.timers.sleep(int(element.get("length", "1")))

    async def _redirect(self, element: ET.Element) -> Source:
        return self.source(element.text or "", element)

    async def _hangup(self, _: ET.Element) -> None:
        raise HangUpError

    async def _leave(self, _: ET.Element) -> None:
        raise LeaveError

    async def _reject(self, element: ET.Element) -> None:
        self.leg.verdict = "busy" if element.get("reason") == "busy" else "no-answer"
        raise HangUpError

    async def _gather(self, element: ET.Element) -> Source | None:
        self.listen(on=True)
        try:
            keys = await self._keys(element)
        finally:
            self.listen(on=False)
        if not keys and element.get("actionOnEmptyResult") != "true":
            return None
        extra = [("Digits", keys), ("msg", "Gather End")]
        return self.source(element.get("action") or self.base, element, extra)

    def listen(self, *, on: bool) -> None:
        self.leg.call.gathering = on
        while not self.leg.keys.empty():
            self.leg.keys.get_nowait()
        self.switch.exchange.changed(self.leg.call)

    async def _keys(self, element: ET.Element) -> str:
        """The keys of a Gather: until there are enough, an end key, or silence."""
        wait = int(element.get("timeout", "5"))
        finish = element.get("finishOnKey", "#")
        enough = int(element.get("numDigits", "1000"))
        keys = ""
        while len(keys) < enough:
            silence = self.switch.timers.sleep(wait) if keys else self._prompt(element, wait)
            index, key = await first(self.leg.keys.get(), silence)
            if index == 1 or key == finish:
                break
            keys += key
        return keys

    async def _prompt(self, element: ET.Element, wait: int) -> None:
        await self.perform(element)
        await self.switch.timers.sleep(wait)


def _xml(answer: Answer) -> bytes:
    if answer.content_type not in {"text/xml", "application/xml"}:
        raise CallFailedError(12300, f"Invalid Content-Type: {answer.content_type}")
    return answer.body
