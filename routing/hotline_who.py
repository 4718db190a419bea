"""Who calls the hotline, as far as it needs to know."""

from __future__ import annotations

from dataclasses import dataclass

from routing.hotline_prompt import Fact


@dataclass(frozen=True, slots=True)
class Matter:
    """An open case as its customer knows it: `about` in few words."""

    case: str
    about: Fact = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """A customer. `why` says what he is not entitled to."""

    account: str
    name: str
    plan: str
    entitled: bool
    why: Fact = ""
    open_cases: tuple[Matter, ...] = ()
    """Cases of the same account that people are at now: the worst first, then the newest."""
    language: str = ""
    """What he is spoken to in, as `HotlineRules.language_of` finds it."""
