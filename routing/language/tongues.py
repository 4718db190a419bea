"""The hotline's words and languages: read, and refused where a sentence would have a hole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from routing.hotline_rules import HotlineRules, Tongue
from routing.hotline_telling import SPEECH, STANDING, places
from routing.hotline_words import WORDS
from routing.language.cursor import Cursor, Members
from routing.language.words import parse_language
from routing.tags import primary
from routing.template import faults

TONGUE_MEMBERS = ("speech", "voice", "greeting", "words")
MOST = 8
"""Languages beside the policy's own: the keys 2 to 9."""
MONTHS = 12
_VOICE = re.compile(r"man|woman|alice|[A-Z]\w*\.[\w.-]+", re.ASCII)


def read_words(members: Members) -> dict[str, str]:
    at = members.get("words")
    if at is None:
        return {}
    found = at.members(*WORDS).found
    return {key: _sentence(key, part) for key, part in found.items() if key in WORDS}


def _sentence(key: str, at: Cursor) -> str:
    text = at.text()
    for fault in faults(text, places(WORDS[key]) | STANDING):
        at.wrong(fault)
    if key == "months" and len(text.split()) != MONTHS:
        at.wrong("it names the twelve months, one word each.")
    return text


def read_tongues(members: Members) -> tuple[Tongue, ...]:
    """What is spoken beside the policy's own language, in the order of the menu."""
    at = members.get("languages")
    tongues = tuple(_tongue(tag, part) for tag, part in members.named("languages"))
    own = members.text("language", HotlineRules().language)
    for problem in _contradictions(own, tongues):
        if at is not None:
            at.wrong(problem)
    return tongues


def _contradictions(own: str, tongues: tuple[Tongue, ...]) -> Iterator[str]:
    if len(tongues) > MOST:
        yield f"there are {len(tongues)} languages; {MOST} are the most beside the policy's own."
    tags = [tongue.tag.casefold() for tongue in tongues]
    if own.casefold() in tags:
        yield f"the words of {own!r} stand at the top and below `languages`; keep one."
    for tag in sorted({tag for tag in tags if tags.count(tag) > 1}):
        yield f"the words of {tag!r} stand twice below `languages`; keep one."


def _tongue(tag: str, at: Cursor) -> Tongue:
    try:
        parse_language(tag)
    except ValueError as refused:
        at.wrong(str(refused))
    members = at.members(*TONGUE_MEMBERS)
    speech = members.read("speech", parse_language, "")
    if not speech and tag.casefold() == primary(tag) and primary(tag) not in SPEECH:
        at.wrong("`speech` is missing: what the telephone is to speak, with its region, as nl-NL.")
    return Tongue(
        tag, speech, members.read("voice", parse_voice, ""), members.text("greeting"),
        read_words(members),
    )  # fmt: skip


def parse_voice(text: str) -> str:
    """A voice, as Twilio names it (its Say page)."""
    if not _VOICE.fullmatch(text):
        raise ValueError(f"{text!r} is no voice; write it as Twilio does: Polly.Vicki-Neural.")
    return text
