"""A GitHub and a GitLab, as docs.github.com and docs.gitlab.com have their issues."""

from typing import Any
from urllib.parse import unquote

from tests.service.desks.standin import (
    Answered,
    Asked,
    Json,
    Seen,
    StandIn,
    Wrong,
    is_text,
    words,
)

TOKEN, PLACE = "tracker-token", "acme/desk"
GITHUB = {"title", "body", "labels", "assignees", "milestone", "type"}
GITLAB = {"title", "description", "labels", "confidential", "issue_type"}
CREATED = "2026-03-02T10:00:00Z"


class GitHub(StandIn):
    source, customer, number = "github", PLACE, "1"
    tells = frozenset({"organization", "tags", "url"})

    def __post_init__(self) -> None:
        super().__post_init__()
        self.headers = {"authorization": f"Bearer {TOKEN}", "x-github-api-version": "2022-11-28"}
        self.private = True

    @property
    def settings(self) -> dict[str, str]:
        return {
            "GITHUB_URL": self.url,
            "GITHUB_API_TOKEN": TOKEN,
            "GITHUB_ACTOR": "heliograph-bot",
            "GITHUB_INTERNAL_NOTES": "comment",
        }

    def routes(self) -> list[tuple[str, str, Any]]:
        one = rf"/repos/{PLACE}/issues/(\d+)"
        said = lambda _, n: (200, self.tickets[n]["said"])  # noqa: E731
        place = {"full_name": PLACE, "private": self.private, "has_issues": True}
        return [
            ("GET", "/user", lambda _: (200, {"login": "heliograph-bot"})),
            ("GET", f"/repos/{PLACE}", lambda _: (200, place)),
            ("GET", f"/repos/{PLACE}/issues", self.listed),
            ("POST", f"/repos/{PLACE}/issues", self.create),
            ("POST", f"{one}/labels", lambda *_: (200, [])),
            ("GET", f"{one}/comments", said),
            ("POST", f"{one}/comments", self.comment),
        ]

    def listed(self, asked: Asked) -> Answered:
        if asked.query["state"] != "all" or int(asked.query["per_page"]) > 100:
            raise Wrong(422, {"message": "Validation Failed"})
        return 200, list(self.tickets.values())[::-1]

    def create(self, asked: Asked) -> Answered:
        wanted: Json = asked.body
        if wanted.keys() - GITHUB or not is_text(wanted.get("title"), 256):
            raise Wrong(422, {"message": "Validation Failed"})
        number = len(self.tickets) + 1
        names = [{"name": name} for name in words(wanted["labels"])]
        url = f"{self.url}/{PLACE}/issues/{number}"
        made = {**wanted, "number": number, "html_url": url, "labels": names, "said": []}
        self.tickets[str(number)] = made
        return 201, made

    def comment(self, asked: Asked, name: str) -> Answered:
        self.tickets[name]["said"].append(asked.body)
        return 201, {"id": 1}

    def name(self, ticket: Json) -> str:
        return f"{PLACE}#{ticket['number']}"

    def seen(self, ticket: Json) -> Seen:
        names = frozenset(label["name"] for label in ticket["labels"])
        judged = "urgent" if "priority: urgent" in names else None
        text, tags = ticket["body"], names - {"priority: urgent"}
        return Seen(ticket["title"], text, None, PLACE, judged, tags)

    def notes(self, ticket: Json) -> list[str]:
        return [said["body"] for said in ticket["said"]]

    def webhook(self, ticket: Json) -> Json:
        issue = {**ticket, "state": "open", "updated_at": CREATED, "user": {"login": "x"}}
        return {
            "action": "opened",
            "issue": {k: v for k, v in issue.items() if k != "said"},
            "repository": {"full_name": PLACE},
            "sender": {"login": "heliograph-bot"},
        }


class GitLab(StandIn):
    source, customer, number = "gitlab", PLACE, "1"
    tells = frozenset({"organization", "tags", "url"})

    def __post_init__(self) -> None:
        super().__post_init__()
        self.headers = {"private-token": TOKEN}

    @property
    def settings(self) -> dict[str, str]:
        return {
            "GITLAB_URL": self.url,
            "GITLAB_API_TOKEN": TOKEN,
            "GITLAB_ACTOR": "heliograph-bot",
            "GITLAB_NEW_TICKET": '{"issue_type": "incident"}',
        }

    def routes(self) -> list[tuple[str, str, Any]]:
        project = "/api/v4/projects/acme%2Fdesk"
        one = rf"{project}/issues/(\d+)"
        return [
            ("GET", "/api/v4/user", lambda _: (200, {"username": "heliograph-bot"})),
            ("GET", f"{project}/issues", self.listed),
            ("POST", f"{project}/issues", self.create),
            ("PUT", one, lambda *_: (200, {})),
            ("GET", f"{one}/notes", lambda _, n: (200, self.tickets[n]["said"])),
            ("POST", f"{one}/notes", self.note),
        ]

    def listed(self, asked: Asked) -> Answered:
        wanted = unquote(asked.query["search"])
        if asked.query["in"] != "title" or asked.query["scope"] != "all":
            raise Wrong(400, {"error": "in does not have a valid value"})
        return 200, [t for t in self.tickets.values() if wanted in t["title"]][::-1]

    def create(self, asked: Asked) -> Answered:
        wanted: Json = asked.body
        right = (
            not wanted.keys() - GITLAB,
            is_text(wanted.get("title"), 255),
            isinstance(wanted["labels"], str),
            wanted["confidential"] is True,
            wanted["issue_type"] in {"issue", "incident"},
        )
        if not all(right):
            raise Wrong(400, {"message": f"Of the issue something is wrong: {right}"})
        number = len(self.tickets) + 1
        names, url = wanted["labels"].split(","), f"{self.url}/{PLACE}/-/issues/{number}"
        made = {**wanted, "iid": number, "labels": names, "web_url": url, "said": []}
        self.tickets[str(number)] = made
        return 201, made

    def note(self, asked: Asked, name: str) -> Answered:
        self.tickets[name]["said"].append(asked.body)
        return 201, {"id": 1}

    def name(self, ticket: Json) -> str:
        return f"{PLACE}#{ticket['iid']}"

    def seen(self, ticket: Json) -> Seen:
        judged = "urgent" if "priority::urgent" in ticket["labels"] else None
        tags = frozenset(ticket["labels"]) - {"priority::urgent"}
        return Seen(ticket["title"], ticket["description"], None, PLACE, judged, tags)

    def notes(self, ticket: Json) -> list[str]:
        return [said["body"] for said in ticket["said"]]

    def webhook(self, ticket: Json) -> Json:
        about = {
            "action": "open",
            "iid": ticket["iid"],
            "title": ticket["title"],
            "description": ticket["description"],
            "state": "opened",
            "updated_at": CREATED,
            "labels": [{"title": name} for name in ticket["labels"]],
        }
        return {
            "object_kind": "issue",
            "user": {"username": "heliograph-bot"},
            "project": {"path_with_namespace": PLACE},
            "object_attributes": about,
        }
