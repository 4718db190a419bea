"""A Jira Cloud, as developer.atlassian.com has it: "Issues", "Issue search", "Request"."""

import base64
import json
import re
from datetime import timedelta
from typing import Any

from service.tickets.adf import plain
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

EMAIL, TOKEN = "bot@support.example", "jira-token"
ME, ADA = "5b10ac8d82e05b22cc7d4ef5", "qm:a713c8ea:5ad6d3581db05e2a66fa80b"
ORGANIZATIONS, SD = "customfield_10002", "com.atlassian.servicedesk"
INDEXED = timedelta(seconds=100)
"""How far the search is behind."""
PRIORITIES = [{"id": "1", "name": "Highest"}, {"id": "3", "name": "Medium"}]
FIELDS = [
    {"id": "summary", "schema": {"type": "string", "system": "summary"}},
    {"id": ORGANIZATIONS, "schema": {"custom": f"{SD}:sd-customer-organizations"}},
]
ELSEWHERE = "cannot be set. It is not on the appropriate screen"
JQL = re.compile(r'created >= -\d+d AND summary ~ "\\"([A-Z0-9-]+)\\"" ORDER BY created DESC')


class Jira(StandIn):
    source, customer, number = "jira", "7", "SUP-1"

    def __post_init__(self) -> None:
        super().__post_init__()
        proof = base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()
        self.headers = {"authorization": f"Basic {proof}"}

    @property
    def settings(self) -> dict[str, str]:
        where = {"project": {"key": "SUP"}, "issuetype": {"name": "Incident"}}
        return {
            "JIRA_URL": self.url,
            "JIRA_EMAIL": EMAIL,
            "JIRA_API_TOKEN": TOKEN,
            "JIRA_ACTOR_ID": ME,
            "JIRA_NEW_TICKET": json.dumps(where),
        }

    def routes(self) -> list[tuple[str, str, Any]]:
        one = r"/rest/api/3/issue/([A-Z]+-\d+)"
        may = {"permissions": {"CREATE_ISSUES": {"havePermission": True}}}
        return [
            ("GET", "/rest/api/3/mypermissions", lambda _: (200, may)),
            ("GET", "/rest/api/3/field", lambda _: (200, FIELDS)),
            ("GET", "/rest/api/3/priority/search", lambda _: (200, {"values": PRIORITIES})),
            ("GET", "/rest/api/3/user/search", self.users),
            ("POST", "/rest/api/3/search/jql", self.search),
            ("POST", "/rest/api/3/issue", self.create),
            ("GET", one, self.shown),
            ("PUT", one, self.change),
            ("GET", f"{one}/comment", lambda _, name: (200, {"comments": self._said(name)})),
            ("POST", f"{one}/comment", self.comment),
        ]

    def _said(self, name: str) -> list[Json]:
        said: list[Json] = self.tickets[name]["comments"]
        return said

    def users(self, asked: Asked) -> Answered:
        known = asked.query["query"] == "ada@acme.example"
        return 200, [{"accountId": ADA, "accountType": "customer"}] if known else []

    def search(self, asked: Asked) -> Answered:
        found = JQL.fullmatch(asked.body["jql"])
        if found is None or asked.body.keys() - {"jql", "fields", "maxResults"}:
            raise Wrong(400, {"errorMessages": ["Unbounded JQL queries are not allowed here."]})
        known = [t for t in self.tickets.values() if t["created"] + INDEXED <= self.now()]
        issues = [t for t in known if found[1] in t["fields"]["summary"]]
        return 200, {"issues": [{"key": t["key"], "fields": t["fields"]} for t in issues[::-1]]}

    def create(self, asked: Asked) -> Answered:
        fields: Json = asked.body["fields"]
        self._check(fields, {"project", "issuetype", "summary", "description", "labels"})
        if fields["description"].get("type") != "doc" or fields["description"]["version"] != 1:
            raise Wrong(
                400, {"errors": {"description": "Operation value must be an Atlassian Document"}}
            )
        return 201, self._keep(fields, asked.body)

    def _check(self, fields: Json, needed: set[str]) -> None:
        errors = dict.fromkeys(needed - fields.keys(), "is required")
        may = needed | {"priority", "reporter", ORGANIZATIONS}
        errors |= dict.fromkeys(fields.keys() - may, ELSEWHERE)
        if not is_text(fields.get("summary"), 255) or "\n" in fields["summary"]:
            errors["summary"] = "is invalid"
        if any(" " in label for label in words(fields.get("labels", []))):
            errors["labels"] = "contain spaces"
        self._check_judged(fields, errors)
        if errors:
            raise Wrong(400, {"errorMessages": [], "errors": errors})

    def _check_judged(self, fields: Json, errors: dict[str, str]) -> None:
        if fields.get("priority", {"id": "3"}) not in [{"id": p["id"]} for p in PRIORITIES]:
            errors["priority"] = "The priority selected is invalid."
        if fields.get("reporter", {"id": ADA}) != {"id": ADA}:
            errors["reporter"] = "The reporter specified is not a user."
        if "requester" in self.bans and "reporter" in fields:
            errors["reporter"] = ELSEWHERE
        if fields.get(ORGANIZATIONS, [7]) != [7] or (
            "organization" in self.bans and ORGANIZATIONS in fields
        ):
            errors[ORGANIZATIONS] = ELSEWHERE

    def _keep(self, fields: Json, whole: Json) -> Json:
        key = f"SUP-{len(self.tickets) + 1}"
        fields = {"labels": [], "priority": {"id": "3"}, "reporter": {"id": ME}, **fields}
        self.tickets[key] = {
            "key": key, "fields": fields, "created": self.now(), "comments": [], "whole": whole,
        }  # fmt: skip
        return {"id": "10000", "key": key, "self": f"{self.url}/rest/api/3/issue/10000"}

    def shown(self, asked: Asked, name: str) -> Answered:
        fields, wanted = self.tickets[name]["fields"], asked.query["fields"].split(",")
        told = {**fields, "priority": _priority(fields)}
        return 200, {"key": name, "fields": {n: told.get(n) for n in wanted}}

    def change(self, asked: Asked, name: str) -> Answered:
        fields, update = asked.body.get("fields", {}), asked.body.get("update", {})
        if asked.body.keys() - {"fields", "update"} or update.keys() - {"labels"}:
            raise Wrong(400, {"errorMessages": ["Cannot deserialize"]})
        kept = self.tickets[name]["fields"]
        whole = {"summary": kept["summary"], **fields}
        self._check(whole, {"summary"})
        kept |= fields
        kept["labels"] = [*kept["labels"], *(one["add"] for one in update.get("labels", []))]
        return 204, None

    def comment(self, asked: Asked, name: str) -> Answered:
        if asked.body["body"]["type"] != "doc":
            raise Wrong(400, {"errors": {"comment": "Comment body is not valid!"}})
        self._said(name).append(asked.body)
        return 201, {"id": "1"}

    def name(self, ticket: Json) -> str:
        return str(ticket["key"])

    def seen(self, ticket: Json) -> Seen:
        fields = ticket["fields"]
        return Seen(
            fields["summary"],
            plain(fields["description"]) or "",
            "ada@acme.example" if fields["reporter"]["id"] == ADA else None,
            str(fields[ORGANIZATIONS][0]) if ORGANIZATIONS in fields else None,
            {"1": "urgent"}.get(fields["priority"]["id"], "medium"),
            frozenset(fields["labels"]),
        )

    def notes(self, ticket: Json) -> list[str]:
        return [plain(said["body"]) or "" for said in ticket["comments"]]

    def webhook(self, ticket: Json) -> Json:
        fields = {**ticket["fields"], "priority": _priority(ticket["fields"])}
        return {
            "timestamp": int(self.now().timestamp() * 1000),
            "webhookEvent": "jira:issue_created",
            "user": {"accountId": ME},
            "issue": {
                "key": ticket["key"],
                "self": f"{self.url}/rest/api/2/10000",
                "fields": {
                    **{k: v for k, v in fields.items() if not k.startswith("customfield_")},
                    "description": plain(fields["description"]),
                    "reporter": {"accountId": fields["reporter"]["id"]},
                },
            },
        }


