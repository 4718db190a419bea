"""What a chat channel is told of a case: that somebody is wanted, and that nobody is any more.

Theory of operation. A post wakes nobody for certain, so it never stands for a person: a step of
nothing but channels begins the next one at once, and no post is waited for. Whoever reads it and is
known may take the case. `posted` keeps which channels still believe that somebody is wanted; the
decision that ends the paging tells them.
"""

from __future__ import annotations

from collections.abc import Iterable

from routing import words
from routing.book import Book
from routing.case import Case
from routing.ledger import Ledger
from routing.paging import purpose_of
from routing.policy import StepTarget


def channels(targets: Iterable[StepTarget]) -> tuple[str, ...]:
    """The channels among the targets, each once."""
    return tuple(dict.fromkeys(t.id for t in targets if t.kind == "channel"))


def post(ledger: Ledger, targets: Iterable[StepTarget], why: str) -> None:
    """Ask every channel of a step for somebody who takes the case."""
    for channel in channels(targets):
        ledger.post(channel, purpose_of(ledger).value, why=why, turn=ledger.case.turn + 1)
        ledger.set(posted=tuple(dict.fromkeys((*ledger.case.posted, channel))))
        ledger.say("posted", f"posted to {channel}: {why}", channel=channel)


def news(ledger: Ledger, channel: str, text: str) -> None:
    """Tell a channel something that wants no answer."""
    ledger.post(channel, "news", text=text)


def close(ledger: Ledger) -> None:
    """Nobody is wanted any more: whoever was asked in a channel need not look."""
    case = ledger.case
    if not case.posted or case.round or case.remind_at:
        return
    for channel in case.posted:
        news(ledger, channel, standing(case, ledger.book))
    ledger.set(posted=())


def standing(case: Case, book: Book) -> str:
    """Who has it, or who is asked: a sentence for everybody who reads the channel."""
    holder, asked = case.holder, [book.name(p.person) for p in case.open_pages]
    if case.live and asked:
        has = f"{book.name(holder)} has it, and " if holder else ""
        return f"{words.label(case)} is {case.state}: {has}{', '.join(asked)} is asked."
    if case.live and holder is not None:
        return f"{book.name(holder)} has {words.label(case)}."
    return f"{words.label(case)} is {case.state} now. Nobody is paged for it any more."
