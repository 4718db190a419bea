"""What the hotline says, before it is words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Prompt:
    """A sentence of the policy's words, with its facts."""

    key: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    language: str | None = None
    """Where it is another than that of the call."""


Fact = str | Prompt
"""What stands in a place; words of the policy are said in the language of the sentence."""


def prompt(key: str, /, **facts: Fact) -> Prompt:
    return Prompt(key, facts)
