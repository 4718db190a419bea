"""What pages are made of in one language, and which language and severity has which words.

The English that is shipped is the last resort of every language: what a policy does not word is
said so. Facts of customers come in only through `{places}`, cleaned and cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from routing.case import Case
from routing.sla import Metric
from routing.tags import lookup
from routing.template import fill
from routing.words import first_due, instant

CHANNELS = ("sms", "voice", "email_subject")
PLACES = frozenset(
    {"ask", "severity", "account", "subject", "case", "plan", "person", "due", "code", "why"}
)
"""What a template may say."""
OPTIONAL = frozenset({"ask", "due", "why"})
"""Facts that are not always there."""
SMS = (
    "{ask} {severity} {account}: {subject} ({case}, {plan}). {due}"
    " Reply 1 {code} to take it, 2 {code} to decline, 3 {code} for engineering."
)
VOICE = (
    "{ask} Heliograph page for {person}. Severity {severity}. Customer {account}."
    " {subject}. {due} Case {case:spelt}."
)
MENU = "Press 1 to take it. 2 to decline. 3 for Sustained Engineering. Star to hear it again."
ASKS: Mapping[str, str] = {
    "page": "",
    "ask": "Still on it?",
    "handover": "Handover.",
    "engineering": "Engineering queue.",
    "join": "Help wanted.",
}
"""What a page asks, before everything else."""
DUE = "{promise} due {time}."
OVERDUE = "{promise} was due {time}."
PROMISES: Mapping[str, str] = {"reply": "Reply", "update": "Update", "fix": "Fix"}
NOTHING = "no subject"
METRICS = {
    Metric.FIRST_REPLY: "reply",
    Metric.NEXT_REPLY: "reply",
    Metric.UPDATE: "update",
    Metric.RESOLUTION: "fix",
}


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words of one language; what is empty is said as in the default one."""

    sms: str = ""
    voice: str = ""
    email_subject: str = ""
    menu: str = ""
    """What the keys of a call do."""
    speech: str = ""
    """What is spoken, as a BCP 47 tag; empty for what the telephone speaks unless told."""
    asks: Mapping[str, str] = field(default_factory=dict)
    due: str = ""
    overdue: str = ""
    promises: Mapping[str, str] = field(default_factory=dict)
    nothing: str = ""
    """What stands for a subject that is empty."""
    severities: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Severity id to channel to the template that it has instead."""

    def over(self, base: Phrases) -> Phrases:
        """These words, and those of `base` where there are none."""
        return Phrases(
            sms=self.sms or base.sms,
            voice=self.voice or base.voice,
            email_subject=self.email_subject or base.email_subject,
            menu=self.menu or base.menu,
            speech=self.speech if self.voice else base.speech,
            asks={**base.asks, **self.asks},
            due=self.due or base.due,
            overdue=self.overdue or base.overdue,
            promises={**base.promises, **self.promises},
            nothing=self.nothing or base.nothing,
            severities=self.severities,
        )


@dataclass(frozen=True, slots=True)
class Wording:
    """`languages` maps a tag to its words; a person without one of them has those of `language`."""

    language: str = "en"
    languages: Mapping[str, Phrases] = field(default_factory=dict)

    def phrases(self, language: str, severity: str) -> Phrases:
        """For a person of this language (a BCP 47 tag or nothing), for this severity."""
        usual = self.languages.get(self.language, Phrases())
        found = self.languages.get(self.language_of(language), usual)
        own, special = found.over(usual), found.severities.get(severity, {})
        return replace(
            own,
            sms=special.get("sms", own.sms),
            voice=special.get("voice", own.voice),
            email_subject=special.get("email_subject", own.email_subject),
            severities={},
        )

    def language_of(self, language: str) -> str:
        """The language whose words are used; `pt-BR` has those of `pt` without its own."""
        return lookup(language, self.languages) or self.language


def due_sentence(phrases: Phrases, case: Case, now: datetime) -> str:
    """`Reply due 14:05 UTC.`, in these words; empty when nothing is promised any more."""
    first = first_due(case)
    if first is None or first.due_at is None:
        return ""
    key = METRICS[first.metric]
    promise = phrases.promises.get(key) or PROMISES[key]
    late = first.due_at <= now
    template = (phrases.overdue or OVERDUE) if late else (phrases.due or DUE)
    return fill(template, {"promise": promise, "time": instant(first.due_at, now)})
