"""Writing to Jira issues, REST API version 3.

A status is reached by a transition of the project's own workflow, found by the name of where it
leads. Where the workflow offers none, the note is written all the same and the rest is refused.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from urllib.parse import quote

from routing.report import TicketStatus
from service.tickets.adf import document
from service.tickets.marker import signed
from service.tickets.members import Members
from service.tickets.ticketsystem import (
    Access,
    Answer,
    Change,
    Conversation,
    Done,
    Judgement,
    Request,
)
from service.tickets.writing import Writer, and_then, basic, still, tags

_NAMES: Mapping[TicketStatus, tuple[str, ...]] = {
    TicketStatus.NEW: ("open", "to do", "waiting for support"),
    TicketStatus.OPEN: ("in progress", "waiting for support", "reopened", "open", "to do"),
    TicketStatus.PENDING: ("waiting for customer", "waiting for reporter"),
    TicketStatus.ON_HOLD: ("on hold", "escalated", "pending"),
    TicketStatus.SOLVED: ("resolved", "done", "closed"),
    TicketStatus.CLOSED: ("closed", "done", "resolved"),
}


Moving = Generator[Request, Answer, tuple[Judgement, str | None]]


class JiraWriter(Writer):
    """The writing half of Jira Cloud. JIRA_ON_HOLD names the status for on hold, if it is yours."""

    source = "jira"
    name = "Jira"
    settings = ("JIRA_URL", "JIRA_EMAIL", "JIRA_API_TOKEN")
    optional = ("JIRA_ACTOR_ID", "JIRA_ON_HOLD", "JIRA_NEW_TICKET")
    own_from = ("JIRA_EMAIL", "JIRA_ACTOR_ID")

    def credentials(self, values: Sequence[str]) -> Mapping[str, str]:
        """API token authentication."""
        email, token = values
        return {"authorization": basic(email, token)}

    def search(self, change: Change, access: Access, page: int = 1) -> Request:
        """The newest hundred comments: ours, if there, is among them."""
        path = f"{_path(change)}/comment?orderBy=-created&maxResults=100&startAt={100 * (page - 1)}"
        return Request("GET", path, access.headers)

    def steps(self, change: Change, access: Access) -> Conversation:
        """Labels, then the transition, then the comment (internal in a service project)."""
        added = {"update": {"labels": [{"add": tag} for tag in tags(change)]}}
        labelled = Request("PUT", _path(change), access.headers, added)
        verdict = yield from self.in_turn([labelled])
        shortfall = None
        if isinstance(verdict, Done) and change.status is not None:
            verdict, shortfall = yield from self._move(change, access)
        if isinstance(verdict, Done) and change.note is not None:
            verdict = yield from self.in_turn([_note(change, access)])
        return and_then(verdict, shortfall)

    def _move(self, change: Change, access: Access) -> Moving:
        asked = Request("GET", f"{_path(change)}?fields=status", access.headers)
        verdict, issue = yield from self.seen(asked)
        wanted = still(change, _ended(issue)).status
        if not isinstance(verdict, Done) or wanted is None:
            return verdict, None
        path = f"{_path(change)}/transitions"
        verdict, offered = yield from self.seen(Request("GET", path, access.headers))
        if not isinstance(verdict, Done):
            return verdict, None
        own = access.options.get("JIRA_ON_HOLD", "") if wanted is TicketStatus.ON_HOLD else ""
        names = (own.lower(),) if own else _NAMES[wanted]
        found = _transition(offered, names)
        if found is None:
            return (
                Done(),
                f"Jira offers no transition to {names[0]} from here; the rest is written.",
            )
        moved = yield Request("POST", path, access.headers, {"transition": {"id": found}})
        return self.judge(moved), None


def _ended(issue: Members) -> bool:
    status = issue.nested("fields").nested("status")
    return status.nested("statusCategory").word("key") == "done"


def _path(change: Change) -> str:
    return f"/rest/api/3/issue/{quote(change.ticket, safe='')}"


def _transition(offered: Members, names: tuple[str, ...]) -> str | None:
    """The id of the transition that leads to the first of the names that can be reached."""
    to = [Members(one) for one in offered.many("transitions") or () if type(one) is dict]
    ids = {one.nested("to").word("name"): one.identifier("id") for one in to}
    return next((found for name in names if (found := ids.get(name))), None)


def _note(change: Change, access: Access) -> Request:
    comment: dict[str, object] = {"body": document(signed(change.note or "", change.key))}
    if not change.public:
        internal = {"key": "sd.public.comment", "value": {"internal": True}}
        comment["properties"] = [internal]
    return Request("POST", f"{_path(change)}/comment", access.headers, comment)
