"""The words of pages in a policy: read, and refused where a page could lose what it must say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from routing.gsm import MOST_SEGMENTS, MOST_WIDE_SEGMENTS, is_gsm, segments
from routing.language.cursor import Cursor, Members
from routing.language.words import parse_language
from routing.phrases import (
    ASKS,
    CHANNELS,
    DUE,
    NOTHING,
    OPTIONAL,
    OVERDUE,
    PLACES,
    PROMISES,
    Phrases,
    Wording,
)
from routing.template import faults, fill

LINES = ("menu", "due", "overdue", "nothing")
MEMBERS = (*CHANNELS, *LINES, "speech", "asks", "promises", "severities")
TIMES = frozenset({"promise", "time"})
LONGEST = {"voice": 600, "email_subject": 150, "menu": 300, "due": 40, "overdue": 40, "nothing": 20}
"""Characters of what is written, places included."""
MOST_ASKED = 24
CODE, CASE, TIME = "999999", "AAAAAAAAAA-999999", "30 Sep 14:05 UTC"
"""As long as they get: a code on a crowded phone, a case, the time of a promise."""
WORST = {"account": 12, "severity": 12, "plan": 8, "person": 12, "subject": 0, "why": 0}
"""Characters that are left of each fact when there is no room for more."""
TAKE, DECLINE = "1 {code}", "2 {code}"


def read_wording(of: Members) -> Wording:
    """The default language's words stand at the top, other languages below `languages`."""
    at = of.get("wording")
    if at is None:
        return Wording()
    members = at.members("language", "languages", *MEMBERS)
    usual = members.read("language", parse_language, Wording().language)
    own = _phrases(members)
    others = {tag: _language(tag, part, own) for tag, part in members.named("languages")}
    if usual in others:
        at.wrong(f"the words of {usual!r} stand at the top and below `languages`; keep one.")
    mine = {usual: own} if own != Phrases() else {}
    return Wording(usual, {**mine, **others})


def _language(tag: str, at: Cursor, base: Phrases) -> Phrases:
    try:
        parse_language(tag)
    except ValueError as refused:
        at.wrong(str(refused))
    return _phrases(at.members(*MEMBERS), base)


def _phrases(members: Members, base: Phrases | None = None) -> Phrases:
    """`base` is the default language, whose words stand in for those that are missing."""
    words = Phrases(
        speech=members.read("speech", parse_language, ""),
        asks=_table(members, "asks", tuple(ASKS), MOST_ASKED),
        promises=_table(members, "promises", tuple(PROMISES), MOST_ASKED),
        menu=_line(members, "menu"),
        due=_line(members, "due"),
        overdue=_line(members, "overdue"),
        nothing=_line(members, "nothing"),
    )
    whole = words.over(base) if base else words
    top = {name: _template(members, name, whole) for name in CHANNELS}
    severities = {severity: _special(at, whole) for severity, at in members.named("severities")}
    for at in dict(members.named("severities")):
        members.found["severities"].refer("severity", at)
    return replace(
        words,
        sms=top["sms"],
        voice=top["voice"],
        email_subject=top["email_subject"],
        severities=severities,
    )


def _special(at: Cursor, words: Phrases) -> Mapping[str, str]:
    members = at.members(*CHANNELS)
    return {name: _template(members, name, words) for name in members.found}


def _table(members: Members, name: str, known: tuple[str, ...], most: int) -> dict[str, str]:
    found = members.table(name, *known).found
    return {key: at.read(_plain(most), "") for key, at in found.items() if key in known}


def _plain(most: int) -> Callable[[str], str]:
    """Words without places, of `most` characters."""

    def parse(text: str) -> str:
        line = " ".join(text.split())
        if "{" in line or "}" in line:
            raise ValueError("no place belongs here; write words alone.")
        if len(line) > most:
            raise ValueError(f"it has {len(line)} characters; {most} are the most here.")
        return line

    return parse


def _line(members: Members, name: str) -> str:
    at = members.get(name)
    if at is None:
        return ""
    line = _one_line(at)
    for fault in faults(line, TIMES if name in {"due", "overdue"} else ()):
        at.wrong(fault)
    if name == "menu" and not {"1", "2"} <= {*line}:
        at.wrong("it must say what 1 and 2 do, or nobody could answer.")
    if name in {"due", "overdue"} and "{time}" not in line:
        at.wrong("it must say {time}, or it says nothing.")
    _short_enough(at, name, line)
    return line


def _one_line(at: Cursor) -> str:
    return " ".join(at.text().split())


def _short_enough(at: Cursor, name: str, line: str) -> None:
    most = LONGEST.get(name)
    if most is not None and len(line) > most:
        at.wrong(f"it has {len(line)} characters; {most} are the most here.")


def _template(members: Members, name: str, words: Phrases) -> str:
    at = members.get(name)
    if at is None:
        return ""
    line = _one_line(at)
    wrong = list(faults(line, PLACES))
    for fault in wrong:
        at.wrong(fault)
    _short_enough(at, name, line)
    if name == "sms" and not wrong:
        _sms(at, line, words)
    if name == "email_subject" and "{case}" not in line:
        at.wrong("it must say {case}, or the mail could be about any.")
    return line


def _sms(at: Cursor, line: str, words: Phrases) -> None:
    """A text must say how to answer, with its code, and fit however long the facts are."""
    for needed, what in ((TAKE, "take"), (DECLINE, "decline")):
        if needed not in line:
            at.wrong(f"it must say how to {what} it with its code: write {needed!r} in it.")
    if "{case}" not in line:
        at.wrong("it must say {case}, or nobody could tell which.")
    gsm = is_gsm(fill(line, {}) + "".join(_said(words).values()))
    most = MOST_SEGMENTS if gsm else MOST_WIDE_SEGMENTS
    count = segments(worst(line, words, gsm=gsm))
    if count > most:
        kind = "GSM-7" if gsm else "UCS-2, for its letters are not all in GSM-7"
        at.wrong(f"it can take {count} segments ({kind}); {most} are the most. Shorten it.")


def worst(line: str, words: Phrases, *, gsm: bool) -> str:
    """The longest that a template can get: every letter of a fact takes twice its room."""
    letter = "\u20ac" if gsm else "\U0001f525"
    facts = {name: letter * length for name, length in WORST.items()}
    said = _said(words)
    return fill(line, {**facts, **said, "code": CODE, "case": CASE}, OPTIONAL)


def _said(words: Phrases) -> dict[str, str]:
    """The longest of what is said in these words themselves."""
    asks = max(({**ASKS, **words.asks}).values(), key=_room)
    promise = max(({**PROMISES, **words.promises}).values(), key=_room)
    times = (words.due or DUE, words.overdue or OVERDUE)
    due = max((fill(t, {"promise": promise, "time": TIME}) for t in times), key=_room)
    return {"ask": asks, "due": due, "subject": words.nothing or NOTHING}


def _room(text: str) -> tuple[bool, int]:
    return not is_gsm(text), len(text)
