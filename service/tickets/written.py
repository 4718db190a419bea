"""Bodies that an administrator wrote by template, so that every member's name is a guess.

Whatever the nesting and the spelling (`ticket_id`, `ticket.id`, `Ticket ID`), a member is looked up
by its letters and digits, without the prefixes its system's people use. Placeholders filled with
nothing arrive as empty text or a dash and mean "left as it was"; members nobody asked for are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice

from service.tickets.fields import MANY, NAME, as_text, clean_tags
from service.tickets.members import Members
from service.tickets.text import many_lines, one_line
from service.tickets.ticketsystem import Unreadable

Names = Mapping[str, tuple[str, ...]]
"""What a member means to us, and every name it goes by: letters and digits, lower case."""

_NOT_NAME = re.compile(r"[^a-z0-9]+")
_DEPTH = 4
_MOST = 1000
_EMPTY = frozenset({None, "", "-"})

NAMES: Names = {
    "id": ("id", "number", "no", "key", "sysid"),
    "subject": ("title", "subject", "summary", "shortdescription"),
    "description": ("description", "descriptiontext", "details"),
    "status": ("status", "state"),
    "hold_reason": ("holdreason",),
    "priority": ("priority",),
    "channel": ("via", "channel", "viachannel", "source", "contacttype"),
    "url": ("link", "url", "publicurl"),
    "tags": ("tags", "tag", "labels"),
    "updated": (
        "updatedatwithtimestamp",
        "updatedatwithtime",
        "updatedat",
        "sysupdatedon",
        "modifiedat",
        "updated",
        "timestamp",
        "time",
    ),
    "revision": ("sysmodcount", "revision"),
    "created": (
        "createdatwithtimestamp",
        "createdatwithtime",
        "createdat",
        "openedat",
        "syscreatedon",
        "created",
    ),
    "environment": ("environment", "env"),
    "category": ("category",),
    "product": ("product", "productname"),
    "language": ("language", "locale", "requesterlanguage", "requesterlocale"),
    "organization": ("organizationid", "organisationid", "orgid", "companyid", "company"),
    "account": (
        "organizationexternalid",
        "organisationexternalid",
        "orgexternalid",
        "account",
        "accountexternalid",
    ),
    "requester_id": ("requesterid", "contactid", "callerid"),
    "requester_name": ("requestername", "requester", "customername", "contactname", "callername"),
    "requester_email": (
        "requesteremail",
        "customeremail",
        "contactemail",
        "calleremail",
        "fromemail",
        "email",
    ),
    "requester_phone": ("requesterphone", "customerphone", "contactphone", "callerphone", "phone"),
    "assignee_name": ("assigneename", "agentname", "assignedtoname"),
    "assignee_email": ("assigneeemail", "agentemail", "assignedtoemail"),
    "public_comment": ("latestpubliccomment", "latestpubliccommentformatted", "comments"),
    "private_comment": ("latestprivatecomment", "latestprivatenote", "worknotes"),
    "comment": (
        "latestcomment",
        "comment",
        "commentbody",
        "latestcommentbody",
        "latestcommentvalue",
        "commentvalue",
        "latestcommentformatted",
    ),
    "comment_id": ("commentid", "latestcommentid", "latestpubliccommentid"),
    "comment_author_email": ("commentauthoremail", "latestcommentauthoremail", "authoremail"),
    "comment_author_id": ("commentauthorid", "latestcommentauthorid", "authorid"),
    "comment_author_role": ("commentauthorrole", "latestcommentauthorrole", "authorrole", "author"),
    "comment_public": ("commentpublic", "commentispublic", "latestcommentispublic", "ispublic"),
    "actor": (
        "currentuserid",
        "currentuseremail",
        "actorid",
        "actor",
        "eventperformeremail",
        "sysupdatedby",
    ),
}
_EVENT = ("event", "eventtype", "triggeredevent", "action", "trigger", "type", "kind")
"""What happened, if it is not the ticket's own: a ticket's type is another thing."""
_MEANINGS = {
    name: (member, rank) for member, names in NAMES.items() for rank, name in enumerate(names)
}
_BELOW = 100
"""Added to the rank of a name that is not said to be the ticket's."""


class Written:
    """An administrator's body, flat: what each of its members is called, and what it says.

    `prefixes` are taken off names in this order. One that was taken off says that the member is
    the ticket's, and such a member is believed before one without; else the better name is.
    """

    __slots__ = ("_event", "_extra", "_found")

    def __init__(self, document: Members, *prefixes: str) -> None:
        self._found: dict[str, tuple[int, object]] = {}
        self._event: dict[str, object] = {}
        self._extra: dict[str, object] = {}
        for label, value in islice(_leaves(document), _MOST):
            if bool(value) if type(value) is list else value not in _EMPTY:
                self._keep(label, value, prefixes)

    def _keep(self, label: str, value: object, prefixes: tuple[str, ...]) -> None:
        name, of_ticket = _bare(label, prefixes)
        meaning = _MEANINGS.get(name)
        if meaning is not None:
            member, rank = meaning if of_ticket else (meaning[0], meaning[1] + _BELOW)
            if member not in self._found or rank < self._found[member][0]:
                self._found[member] = (rank, value)
        elif name in _EVENT and (name == "event" or not of_ticket):
            self._event.setdefault(name, value)
        else:
            self._extra.setdefault(label, value)

    def raw(self, member: str) -> object:
        """The filled member of that meaning, or None."""
        found = self._found.get(member)
        return None if found is None else found[1]

    def line(self, member: str) -> str | None:
        """As text on one line; a wrong type is Unreadable."""
        found = self._found.get(member)
        if found is None:
            return None
        value = found[1]
        if type(value) is str:
            return one_line(value) or None
        told = None if type(value) is list else as_text(value)
        if told is None:
            raise Unreadable(f"The member for the ticket's {member} is no text.")
        return told

    def event(self) -> str:
        """What happened, in lower case; empty when the body does not say."""
        told = (self._event.get(name) for name in _EVENT)
        return next((one_line(value).lower() for value in told if type(value) is str), "")

    def text(self, member: str) -> str | None:
        """As text of many lines."""
        value = self.raw(member)
        return (many_lines(value) or None) if type(value) is str else self.line(member)

    def tags(self) -> tuple[str, ...] | None:
        """From a list, or from text separated by blanks or commas."""
        value = self.raw("tags")
        if type(value) is list:
            return clean_tags(tag for tag in value if type(tag) is str)
        line = self.text("tags")
        return None if line is None else clean_tags(line.replace(",", " ").split())

    def extra(self) -> dict[str, str]:
        """Every member we have no meaning for, under the administrator's own name."""
        found: dict[str, str] = {}
        for label, value in self._extra.items():
            told = as_text(value)
            if told is not None and len(found) < MANY:
                found[one_line(label, NAME)] = told
        return found


@lru_cache(maxsize=4096)
def _bare(label: str, prefixes: tuple[str, ...]) -> tuple[str, bool]:
    """The letters and digits of a name without its prefixes, and whether it had one."""
    name = bare = _NOT_NAME.sub("", label.lower())
    for prefix in prefixes:
        bare = bare.removeprefix(prefix) or bare
    return bare, bare != name


def _leaves(members: Members, prefix: str = "", depth: int = 1) -> Iterator[tuple[str, object]]:
    for name, value in members.items():
        label = f"{prefix}{name[:NAME]}"
        if type(value) is dict:
            if depth < _DEPTH:
                yield from _leaves(Members(value), f"{label}_", depth + 1)
        else:
            yield label, value
