"""Phones as a story needs them: the code of a page, and texts that never arrive."""

import re
from dataclasses import dataclass

from notifiers.simulator.harness import Simulator
from notifiers.simulator.records import Text as Sent
from notifiers.simulator.records import Trouble
from notifiers.simulator.strict import StrictCall


@dataclass(frozen=True, slots=True)
class Text:
    """A text that arrived."""

    body: str
    phone: "Phone"

    @property
    def code(self) -> str:
        """What a page says to reply with."""
        found = re.findall(r"Reply 1 (\w+) to take it", self.body)
        assert found, f"this is no page: {self.body}"
        return str(found[-1])  # what comes before is the customer's

    def replies(self, body: str) -> "Phone":
        return self.phone.replies(body)


class Phone:
    """Strict: what it was not expected to get fails the test at the end."""

    def __init__(self, twilio: Simulator, number: str) -> None:
        self._twilio, self.number = twilio, number
        self._phone = twilio.phone(number)

    def gets_sms(self, *words: str) -> Text:
        """Wait for a text that holds every one of `words` and was not taken note of before."""
        return Text(self._phone.gets_sms(*words).body, self)

    def misses_sms(self, *words: str) -> None:
        """Wait for such a text that the carrier lost or did not deliver."""

        def look() -> Sent | None:
            texts = self._twilio.simulation.exchange.texts_of(self.number)
            return next(
                (
                    t
                    for t in texts
                    if t.status in {"undelivered", "failed", "sent"}
                    and t.sid not in self._twilio.claimed
                    and all(word in t.body for word in words)
                ),
                None,
            )

        text = self._twilio.wait(look, lambda: f"{self.number} missed no text with {words}")
        self._twilio.claimed.add(text.sid)

    def replies(self, body: str) -> "Phone":
        """Text our number; returns once the service has answered."""
        self._phone.replies(body)
        return self

    def rings(self) -> StrictCall:
        """Wait for a call."""
        return self._phone.rings()

    def has(self, trouble: Trouble | None) -> "Phone":
        """Give this phone a trouble, or (None) take it away."""
        self._phone.has(trouble)
        return self

    @property
    def troubled(self) -> bool:
        """Whether its trouble still waits for something to spoil."""
        return self._twilio.simulation.exchange.phone(self.number).trouble is not None

    @property
    def texts(self) -> list[str]:
        """Everything our number was made to send to it, delivered or not."""
        texts = self._twilio.simulation.exchange.texts_of(self.number)
        return [t.body for t in texts if str(t.direction) == "outbound-api"]