REQUEST = {"serviceDeskId", "requestTypeId", "requestFieldValues", "raiseOnBehalfOf"}


class ServiceProject(Jira):
    """The same with requests of a service project, which the customer sees."""

    @property
    def settings(self) -> dict[str, str]:
        where = {"serviceDeskId": "4", "requestTypeId": "25"}
        return {**super().settings, "JIRA_NEW_TICKET": json.dumps(where)}

    def routes(self) -> list[tuple[str, str, Any]]:
        form = "/rest/servicedeskapi/servicedesk/4/requesttype/25/field"
        return [
            ("GET", form, lambda _: (200, {"canRaiseOnBehalfOf": True})),
            ("POST", "/rest/servicedeskapi/request", self.create),
            *(one for one in super().routes() if one[2] != self.create),
        ]

    def create(self, asked: Asked) -> Answered:
        body: Json = asked.body
        given = body["requestFieldValues"]
        right = (
            body["serviceDeskId"] == "4",
            body["requestTypeId"] == "25",
            not body.keys() - REQUEST,
            given.keys() == {"summary", "description"},
            isinstance(given.get("description"), str),
            body.get("raiseOnBehalfOf", ADA) == ADA,
            "requester" not in self.bans or "raiseOnBehalfOf" not in body,
        )  # fmt: skip
        if not all(right):
            raise Wrong(400, {"errorMessage": f"Of the request something is wrong: {right}"})
        who = {"reporter": {"id": ADA}} if "raiseOnBehalfOf" in body else {}
        made = self._keep({**given, **who}, body)
        return 201, {"issueId": made["id"], "issueKey": made["key"], "_links": {}}


def _priority(fields: Json) -> Json:
    return next(p for p in PRIORITIES if p["id"] == fields["priority"]["id"])
