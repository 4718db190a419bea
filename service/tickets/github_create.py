"""Creating GitHub issues: POST /repos/{owner}/{repo}/issues (docs.github.com, "Issues").

The repository is the customer's own, by the account's external id, or the `repository` of
GITHUB_NEW_TICKET. Whoever may read it reads what a caller said, so it has to be a private one.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from urllib.parse import quote

from service.tickets import labels
from service.tickets.creating import Creator, Known, Stopped, name_in, not_before, over
from service.tickets.fields import clean_tags
from service.tickets.marker import TAG, hidden
from service.tickets.members import Members, numbered, read_object
from service.tickets.text import web_address
from service.tickets.ticketsystem import (
    Access,
    Answer,
    Opened,
    Opening,
    Refused,
    Request,
)

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+\Z", re.ASCII)


class GitHubCreator(Creator):
    """The creating half of GitHub. An issue has no requester but its author, who is us."""

    full = 100
    placed = True

    def look(self, opening: Opening, access: Access, page: int) -> Request:
        """The newest first, open or not."""
        wanted = f"state=all&sort=created&direction=desc&per_page={self.full}&page={page}"
        if since := not_before(opening):
            wanted += f"&since={since}"
        return Request("GET", f"{self._place(opening, access)}/issues?{wanted}", access.headers)

    def known(self, opening: Opening, access: Access) -> Generator[Request, Answer, Known]:
        """Who may read it."""
        answer = yield Request("GET", self._place(opening, access), access.headers)
        self.stop_unless_done(answer)
        if lack := self.lacking(read_object(answer.body), access):
            raise Stopped(Refused(lack))
        return {}

    def draft(self, opening: Opening, access: Access, known: Known) -> Request:  # noqa: ARG002 - nothing was asked for
        """Labels that do not exist yet are made by GitHub, where we may."""
        judged = [f"priority: {opening.words[0]}"] if opening.words else []
        issue = {
            "title": opening.subject,
            "body": hidden(opening.text, opening.key),
            "labels": [TAG, *opening.tags, *judged],
        }
        wished = {k: v for k, v in self.wished(access).items() if k != "repository"}
        path = f"{self._place(opening, access)}/issues"
        return Request("POST", path, access.headers, over(wished, issue))

    def named(self, row: Members, opening: Opening, access: Access) -> Opened:
        """By its number, which counts within the repository."""
        number = name_in(row, "number", "issue")
        listed = (Members(one) for one in row.many("labels") or () if type(one) is dict)
        names = clean_tags(name for one in listed if (name := one.line("name")))
        ticket = numbered(self._repository(opening, access), number)
        url = web_address(row.line("html_url", 2000))
        return Opened(ticket, url, priority=labels.priority(names), number=number)

    def permit(self, access: Access) -> Request:
        """The repository, where there is one for everybody; else who we are."""
        repository = str(self.wished(access).get("repository") or "")
        path = f"/repos/{quote(repository)}" if _REPOSITORY.match(repository) else "/user"
        return Request("GET", path, access.headers)

    def lacking(self, found: Members, access: Access) -> str:  # noqa: ARG002 - all is in the answer
        """Issues, and nobody who reads along."""
        name = found.line("full_name")
        if name is None:
            return ""
        if found.flag("private") is not True:
            return f"Everybody may read {name}; a caller's ticket wants a private repository."
        return "" if found.flag("has_issues") is not False else f"{name} takes no issues."

    def _repository(self, opening: Opening, access: Access) -> str:
        found = opening.organization or str(self.wished(access).get("repository") or "")
        if not _REPOSITORY.match(found):
            says = "The customer has no repository: give the account external_ids.github."
            raise Stopped(Refused(says))
        return found

    def _place(self, opening: Opening, access: Access) -> str:
        return f"/repos/{quote(self._repository(opening, access))}"
