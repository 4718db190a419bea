"""Who is meant by a name as somebody types it with one thumb."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping

from routing.event import Refusal
from routing.language.problems import nearest
from routing.people import Person

SHORTEST = 3
"""Letters that a name may be cut to, where only one person's begins so."""
MOST_NAMED = 4


def named(who: str, people: Mapping[str, Person]) -> Person:
    """The person of this id or name, or the only one with this first or last name.

    Raises Refusal, with whom it could mean, for nobody and for several.
    """
    if not who:
        raise Refusal("Whom? Write the name: TO ben, or ADD ben. Nothing was changed.")
    for fits in _WAYS:
        found = [p for p in people.values() if fits(_plain(who), p)]
        if len(found) == 1:
            return found[0]
        if found:
            raise Refusal(_which(who, found))
    hint = nearest(who, [*people, *(p.name for p in people.values())])
    asks = f" {hint[0].upper()}{hint[1:]}" if hint.startswith("did you mean") else ""
    raise Refusal(f"Nobody here is called {who[:40]}.{asks} Nothing was changed.")


def _which(who: str, found: Iterable[Person]) -> str:
    several = sorted(found, key=lambda p: p.id)
    names = ", ".join(f"{p.id} ({p.name})" for p in several[:MOST_NAMED])
    more = f" and {len(several) - MOST_NAMED} more" if len(several) > MOST_NAMED else ""
    return f"Which {who[:40]}? {names}{more}. Write the first word of one. Nothing was changed."


def _plain(text: str) -> str:
    """Without case and accents, so that Bjorn finds Björn."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())


def _has_id(who: str, person: Person) -> bool:
    return _plain(person.id) == who


def _has_name(who: str, person: Person) -> bool:
    return _plain(person.name) == who


def _has_part(who: str, person: Person) -> bool:
    return who in _plain(person.name).split()


def _begins(who: str, person: Person) -> bool:
    known = (_plain(person.id), _plain(person.name), *_plain(person.name).split())
    return len(who) >= SHORTEST and any(name.startswith(who) for name in known)


_WAYS: tuple[Callable[[str, Person], bool], ...] = (_has_id, _has_name, _has_part, _begins)
"""The surest first."""
