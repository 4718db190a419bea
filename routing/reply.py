"""What a responder's text means.

Accepted in any case, with or without punctuation: `ACK [code]`, `1 [code]`, `A [code]`,
`ok [code]`, a thumbs-up; `2`, `DECLINE`; `3`, `ESC`; `R`, `RESOLVE`; `?`, `STATUS`; `ACK ALL`;
`Z 30 [code]`, `SNOOZE 2h`; `TO ben [code]`; `ADD ben [code]`; `TAKE [code]`; `N [code] words`;
`MENU`; `ME`, for the link to the own page; `CALL [code]` rings the customer.
A verb glued to its code is read too (`ack4821`, `1-4821`); a case's own id serves as its code, and
`4821?` asks as `? 4821` does.
Carriers take STOP, END, CANCEL, QUIT, YES, START, UNSTOP, HELP and INFO for themselves (Twilio:
opt-out keywords), so none of them means anything here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    DECLINE = "decline"
    ESCALATE = "escalate"
    RESOLVE = "resolve"
    STATUS = "status"
    CALL = "call"
    """Call the customer."""
    SNOOZE = "snooze"
    REASSIGN = "reassign"
    ADD = "add"
    TAKE = "take"
    NOTE = "note"
    MENU = "menu"
    OWN = "own page"
    """A link to the person's own page."""
    NONE = "none"
    """A code without a word, or words we do not know."""


WORDS: dict[str, Verb] = {
    **dict.fromkeys(
        ("1", "a", "ack", "acked", "acknowledge", "acknowledged", "ok", "okay", "\U0001f44d"),
        Verb.ACKNOWLEDGE,
    ),
    **dict.fromkeys(("2", "d", "decline", "declined", "\U0001f44e"), Verb.DECLINE),
    **dict.fromkeys(("3", "e", "esc", "escalate"), Verb.ESCALATE),
    **dict.fromkeys(("r", "resolve", "resolved"), Verb.RESOLVE),
    **dict.fromkeys(("?", "s", "status"), Verb.STATUS),
    **dict.fromkeys(("call",), Verb.CALL),
    **dict.fromkeys(("z", "snooze", "sleep"), Verb.SNOOZE),
    **dict.fromkeys(("to", "give", "reassign", "assign"), Verb.REASSIGN),
    **dict.fromkeys(("add",), Verb.ADD),
    **dict.fromkeys(("t", "take", "takeover"), Verb.TAKE),
    **dict.fromkeys(("n", "note"), Verb.NOTE),
    **dict.fromkeys(("menu", "commands"), Verb.MENU),
    "me": Verb.OWN,
}
CARRIER = frozenset(
    [
        "stop",
        "stopall",
        "unsubscribe",
        "end",
        "quit",
        "cancel",
        "revoke",
        "optout",
        "start",
        "yes",
        "unstop",
        "help",
        "info",
    ]
)
"""Keywords the carrier answers itself; they reach us only as information."""

_TALKATIVE = frozenset(
    [
        "1",
        "ack",
        "acked",
        "acknowledge",
        "acknowledged",
        "decline",
        "declined",
        "esc",
        "escalate",
        "status",
    ]
)
"""Words clear enough to carry a remark; "a moment", "ok but" and "2 minutes" are no answers."""
_DROPPED = re.compile(
    "[\U0001f3fb-\U0001f3ff\ufe0f\u200d\x00'\"`()\\[\\]<>\u2018\u2019\u201c\u201d]"
)
"""Skin tones, variation selectors, quotes, brackets and NUL."""
_SHAPE = re.compile(
    r"^(?P<verb>[a-z]+|[123]|\?|\U0001f44d|\U0001f44e)?[\s.,:;#!?-]*(?P<rest>.*?)[\s.,;!]*$",
    re.IGNORECASE,
)
_CODE = re.compile(r"^#?(?P<code>\d{4,6}|[a-z][a-z0-9]*-\d+)$", re.IGNORECASE)
_BARE = re.compile(r"^#?\d{4}$")
"""A code alone says nothing, also where it begins with the digit of an answer."""
_ASKED = re.compile(r"^#?(?P<code>\d{4})\s*\?+$")
_THUMBS = {Verb.ACKNOWLEDGE: "\U0001f44d", Verb.DECLINE: "\U0001f44e"}
"""Said once more behind the answer, they say nothing more."""
_TIME = re.compile(
    r"(?:(?P<days>\d{1,2}) ?d(?:ays?)?)? ?(?:(?P<hours>\d{1,3}) ?h(?:(?:ou)?rs?)?)?"
    r" ?(?:(?P<minutes>\d{1,4}(?= ?m)|\d{1,3})(?: ?m(?:in(?:ute)?s?)?)?)?",
    re.IGNORECASE,
)
"""`30`, `30m`, `30 min`, `2h`, `1h30`, `1d`; four digits are a code, never a time."""
_SIGNATURE = re.compile(r"^(--|sent from\b|get outlook\b)", re.IGNORECASE)
_LONGEST = 200
_LONGEST_NOTE = 1500
_SPLIT = ".,;:!?"


