"""The working page of one decision: the case so far, what the world should do, and the reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from routing.book import Book
from routing.case import Case
from routing.event import Announce, Effect, Entry, Post, WriteBack
from routing.value import changed

LATE = timedelta(seconds=30)
"""From here on the timeline says that something happened late."""


@dataclass(slots=True)
class Ledger:
    """`now` is UTC. `answer` is the sentence for the person whose event this is."""

    case: Case
    book: Book
    now: datetime
    effects: list[Effect] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    answer: str = ""

    def set(self, **changes: Any) -> None:  # noqa: ANN401 - the case's own fields, checked by it
        self.case = changed(self.case, changes)

    def say(
        self,
        kind: str,
        text: str,
        person: str | None = None,
        due_at: datetime | None = None,
        **data: str,
    ) -> None:
        """Put a line on the timeline; `due_at` is kept only where this is late."""
        late = due_at if due_at is not None and self.now - due_at > LATE else None
        self.entries.append(Entry(kind, text, person, late, data))

    def do(self, effect: Effect) -> None:
        self.effects.append(effect)

    def write(
        self,
        text: str,
        *,
        public: bool = False,
        status: str | None = None,
        tags: tuple[str, ...] = (),
    ) -> None:
        """Queue a write-back to the ticket; the number is its natural key."""
        self.set(writes=self.case.writes + 1)
        self.do(WriteBack(self.case.writes, text, public, status, tags))

    def announce(self, person: str, text: str) -> None:
        self.set(writes=self.case.writes + 1)
        self.do(Announce(self.case.writes, person, text))

    def post(
        self, channel: str, purpose: str, *, why: str = "", text: str = "", turn: int = 0
    ) -> None:
        self.set(writes=self.case.writes + 1)
        self.do(Post(self.case.writes, channel, purpose, why, text, turn))
