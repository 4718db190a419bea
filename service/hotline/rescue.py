"""What a telephone is told when something of ours has failed. All of it needs nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass

from notifiers.twilio import twiml
from notifiers.twilio.patience import PATIENCE
from routing.hotline_words import KEY_SECONDS
from routing.policy import HotlineRules
from service.hotline.speech import goodbye, said, tape

RING_SECONDS = 40
"""For each of the last-resort numbers, of which Twilio dials ten at most."""
TRIES, PAUSE = 3, 3
"""How often an engineer's line asks us again, after how many seconds."""


def last_resort(base: str, rules: HotlineRules) -> bytes:
    """For a caller: dials people, then takes a message. Also the static document of the number."""
    recorded = tape(f"{base}/twilio/hotline/trouble{PATIENCE}")
    message = [said(rules, "trouble_message"), recorded, said(rules, "goodbye"), twiml.hangup()]
    if not rules.fallback_numbers:
        return twiml.voice(*message)
    numbers = [twiml.number(n) for n in rules.fallback_numbers[:10]]
    dialled = twiml.dial(
        *numbers, timeout=RING_SECONDS, sequential=True if len(numbers) > 1 else None
    )
    return twiml.voice(said(rules, "trouble"), dialled, *message)


@dataclass(frozen=True, slots=True)
class Words:
    """What a line is told while it asks again, and when it is given up."""

    wait: str
    over: str


ENGINEER = Words("trouble_responder", "trouble_over")
CONTACT = Words("trouble_contact", "trouble_contact_over")
"""A customer whom an engineer called: he knows of no case, no console and no text."""


def again(base: str, path: str, tried: str, rules: HotlineRules, words: Words = ENGINEER) -> bytes:
    """For a line we called: it asks again, some times, since somebody waits for it.

    `tried` is the number in the address that failed; it is no state of the call, only patience.
    """
    count = (int(tried) if tried.isdigit() else 0) + 1
    if count >= TRIES:
        return twiml.voice(said(rules, words.over), twiml.hangup())
    follow = twiml.redirect(f"{base}{path}?tried={count}{PATIENCE}")
    return twiml.voice(said(rules, words.wait), twiml.pause(PAUSE), follow)


def greeting(action: str, rules: HotlineRules) -> bytes:
    """For a customer who was called back: a key connects, as ever; no case can be named."""
    words = said(rules, "trouble_back")
    asked = twiml.gather(words, twiml.pause(1), words, action=action, timeout=KEY_SECONDS, digits=1)
    return twiml.voice(asked, said(rules, "goodbye"), twiml.hangup())


def accepted(digits: str, rules: HotlineRules) -> bytes:
    """For a customer who pressed a key: 1 connects, though it cannot be written down now."""
    if digits == "1":
        return twiml.voice()
    return goodbye(rules)
