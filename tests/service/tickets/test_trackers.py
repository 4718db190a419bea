"""Jira, GitHub and GitLab in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from routing.report import Comment, Report, ReportKind, Requester, TicketStatus
from service.tickets.adf import document, plain
from service.tickets.systems import SYSTEMS
from service.tickets.ticketsystem import Envelope, Reading, Unreadable
from tests.service.tickets.kits import github_said, gitlab_said, jira_said, payload
from tests.service.tickets.signing import NOW


def reading(
    source: str, body: object, own: frozenset[str] = frozenset(), **headers: str
) -> Reading:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    envelope = Envelope(given, json.dumps(body).encode(), NOW)
    return SYSTEMS[source].read(envelope, own)


def read(source: str, body: object, own: frozenset[str] = frozenset(), **headers: str) -> Report:
    (report,) = reading(source, body, own, **headers)
    return report


def test_a_jira_issue() -> None:
    report = read("jira", payload("jira_issue_created"), x_atlassian_webhook_identifier="w-1")
    assert report == Report(
        source="jira",
        ticket="BUG-15",
        kind=ReportKind.CREATED,
        version=(datetime(2013, 3, 27, 16, 53, 58, 301000, tzinfo=UTC).timestamp(), 0),
        event_key="w-1",
        at=datetime(2013, 3, 27, 16, 53, 58, 369000, tzinfo=UTC),
        created_at=datetime(2013, 3, 27, 16, 53, 58, 301000, tzinfo=UTC),
        url="https://jira.example/browse/BUG-15",
        subject="New bug with hook",
        description="Fix me please",
        status=TicketStatus.OPEN,
        priority="major",
        channel="portal",
        product="buggery-test",
        tags=(),
        requester=Requester(
            "Leo Franchi", "othello@zulip.com", None, "99:27935d01-92a7-4687-8272-a9b8d3b2ae2e"
        ),
        fields={"issuetype": "Bug"},
    )


def test_a_jira_change() -> None:
    report = read("jira", payload("jira_issue_updated_priority"))
    assert (report.kind, report.priority) == (ReportKind.UPDATED, "major")
    assert report.version[1] == 10102, "the changelog's id orders changes of one instant"
    assert report.status is TicketStatus.NEW
    assert report.assignee_email == "leo@zulip.com"
    assert report.fields["customfield_10021"] == "Not Started"
    assert report.event_key.startswith("sha256:")


@pytest.mark.parametrize(
    ("name", "category", "status"),
    [
        ("Waiting for customer", "indeterminate", TicketStatus.PENDING),
        ("Waiting for support", "indeterminate", TicketStatus.OPEN),
        ("Escalated", "indeterminate", TicketStatus.ON_HOLD),
        ("Canceled", "done", TicketStatus.CLOSED),
        ("Shipped", "done", TicketStatus.SOLVED),
        ("Brewing", "indeterminate", TicketStatus.OPEN),
        ("Brewing", "undefined", None),
    ],
)
def test_jira_statuses(name: str, category: str, status: TicketStatus | None) -> None:
    body = payload("jira_issue_created")
    body["issue"]["fields"]["status"] = {"name": name, "statusCategory": {"key": category}}
    assert read("jira", body).status is status


def test_a_deleted_jira_issue_is_closed() -> None:
    body = payload("jira_issue_created") | {"webhookEvent": "jira:issue_deleted"}
    assert read("jira", body).status is TicketStatus.CLOSED


def test_jira_comments() -> None:
    body: Any = jira_said("customer", "Still down")
    body["comment"]["jsdPublic"] = True
    report = read("jira", body)
    assert report.kind is ReportKind.COMMENTED
    assert report.comment == Comment(
        "10100", "customer", public=True, body="Still down", author_email="x@y.example", at=NOW
    )
    body["comment"] |= {"jsdPublic": False, "author": {"accountId": "1", "accountType": "app"}}
    comment = read("jira", body).comment
    assert comment is not None
    assert (comment.author, comment.public) == ("system", False)
    body["comment"]["author"] = {"accountId": "99:e2f12cf6-839d-4ea2-ae07-e1a59cb009c8"}
    comment = read("jira", body).comment
    assert comment is not None
    assert comment.author == "customer", "the reporter"


def test_jira_organizations_and_options() -> None:
    body = payload("jira_issue_created")
    link = {"self": "https://jira.example/rest/servicedeskapi/organization/7"}
    body["issue"]["fields"] |= {
        "customfield_1": [{"id": "7", "name": "Acme", "_links": link}],
        "customfield_2": {"value": "Sev 1"},
        "components": [{"name": "Login"}],
    }
    report = read("jira", body)
    assert (report.organization, report.category) == ("7", "Login")
    assert report.fields["customfield_2"] == "Sev 1"


def test_jira_echo_by_actor() -> None:
    body = payload("jira_issue_updated_priority")
    assert read("jira", body, frozenset({"leo@zulip.com"})).echo
    assert read("jira", body, frozenset({"99:e2f12cf6-839d-4ea2-ae07-e1a59cb009c8"})).echo
    assert not read("jira", body, frozenset({"bot@acme.example"})).echo


@pytest.mark.parametrize("event", ["comment_deleted", "sprint_started", "issuelink_created", ""])
def test_other_jira_events_are_ignored(event: str) -> None:
    found = reading("jira", payload("jira_issue_created") | {"webhookEvent": event})
    assert len(found) == 0
    assert found.ignored


def test_atlassian_documents() -> None:
    assert plain(document("one\n\ntwo")) == "one\ntwo"
    nested: dict[str, object] = {"type": "text", "text": "deep"}
    for _ in range(3000):
        nested = {"type": "paragraph", "content": [nested]}
    assert plain(nested) == "deep"
    assert plain({"type": "doc"}) is None
    assert plain(None) is None
    with pytest.raises(Unreadable):
        plain(5)


def test_a_github_issue() -> None:
    report = read("github", payload("github_issues_opened"), x_github_event="issues",
                  x_github_delivery="d-1")  # fmt: skip
    assert report == Report(
        source="github",
        ticket="Codertocat/Hello-World#1",
        kind=ReportKind.CREATED,
        version=(datetime(2019, 5, 15, 15, 20, 18, tzinfo=UTC).timestamp(), 0),
        event_key="d-1",
        at=datetime(2019, 5, 15, 15, 20, 18, tzinfo=UTC),
        created_at=datetime(2019, 5, 15, 15, 20, 18, tzinfo=UTC),
        url="https://github.com/Codertocat/Hello-World/issues/1",
        subject="Spelling error in the README file",
        description="It looks like you accidently spelled 'commit' with two 't's.",
        status=TicketStatus.OPEN,
        channel="portal",
        tags=("bug",),
        organization="Codertocat/Hello-World",
        requester=Requester(name="Codertocat", id="21031067"),
        fields={"assignee": "Codertocat"},
    )


@pytest.mark.parametrize(
    ("labels", "priority", "status"),
    [
        (["bug"], None, TicketStatus.OPEN),
        (["priority: High"], "high", TicketStatus.OPEN),
        (["Severity/1", "on-hold"], "1", TicketStatus.ON_HOLD),
        (["P1", "waiting for customer"], "p1", TicketStatus.PENDING),
        (["sev-2"], "sev-2", TicketStatus.OPEN),
    ],
)
def test_labels_say_what_an_issue_cannot(
    labels: list[str], priority: str | None, status: TicketStatus
) -> None:
    body = payload("github_issues_labeled")
    body["issue"]["labels"] = [{"name": label} for label in [*labels, "env::staging"]]
    report = read("github", body, x_github_event="issues")
    assert (report.priority, report.status) == (priority, status)
    assert report.environment == "staging"
    assert report.tags == (*labels, "env::staging")


def test_a_closed_github_issue_is_solved_and_a_deleted_one_too() -> None:
    body = payload("github_issues_reopened")
    assert read("github", body, x_github_event="issues").status is TicketStatus.OPEN
    body["issue"]["state"] = "closed"
    assert read("github", body, x_github_event="issues").status is TicketStatus.SOLVED
    body["issue"]["state"], body["action"] = "open", "deleted"
    assert read("github", body, x_github_event="issues").status is TicketStatus.SOLVED


@pytest.mark.parametrize(
    ("user", "association", "author"),
    [
        ({"type": "User"}, "NONE", "customer"),
        ({"type": "User"}, "CONTRIBUTOR", "customer"),
        ({"type": "User"}, "COLLABORATOR", "agent"),
        ({"type": "Bot"}, "MEMBER", "system"),
    ],
)
def test_who_comments_on_github(user: dict[str, str], association: str, author: str) -> None:
    body: Any = github_said("agent", "hello")
    body["comment"] |= {"user": user, "author_association": association}
    report = read("github", body, x_github_event="issue_comment")
    assert report.kind is ReportKind.COMMENTED
    assert report.at == NOW
    assert report.comment is not None
    assert report.comment.author == author


def test_what_github_tells_besides_issues_is_ignored() -> None:
    assert reading("github", payload("github_ping"), x_github_event="ping").ignored
    edited = github_said("agent", "x") | {"action": "edited"}  # type: ignore[operator]
    assert reading("github", edited, x_github_event="issue_comment").ignored
    pull = payload("github_issues_opened")
    pull["issue"]["pull_request"] = {"url": "x"}
    assert reading("github", pull, x_github_event="issues").ignored


def test_github_echo_by_sender() -> None:
    body = payload("github_issues_opened")
    assert read("github", body, frozenset({"codertocat"}), x_github_event="issues").echo
    assert not read("github", body, frozenset({"bot"}), x_github_event="issues").echo


def test_github_in_a_form() -> None:
    form = urlencode({"payload": json.dumps(payload("github_issues_opened"))}).encode()
    headers = {"x-github-event": "issues", "content-type": "application/x-www-form-urlencoded"}
    (report,) = SYSTEMS["github"].read(Envelope(headers, form, NOW))
    assert report.ticket == "Codertocat/Hello-World#1"
    for broken in (b"\xff", b"nothing=1", b"&".join([b"a=1"] * 50)):
        with pytest.raises(Unreadable):
            SYSTEMS["github"].read(Envelope(headers, broken, NOW))


def test_a_gitlab_issue() -> None:
    report = read("gitlab", payload("gitlab_issue_event"), idempotency_key="i-1")
    assert (report.ticket, report.kind) == ("gitlabhq/gitlab-test#23", ReportKind.CREATED)
    assert report.event_key == "i-1"
    assert report.version == (datetime(2013, 12, 3, 17, 15, 43, tzinfo=UTC).timestamp(), 0)
    assert report.status is TicketStatus.OPEN
    assert report.requester == Requester("Administrator", None, None, "51")
    assert report.url == "http://example.com/diaspora/issues/23"


def test_a_gitlab_incident() -> None:
    body = payload("gitlab_issue_event")
    body["object_attributes"] |= {"severity": "critical", "state": "closed", "action": "close"}
    body["labels"] = [{"title": "on-hold"}]
    body["assignees"] = [{"email": "Anna@support.example"}]
    report = read("gitlab", body)
    assert (report.priority, report.status) == ("critical", TicketStatus.SOLVED)
    assert report.assignee_email == "anna@support.example"
    body["object_attributes"] |= {"severity": "unknown", "state": "opened"}
    body["labels"] = [{"title": "severity::2"}, {"title": "on hold"}]
    report = read("gitlab", body)
    assert (report.priority, report.status) == ("2", TicketStatus.ON_HOLD)


def test_gitlab_notes() -> None:
    body: Any = gitlab_said("customer", "Still down")
    report = read("gitlab", body)
    assert report.kind is ReportKind.COMMENTED
    assert report.tags == ("Afterpod", "Element")
    assert report.comment is not None
    assert (report.comment.author, report.comment.public) == ("customer", True)
    assert report.comment.at == datetime(2015, 5, 17, 17, 6, 40, tzinfo=UTC)
    body["object_attributes"] |= {"author_id": 2, "internal": True}
    report = read("gitlab", body)
    assert report.comment is not None
    assert (report.comment.author, report.comment.public) == ("agent", False)
    body["user"]["username"] = "support-bot"
    report = read("gitlab", body)
    assert report.comment is not None
    assert report.comment.author == "customer", "by Service Desk"


def test_what_gitlab_tells_besides_issues_is_ignored() -> None:
    body: Any = gitlab_said("agent", "x")
    body["object_attributes"]["system"] = True
    assert reading("gitlab", body).ignored
    body["object_attributes"] |= {"system": False, "noteable_type": "MergeRequest"}
    assert reading("gitlab", body).ignored
    assert reading("gitlab", {"object_kind": "push"}).ignored


def test_gitlab_echo_by_user() -> None:
    assert read("gitlab", payload("gitlab_issue_event"), frozenset({"root"})).echo
