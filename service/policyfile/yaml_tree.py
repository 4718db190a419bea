"""YAML as a tree with positions, built from the parser's events.

Nothing is constructed and nothing is guessed: every scalar stays text, tags are refused, a member
may be there once. Depth, size and what aliases expand to are limited, and an alias may not lead
back into itself, so no document of a few bytes becomes gigabytes. JSON is YAML here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from routing.language.problems import DocumentErrors, Problem
from routing.language.tree import Listing, Mark, Node, Scalar, Table

MOST_BYTES = 2_000_000
MOST_NODES = 200_000
MOST_DEPTH = 40
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
PLAIN_TAGS = (None, "!", "tag:yaml.org,2002:str")


class _RefusedError(Exception):
    def __init__(self, mark: Mark, sentence: str) -> None:
        self.problem = Problem(mark, "", sentence)
        super().__init__(sentence)


@dataclass(slots=True)
class _Open:
    """A list or table whose end has not come yet."""

    mark: Mark
    anchor: str | None
    items: list[Node] | None = None
    members: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Mark] = field(default_factory=dict)
    key: str | None = None

    def node(self) -> Node:
        if self.items is not None:
            return Listing(self.mark, tuple(self.items))
        return Table(self.mark, self.members, self.keys)


class _Builder:
    """Puts events together; notes double members and carries on, refuses what cannot be read."""

    def __init__(self, file: str, most_nodes: int) -> None:
        self.file = file
        self.most = most_nodes
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int] | None] = {}
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self.sizes: list[int] = []

    def mark(self, event: yaml.Event) -> Mark:
        start = event.start_mark
        return Mark(self.file, start.line + 1, start.column + 1) if start else Mark(self.file)

    def take(self, event: yaml.Event) -> None:
        mark = self.mark(event)
        if isinstance(event, yaml.ScalarEvent):
            self._plain(event.tag, mark)
            self._add(Scalar(mark, event.value, quoted=bool(event.style)), 1, event.anchor)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._begin(event, _Open(mark, event.anchor, items=[]))
        elif isinstance(event, yaml.MappingStartEvent):
            self._begin(event, _Open(mark, event.anchor))
        elif isinstance(event, yaml.CollectionEndEvent):
            done = self.open.pop()
            self._add(done.node(), self.sizes.pop() + 1, done.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event.anchor, mark)
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            raise _RefusedError(mark, "a second document begins here; one file holds one document.")

    def _plain(self, tag: str | None, mark: Mark) -> None:
        if tag not in PLAIN_TAGS:
            raise _RefusedError(mark, f"tags such as {tag} are not part of the language.")

    def _begin(self, event: yaml.CollectionStartEvent, opened: _Open) -> None:
        if event.tag not in (None, "!"):
            self._plain(event.tag, opened.mark)
        if len(self.open) >= MOST_DEPTH:
            raise _RefusedError(opened.mark, f"this is nested deeper than {MOST_DEPTH} levels.")
        if opened.anchor:
            self.anchors[opened.anchor] = None
        if self.open and self.open[-1].items is None and self.open[-1].key is None:
            raise _RefusedError(opened.mark, "a member's name is one word, not a list or a table.")
        self.open.append(opened)
        self.sizes.append(0)

    def _alias(self, anchor: str | None, mark: Mark) -> None:
        if anchor is None or anchor not in self.anchors:
            raise _RefusedError(mark, f"no anchor is called {anchor!r} before this.")
        known = self.anchors[anchor]
        if known is None:
            raise _RefusedError(mark, f"the alias {anchor!r} leads back into itself.")
        self._add(known[0], known[1], None)

    def _add(self, node: Node, size: int, anchor: str | None) -> None:
        """Put a finished node where it belongs. `size` counts it as if aliases were written out."""
        if size > self.most:
            raise self._too_large(node.mark)
        if anchor:
            self.anchors[anchor] = (node, size)
        if not self.open:
            self.root = node
            return
        self.sizes[-1] += size
        if self.sizes[-1] > self.most:
            raise self._too_large(node.mark)
        parent = self.open[-1]
        if parent.items is not None:
            parent.items.append(node)
        elif parent.key is None:
            self._key(parent, node)
        else:
            parent.members[parent.key] = node
            parent.key = None

    def _too_large(self, mark: Mark) -> _RefusedError:
        return _RefusedError(
            mark, f"here the document exceeds {self.most:,} parts, its aliases written out."
        )

    def _key(self, parent: _Open, node: Node) -> None:
        if not isinstance(node, Scalar):
            raise _RefusedError(node.mark, "a member's name is one word, not a list or a table.")
        parent.key = node.text
        if node.text in parent.keys:
            first = parent.keys[node.text]
            sentence = f"{node.text!r} is here twice; it is already on line {first.line}."
            self.problems.append(Problem(node.mark, "", sentence))
        else:
            parent.keys[node.text] = node.mark


def parse(
    text: str, file: str, *, most_bytes: int = MOST_BYTES, most_nodes: int = MOST_NODES
) -> Node:
    """The tree of one YAML (or JSON) document; an empty one is an empty table.

    Raises DocumentErrors, and never anything else, for whatever `text` holds.
    """
    if len(text) > most_bytes:
        size, most = len(text) / 1e6, most_bytes / 1e6
        sentence = f"the file has {size:.1f} MB; at most {most:.1f} MB are read."
        raise DocumentErrors([Problem(Mark(file), "", sentence)])
    builder = _Builder(file, most_nodes)
    try:
        for event in yaml.parse(text, Loader=LOADER):
            builder.take(event)
    except _RefusedError as refused:
        raise DocumentErrors([*builder.problems, refused.problem]) from None
    except yaml.YAMLError as broken:
        raise DocumentErrors([*builder.problems, _broken(file, text, broken)]) from None
    except UnicodeError:
        sentence = "this is no text: it holds half a character. Save it as UTF-8."
        raise DocumentErrors([Problem(Mark(file), "", sentence)]) from None
    if builder.problems:
        raise DocumentErrors(builder.problems)
    return builder.root or Table(Mark(file, 1, 1))


def _broken(file: str, text: str, broken: yaml.YAMLError) -> Problem:
    at = getattr(broken, "problem_mark", None)
    mark = Mark(file, at.line + 1, at.column + 1) if at else _odd_letter(file, text)
    reason = getattr(broken, "problem", None) or getattr(broken, "reason", None) or "unreadable"
    return Problem(mark, "", f"this is no YAML: {reason}.")


def _odd_letter(file: str, text: str) -> Mark:
    """Where the first character stands that YAML has not: its parser does not say."""
    odd = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if odd is None:
        return Mark(file)
    *above, line = text[: odd.start()].split("\n")
    return Mark(file, len(above) + 1, len(line) + 1)
