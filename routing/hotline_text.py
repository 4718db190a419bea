"""Texts to the hotline: what they mean, and what is done and asked back.

Theory of operation. A text is about the one open case of its sender, or says which. Where several
are open it is asked back, and what is said meanwhile is kept until the answer. A new emergency is
asked for once more, by a word that no carrier takes for itself; so is the end of one. A question
lives for ten minutes, and a number has one at a time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    about: Mapping[str, str] = field(default_factory=dict)
    """A case to what it is about, in few words of his language."""
    language: str = ""
    """What he is answered in: a tag of the policy's `languages`."""

    @property
    def cases(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.own, *self.account)))


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked back. `word` is what is done with the answer, `text` what was said first."""

    word: Word
    asked_at: datetime
    text: str = ""
    cases: tuple[str, ...] = ()
    language: str = ""
    """What it was asked in."""


@dataclass(frozen=True, slots=True)
class Act:
    """`word` done with a case; EMERGENCY has none, STATUS as many as are open."""

    word: Word
    cases: tuple[str, ...] = ()
    text: str = ""
    asked_at: datetime | None = None
    """When an emergency was asked back: the same emergency, however often it is confirmed."""
    others: tuple[str, ...] = ()
    """Open cases that it could have been about as well, though nobody was asked."""


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
    """What follows from a text of a customer.

    A question that is too old was never asked; but what is to be noted waits until it is noted.
    """
    question = _asked(question, now)
    if said.word is Word.CARRIER:
        return Turn(question=question)
    answered = _answered(said, sender, question)
    if answered is not None:
        return Turn(answered)
    if said.word is Word.EMERGENCY:
        return _emergency(_with_before(said, question), sender, now)
    cases = _meant(said, sender)
    if not cases:
        return _nothing_open(said, sender, question, now)
    text = said.text if said.word is Word.FALSE_ALARM else _with_before(said, question)
    if said.word is Word.STATUS or not text:
        return Turn(Act(Word.STATUS, cases), question=question)
    return _about(replace(said, text=text), cases, sender, now)


def _asked(question: Question | None, now: datetime) -> Question | None:
    if question is None or question.word is Word.MORE or now - question.asked_at <= LIVES:
        return question
    return None


def _with_before(said: Said, question: Question | None) -> str:
    """A text with what was said before it and is waited about; a wrong place says nothing."""
    before = question.text if question and question.word is not Word.FALSE_ALARM else ""
    now = "" if before and said.picked is not None else said.text
    return f"{before}\n{now}".strip()[:MOST_TEXT]


def _nothing_open(said: Said, sender: Sender, question: Question | None, now: datetime) -> Turn:
    """A contact's words are perhaps an emergency, of which the first half was said before."""
    if said.word is not Word.MORE or not sender.known:
        return Turn(key="no_case_text")
    return _emergency(_with_before(said, question), sender, now)


def _about(said: Said, cases: tuple[str, ...], sender: Sender, now: datetime) -> Turn:
    if len(cases) == 1:
        others = () if said.case else tuple(c for c in sender.cases if c not in cases)
        return Turn(Act(said.word, cases, said.text, others=others))
    asked = Question(said.word, now, said.text, cases)
    return Turn(key="which_text", facts={"cases": listed(cases, sender.about)}, question=asked)


def _answered(said: Said, sender: Sender, question: Question | None) -> Act | None:
    """What was asked back is answered: by EMERGENCY, by a place in the list, by a case's name."""
    if question is None:
        return None
    if question.word is Word.EMERGENCY:
        confirmed = Act(Word.EMERGENCY, text=question.text, asked_at=question.asked_at)
        return confirmed if said.word is Word.EMERGENCY else None
    if said.picked is not None and 1 <= said.picked <= len(question.cases):
        return Act(question.word, (question.cases[said.picked - 1],), question.text)
    alone = said.word is Word.MORE and not said.text
    if alone and said.case in (*question.cases, *_reach(question.word, sender)):
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
    facts = {"cases": ", ".join(named(case, sender.about) for case in cases)}
    return Turn(key=key, facts=facts, question=asked)


def _meant(said: Said, sender: Sender) -> tuple[str, ...]:
    """The cases a text may be about. What only this telephone began may it end."""
    if said.case is not None and said.case in _reach(said.word, sender):
        return (said.case,)
    return sender.own if sender.own or said.word is Word.FALSE_ALARM else sender.account


def _reach(word: Word, sender: Sender) -> tuple[str, ...]:
    return sender.own if word is Word.FALSE_ALARM else sender.cases


def listed(cases: Sequence[str], about: Mapping[str, str]) -> str:
    """`1 ACME-7 (system down, opened 03:12 UTC), 2 ACME-9`."""
    return ", ".join(f"{n} {named(case, about)}" for n, case in enumerate(cases, 1))


def named(case: str, about: Mapping[str, str]) -> str:
    return f"{case} ({about[case]})" if case in about else case
