"""What the hotline's telephone is told, as TwiML."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from notifiers.twilio import twiml
from notifiers.twilio.patience import PATIENCE
from notifiers.twilio.twiml import Verb
from routing.hotline_call import Call, Prompt, Then, prompt
from routing.hotline_words import HOLD_SECONDS, KEY_SECONDS, PIN_SECONDS, worded
from routing.policy import HotlineRules

LONGEST_MESSAGE = 180
"""Seconds."""


def spoken(rules: HotlineRules, prompts: Sequence[Prompt]) -> list[Verb]:
    return [twiml.say(worded(rules, p), language=rules.language) for p in prompts]


def document(
    base: str, call: Call, rules: HotlineRules, says: Sequence[Prompt], then: Then
) -> bytes:
    """The next document of a call; every address in it names the call and its turn."""
    here = f"{base}/twilio/hotline/call/{call.id}/{call.turn}{PATIENCE}"
    return twiml.voice(*_AFTER[then](here, call, spoken(rules, says)))


def _pin(here: str, _: Call, says: list[Verb]) -> list[Verb]:
    asked = twiml.gather(
        *says, action=here, timeout=PIN_SECONDS, finish_on_key="#", on_silence=True
    )
    return [asked]


def _key(here: str, _: Call, says: list[Verb]) -> list[Verb]:
    return [twiml.gather(*says, action=here, timeout=KEY_SECONDS, digits=1, on_silence=True)]


def _wait(here: str, _: Call, says: list[Verb]) -> list[Verb]:
    hold = twiml.pause(HOLD_SECONDS)
    return [twiml.gather(*says, hold, action=here, timeout=1, digits=1, on_silence=True)]


def _record(here: str, _: Call, says: list[Verb]) -> list[Verb]:
    return [*says, tape(here), twiml.redirect(here)]


def tape(action: str) -> Verb:
    """A message after the tone; `action` is told where it is kept."""
    return twiml.record(
        action, maxLength=LONGEST_MESSAGE, timeout=8, finishOnKey="#", playBeep=True
    )


def _join(here: str, call: Call, says: list[Verb]) -> list[Verb]:
    return [*says, twiml.dial(room(here, call, "customer"), action=here, method="POST")]


def _end(_: str, __: Call, says: list[Verb]) -> list[Verb]:
    return [*says, twiml.hangup()]


_AFTER: dict[Then, Callable[[str, Call, list[Verb]], list[Verb]]] = {
    Then.PIN: _pin,
    Then.KEY: _key,
    Then.WAIT: _wait,
    Then.RECORD: _record,
    Then.JOIN: _join,
    Then.CASE: _end,
    Then.END: _end,
}


def room(here: str, call: Call, label: str) -> Verb:
    """The conference; it ends with whoever leaves it."""
    ended = f"{here.split('/twilio/', maxsplit=1)[0]}/twilio/hotline/room/{call.id}"
    return twiml.conference(
        call.room,
        startConferenceOnEnter=True,
        endConferenceOnExit=True,
        beep="false",
        participantLabel=label,
        statusCallback=ended,
        statusCallbackEvent="leave end",
        statusCallbackMethod="POST",
    )


def enter(here: str, call: Call) -> Verb:
    """The responder's way into the conference, which `*` leads out of."""
    return twiml.dial(
        room(here, call, "responder"), action=f"{here}/over{PATIENCE}", method="POST",
        hangupOnStar=True,
    )  # fmt: skip


def help_out(here: str, call: Call, person: str) -> Verb:
    """The way in for one who was brought in: his leaving ends nothing."""
    joined = twiml.conference(
        call.room, startConferenceOnEnter=True, endConferenceOnExit=False, beep="false",
        participantLabel=person,
    )  # fmt: skip
    return twiml.dial(joined, action=here + PATIENCE, method="POST")


def said(rules: HotlineRules, key: str, /, **facts: str) -> Verb:
    return spoken(rules, [prompt(key, **facts)])[0]


def farewell(rules: HotlineRules, key: str) -> bytes:
    return twiml.voice(said(rules, key), twiml.hangup())


def goodbye(rules: HotlineRules) -> bytes:
    return farewell(rules, "goodbye")