@dataclass(frozen=True, slots=True)
class Reply:
    """`code` is the page's code, or a case id in upper case; `every` is `ACK ALL`, `? ALL`."""

    verb: Verb
    code: str | None = None
    every: bool = False
    carrier: bool = False
    remark: str = ""
    """What else was said, for the ticket; all of it, for a note."""
    minutes: int | None = None
    """How long to snooze; None where that was not said."""
    who: str = ""
    """Whom to give it to or to add, as written."""


def parse(text: str) -> Reply:
    """Read a reply: its first line, all of a note. What cannot be read is Verb.NONE, no error."""
    line = _plain(text)
    if line.lower() in CARRIER:
        return Reply(Verb.NONE, carrier=True)
    if _BARE.match(line):
        return Reply(Verb.NONE, line.lstrip("#"))
    asked = _ASKED.match(line)
    if asked:
        return Reply(Verb.STATUS, asked["code"])
    shape = _SHAPE.match(line)
    word = (shape["verb"] or "").lower() if shape else ""
    if shape is not None and word in WORDS:
        found = _read(word, shape["rest"].strip(), text)
        if found.verb is not Verb.NONE:
            return found
    alone = _CODE.match(line)
    return Reply(Verb.NONE, alone["code"].upper() if alone else None)


def _plain(text: str) -> str:
    """The first line that says something, and a code below it; what follows is a signature."""
    kept = _DROPPED.sub("", unicodedata.normalize("NFKC", text[: 10 * _LONGEST]))
    lines = [" ".join(line.split()).strip(" .,;!:") for line in kept.splitlines()]
    first, second = ([line for line in lines if line] + ["", ""])[:2]
    return (f"{first} {second}" if _BARE.match(second) else first)[:_LONGEST]


def _read(word: str, rest: str, text: str) -> Reply:
    verb = WORDS[word]
    if verb is Verb.NOTE:
        return _note(rest, text)
    reader = READERS.get(verb)
    return reader(verb, rest) if reader else _with_code(word, rest)


def _with_code(word: str, rest: str) -> Reply:
    verb = WORDS[word]
    rest = rest.replace(_THUMBS.get(verb, ""), "").strip()
    if not rest:
        return Reply(verb)
    if rest.lower() == "all":
        every = verb in {Verb.ACKNOWLEDGE, Verb.STATUS}
        return Reply(verb, every=True) if every else Reply(Verb.NONE)
    head, _, tail = rest.partition(" ")
    code = _code(head)
    if code:
        return Reply(verb, code, remark=tail)
    if head.isascii() and head.isdigit():
        return Reply(verb, head)
    return Reply(verb, remark=rest) if word in _TALKATIVE else Reply(Verb.NONE)


def _code(word: str) -> str | None:
    found = _CODE.match(word.strip(_SPLIT))
    return found["code"].upper() if found else None


