"""How long a caller waits for a human at the worst, worked out before the night.

The very decisions of the service are played. Added to them: everything the hotline says on the
longest way through it, at an unhurried voice's pace, every key pressed at the last moment, the
ringing, the whisper, and the looks of both telephones before they are connected.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.directory import Directory
from routing.hotline_asking import MENU, MOST_OFFERED, MOST_SILENCES
from routing.hotline_caller import emergency
from routing.hotline_facts import minutes, place
from routing.hotline_prompt import Fact, prompt
from routing.hotline_telling import own_words, worded
from routing.hotline_words import HOLD_SECONDS, KEY_SECONDS, PIN_SECONDS, POLL_SECONDS, RING_SECONDS
from routing.lookup import HOTLINE
from routing.policy import HotlineRules, Policy
from routing.tools.rehearsal import Happening, Pacing, Rehearsal, rehearse
from routing.tools.sketch import Sketch

WORDS_A_SECOND = 2.3
PAGE_SECONDS = 30
"""A page that is heard, or a text that is read and answered, once it was noticed."""
PIN_KEYS = 6
"""Seconds for the keys of a PIN after its first."""
BROUGHT_SECONDS = 5
"""From a case taken by text until its owner is called to the line: grace, look and pacing."""
CASE = "CUSTOMER-1000"
ABOUT = prompt("about", subject="nobody can log in", time="03:12 UTC")


@dataclass(frozen=True, slots=True)
class TimeToHuman:
    """Seconds from the first ring. `people` (ids) in the order they would be reached."""

    talk: float
    """The longest way to a confirmed emergency."""
    first: float | None
    """A human, when the first person answers the first contact; None where there is nobody."""
    worst: float | None
    """A human, when only the last contact before everybody was asked in vain is answered."""
    offered: float
    """When a call back is offered to one who waits."""
    promised: float
    """By when a caller who takes the offer at once is called back."""
    people: tuple[str, ...]
    names: tuple[str, ...] = ()
    last: str = ""
    """The name of whoever is asked by the contact that is answered at the worst."""

    def __str__(self) -> str:
        lines = [f"A confirmed emergency  {self.talk:5.0f} s after the first ring, at the longest"]
        if self.first is None or self.worst is None:
            lines.append("A human                no human would be reached")
        else:
            worst = f"{self.worst:5.0f} s at the worst: only {self.last} answers,"
            lines += [
                f"A human                {self.first:5.0f} s, if {self.names[0]} answers at once",
                f"                       {worst}",
                "                               and only the last call or text",
                f"                       in this order: {', '.join(self.names)}",
            ]
        return "\n".join(
            [
                *lines,
                f"A call back is offered {self.offered:5.0f} s after the first ring",
                f"and promised within    {self.promised:5.0f} s of it",
            ]
        )


def rehearse_hotline(
    policy: Policy,
    directory: Directory,
    at: datetime,
    account: str = "",
    pacing: Pacing | None = None,
) -> TimeToHuman:
    """The times for an emergency call of an account (unknown: empty) that begins at `at` (UTC)."""
    rules, talk = policy.hotline, _talk(policy.hotline)
    begins = at + timedelta(seconds=talk)
    word = emergency(policy).id
    sketch = Sketch(account=account, source=HOTLINE, channel=HOTLINE, priority=word)
    contacts = _asked(rehearse(policy, directory, sketch, begins, pacing=pacing), begins)
    times = [(c.at - at).total_seconds() + _answered(rules, c.channel) for c in contacts]
    last = contacts[times.index(max(times))].person if times else ""
    people = tuple(dict.fromkeys(c.person for c in contacts))
    offered = talk + rules.hold.total_seconds() + _look(rules)
    return TimeToHuman(
        talk=talk,
        first=round(times[0] + _meet(rules), 1) if times else None,
        worst=round(max(times) + _meet(rules), 1) if times else None,
        offered=round(offered, 1),
        promised=round(offered + _offer(rules) + rules.callback.total_seconds(), 1),
        people=people,
        names=tuple(directory.people[p].name for p in people),
        last=directory.people[last].name if last else "",
    )


def _asked(played: Rehearsal, begins: datetime) -> list[Happening]:
    """Every contact until all were asked in vain, in the order in which they arrive."""
    loud = (h.at for h in played.happenings if h.kind == "exhausted")
    end = next(loud, begins + timedelta(days=1))
    return sorted((c for c in played.contacts if c.at - c.late <= end), key=lambda c: c.at)


def _answered(rules: HotlineRules, channel: str) -> float:
    """From a contact until the key that connects.

    It is pressed on the page's own line, or on one he is called to after he took the case by text.
    """
    if channel == "voice":
        return RING_SECONDS + PAGE_SECONDS + KEY_SECONDS
    whisper = _seconds(rules, "whisper", account="The customer", plan="Premier", case=CASE)
    return PAGE_SECONDS + BROUGHT_SECONDS + RING_SECONDS + whisper + KEY_SECONDS


def _meet(rules: HotlineRules) -> float:
    """From that key until they speak: the caller hears his sentence out, then two looks."""
    brought = _seconds(rules, "bringing") + POLL_SECONDS
    connected = _seconds(rules, "connected") + HOLD_SECONDS + 1
    return max(_look(rules), _offer(rules)) + max(brought, connected)


def _look(rules: HotlineRules) -> float:
    """The longest time between two looks at a waiting caller's line."""
    ten = minutes(timedelta(minutes=10))
    facts = {"place": place(0), "whom": prompt("next_engineer"), "minutes": ten}
    return _seconds(rules, "progress", **facts) + HOLD_SECONDS + 1


def _offer(rules: HotlineRules) -> float:
    facts: dict[str, Fact] = {"minutes": minutes(rules.callback), "deadline": "03:40 UTC"}
    return _seconds(rules, "offer", **facts) + KEY_SECONDS


def _talk(rules: HotlineRules) -> float:
    """A PIN right at the last try, a confirmation at the last, open cases that are not joined."""
    tries = rules.pin_attempts
    said = [
        _seconds(rules, "greeting"),
        tries * (_seconds(rules, "ask_pin") + _menu(rules) + PIN_SECONDS + PIN_KEYS),
        (tries - 1) * _seconds(rules, "wrong_pin"),
        MOST_SILENCES * (_seconds(rules, "confirm") + KEY_SECONDS),
        MOST_OFFERED * _seconds(rules, "about_one", case=CASE, about=ABOUT, key="1"),
        _seconds(rules, "about_else") + KEY_SECONDS,
    ]
    return round(sum(said), 1)


def _menu(rules: HotlineRules) -> float:
    """The languages that are offered, each in its own."""
    return sum(_time(own_words(tongue, MENU)) for tongue in rules.languages)


def _seconds(rules: HotlineRules, key: str, /, **facts: Fact) -> float:
    """In whatever language takes longest for it."""
    tags = ("", *(tongue.tag for tongue in rules.languages))
    return max(_time(worded(rules, prompt(key, **facts), tag)) for tag in tags)


def _time(sentence: str) -> float:
    return len(sentence.split()) / WORDS_A_SECOND
