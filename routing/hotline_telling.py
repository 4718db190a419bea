"""How a prompt becomes a sentence: in which language, in whose words, with which facts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from routing.hotline_prompt import Fact, Prompt
from routing.hotline_rules import HotlineRules, Tongue
from routing.hotline_words import STAFF, WORDS
from routing.hotline_words_de import GERMAN
from routing.hotline_words_es import SPANISH
from routing.hotline_words_fr import FRENCH
from routing.tags import primary

SHIPPED: Mapping[str, Mapping[str, str]] = {
    "en": WORDS, "de": GERMAN, "fr": FRENCH, "es": SPANISH,
}  # fmt: skip
SPEECH = {"en": "en-US", "de": "de-DE", "fr": "fr-FR", "es": "es-ES"}
"""What the provider speaks where a tag names no region."""
ENGLISH = Tongue("en")
STANDING = frozenset({"greeting", "number", "portal"})
"""Places that every sentence may have."""
_PLACE = re.compile(r"\{(\w+)(:spelt)?\}")


def worded(rules: HotlineRules, prompt: Prompt, language: str = "") -> str:
    """The sentence in a language of the policy; see `told`."""
    return told(rules, prompt, language)[0]


def plain(rules: HotlineRules, fact: Fact, language: str = "") -> str:
    """A fact by itself."""
    return worded(rules, fact, language) if isinstance(fact, Prompt) else fact


def told(rules: HotlineRules, prompt: Prompt, language: str = "") -> tuple[str, Tongue]:
    """The sentence, and what it is said in: where the language lacks it, in the policy's own.

    The policy's words win over ours. A fact nobody gave is left out.
    """
    wanted = language if prompt.language is None else prompt.language
    text, tongue = _phrase(rules, prompt.key, wanted)
    facts = {
        "greeting": tongue.greeting or rules.greeting, "number": rules.number,
        "portal": rules.portal, **prompt.facts,
    }  # fmt: skip

    def fact(found: re.Match[str]) -> str:
        value = facts.get(found[1], "")
        if isinstance(value, Prompt):
            return worded(rules, value, tongue.tag)
        if found[1] == "month" and value:
            return _phrase(rules, "months", tongue.tag)[0].split()[int(value) - 1]
        if found[1] == "portal" and value:
            return f", {value}"
        return spelt(value) if found[2] else value

    return " ".join(_PLACE.sub(fact, text).split()), tongue


def _phrase(rules: HotlineRules, key: str, language: str) -> tuple[str, Tongue]:
    """In the language, else in the policy's own, at last in our English."""
    for tongue in (rules.tongue(language), rules.own):
        text = own_words(tongue, key)
        if text:
            return text, tongue
    return WORDS[key], ENGLISH


def shipped(tag: str) -> Mapping[str, str]:
    """Our words in a language; none where we do not speak it."""
    return SHIPPED.get(primary(tag), {})


def places(text: str) -> frozenset[str]:
    return frozenset(found[1] for found in _PLACE.finditer(text))


def speech(tongue: Tongue) -> str:
    """What the provider is told to speak, as a BCP 47 tag."""
    return tongue.speech or SPEECH.get(tongue.tag.casefold(), tongue.tag)


def unworded(rules: HotlineRules, tongue: Tongue) -> tuple[str, ...]:
    """The prompts that a language of the policy lacks, those of engineers in its own alone."""
    others = STAFF if tongue.tag != rules.language else frozenset()
    return tuple(key for key in WORDS if key not in others and not own_words(tongue, key))


def own_words(tongue: Tongue, key: str) -> str:
    """The policy's or ours; empty where the language has none for it."""
    return tongue.words.get(key) or shipped(tongue.tag).get(key, "")


def spelt(case: str) -> str:
    """`A C M E 7`: so that it can be heard and written down."""
    return " ".join(case.replace("-", ""))
