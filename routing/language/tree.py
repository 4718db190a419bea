"""A document as a tree in which every part knows where it was written.

YAML and JSON both become this; nothing here knows how either is parsed. Scalars stay text: what
`24x7`, `no` or `12:30` means is decided by the member it is written at, never by a guess.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a document. Line and column count from 1; 0 where the form has none (JSON)."""

    file: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Scalar:
    mark: Mark
    text: str
    quoted: bool = False

    @property
    def absent(self) -> bool:
        """Whether it says nothing: an empty place, `null` or `~`, unless in quotes."""
        return not self.quoted and self.text in {"", "~", "null"}


@dataclass(frozen=True, slots=True)
class Listing:
    mark: Mark
    items: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Members in the order they were written."""

    mark: Mark
    members: Mapping[str, Node] = field(default_factory=dict)
    keys: Mapping[str, Mark] = field(default_factory=dict)
    """Where each member's name stands."""


Node = Scalar | Listing | Table


def tree_of(value: object, file: str = "document") -> Node:
    """The tree of plain JSON data (dict, list, str, int, float, bool, None), without positions."""
    mark = Mark(file)
    if isinstance(value, Mapping):
        members = {str(key): tree_of(part, file) for key, part in value.items()}
        return Table(mark, members, dict.fromkeys(members, mark))
    if isinstance(value, list | tuple):
        return Listing(mark, tuple(tree_of(part, file) for part in value))
    if isinstance(value, str):
        return Scalar(mark, value, quoted=True)
    return Scalar(mark, "" if value is None else json.dumps(value))


def merged(base: Node, over: Node) -> Node:
    """`over` laid on `base`: tables merge member by member, anything else replaces.

    A member of `over` that says nothing takes the member of `base` away.
    """
    if not isinstance(base, Table) or not isinstance(over, Table):
        return over
    members, keys = dict(base.members), {**base.keys, **over.keys}
    for name, node in over.members.items():
        if isinstance(node, Scalar) and node.absent:
            members.pop(name, None)
        elif name in members:
            members[name] = merged(members[name], node)
        else:
            members[name] = node
    return Table(over.mark, members, keys)


def table(node: Node, *names: str) -> Iterator[tuple[str, Node]]:
    """The members of `node` among `names`, if it is a table at all."""
    if isinstance(node, Table):
        yield from ((name, node.members[name]) for name in names if name in node.members)
