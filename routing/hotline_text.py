"""Texts to the hotline: what they mean, and what is done and asked back.

Theory of operation. A text is about the one open case of its sender, or says which. Where several
are open it is asked back, and the text is kept until the answer. A new emergency is asked for once
more, by a word that no carrier takes for itself; so is the end of one. A question lives for ten
minutes, and a number has one at a time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from routing.reply import parse

LIVES = timedelta(minutes=10)
"""How long a question waits for its answer."""
MOST_TEXT = 1600
_NAMED = re.compile(r"^#?([A-Z][A-Z0-9]*-\d+)\b[\s:,.;!?-]*", re.IGNORECASE)
_LAST = re.compile(r"\b([A-Z][A-Z0-9]*-\d+)\W*$", re.IGNORECASE)
_PICKED = re.compile(r"^\W*(\d)\W*$")


class Word(StrEnum):
    CARRIER = "carrier"
    STATUS = "status"
    FALSE_ALARM = "false alarm"
    EMERGENCY = "emergency"
    MORE = "more"
    """Anything else: the customer's own words."""


@dataclass(frozen=True, slots=True)
class Said:
    word: Word
    text: str
    case: str | None = None
    """A case that is named, in upper case; perhaps none of the sender's."""
    picked: int | None = None
    """A place in a list that was sent, from 1."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who texts. `own` are the open cases this telephone began, `account` those of the account."""

    known: bool
    entitled: bool = False
    own: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    language: str = ""
    """What he is answered in: a tag of the policy's `languages`."""


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked back. `word` is what is done with the answer, `text` what was said first."""

    word: Word
    asked_at: datetime
    text: str = ""
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """`word` done with a case; EMERGENCY has none, STATUS as many as are open."""

    word: Word
    cases: tuple[str, ...] = ()
    text: str = ""
    asked_at: datetime | None = None
    """When an emergency was asked back: the same emergency, however often it is confirmed."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What is done, or else a word of the policy; and what is asked from now on."""

    act: Act | None = None
    key: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    question: Question | None = None


def read(body: str) -> Said:
    """A text; case, punctuation and a case's name before or after the word make no difference."""
    text = body.replace("\x00", "").strip()[:MOST_TEXT]
    if parse(text).carrier:
        return Said(Word.CARRIER, text)
    named = _NAMED.match(text)
    rest, case = (text[named.end() :], named[1].upper()) if named else (text, None)
    word, last = _word(rest)
    if word is not None:
        return Said(word, text, case or last)
    picked = _PICKED.match(text)
    return Said(Word.MORE, rest, case, int(picked[1]) if picked else None)


def _word(rest: str) -> tuple[Word | None, str | None]:
    """What a text asks for, and the case named after it."""
    last = _LAST.search(rest)
    words = " ".join(re.sub(r"[^a-z ]", " ", _LAST.sub("", rest).casefold()).split())
    for word in (Word.STATUS, Word.FALSE_ALARM, Word.EMERGENCY):
        if words == word.value:
            return word, last[1].upper() if last else None
    begins = rest.casefold().startswith(Word.EMERGENCY.value)
    return Word.EMERGENCY if begins else None, None


def decide(said: Said, sender: Sender, question: Question | None, now: datetime) -> Turn:
    """What follows from a text of a customer. A question that is too old was never asked."""
    if question is not None and now - question.asked_at > LIVES:
        question = None
    if said.word is Word.CARRIER:
        return Turn(question=question)
    answered = _answered(said, question)
    if answered is not None:
        return Turn(answered)
    if said.word is Word.EMERGENCY:
        return _emergency(said.text, sender, now)
    cases = _meant(said, sender)
    if not cases:
        return _nothing_open(said, sender, question, now)
    if said.word is Word.STATUS:
        return Turn(Act(Word.STATUS, cases))
    return _about(said, cases, now)


def _nothing_open(said: Said, sender: Sender, question: Question | None, now: datetime) -> Turn:
    """A contact's words are perhaps an emergency, of which the first half was said before."""
    if said.word is not Word.MORE or not sender.known:
        return Turn(key="no_case_text")
    before = question.text if question and question.word is Word.EMERGENCY else ""
    return _emergency(f"{before}\n{said.text}".strip(), sender, now)


def _about(said: Said, cases: tuple[str, ...], now: datetime) -> Turn:
    if len(cases) == 1:
        return Turn(Act(said.word, cases, said.text))
    asked = Question(said.word, now, said.text, cases)
    return Turn(key="which_text", facts={"cases": listed(cases)}, question=asked)


def _answered(said: Said, question: Question | None) -> Act | None:
    """What was asked back is answered: by EMERGENCY, by a place in the list, by a case's name."""
    if question is None:
        return None
    if question.word is Word.EMERGENCY:
        confirmed = Act(Word.EMERGENCY, text=question.text, asked_at=question.asked_at)
        return confirmed if said.word is Word.EMERGENCY else None
    if said.picked is not None and 1 <= said.picked <= len(question.cases):
        return Act(question.word, (question.cases[said.picked - 1],), question.text)
    alone = said.word is Word.MORE and not said.text
    if alone and said.case in question.cases:
        return Act(question.word, (said.case,), question.text)
    return None


def _emergency(text: str, sender: Sender, now: datetime) -> Turn:
    if not sender.known:
        return Turn(key="no_case_text")
    if not sender.entitled:
        return Turn(key="not_entitled_text")
    asked = Question(Word.EMERGENCY, now, text[:MOST_TEXT])
    cases = sender.own or sender.account
    key = "emergency_again_text" if cases else "emergency_text"
    return Turn(key=key, facts={"cases": listed(cases)}, question=asked)


def _meant(said: Said, sender: Sender) -> tuple[str, ...]:
    """The cases a text may be about. What only this telephone began may it end."""
    everything = tuple(dict.fromkeys((*sender.own, *sender.account)))
    reach = sender.own if said.word is Word.FALSE_ALARM else everything
    if said.case is not None and said.case in reach:
        return (said.case,)
    return sender.own if sender.own or said.word is Word.FALSE_ALARM else sender.account


def listed(cases: Sequence[str]) -> str:
    """`1 ACME-7, 2 ACME-9`."""
    return ", ".join(f"{n} {case}" for n, case in enumerate(cases, 1))
