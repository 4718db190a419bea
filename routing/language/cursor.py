"""Reading a tree: a cursor on one node notes every problem and carries on with a default."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from routing.language.problems import MOST, Problem, nearest
from routing.language.tree import Listing, Mark, Node, Scalar, Table

T = TypeVar("T")
D = TypeVar("D")
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Reference:
    """A name used before anybody knows whether it exists."""

    kind: str
    name: str
    mark: Mark
    path: str


@dataclass(slots=True)
class Notes:
    """What reading one document found."""

    problems: list[Problem] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)

    def wrong(self, mark: Mark, path: str, sentence: str) -> None:
        self.problems.append(Problem(mark, path, _short(sentence)))

    def hint(self, word: str, known: Collection[str]) -> str:
        """The nearest right word, as long as there are few enough problems for it to be read."""
        return nearest(word, sorted(known)) if len(self.problems) < MOST else "see above."

    def check_references(self, known: Mapping[str, Collection[str]]) -> None:
        """Refuse every name nobody defines. Kinds `known` leaves out are not checked."""
        for used in self.references:
            names = known.get(used.kind)
            if names is not None and used.name not in names:
                hint = self.hint(used.name, names)
                self.wrong(used.mark, used.path, f"no {used.kind} is called {used.name!r}; {hint}")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A node under reading. Every method notes what is wrong and returns something usable."""

    node: Node
    notes: Notes
    path: str = ""

    def wrong(self, sentence: str, at: Mark | None = None) -> None:
        self.notes.wrong(at or self.node.mark, self.path, sentence)

    def read(self, parse: Callable[[str], T], default: D) -> T | D:
        """A scalar through `parse`, whose ValueError is the sentence of what is wrong."""
        if not isinstance(self.node, Scalar):
            self.wrong(f"one value belongs here, not {_kind(self.node)}.")
            return default
        try:
            return parse(self.node.text)
        except ValueError as refused:
            self.wrong(str(refused))
            return default

    def text(self) -> str:
        return self.read(str.strip, "")

    def refer(self, kind: str, name: str | None = None) -> str:
        """A name of something defined elsewhere, checked when everything has been read."""
        used = self.text() if name is None else name
        if used:
            self.notes.references.append(Reference(kind, used, self.node.mark, self.path))
        return used

    def items(self) -> Iterator[Cursor]:
        """The items of a list; a single value stands for a list of one."""
        if isinstance(self.node, Listing):
            for position, node in enumerate(self.node.items):
                yield Cursor(node, self.notes, f"{self.path}[{position}]")
        elif isinstance(self.node, Scalar):
            if not self.node.absent:
                yield self
        else:
            self.wrong("a list belongs here, not a table of members.")

    def tables(self) -> Iterator[Cursor]:
        """The items of a list of tables; a single table stands for a list of one."""
        return iter((self,)) if isinstance(self.node, Table) else self.items()

    def members(self, *known: str) -> Members:
        """The members of a table, of which only `known` may be there."""
        found = self._table()
        for name in found:
            if name not in known:
                sentence = f"there is no member {name!r} here; {self.notes.hint(name, known)}"
                self.wrong(sentence, self._key(name))
        return Members(self, found)

    def named(self) -> Iterator[tuple[str, Cursor]]:
        """Things by name: a table of them, or a list of tables that each carry an `id`."""
        if not isinstance(self.node, Listing):
            yield from self._table().items()
            return
        seen: set[str] = set()
        for item in self.items():
            name = item.take_id()
            if name and name in seen:
                item.wrong(f"{name!r} is there twice.")
            elif name:
                yield name, item.without_id()
            seen.add(name)

    def take_id(self) -> str:
        if isinstance(self.node, Table) and "id" in self.node.members:
            return Cursor(self.node.members["id"], self.notes, f"{self.path}.id").text()
        self.wrong("an `id` is missing.")
        return ""

    def without_id(self) -> Cursor:
        if not isinstance(self.node, Table):
            return self
        members = {name: node for name, node in self.node.members.items() if name != "id"}
        return Cursor(Table(self.node.mark, members, self.node.keys), self.notes, self.path)

    def _table(self) -> dict[str, Cursor]:
        if isinstance(self.node, Scalar) and self.node.absent:
            return {}
        if not isinstance(self.node, Table):
            self.wrong(f"a table of members belongs here, not {_kind(self.node)}.")
            return {}
        prefix = f"{self.path}." if self.path else ""
        return {
            name: Cursor(node, self.notes, prefix + name)
            for name, node in self.node.members.items()
        }

    def _key(self, name: str) -> Mark | None:
        return self.node.keys.get(name) if isinstance(self.node, Table) else None


@dataclass(frozen=True, slots=True)
class Members:
    """The members of one table."""

    of: Cursor
    found: Mapping[str, Cursor]

    def get(self, name: str) -> Cursor | None:
        """A member, unless it is missing or says nothing."""
        member = self.found.get(name)
        if member is None or (isinstance(member.node, Scalar) and member.node.absent):
            return None
        return member

    def need(self, name: str) -> Cursor | None:
        """A member that must be there."""
        member = self.get(name)
        if member is None:
            self.of.wrong(f"`{name}` is missing.")
        return member

    def read(self, name: str, parse: Callable[[str], T], default: D) -> T | D:
        member = self.get(name)
        return default if member is None else member.read(parse, default)

    def text(self, name: str, default: str = "") -> str:
        return self.read(name, str.strip, default)

    def refer(self, name: str, kind: str) -> str:
        member = self.get(name)
        return "" if member is None else member.refer(kind)

    def items(self, name: str) -> Iterator[Cursor]:
        member = self.get(name)
        return iter(()) if member is None else member.items()

    def table(self, name: str, *known: str) -> Members:
        """The members of a table within; without it, members that are all missing."""
        member = self.get(name)
        return Members(self.of, {}) if member is None else member.members(*known)

    def tables(self, name: str) -> Iterator[Cursor]:
        member = self.get(name)
        return iter(()) if member is None else member.tables()

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(word for word in (item.text() for item in self.items(name)) if word)

    def names(self, name: str, kind: str) -> tuple[str, ...]:
        """A list of names of things defined elsewhere."""
        return tuple(word for word in (item.refer(kind) for item in self.items(name)) if word)

    def named(self, name: str) -> Iterator[tuple[str, Cursor]]:
        member = self.get(name)
        return iter(()) if member is None else member.named()


def _short(sentence: str) -> str:
    """A problem stays a sentence, whatever was written in the document."""
    return (
        sentence if len(sentence) <= LONGEST else f"{sentence[: LONGEST // 2]} ... {sentence[-99:]}"
    )


def _kind(node: Node) -> str:
    return {Scalar: "one value", Listing: "a list", Table: "a table of members"}[type(node)]
