"""A hotline call until its case is there: who calls, what he may, whether it is an emergency."""

from __future__ import annotations

from dataclasses import replace

from routing.hotline_call import (
    Call,
    Identified,
    Keys,
    OpenCase,
    Rang,
    Silence,
    State,
    Step,
    Tell,
    Then,
)
from routing.hotline_moves import At, case, end, go
from routing.hotline_prompt import Prompt, prompt
from routing.hotline_telling import own_words
from routing.hotline_who import Matter

MOST_SILENCES = 3
MOST_OFFERED = 3
"""Open cases that are read out: more than that nobody keeps in mind while listening."""
FIRST_KEY = 2
"""Of the menu of languages; the policy's own is not offered, but can be gone back to by 1."""
MENU = "language"
"""A prompt that is of no use in another language than its own."""


def rang(call: Call, event: Rang, at: At) -> Step:
    greeting = prompt("greeting")
    call = replace(call, limited=event.limited)
    if event.caller is not None:
        made = go(call, State.ENTITLING, Then.END, greeting)
        return replace(made, following=Identified(event.caller, "number"))
    return go(call, State.IDENTIFYING, Then.PIN, greeting, *ask(call, at))


def ask(call: Call, at: At) -> tuple[Prompt, ...]:
    """For the PIN, and before a language was chosen for that too, each in its own."""
    others = () if call.language else tuple(enumerate(at.rules.languages, FIRST_KEY))
    menu = (
        Prompt(MENU, {"key": str(key)}, tongue.tag)
        for key, tongue in others
        if own_words(tongue, MENU)
    )
    return (prompt("ask_pin"), *menu)


def pin(call: Call, event: Keys, at: At) -> Step:
    if event.caller is not None:
        made = go(call, State.ENTITLING, Then.END)
        return replace(made, following=Identified(event.caller, "pin"))
    chosen = choice(event.digits, at)
    if chosen is None or chosen == call.language:
        return wrong(call, at, "wrong_pin")
    call = replace(call, language=chosen)
    return go(call, State.IDENTIFYING, Then.PIN, *ask(call, at))


def choice(digits: str, at: At) -> str | None:
    """The language a key stands for, 1 for the policy's own; a PIN has four digits at least."""
    tongues = (at.rules.own, *at.rules.languages) if at.rules.languages else ()
    return {str(key): tongue.tag for key, tongue in enumerate(tongues, 1)}.get(digits)


def no_pin(call: Call, _: Silence, at: At) -> Step:
    return wrong(call, at, "no_pin")


def wrong(call: Call, at: At, word: str) -> Step:
    call = replace(call, tries=call.tries + 1)
    if call.tries < (1 if call.limited else at.rules.pin_attempts):
        return go(call, State.IDENTIFYING, Then.PIN, prompt(word), *ask(call, at))
    return unidentified(call, at)


def unidentified(call: Call, at: At) -> Step:
    """A caller nobody could place: by the policy's choice, but never a dead line."""
    known = prompt("unidentified")
    if call.limited or at.rules.unknown_callers == "refuse":
        return end(call, at, "unidentified", known, prompt("reach", portal=at.rules.portal))
    if at.rules.unknown_callers == "connect":
        return go(call, State.CONFIRMING, Then.KEY, prompt("confirm"))
    return go(call, State.RECORDING, Then.RECORD, known, prompt("leave_message"))


def entitled(call: Call, event: Identified, at: At) -> Step:
    who = event.caller
    call = replace(
        call, account=who.account, account_name=who.name, plan=who.plan, known_by=event.by,
        open_cases=who.open_cases[:MOST_OFFERED], entitled=who.entitled,
        language=call.language or who.language,
    )  # fmt: skip
    if who.entitled:
        return go(call, State.CONFIRMING, Then.KEY, prompt("confirm"))
    facts = {"why": who.why, "portal": at.rules.portal}
    acts = (Tell("not_entitled_text", facts),)
    said = prompt("not_entitled", **facts)
    return go(call, State.RECORDING, Then.RECORD, said, prompt("leave_message"), acts=acts)


def confirm(call: Call, event: Keys, at: At) -> Step:
    if call.confirmed:
        return case(call, chosen(call.open_cases, event.digits))
    if event.digits != "1":
        return portal(call, at)
    call = replace(call, confirmed=True, silences=0)
    if not call.open_cases:
        return case(call, OpenCase("emergency"))
    return go(call, State.CONFIRMING, Then.KEY, *offered(call.open_cases))


def offered(cases: tuple[Matter, ...]) -> tuple[Prompt, ...]:
    """One is asked about; of several each has the key of its place, with what it is about."""
    if len(cases) == 1:
        return (prompt("about_case", case=cases[0].case),)
    each = (
        prompt("about_one", case=one.case, about=one.about, key=str(place))
        for place, one in enumerate(cases, 1)
    )
    return *each, prompt("about_else")


def chosen(cases: tuple[Matter, ...], digits: str) -> OpenCase:
    """The case whose key was pressed; any other key is a new emergency, and none is lost."""
    keys = {str(place): one.case for place, one in enumerate(cases, 1)}
    return OpenCase("join", keys[digits]) if digits in keys else OpenCase("emergency")


def portal(call: Call, at: At) -> Step:
    """Not an emergency: the portal by text, and nobody is paged (R21)."""
    facts = {"portal": at.rules.portal}
    return end(call, at, "portal", prompt("portal", **facts), acts=(Tell("portal_text", facts),))


def no_answer(call: Call, _: Silence, __: At) -> Step:
    if call.confirmed:
        return case(call, OpenCase("emergency"))
    call = replace(call, silences=call.silences + 1)
    if call.silences < MOST_SILENCES:
        return go(call, State.CONFIRMING, Then.KEY, prompt("confirm"))
    return go(call, State.RECORDING, Then.RECORD, prompt("no_keys"), prompt("leave_message"))
