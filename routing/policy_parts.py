"""What a policy keeps beside its promises: where its chat channels are, and its own tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ChatRoom:
    """Where a chat channel of the policy is: the kind of product, and the channel's name there."""

    type: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """An assertion kept beside the policy: this ticket, at this instant, is treated so."""

    id: str
    at: datetime
    given: Mapping[str, str]
    expect: Mapping[str, str]
