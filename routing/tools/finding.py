"""What `check` finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`key` names it for `accept:`; `sentence` says what is wrong and what to do."""

    key: str
    sentence: str
    serious: bool = True
    """False for advice."""
    accepted: bool = False

    def as_json(self) -> dict[str, object]:
        return {
            "key": self.key,
            "problem": self.sentence,
            "serious": self.serious,
            "accepted": self.accepted,
        }

    def __str__(self) -> str:
        word = "accepted" if self.accepted else "wrong" if self.serious else "advice"
        return f"{word:<8} {self.key}: {self.sentence}"