def _snooze(verb: Verb, rest: str) -> Reply:
    """A time and a code, in either order; four digits are the code."""
    words = rest.removeprefix("for ").split()
    code = next((c for c in map(_code, words) if c), None)
    left = " ".join(w.strip(_SPLIT) for w in words if _code(w) is None)
    if not left:
        return Reply(verb, code)
    span = _TIME.fullmatch(left)
    if span is None or not any(span.groupdict().values()):
        return Reply(Verb.NONE)
    count = {name: int(value or 0) for name, value in span.groupdict().items()}
    minutes = count["days"] * 1440 + count["hours"] * 60 + count["minutes"]
    return Reply(verb, code, minutes=minutes)


def _person(verb: Verb, rest: str) -> Reply:
    """A name of any number of words, and a code behind it or before it; a remark comes last."""
    words = rest.split()
    while words and words[0].lower() in {"to", "it"}:
        words = words[1:]
    at = next((n for n, word in enumerate(words) if n and _code(word)), None)
    if at is not None:
        named, code, remark = words[:at], _code(words[at]), " ".join(words[at + 1 :])
    elif len(words) > 1 and _code(words[0]):
        named, code, remark = words[1:], _code(words[0]), ""
    else:
        named, code, remark = words, None, ""
    who = " ".join(named).strip(_SPLIT)
    if verb is Verb.REASSIGN and who.lower() == "me":
        return Reply(Verb.TAKE, code, remark=remark)
    return Reply(verb, code, who=who, remark=remark)


def _take(verb: Verb, rest: str) -> Reply:
    """`TAKE`, `TAKE OVER 4821`, `TAKE IT`; anything else is talk."""
    words = [w for w in rest.split() if w.lower() not in {"over", "it"}]
    code = _code(words[0]) if words else None
    if words and code is None:
        return Reply(Verb.NONE)
    return Reply(verb, code, remark=" ".join(words[1:]))


def _menu(verb: Verb, rest: str) -> Reply:
    return Reply(Verb.NONE) if rest else Reply(verb)


def _note(rest: str, text: str) -> Reply:
    """All that was written but the word, a code behind it and a signature, as it was written."""
    code = _code(rest.partition(" ")[0])
    lines = text.replace("\x00", "").strip().splitlines()
    end = next((n for n, line in enumerate(lines) if n and _SIGNATURE.match(line.strip())), None)
    whole = "\n".join(line.rstrip() for line in lines[:end])
    said = re.sub(r"^\W*(?:note|n)[\s.,:;#!?-]*", "", whole, count=1, flags=re.IGNORECASE)
    if code is not None:
        said = re.sub(
            rf"^\W*{re.escape(code)}['\")\]\s.,:;-]*", "", said, count=1, flags=re.IGNORECASE
        )
    return Reply(Verb.NOTE, code, remark=said.strip()[:_LONGEST_NOTE])


READERS: dict[Verb, Callable[[Verb, str], Reply]] = {
    Verb.SNOOZE: _snooze,
    Verb.REASSIGN: _person,
    Verb.ADD: _person,
    Verb.TAKE: _take,
    Verb.MENU: _menu,
}


def again(reply: Reply, code: str) -> str:
    """How to give the same answer with this code, as short as it goes: `1 4821`, `TO ben 4821`."""
    word = SHORT[reply.verb]
    if reply.verb in {Verb.REASSIGN, Verb.ADD}:
        return f"{word} {reply.who[:20] or 'NAME'} {code}"
    if reply.verb is Verb.SNOOZE:
        return f"{word} {reply.minutes or 30} {code}"
    return f"{word} {code}"


SHORT = {
    Verb.ACKNOWLEDGE: "1",
    Verb.DECLINE: "2",
    Verb.ESCALATE: "3",
    Verb.RESOLVE: "R",
    Verb.STATUS: "?",
    Verb.CALL: "CALL",
    Verb.SNOOZE: "Z",
    Verb.REASSIGN: "TO",
    Verb.ADD: "ADD",
    Verb.TAKE: "TAKE",
    Verb.NOTE: "N",
    Verb.MENU: "MENU",
    Verb.OWN: "ME",
    Verb.NONE: "1",
}
