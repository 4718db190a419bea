"""Which of some languages somebody is served in, by their BCP 47 tags (RFC 4647, lookup)."""

from __future__ import annotations

from collections.abc import Iterable


def lookup(wish: str, tags: Iterable[str]) -> str | None:
    """The tag that serves a wish: `pt-BR` has `pt` where there is no closer one; None for none."""
    known = {tag.casefold(): tag for tag in tags}
    parts = wish.casefold().split("-")
    tries = ("-".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((known[tag] for tag in tries if tag in known), None)


def primary(tag: str) -> str:
    """The language itself: `pt` of `pt-BR`."""
    return tag.casefold().partition("-")[0]


def kin(wish: str, tags: Iterable[str]) -> str | None:
    """As `lookup`, else another region's of the same language: who wishes `de` has `de-AT`."""
    choice = tuple(tags)
    same = (tag for tag in choice if primary(tag) == primary(wish))
    return lookup(wish, choice) or next(same, None)
