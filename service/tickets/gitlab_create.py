"""Creating GitLab issues: POST /projects/{id}/issues (docs.gitlab.com, "Issues API").

The project is the customer's own, by the account's external id, or the `project` of
GITLAB_NEW_TICKET. Issues of ours are confidential: those of the project who may not see such do not
read what a caller said.
"""

from __future__ import annotations

from urllib.parse import quote

from service.tickets import labels
from service.tickets.creating import Creator, Known, Stopped, listed, name_in, over
from service.tickets.fields import clean_tags
from service.tickets.marker import TAG, hidden
from service.tickets.members import Members, numbered
from service.tickets.text import web_address
from service.tickets.ticketsystem import Access, Opened, Opening, Refused, Request

_REPORTER = 20


class GitLabCreator(Creator):
    """The creating half of GitLab. An issue has no requester but its author, who is us."""

    full = 100
    placed = True

    def look(self, opening: Opening, access: Access, page: int) -> Request:
        """By the case's id in the title, the newest first."""
        wanted = f"in=title&scope=all&order_by=created_at&sort=desc&per_page={self.full}"
        search = f"search={quote(opening.case, safe='')}&{wanted}&page={page}"
        return Request("GET", f"{self._place(opening, access)}/issues?{search}", access.headers)

    def draft(self, opening: Opening, access: Access, known: Known) -> Request:  # noqa: ARG002 - nothing is asked
        """Labels that do not exist yet are made by GitLab."""
        wished = {k: v for k, v in self.wished(access).items() if k != "project"}
        judged = (f"priority::{word}" for word in opening.words[:1])
        issue = {
            "title": opening.subject,
            "description": hidden(opening.text, opening.key),
            "labels": listed(wished.get("labels"), (TAG, *opening.tags, *judged)),
            "confidential": True,
        }
        path = f"{self._place(opening, access)}/issues"
        return Request("POST", path, access.headers, over(wished, issue))

    def named(self, row: Members, opening: Opening, access: Access) -> Opened:
        """By its number, which counts within the project."""
        number = name_in(row, "iid", "issue")
        names = clean_tags(name for name in row.many("labels") or () if isinstance(name, str))
        ticket = numbered(self._project(opening, access), number)
        url = web_address(row.line("web_url", 2000))
        return Opened(ticket, url, priority=labels.priority(names), number=number)

    def permit(self, access: Access) -> Request:
        """The project, where there is one for everybody; else who we are."""
        project = str(self.wished(access).get("project") or "")
        path = f"/api/v4/projects/{quote(project, safe='')}" if project else "/api/v4/user"
        return Request("GET", path, access.headers)

    def lacking(self, found: Members, access: Access) -> str:  # noqa: ARG002 - all is in the answer
        """Issues, and a role that may see confidential ones."""
        name = found.line("path_with_namespace")
        if name is None:
            return ""
        if found.flag("issues_enabled") is False:
            return f"{name} takes no issues."
        given = found.nested("permissions")
        levels = (
            given.nested(each).raw("access_level") for each in ("project_access", "group_access")
        )
        able = any(isinstance(level, int) and level >= _REPORTER for level in levels)
        return "" if able else f"In {name} we are no Reporter, who may see confidential issues."

    def _project(self, opening: Opening, access: Access) -> str:
        found = opening.organization or str(self.wished(access).get("project") or "")
        if not found:
            says = "The customer has no project: give the account external_ids.gitlab."
            raise Stopped(Refused(says))
        return found

    def _place(self, opening: Opening, access: Access) -> str:
        return f"/api/v4/projects/{quote(self._project(opening, access), safe='')}"
