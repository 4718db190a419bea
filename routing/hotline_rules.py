"""What the policy says about the emergency telephone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from routing.tags import kin
from routing.target import StepTarget

BRING_IN = (StepTarget("engineering"), StepTarget("duty_manager"))


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language the hotline speaks. `words` are those that differ from the shipped ones."""

    tag: str
    """BCP 47."""
    speech: str = ""
    """What the provider is told to speak, where the tag does not say it: `de-AT`."""
    voice: str = ""
    """One of the provider's; empty for its own choice."""
    greeting: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HotlineRules:
    """The emergency telephone: who may use it is `Plan.channels["hotline"]` (R19, R21)."""

    number: str = ""
    greeting: str = ""
    escalation: str | None = None
    """Who is rung; without one, what the case's route says."""
    pin_attempts: int = 3
    hold: timedelta = timedelta(minutes=4)
    """How long a caller waits on the line before a call back is offered."""
    callback: timedelta = timedelta(minutes=15)
    """The promise a caller hears."""
    fallback_numbers: tuple[str, ...] = ()
    """E.164, rung in turn when something of ours fails in the middle of a call."""
    unknown_callers: str = "voicemail"
    """`voicemail`, `connect` or `refuse`."""
    portal: str = ""
    """Where everything but an emergency goes: an address that can be read out and texted."""
    language: str = "en-US"
    """BCP 47 tag of what is spoken to whoever has no other language of `languages`."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Prompt to its words, where they differ from the shipped ones."""
    blocked: frozenset[str] = frozenset()
    """E.164 numbers that get through with a PIN alone."""
    music: str = "ours"
    """What a waiting caller hears: `ours`, `none`, or the address of a sound of a few seconds."""
    transcribe: bool = False
    """Whether Twilio writes down messages, where the account allows it (US English)."""
    retention: timedelta = timedelta(days=90)
    """How long recordings and transcripts are kept, at Twilio and here."""
    calls_per_number: int = 5
    """Of a number nobody knows, in ten minutes, before it gets through with a PIN alone."""
    calls_per_account: int = 10
    """In ten minutes, before an emergency joins the account's open case instead of a new one."""
    bring_in: tuple[StepTarget, ...] = BRING_IN
    """Who is called into a conversation by `*`, one after the other."""
    tickets: str = "any"
    """The system a caller's ticket is created in; `any`: the first set up for it; `none`."""
    voice: str = ""
    languages: tuple[Tongue, ...] = ()
    """What is spoken beside `language`; the second key of the menu is the first of them."""

    @property
    def own(self) -> Tongue:
        """The policy's language, which engineers hear and whoever is spoken to in no other."""
        return Tongue(self.language, "", self.voice, self.greeting, self.words)

    def tongue(self, language: str) -> Tongue:
        """Of a tag of `languages`; for any other the policy's own."""
        return next((one for one in self.languages if one.tag == language), self.own)

    def language_of(self, *wishes: str | None) -> str:
        """The first wish that can be met, as a tag of `languages`; empty for the policy's own."""
        tags = (self.language, *(tongue.tag for tongue in self.languages))
        met = (kin(wish, tags) for wish in wishes if wish)
        found = next((tag for tag in met if tag), self.language)
        return "" if found == self.language else found
