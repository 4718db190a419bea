"""Which page a reply means: by its code, or because there is only one it can mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from routing.case import LIVE, State
from routing.reply import Reply, Verb, again

OWNED = frozenset({Verb.ESCALATE, Verb.DECLINE})
"""Answers that also make sense for a case the person has already."""
NEVER_A_GUESS = frozenset({Verb.RESOLVE, Verb.SNOOZE, Verb.REASSIGN, Verb.ADD, Verb.NOTE})
"""Answers that mean an open page as well as a case one has: between two it is asked which."""
ANSWERED = frozenset({"acknowledged", "declined"})
UNANSWERED = frozenset({State.PAGING, State.EXHAUSTED, State.ENGINEERING})
MOST_LISTED = 6
NOTHING_OPEN = "No page is open on this phone. Nothing was changed."


@dataclass(frozen=True, slots=True)
class Paged:
    """A page that was sent to this phone."""

    case: str
    turn: int
    person: str
    code: str
    state: str
    opened_at: datetime
    live: bool
    case_state: str
    rank: int = 0
    """The severity of the case; 0 is the most severe."""
    told: bool = True
    """Whether a text or call about this case has left for the person."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The pages meant, one for each case; or, without any, the sentence of why not."""

    pages: tuple[Paged, ...]
    why_not: str = ""
    told: bool = False
    """Nothing is to be done: whoever wrote is told how it stands with the page."""
    newer: tuple[Paged, ...] = ()
    """What `ACK ALL` cannot mean, because nobody has been told of it yet."""


def choose(reply: Reply, pages: Sequence[Paged]) -> Chosen:
    """`pages` are those of the phone's people, the newest first."""
    if reply.verb is Verb.STATUS and reply.code is None:
        return _mine(pages)
    if reply.every:
        return _every(pages)
    if reply.code is not None:
        return _by_code(reply, reply.code, pages)
    return _only(reply, pages)


def _cases(pages: Sequence[Paged]) -> tuple[Paged, ...]:
    """The newest page of each case."""
    newest: dict[str, Paged] = {}
    for page in pages:
        newest.setdefault(page.case, page)
    return tuple(newest.values())


def _open(pages: Sequence[Paged]) -> tuple[Paged, ...]:
    return _cases([p for p in pages if p.state == "open"])


def _every(pages: Sequence[Paged]) -> Chosen:
    """Exactly what texts have told of: what came since is somebody's to read first."""
    found = _open(pages)
    told = tuple(p for p in found if p.told)
    newer = tuple(p for p in found if not p.told)
    if told:
        return Chosen(told, newer=newer)
    none = f"Nothing was changed. {since(newer)}" if newer else NOTHING_OPEN
    return Chosen((), none)


def since(newer: Sequence[Paged]) -> str:
    """The truth about pages that are open and were not meant; empty for none."""
    if not newer:
        return ""
    names = ", ".join(f"1 {p.code} for {p.case}" for p in newer[:MOST_LISTED])
    more = f" and {len(newer) - MOST_LISTED} more" if len(newer) > MOST_LISTED else ""
    return f"Not among them: {names}{more}, which came since."


def _mine(pages: Sequence[Paged]) -> Chosen:
    """What is open on this phone and what its people have; else how the latest page ended."""
    found = _cases([*_open(pages), *_owned(pages)]) or _unanswered(pages)
    return Chosen(found) if found else _last(Verb.STATUS, pages)


def _by_code(reply: Reply, code: str, pages: Sequence[Paged]) -> Chosen:
    named = [p for p in pages if code in (p.code, p.case)]
    live = _cases([p for p in named if p.live] or named)
    if len(live) > 1 and live[0].live:  # two people share the phone, and drew the same code
        names = ", ".join(again(reply, p.case) for p in live)
        return Chosen((), f"Which one? Reply {names}. Nothing was changed.")
    if live:
        return Chosen(live[:1])
    return Chosen((), f"No page on this phone has the code {code}. {_listed(reply, _open(pages))}")


def _only(reply: Reply, pages: Sequence[Paged]) -> Chosen:
    found = _taken(pages) if reply.verb is Verb.TAKE else _answerable(reply.verb, pages)
    if len(found) == 1:
        return Chosen(found)
    if found:
        return Chosen((), f"Which one? {_listed(reply, found)}")
    return _last(reply.verb, pages)


def _answerable(verb: Verb, pages: Sequence[Paged]) -> tuple[Paged, ...]:
    found, owned = _open(pages), _owned(pages)
    if verb in NEVER_A_GUESS:
        found = _cases([*found, *owned])
    elif verb in OWNED and not found:
        found = owned
    return found or _unanswered(pages)


def _taken(pages: Sequence[Paged]) -> tuple[Paged, ...]:
    """Live cases this phone was paged for and did not take; else the live ones it did."""
    live = _cases([p for p in pages if p.case_state in LIVE])
    return tuple(p for p in live if p.state != "acknowledged") or live


def _unanswered(pages: Sequence[Paged]) -> tuple[Paged, ...]:
    return _cases([p for p in pages if p.case_state in UNANSWERED and _pending(p)])


def _owned(pages: Sequence[Paged]) -> tuple[Paged, ...]:
    return _cases([p for p in pages if p.state == "acknowledged" and p.case_state in LIVE])


def _pending(page: Paged) -> bool:
    """Whether the person has not answered this page yet."""
    return page.state not in ANSWERED


def _last(verb: Verb, pages: Sequence[Paged]) -> Chosen:
    """Nothing to answer: the latest page is answered with the truth about its case.

    Who hands a case to Sustained Engineering and then says "ok" does not take it from them.
    """
    if not pages:
        return Chosen((), "There is no page for this phone. Nothing was changed.")
    latest = pages[0]
    handed = latest.state == "acknowledged" and latest.case_state == State.ENGINEERING
    return Chosen((latest,), told=handed and verb is Verb.ACKNOWLEDGE)


def _listed(reply: Reply, pages: Sequence[Paged]) -> str:
    if not pages:
        return NOTHING_OPEN
    names = ", ".join(f"{again(reply, p.code)} for {p.case}" for p in pages[:MOST_LISTED])
    more = f" and {len(pages) - MOST_LISTED} more" if len(pages) > MOST_LISTED else ""
    every = ", or ACK ALL" if len(pages) > 1 and reply.verb is Verb.ACKNOWLEDGE else ""
    return f"Reply {names}{more}{every}. Nothing was changed."
