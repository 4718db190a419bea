"""What the hotline's telephone is told, as TwiML."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from notifiers.twilio import twiml
from notifiers.twilio.patience import PATIENCE
from notifiers.twilio.twiml import Verb
from routing.hotline_call import Call, Then
from routing.hotline_prompt import Fact, Prompt, prompt
from routing.hotline_rules import Tongue
from routing.hotline_telling import speech, told
from routing.hotline_words import HOLD_SECONDS, KEY_SECONDS, PIN_SECONDS
from routing.policy import HotlineRules

MUSIC = "/twilio/hotline/hold.wav"
LONGEST_MESSAGE, LONGEST_WRITTEN = 180, 120
"""Seconds; Twilio writes down no more than two minutes (13617)."""


def spoken(rules: HotlineRules, prompts: Sequence[Prompt], language: str = "") -> list[Verb]:
    """Each as it is said in a language of the policy, by the voice of what it is said in."""
    return [_say(*told(rules, prompt, language)) for prompt in prompts]


def _say(text: str, tongue: Tongue) -> Verb:
    return twiml.say(text, language=speech(tongue), voice=tongue.voice or None)


def document(
    base: str, call: Call, rules: HotlineRules, prompts: Sequence[Prompt], then: Then
) -> bytes:
    """The next document of a call; every address in it names the call and its turn."""
    here = f"{base}/twilio/hotline/call/{call.id}/{call.turn}{PATIENCE}"
    says = spoken(rules, prompts, call.language)
    if then is Then.WAIT:
        return twiml.voice(_wait(here, says, music(base, rules)))
    if then is Then.RECORD:
        written = f"{base}/twilio/hotline/transcript/{call.id}{PATIENCE}"
        return twiml.voice(*_record(here, says, written if rules.transcribe else None))
    return twiml.voice(*_AFTER[then](here, call, says))


def music(base: str, rules: HotlineRules) -> Verb:
    """A few seconds of it: a waiting caller's line is looked at between two rounds."""
    if rules.music == "none":
        return twiml.pause(HOLD_SECONDS)
    return twiml.play(f"{base}{MUSIC}" if rules.music == "ours" else rules.music)


def on_hold(base: str, rules: HotlineRules) -> bytes:
    """What is heard in a conference until the other one is there; Twilio asks again and again."""
    return twiml.voice(music(base, rules))


def _pin(here: str, _: Call, says: list[Verb]) -> list[Verb]:
    asked = twiml.gather(
        *says, action=here, timeout=PIN_SECONDS, finish_on_key="#", on_silence=True
    )
    return [asked]


def _key(here: str, _: Call, says: list[Verb]) -> list[Verb]:
    return [twiml.gather(*says, action=here, timeout=KEY_SECONDS, digits=1, on_silence=True)]


def _wait(here: str, says: list[Verb], hold: Verb) -> Verb:
    return twiml.gather(*says, hold, action=here, timeout=1, digits=1, on_silence=True)


def _record(here: str, says: list[Verb], transcript: str | None) -> list[Verb]:
    return [*says, tape(here, transcript), twiml.redirect(here)]


def tape(action: str, transcript: str | None = None) -> Verb:
    """A message after the tone; `action` is told where it is kept, `transcript` what it says."""
    return twiml.record(
        action, maxLength=LONGEST_WRITTEN if transcript else LONGEST_MESSAGE, timeout=8,
        finishOnKey="#", playBeep=True, transcribe=True if transcript else None,
        transcribeCallback=transcript,
    )  # fmt: skip


def _join(here: str, call: Call, says: list[Verb]) -> list[Verb]:
    return [*says, twiml.dial(room(here, call, "customer"), action=here, method="POST")]


def _end(_: str, __: Call, says: list[Verb]) -> list[Verb]:
    return [*says, twiml.hangup()]


_AFTER: dict[Then, Callable[[str, Call, list[Verb]], list[Verb]]] = {
    Then.PIN: _pin,
    Then.KEY: _key,
    Then.JOIN: _join,
    Then.CASE: _end,
    Then.END: _end,
}


def room(here: str, call: Call, label: str) -> Verb:
    """The conference; it ends with whoever leaves it."""
    base = here.split("/twilio/", maxsplit=1)[0]
    return twiml.conference(
        call.room,
        startConferenceOnEnter=True,
        endConferenceOnExit=True,
        beep="false",
        participantLabel=label,
        waitUrl=f"{base}/twilio/hotline/hold",
        statusCallback=f"{base}/twilio/hotline/room/{call.id}",
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


def said(rules: HotlineRules, key: str, language: str = "", /, **facts: Fact) -> Verb:
    return spoken(rules, [prompt(key, **facts)], language)[0]


def promised(rules: HotlineRules, action: str, case: str, language: str) -> bytes:
    """For a customer who was promised a call: his key connects, a mailbox presses none."""
    words = said(rules, "answer_back", language, case=case)
    asked = twiml.gather(words, twiml.pause(1), words, action=action, timeout=8, digits=1)
    return twiml.voice(asked, said(rules, "goodbye", language), twiml.hangup())


def farewell(rules: HotlineRules, key: str, language: str = "") -> bytes:
    return twiml.voice(said(rules, key, language), twiml.hangup())


def goodbye(rules: HotlineRules, language: str = "") -> bytes:
    return farewell(rules, "goodbye", language)
