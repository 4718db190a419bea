"""Phones that insist on being told what will happen: the vocabulary of stories."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeVar

from notifiers.simulator.records import Call, Direction, Text, Trouble
from notifiers.simulator.simulation import Simulation

T = TypeVar("T")


class Stage(Protocol):
    """What the phones stand on: a running simulator."""

    number: str
    simulation: Simulation
    claimed: set[str]
    """SIDs of what a test has seen and wanted."""

    def do(self, work: Coroutine[Any, Any, T]) -> T: ...

    def wait(self, look: Callable[[], T | None], complaint: Callable[[], str]) -> T: ...


@dataclass(frozen=True, slots=True)
class GotText:
    """A text that arrived."""

    body: str
    sid: str
    phone: "StrictPhone"

    def replies(self, body: str) -> "StrictPhone":
        return self.phone.replies(body)


class StrictPhone:
    def __init__(self, simulator: Stage, number: str) -> None:
        self._simulator = simulator
        self.number = number

    def gets_sms(self, *words: str) -> GotText:
        """Wait for a text that holds every one of `words` and was not claimed before."""

        def look() -> Text | None:
            return next(
                (text for text in self._unclaimed() if all(word in text.body for word in words)),
                None,
            )

        text = self._simulator.wait(look, lambda: self._complaint(words))
        self._simulator.claimed.add(text.sid)
        return GotText(text.body, text.sid, self)

    def replies(self, body: str) -> Self:
        """Answer whichever of our numbers texted last; returns once the service has answered."""
        simulation = self._simulator.simulation
        to = simulation.exchange.correspondent(self.number)
        self._simulator.do(simulation.carrier.receive(self.number, to, body))
        return self

    def rings(self) -> "StrictCall":
        """Wait for a call that was not claimed before."""

        def look() -> Call | None:
            calls = self._simulator.simulation.exchange.calls_of(self.number)
            return next((call for call in calls if self._fresh(call)), None)

        call = self._simulator.wait(look, lambda: f"{self.number} does not ring.")
        self._simulator.claimed.add(call.sid)
        return StrictCall(self._simulator, call)

    def calls_us(self) -> "StrictCall":
        """Call our number."""

        async def ring() -> Call:
            telephone = self._simulator.simulation.telephone
            return telephone.ring_us(self.number, self._simulator.number)

        return StrictCall(self._simulator, self._simulator.do(ring()))

    def _fresh(self, call: Call) -> bool:
        ours = call.direction is not Direction.INBOUND
        return ours and call.sid not in self._simulator.claimed and call.status != "queued"

    def has(self, trouble: Trouble | None) -> Self:
        """Give this phone a trouble, or (None) take it away."""
        self._simulator.simulation.exchange.set_trouble(self.number, trouble)
        return self

    def _unclaimed(self) -> list[Text]:
        return [
            text
            for text in self._simulator.simulation.exchange.texts_of(self.number)
            if text.status == "delivered" and text.sid not in self._simulator.claimed
        ]

    def _complaint(self, words: tuple[str, ...]) -> str:
        claimed = self._simulator.claimed
        seen = [
            f"\n  {text.status}{', claimed' if text.sid in claimed else ''}: {text.body!r}"
            for text in self._simulator.simulation.exchange.texts_of(self.number)
            if text.direction is not Direction.INBOUND
        ]
        wanted = " and ".join(map(repr, words))
        return f"{self.number} got no text with {wanted}. It has:{''.join(seen) or ' none'}"


class StrictCall:
    """A call as the person with the phone lives through it."""

    def __init__(self, simulator: Stage, call: Call) -> None:
        self._simulator = simulator
        self._telephone = simulator.simulation.telephone
        self.call = call
        self._heard = 0

    def answers(self, how: str = "person") -> Self:
        """`how`: person or machine."""
        self._act(lambda: self._telephone.pick_up(self.call.sid, how), "does not ring")
        return self

    def declines(self) -> Self:
        self._act(lambda: self._telephone.pick_up(self.call.sid, "decline"), "does not ring")
        return self

    def presses(self, keys: str) -> Self:
        """Press keys as soon as the call listens; a ringing call is answered first."""
        if self.call.status == "ringing" and self.call.direction is not Direction.INBOUND:
            self.answers()
        self._until(lambda: self.call.gathering, "does not listen to keys")
        self._act(lambda: self._telephone.press(self.call.sid, keys), "is not answered")
        return self

    def presses_while_talking(self, key: str) -> Self:
        """Press a key that no document asks for: in a conversation, not in a menu."""
        self._act(lambda: self._telephone.press(self.call.sid, key), "is not answered")
        return self

    def hears(self, *words: str) -> Self:
        """Wait until one thing is said, after what was heard before, that holds every word."""
        wanted = " and ".join(map(repr, words))
        self._heard = 1 + self._simulator.wait(
            lambda: self._said(words), lambda: self._complaint(f"said no {wanted}")
        )
        return self

    def has_said(self, *words: str) -> bool:
        """Whether `hears` would wait for nothing."""
        return self._said(words) is not None

    def _said(self, words: tuple[str, ...]) -> int | None:
        for index, heard in enumerate(self.call.transcript):
            if index >= self._heard and all(word in heard.text for word in words):
                return index
        return None

    def speaks(self, words: str) -> Self:
        self._act(lambda: self._telephone.speak(self.call.sid, words), "is not answered")
        return self

    def hangs_up(self) -> Self:
        self._act(lambda: self._telephone.hang_up(self.call.sid), "is over")
        return self.ends()

    def ends(self, status: str | None = None) -> Self:
        """Wait for the end, and for how it ended: completed, busy, no-answer, canceled, failed."""
        self._until(lambda: self.call.over, "does not end")
        if status is not None and self.call.status != status:
            raise AssertionError(self._complaint(f"ended {self.call.status}, not {status}"))
        return self

    def _until(self, condition: Callable[[], bool], otherwise: str) -> None:
        self._simulator.wait(lambda: condition() or None, lambda: self._complaint(otherwise))

    def _act(self, act: Callable[[], bool], otherwise: str) -> None:
        async def do() -> bool:
            return act()

        if not self._simulator.do(do()):
            raise AssertionError(self._complaint(otherwise))

    def _complaint(self, what: str) -> str:
        lines = "".join(f"\n  {heard.kind}: {heard.text}" for heard in self.call.transcript)
        return f"The call to {self.call.to} ({self.call.status}) {what}. It went:{lines or ' -'}"
