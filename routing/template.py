"""A sentence with places for facts: `{severity} {account}: {subject}`. Names, and nothing else.

No template language: a place takes one fact, in one pass, so what a customer wrote is never read as
a place. A fact that says nothing takes the space before its place along.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from routing.language.problems import nearest

_PLACE = re.compile(r" ?\{(\w+)(:spelt)?\}")
_BRACE = re.compile(r"\{([^{}]*)\}|[{}]")


def fill(template: str, facts: Mapping[str, str], optional: Collection[str] = ()) -> str:
    """The sentence. A fact among `optional` that is empty leaves no space behind."""

    def fact(found: re.Match[str]) -> str:
        name, value = found[1], facts.get(found[1], "")
        if not value and name in optional:
            return ""
        space = " " if found[0].startswith(" ") else ""
        return f"{space}{' '.join(value.replace('-', '')) if found[2] else value}"

    return _PLACE.sub(fact, template).lstrip()


def faults(template: str, known: Collection[str]) -> Iterator[str]:
    """What is wrong with the places of a template, a sentence each."""
    for found in _BRACE.finditer(template):
        name = (found[1] or "").removesuffix(":spelt")
        if found[1] is None:
            yield "a brace stands alone; a place is written {name}."
        elif name not in known:
            yield f"there is no place {{{name}}} here; {nearest(name, sorted(known))}"
