"""How long a caller waits for a human at the worst, worked out before the night.

The very decisions of the service are played. Added to them: everything the hotline says on the
longest way through it, at an unhurried voice's pace, every key pressed at the last moment, the
ringing, the whisper, and the looks of both telephones before they are connected.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.directory import Directory
from routing.hotline_asking import MOST_SILENCES
from routing.hotline_call import prompt
from routing.hotline_caller import emergency
from routing.hotline_words import (
    HOLD_SECONDS,
    KEY_SECONDS,
    PIN_SECONDS,
    POLL_SECONDS,
    RING_SECONDS,
    worded,
)
from routing.lookup import HOTLINE
from routing.policy import HotlineRules, Policy
from routing.tools.rehearsal import Pacing, rehearse
from routing.tools.sketch import Sketch

WORDS_A_SECOND = 2.3
PAGE_SECONDS = 30
"""A page that is heard once before its key is pressed."""


@dataclass(frozen=True, slots=True)
class TimeToHuman:
    """Seconds from the first ring. `people` in the order they would be reached."""

    talk: float
    """The longest way to a confirmed emergency."""
    first: float | None
    """A human, when the first person reached answers; None where nobody would be reached."""
    worst: float | None
    """A human, when only the last person reached answers."""
    offered: float
    """When a call back is offered to one who waits."""
    promised: float
    """By when a caller who takes the offer at once is called back."""
    people: tuple[str, ...]

    def __str__(self) -> str:
        if self.first is None or self.worst is None:
            human = "No human would be reached."
        else:
            human = (
                f"A human within {self.first:.0f} s if the first person reached answers, "
                f"{self.worst:.0f} s at the worst ({', '.join(self.people)})."
            )
        return (
            f"The longest way to a confirmed emergency takes {self.talk:.0f} s. {human} "
            f"A call back is offered after {self.offered:.0f} s, for {self.promised:.0f} s at the "
            "latest."
        )


def rehearse_hotline(
    policy: Policy,
    directory: Directory,
    at: datetime,
    account: str = "",
    pacing: Pacing | None = None,
) -> TimeToHuman:
    """The times for an emergency call of an account (unknown: empty) that begins at `at` (UTC)."""
    talk = _talk(policy.hotline)
    begins = at + timedelta(seconds=talk)
    word = emergency(policy).id
    sketch = Sketch(account=account, source=HOTLINE, channel=HOTLINE, priority=word)
    played = rehearse(policy, directory, sketch, begins, pacing=pacing)
    reached: dict[str, float] = {}
    loud = (h.at for h in played.happenings if h.kind == "exhausted")
    end = next(loud, begins + timedelta(days=1))
    for contact in (c for c in played.contacts if c.at - c.late <= end):
        reached.setdefault(contact.person, (contact.at - at).total_seconds())
    answer = RING_SECONDS + PAGE_SECONDS + KEY_SECONDS
    bridge = answer + 2 * (HOLD_SECONDS + 1) + 2 * POLL_SECONDS
    offered = talk + policy.hotline.hold.total_seconds()
    return TimeToHuman(
        talk=talk,
        first=min(reached.values()) + bridge if reached else None,
        worst=max(reached.values()) + bridge if reached else None,
        offered=offered,
        promised=offered + policy.hotline.callback.total_seconds(),
        people=tuple(sorted(reached, key=lambda person: reached[person])),
    )


def _talk(rules: HotlineRules) -> float:
    """A PIN right at the last try, a confirmation at the last, an open case that is not joined."""
    tries = rules.pin_attempts
    said = [
        _seconds(rules, "greeting", greeting=rules.greeting),
        tries * (_seconds(rules, "ask_pin") + PIN_SECONDS),
        (tries - 1) * _seconds(rules, "wrong_pin"),
        MOST_SILENCES * (_seconds(rules, "confirm") + KEY_SECONDS),
        _seconds(rules, "about_case", case="CUSTOMER-1000") + KEY_SECONDS,
    ]
    return round(sum(said), 1)


def _seconds(rules: HotlineRules, key: str, /, **facts: str) -> float:
    return len(worded(rules, prompt(key, **facts)).split()) / WORDS_A_SECOND
