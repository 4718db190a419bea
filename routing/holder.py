"""Who has a case, in a sentence, and what is said to who had it until now."""

from __future__ import annotations

from routing import words
from routing.case import State
from routing.ledger import Ledger


def has_it(ledger: Ledger) -> str:
    """Who has it, as in `Anna Lind has ACME-7 (..) since 03:12 UTC.`."""
    case, item = ledger.case, ledger.case.engineering
    if case.state is State.ENGINEERING and item is not None:
        who = f"{ledger.book.name(item.engineer)} there" if item.engineer else "its queue"
        return f"Sustained Engineering has {words.label(case)}: {who}."
    since = f" since {words.instant(case.owner_since, ledger.now)}" if case.owner_since else ""
    return f"{ledger.book.name(case.owner)} has {words.label(case)}{since}."


def relieved(ledger: Ledger, before: str | None, now: str) -> None:
    """Whoever had it hears that another has it now."""
    if before is not None and before != now:
        name = ledger.book.name(now)
        text = f"{name} has {words.label(ledger.case)} now; it is not yours any more."
        ledger.announce(before, text)
