"""What is wrong with a document: everything at once, each with its place and a way out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from routing.language.tree import Mark

FEW = 12
MOST = 200
"""More than this nobody reads; the rest is counted."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong. `path` names the member, `sentence` says what to do about it."""

    mark: Mark
    path: str
    sentence: str

    def __str__(self) -> str:
        place = self.mark.file
        if self.mark.line:
            place = f"{place}:{self.mark.line}:{self.mark.column}"
        return (
            f"{place}: {self.path}: {self.sentence}" if self.path else f"{place}: {self.sentence}"
        )

    def as_json(self) -> dict[str, str | int]:
        return {
            "file": self.mark.file,
            "line": self.mark.line,
            "column": self.mark.column,
            "path": self.path,
            "problem": self.sentence,
        }


class DocumentErrors(Exception):
    """A document that cannot be taken; nothing of it was applied."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems))
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:MOST]]
        if len(self.problems) > MOST:
            lines.append(f"... and {len(self.problems) - MOST} more.")
        return "\n".join(lines)


class PolicyErrors(DocumentErrors):
    """A policy that cannot be taken."""


class DirectoryErrors(DocumentErrors):
    """A directory that cannot be taken."""


def nearest(word: str, known: Sequence[str]) -> str:
    """The end of a sentence that refuses `word`: the nearest right word, or all there are."""
    by_fold = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    if close:
        return f"did you mean {by_fold[close[0]]}?"
    if not known:
        return "there are none."
    return f"known: {', '.join(sorted(known)[:FEW])}{', ...' if len(known) > FEW else '.'}"
