"""Back to a document: how pages and the hotline are worded, and whom they let sleep."""

from __future__ import annotations

from routing.hotline_rules import HotlineRules, Tongue
from routing.phrases import CHANNELS, Phrases, Wording
from routing.policy import Policy


def manners_document(policy: Policy) -> dict[str, object]:
    """The sections `wording` and `quiet_hours`, without what says nothing."""
    holds = {"hold": sorted(policy.quiet_holds) or "none"}
    return {
        "wording": _wording(policy.wording),
        "quiet_hours": {} if policy.quiet_holds == {"normal"} else holds,
    }


def tongues_document(rules: HotlineRules) -> dict[str, object]:
    """What the hotline speaks beside its own language; a language may say nothing of itself."""
    return {tongue.tag: _tongue(tongue) for tongue in rules.languages}


def _tongue(tongue: Tongue) -> dict[str, object]:
    said = {
        "speech": tongue.speech, "voice": tongue.voice, "greeting": tongue.greeting,
        "words": dict(tongue.words),
    }  # fmt: skip
    return {name: value for name, value in said.items() if value}


def _wording(wording: Wording) -> dict[str, object]:
    if wording == Wording():
        return {}
    others = {t: _phrases(w) for t, w in wording.languages.items() if t != wording.language}
    own = _phrases(wording.languages.get(wording.language, Phrases()))
    found: dict[str, object] = {"language": wording.language, **own}
    return {**found, "languages": others} if others else found


def _phrases(words: Phrases) -> dict[str, object]:
    names = (*CHANNELS, "menu", "speech", "asks", "due", "overdue", "promises", "nothing")
    said = {name: getattr(words, name) for name in names}
    found: dict[str, object] = {
        name: value if isinstance(value, str) else dict(value)
        for name, value in said.items()
        if value
    }
    if words.severities:
        found["severities"] = {name: dict(own) for name, own in words.severities.items()}
    return found
