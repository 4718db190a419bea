"""What a responder's text means.

Accepted in any case, with or without punctuation: `ACK [code]`, `1 [code]`, `A [code]`,
`ok [code]`, a thumbs-up; `2`, `DECLINE`; `3`, `ESC`; `R`, `RESOLVE`; `?`, `STATUS`; `ACK ALL`;
`CALL [code]` calls the customer.
A verb glued to its code is read too (`ack4821`, `1-4821`); a case's own id serves as its code.
Carriers take STOP, END, CANCEL, QUIT, YES, START, UNSTOP, HELP and INFO for themselves
(Twilio: opt-out keywords), so none of them means anything here.
"""

from __future__ import annotations

import re
import unicodedata
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
_CODE = re.compile(r"^#?(?P<code>\d{4,5}|[a-z][a-z0-9]*-\d+)$", re.IGNORECASE)
_BARE = re.compile(r"^#?\d{4}$")
"""A code alone says nothing, also where it begins with the digit of an answer."""
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """`code` is the page's code, or a case id in upper case; `every` is `ACK ALL`."""

    verb: Verb
    code: str | None = None
    every: bool = False
    carrier: bool = False
    remark: str = ""
    """What else was said, for the ticket."""


def parse(text: str) -> Reply:
    """Read a reply: its first line. What cannot be read is Verb.NONE, never an error."""
    line = _plain(text)
    if line.lower() in CARRIER:
        return Reply(Verb.NONE, carrier=True)
    if _BARE.match(line):
        return Reply(Verb.NONE, line.lstrip("#"))
    shape = _SHAPE.match(line)
    word = (shape["verb"] or "").lower() if shape else ""
    if shape is not None and word in WORDS:
        found = _with_code(word, shape["rest"].strip())
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


def _with_code(word: str, rest: str) -> Reply:
    verb = WORDS[word]
    if not rest:
        return Reply(verb)
    if rest.lower() == "all":
        return Reply(verb, every=True) if verb is Verb.ACKNOWLEDGE else Reply(Verb.NONE)
    head, _, tail = rest.partition(" ")
    code = _CODE.match(head.strip(".,;:!"))
    if code:
        return Reply(verb, code["code"].upper(), remark=tail)
    if head.isascii() and head.isdigit():
        return Reply(verb, head)
    return Reply(verb, remark=rest) if word in _TALKATIVE else Reply(Verb.NONE)
