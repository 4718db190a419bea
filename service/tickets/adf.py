"""The words of an Atlassian document, which newer Jira sends and wants instead of text."""

from __future__ import annotations

from service.tickets.text import many_lines
from service.tickets.ticketsystem import Unreadable

_BLOCKS = frozenset({"paragraph", "heading", "listItem", "codeBlock", "hardBreak", "tableRow"})
_MOST = 5000


def plain(value: object) -> str | None:
    """Text as it is; of a document its text nodes, block by block. Raises Unreadable."""
    if value is None:
        return None
    if type(value) is str:
        return many_lines(value) or None
    if type(value) is not dict:
        raise Unreadable("A text of the issue is neither text nor an Atlassian document.")
    return many_lines("".join(_words(value))) or None


def _words(document: dict[str, object]) -> list[str]:
    """Without recursion, because the nesting is the sender's."""
    words: list[str] = []
    waiting: list[object] = [document]
    for _ in range(_MOST):
        if not waiting:
            break
        node = waiting.pop()
        if type(node) is str:
            words.append(node)
        elif type(node) is dict:
            waiting.extend(_parts(node))
    return words


def _parts(node: dict[str, object]) -> list[object]:
    """What follows from a node, last first."""
    content, text = node.get("content"), node.get("text")
    parts: list[object] = ["\n"] if node.get("type") in _BLOCKS else []
    if type(content) is list:
        parts.extend(reversed(content[:_MOST]))
    if type(text) is str:
        parts.append(text)
    return parts


def document(text: str) -> dict[str, object]:
    """An Atlassian document of one paragraph per line."""
    lines = [line for line in text.split("\n") if line]
    content = [{"type": "paragraph", "content": [{"type": "text", "text": at}]} for at in lines]
    return {"type": "doc", "version": 1, "content": content}
