"""Who clicked: an account of a chat, and the person it has been proved to belong to."""

from __future__ import annotations

from collections.abc import Callable

from routing.people import ContactMethod, Person
from service.library import Shelf

ACTING = frozenset({"responder", "manager", "admin"})
"""Roles that may answer for a case in a channel; who has none at all may as well."""


def of_mattermost(shelf: Shelf, user: str, name: str) -> Person | None:
    """By the account's id where the directory has it, else by its name, the `@name` of a method.

    A name can be given to somebody else, so it never stands in for an id that does not fit.
    """

    def his(method: ContactMethod) -> bool:
        if method.user is not None:
            return method.user == user
        return bool(name) and method.address.casefold() == f"@{name}".casefold()

    return _only(shelf, "mattermost", his)


def of_slack(shelf: Shelf, user: str) -> Person | None:
    """By the member's id, which is the method's address or its `user`."""
    return _only(shelf, "slack", lambda method: user == (method.user or method.address))


def may_take(person: Person) -> bool:
    return not person.roles or bool(person.roles & ACTING)


def _only(shelf: Shelf, kind: str, his: Callable[[ContactMethod], bool]) -> Person | None:
    """The one person whose verified account it is; an account of two people is nobody's."""
    found = [
        person
        for person in shelf.people.values()
        if any(m.type == kind and m.verified and his(m) for m in person.contact_methods)
    ]
    return found[0] if len(found) == 1 else None
