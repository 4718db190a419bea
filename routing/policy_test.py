"""An assertion that is kept with the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """An assertion kept beside the policy: this ticket, at this instant, is treated so."""

    id: str
    at: datetime
    given: Mapping[str, str]
    expect: Mapping[str, str]
