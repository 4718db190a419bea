"""Matching: what a route, a step or a rule asks of a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may ask about, at one instant (UTC)."""

    at: datetime
    source: str = ""
    severity: str = ""
    plan: str = ""
    channel: str = ""
    product: str = ""
    category: str = ""
    environment: str = ""
    production: bool = True
    region: str = ""
    """The acting region: the one that has the sun for this case."""
    home_region: str = ""
    language: str = ""
    tags: frozenset[str] = frozenset()
    account: str = ""
    contact: str = ""
    sla_remaining: timedelta | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """All of `terms`, and all of `all_of`, any of `any_of`, none of `none_of`. Empty matches everything."""

    terms: tuple[tuple[str, frozenset[str]], ...] = ()
    """(fact, accepted values): equality, for tags any in common."""
    all_of: tuple[Match, ...] = ()
    any_of: tuple[Match, ...] = ()
    none_of: tuple[Match, ...] = ()
    calendar: str | None = None
    """Matches while this calendar is open."""
    sla_remaining_below: timedelta | None = None
