"""Bodies that an administrator wrote by template, so that every member's name is a guess.

Whatever the nesting and the spelling (`ticket_id`, `ticket.id`, `Ticket ID`), a member is looked up
by its letters and digits, without the prefixes its system's people use. Placeholders filled with
nothing arrive as empty text or a dash and mean "left as it was"; members nobody asked for are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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

NAMES: Names = {
    "id": ("id", "number", "no", "key", "sysid"),
    "subject": ("title", "subject", "summary", "shortdescription"),
    "description": ("description", "descriptiontext", "details"),
    "status": ("status", "state"),
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
_LOOKED_UP = frozenset(name for names in NAMES.values() for name in names)


class Written:
    """An administrator's body, flat: what each of its members is called, and what it says.

    `prefixes` are taken off names in this order. One that was taken off says that the member is
    the ticket's, and such a member is believed before one without.
    """

    __slots__ = ("_bare", "_labels", "_of_ticket")

    def __init__(self, document: Members, *prefixes: str) -> None:
        self._of_ticket: dict[str, object] = {}
        self._bare: dict[str, object] = {}
        self._labels: dict[str, str] = {}
        for label, value in islice(_leaves(document), _MOST):
            name = bare = _NOT_NAME.sub("", label.lower())
            for prefix in prefixes:
                bare = bare.removeprefix(prefix) or bare
            (self._bare if bare == name else self._of_ticket).setdefault(bare, value)
            self._labels.setdefault(bare, label)

    def raw(self, member: str) -> object:
        """The first filled member of that meaning."""
        for found in (self._of_ticket, self._bare):
            for name in NAMES[member]:
                value = found.get(name)
                if _filled(value):
                    return value
        return None

    def line(self, member: str) -> str | None:
        """As text on one line; a wrong type is Unreadable."""
        value = self.raw(member)
        if value is None:
            return None
        if type(value) is str:
            return one_line(value) or None
        told = None if type(value) is list else as_text(value)
        if told is None:
            raise Unreadable(f"The member for the ticket's {member} is no text.")
        return told

    def event(self) -> str:
        """What happened, in lower case; empty when the body does not say."""
        told = [*(self._bare.get(name) for name in _EVENT), self._of_ticket.get("event")]
        return next((one_line(value).lower() for value in told if type(value) is str and value), "")

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
        rest = {name: value for name, value in self._bare.items() if name not in _EVENT}
        for name, value in (rest | self._of_ticket).items():
            told = None if name in _LOOKED_UP else as_text(value)
            if told is not None and len(found) < MANY:
                found[one_line(self._labels[name], NAME)] = told
        return found


def _filled(value: object) -> bool:
    return bool(value) if type(value) is list else value not in {None, "", "-"}


def _leaves(members: Members, prefix: str = "", depth: int = 1) -> Iterator[tuple[str, object]]:
    for name, value in members.items():
        label = f"{prefix}{name[:NAME]}"
        if type(value) is dict:
            if depth < _DEPTH:
                yield from _leaves(Members(value), f"{label}_", depth + 1)
        else:
            yield label, value
