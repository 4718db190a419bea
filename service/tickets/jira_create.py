"""Creating Jira issues, and requests of a service project (developer.atlassian.com).

JIRA_NEW_TICKET says where: `project` and `issuetype` of an issue, or `serviceDeskId` and
`requestTypeId` of a request, which the customer then sees in the portal. Labels, priority and
organisation are no part of a request's form and are set once it is there. Jira's search is seconds
to minutes behind, so a try whose outcome is unclear is made again only after that.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

from service.tickets.adf import document
from service.tickets.creating import Creator, Known, first_of, name_in, over
from service.tickets.marker import TAG, signed
from service.tickets.members import Members
from service.tickets.ticketsystem import (
    Access,
    Answer,
    Creation,
    Opened,
    Opening,
    Refused,
    Request,
)

_DESK = ("serviceDeskId", "requestTypeId")
_ORGANIZATIONS = "com.atlassian.servicedesk:sd-customer-organizations"


class JiraCreator(Creator):
    """The creating half of Jira Cloud."""

    wants = ("project", "issuetype")
    rows_in = "issues"
    lag = timedelta(minutes=2)

    def wanting(self, access: Access) -> tuple[str, ...]:
        """Of an issue, or of a request where either of its members is given."""
        given = self.wished(access)
        names = _DESK if any(name in given for name in _DESK) else self.wants
        return tuple(name for name in names if not given.get(name))

    def look(self, opening: Opening, access: Access, page: int) -> Request:  # noqa: ARG002 - one page
        """By the case's id in the summary, of the last days."""
        jql = f'created >= -3d AND summary ~ "\\"{opening.case}\\"" ORDER BY created DESC'
        wanted = {"jql": jql, "fields": ["description", "priority"], "maxResults": 50}
        return Request("POST", "/rest/api/3/search/jql", access.headers, wanted)

    def known(self, opening: Opening, access: Access) -> Generator[Request, Answer, Known]:
        """The requester's account, where his address is that of one alone; the organisation."""
        found: dict[str, object] = {}
        if opening.email:
            path = f"/rest/api/3/user/search?maxResults=2&query={quote(opening.email, safe='')}"
            users = yield from self.asked(Request("GET", path, access.headers))
            if len(users) == 1:
                found["requester"] = users[0].get("accountId")
        if "project" in self.wished(access):
            found |= yield from self._judged(opening, access)
        return found

    def _judged(self, opening: Opening, access: Access) -> Generator[Request, Answer, Known]:
        """The priority by its id, and the field for organisations, which is each site's own."""
        found: dict[str, object] = {}
        if opening.words:
            path = "/rest/api/3/priority/search?maxResults=100"
            listed = yield from self.asked(Request("GET", path, access.headers), "values")
            ids = {str(one.get("name")).lower(): one.get("id") for one in listed}
            found["priority"] = ids.get(first_of(opening.words, ids) or "")
        if opening.organization and opening.organization.isdecimal():
            fields = yield from self.asked(Request("GET", "/rest/api/3/field", access.headers))
            mine = (one.get("id") for one in fields if _kind(one) == _ORGANIZATIONS)
            found["organization"] = next(mine, None)
        return found

    def draft(self, opening: Opening, access: Access, known: Known) -> Request:
        """An issue, or a request."""
        wished = self.wished(access)
        who = known.get("requester") if opening.email else None
        text = signed(opening.text, opening.key)
        if "serviceDeskId" in wished:
            values = {"summary": opening.subject, "description": text}
            asked: dict[str, object] = {"requestFieldValues": values}
            if who:
                asked["raiseOnBehalfOf"] = who
            body = over(wished, asked)
            return Request("POST", "/rest/servicedeskapi/request", access.headers, body)
        fields: dict[str, object] = {
            "summary": opening.subject,
            "description": document(text),
            "labels": [TAG, *opening.tags],
            **_fields(opening, known),
        }
        if who:
            fields["reporter"] = {"id": who}
        return Request(
            "POST", "/rest/api/3/issue", access.headers, {"fields": over(wished, fields)}
        )

    def named(self, row: Members, opening: Opening, access: Access) -> Opened:  # noqa: ARG002 - all is in the row
        """By its key."""
        key = name_in(row, "issueKey" if "issueKey" in row else "key", "issue")
        return Opened(key, f"{access.url}/browse/{quote(key, safe='')}")

    def furnish(self, made: Opened, opening: Opening, access: Access) -> Creation:
        """What a request's form has no place for; then the priority as it is now."""
        path = f"/rest/api/3/issue/{quote(made.ticket, safe='')}"
        if "serviceDeskId" in self.wished(access):
            yield from self._changed(path, opening, access)
        asked = Request("GET", f"{path}?fields=priority", access.headers)
        _, issue = yield from self.seen(asked)
        told = issue.nested("fields").nested("priority").word("name")
        return replace(made, priority=told)

    def _changed(
        self, path: str, opening: Opening, access: Access
    ) -> Generator[Request, Answer, None]:
        """What Jira refuses of it is left out. Raises Stopped where it may be asked again."""
        known = yield from self._judged(opening, access)
        labels = [{"add": tag} for tag in (TAG, *opening.tags)]
        answer = Answer(0)
        for tried in self.lessening(opening):
            change = {"fields": _fields(tried, known), "update": {"labels": labels}}
            answer = yield Request("PUT", path, access.headers, change)
            if answer.status not in self.unprocessable:
                break
        if not isinstance(self.judge(answer), Refused):
            self.stop_unless_done(answer)

    def permit(self, access: Access) -> Request:
        """What we may do in the project; of a request, what its form is to us."""
        wished = self.wished(access)
        if "serviceDeskId" in wished:
            desk, kind = (quote(str(wished[name]), safe="") for name in _DESK)
            path = f"/rest/servicedeskapi/servicedesk/{desk}/requesttype/{kind}/field"
            return Request("GET", path, access.headers)
        project = wished["project"]
        told = Members(project if isinstance(project, dict) else {})
        which = f"projectKey={quote(told.line('key') or '', safe='')}"
        if "id" in told:
            which = f"projectId={quote(told.line('id') or '', safe='')}"
        path = f"/rest/api/3/mypermissions?permissions=CREATE_ISSUES&{which}"
        return Request("GET", path, access.headers)

    def lacking(self, found: Members, access: Access) -> str:
        """The right to create, and for a request the right to raise it for somebody else."""
        if "serviceDeskId" in self.wished(access):
            able = found.flag("canRaiseOnBehalfOf")
            return "" if able else "In Jira we are no agent of the service project."
        able = found.nested("permissions").nested("CREATE_ISSUES").flag("havePermission")
        return "" if able else "In Jira we may not create issues in the project."


def _fields(opening: Opening, known: Known) -> dict[str, object]:
    """Priority and organisation."""
    fields: dict[str, object] = {}
    if opening.words and known.get("priority"):
        fields["priority"] = {"id": known["priority"]}
    if opening.organization and (name := known.get("organization")):
        fields[str(name)] = [int(opening.organization)]
    return fields


def _kind(field: dict[str, object]) -> object:
    schema = field.get("schema")
    return schema.get("custom") if isinstance(schema, dict) else None
