"""The state of the simulated telephone network. No clock, no network: time is passed in."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from notifiers.simulator.config import OwnNumber, SimulatorConfig
from notifiers.simulator.records import Alert, Call, Direction, Phone, Record, Text, Trouble

MAX_ALERTS = 200


class Exchange:
    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.numbers = list(config.numbers)
        """Our own numbers; the first one sends what names no sender."""
        self.phones: dict[str, Phone] = {}
        self.texts: dict[str, Text] = {}
        self.calls: dict[str, Call] = {}
        self.recordings: dict[str, str] = {}
        """What was said in each, by its id; their transcripts go by theirs."""
        self.transcriptions: dict[str, str] = {}
        self.alerts: list[Alert] = []
        self.trouble: Trouble | None = None
        """What is wrong with Twilio itself; a phone's own trouble comes first."""
        self.listeners: list[Callable[[Record | None], None]] = []
        self._texts_of: dict[str, list[Text]] = {}
        self._calls_of: dict[str, list[Call]] = {}

    def forget(self) -> None:
        """Begin anew: no phones, no texts, no ended calls."""
        live = {call.sid: call for call in self.live_calls()}
        for known in (self.phones, self.texts, self.calls, self._texts_of, self._calls_of):
            known.clear()
        self.recordings.clear()
        self.transcriptions.clear()
        self.alerts.clear()
        for call in live.values():
            self.keep_call(call)
        self.changed()

    def own(self, number: str) -> OwnNumber | None:
        return next((own for own in self.numbers if own.number == number), None)

    def changed(self, record: Record | None = None) -> None:
        for listener in self.listeners:
            listener(record)

    def phone(self, number: str) -> Phone:
        """The phone with this number; every number there is has one."""
        if number not in self.phones:
            self.phones[number] = Phone(number)
        return self.phones[number]

    def keep_text(self, text: Text) -> None:
        if text.sid not in self.texts:
            self._texts_of.setdefault(text.phone, []).append(text)
        self.texts[text.sid] = text
        self.phone(text.phone)
        self.changed(text)

    def keep_call(self, call: Call) -> None:
        if call.sid not in self.calls:
            self._calls_of.setdefault(call.phone, []).append(call)
        self.calls[call.sid] = call
        self.phone(call.phone)
        self.changed(call)

    def texts_of(self, number: str) -> list[Text]:
        """Oldest first."""
        return self._texts_of.get(number, [])

    def calls_of(self, number: str) -> list[Call]:
        """Oldest first."""
        return self._calls_of.get(number, [])

    def correspondent(self, number: str) -> str:
        """Which of our numbers a person answers: the one that texted last, else the first."""
        for text in reversed(self.texts_of(number)):
            if text.direction is not Direction.INBOUND:
                return text.from_
        return self.numbers[0].number

    def live_calls(self) -> Iterator[Call]:
        return (call for call in self.calls.values() if not call.over)

    def settle_text(self, text: Text, status: str, now: datetime, error: int | None = None) -> None:
        text.status, text.updated, text.error = status, now, error
        if status == "sent":
            text.sent = now
        self.changed(text)

    def settle_call(self, call: Call, status: str, now: datetime, error: int | None = None) -> None:
        call.status, call.updated = status, now
        call.error = error or call.error
        if status == "in-progress":
            call.answered = now
        if call.over:
            call.ended, call.gathering = now, False
        self.changed(call)

    def alert(self, now: datetime, code: int, text: str, about: str) -> None:
        self.alerts.append(Alert(now, code, text, about))
        del self.alerts[:-MAX_ALERTS]
        self.changed(self.alerts[-1])

    def set_trouble(self, number: str | None, trouble: Trouble | None) -> None:
        """Of one phone, or (None) of Twilio itself."""
        if number is None:
            self.trouble = trouble
            self.changed()
        else:
            phone = self.phone(number)
            phone.trouble = trouble
            self.changed(phone)

    def meet_trouble(self, number: str, channel: str) -> Trouble | None:
        """What spoils this request, counted off where it is numbered."""
        for owner in (number, None):
            trouble = self.phone(number).trouble if owner else self.trouble
            if trouble is None or trouble.channel not in {"any", channel}:
                continue
            if trouble.times is not None:
                left = trouble.times - 1
                self.set_trouble(owner, replace(trouble, times=left) if left > 0 else None)
            return trouble
        return None

    def opt(self, number: str, sender: str, *, out: bool) -> None:
        phone = self.phone(number)
        if out:
            phone.opted_out.add(sender)
        else:
            phone.opted_out.discard(sender)
        self.changed(phone)


def new_sid(prefix: str) -> str:
    """SM for a text, CA for a call, and so on; unguessable like Twilio's own."""
    return prefix + secrets.token_hex(16)
