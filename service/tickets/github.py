"""GitHub issues as tickets (docs.github.com, "Webhook events and payloads").

A repository has no internal notes: whoever may read the issue reads every comment. So what we write
is labels, open or closed, and updates meant for the customer; internal notes only where
GITHUB_INTERNAL_NOTES is `comment`, which a repository without customers may allow itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qs, quote

from routing.report import Comment, Report, ReportKind, Requester, TicketStatus
from service.tickets import labels, signature
from service.tickets.fields import clean_tags
from service.tickets.github_create import GitHubCreator
from service.tickets.labels import ON_HOLD_LABEL
from service.tickets.marker import hidden, is_ours
from service.tickets.members import Members, numbered, read_object
from service.tickets.ticketsystem import (
    NOBODY,
    Access,
    Answer,
    Change,
    Conversation,
    Done,
    Envelope,
    Judgement,
    Reading,
    Request,
    Unreadable,
)
from service.tickets.writing import and_then, tags

_STAFF = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_GONE = frozenset({"deleted", "transferred"})
_NO_NOTES = "GitHub has no internal notes; this one stays on the case."


class GitHub(GitHubCreator):
    """GitHub at https://api.github.com, or an Enterprise server at `https://host/api/v3`."""

    source = "github"
    name = "GitHub"
    settings = ("GITHUB_URL", "GITHUB_API_TOKEN")
    optional = ("GITHUB_ACTOR", "GITHUB_INTERNAL_NOTES", "GITHUB_NEW_TICKET")
    own_from = ("GITHUB_ACTOR",)
    per_page = 100

    def verify(self, envelope: Envelope, secrets: Sequence[str], now: Sequence[datetime]) -> None:  # noqa: ARG002 - GitHub dates nothing
        """HMAC-SHA256 of the body in X-Hub-Signature-256. Raises Forged."""
        signature.hub_signature(envelope, "x-hub-signature-256", "sha256", secrets)

    def read(self, envelope: Envelope, own: frozenset[str] = NOBODY) -> Reading:
        """Issues and new comments on them. Raises Unreadable."""
        event = envelope.headers.get("x-github-event", "")
        if event not in {"issues", "issue_comment"}:
            return Reading(ignored=f"The event {event[:80]!r} is not about an issue.")
        document = read_object(_json(envelope))
        action = document.word("action") or ""
        issue = document.nested("issue")
        if "pull_request" in issue:
            return Reading(ignored="Pull requests are no tickets.")
        if event == "issue_comment" and action != "created":
            return Reading(ignored=f"A comment that is {action} changes nothing.")
        return Reading((_report(envelope, document, issue, action, own),))

    def credentials(self, values: Sequence[str]) -> Mapping[str, str]:
        """A token that may write issues."""
        (token,) = values
        return {
            "accept": "application/vnd.github+json",
            "authorization": f"Bearer {token}",
            "x-github-api-version": "2022-11-28",
        }

    def search(self, change: Change, access: Access, page: int = 1) -> Request:
        """The comments, oldest first."""
        path = f"{_path(change)}/comments?per_page={self.per_page}&page={page}"
        return Request("GET", path, access.headers)

    def write(self, change: Change, access: Access) -> Conversation:
        """Labels and state, then the comment if it may be seen."""
        seen = change.public or access.options.get("GITHUB_INTERNAL_NOTES") == "comment"
        withheld = change.note is not None and not seen
        told = replace(change, note=None) if withheld else change
        verdict = yield from super().write(told, access)
        return and_then(verdict, _NO_NOTES if withheld else None)

    def steps(self, change: Change, access: Access) -> Conversation:
        """Labels and state, then the comment."""
        if change.status is TicketStatus.OPEN:
            verdict = self._unheld((yield _unhold(change, access)))
            if not isinstance(verdict, Done):
                return verdict
        return (yield from self.in_turn(_requests(change, access)))

    def _unheld(self, answer: Answer) -> Judgement:
        return Done() if answer.status == 404 else self.judge(answer)  # noqa: PLR2004 - it had none


def _json(envelope: Envelope) -> bytes:
    """The payload, also from the form encoding that GitHub offers first."""
    if not envelope.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return envelope.body
    try:
        form = parse_qs(envelope.body.decode("utf-8"), max_num_fields=10)
    except ValueError:
        raise Unreadable("The body is no form, though its content type says so.") from None
    return form.get("payload", [""])[0].encode("utf-8", "replace")


def _report(
    envelope: Envelope, document: Members, issue: Members, action: str, own: frozenset[str]
) -> Report:
    repository = document.nested("repository").line("full_name")
    number = issue.identifier("number")
    if repository is None or number is None:
        raise issue.wrong("number", "an issue's number in a repository")
    names = _labels(issue)
    updated = issue.time("updated_at") or envelope.received_at
    comment = _comment(document.nested("comment"))
    is_open = issue.word("state") != "closed" and action not in _GONE
    return Report(
        source="github",
        ticket=numbered(repository, number),
        kind=_kind(action, comment),
        version=(updated.timestamp(), 0),
        event_key=signature.delivery(envelope, "x-github-delivery")
        or signature.content_key(envelope.body, envelope.received_at.isoformat()),
        at=comment.at
        if comment is not None and comment.at is not None
        else issue.time("updated_at"),
        created_at=issue.time("created_at"),
        url=issue.line("html_url", 2000),
        subject=issue.line("title"),
        description=issue.text("body"),
        status=labels.status(is_open, names) if "state" in issue or not is_open else None,
        priority=labels.priority(names),
        channel="portal",
        environment=labels.environment(names),
        category=labels.scoped(names, "category", "area"),
        product=labels.scoped(names, "product"),
        tags=names,
        organization=repository,
        requester=_requester(issue.nested("user")),
        comment=comment,
        fields=_fields(issue),
        echo=_echo(document, comment, own),
    )


def _kind(action: str, comment: Comment | None) -> ReportKind:
    if comment is not None:
        return ReportKind.COMMENTED
    return ReportKind.CREATED if action == "opened" else ReportKind.UPDATED


def _labels(issue: Members) -> tuple[str, ...]:
    found = (Members(label) for label in issue.many("labels") or () if type(label) is dict)
    return clean_tags(name for label in found if (name := label.line("name")))


def _requester(user: Members) -> Requester | None:
    return Requester(name=user.line("login"), id=user.identifier("id")) if user else None


def _fields(issue: Members) -> dict[str, str]:
    assignee = issue.nested("assignee").line("login")
    return {} if assignee is None else {"assignee": assignee}


def _comment(said: Members) -> Comment | None:
    if not said:
        return None
    user = said.nested("user")
    return Comment(
        id=said.identifier("id") or "",
        author=_author(user, said.line("author_association") or ""),
        body=said.text("body") or "",
        at=said.time("created_at"),
    )


def _author(user: Members, association: str) -> str:
    if user.word("type") == "bot":
        return "system"
    return "agent" if association in _STAFF else "customer"


def _echo(document: Members, comment: Comment | None, own: frozenset[str]) -> bool:
    sender = document.nested("sender")
    if own and own & {sender.word("login"), sender.identifier("id")}:
        return True
    return comment is not None and comment.author != "customer" and is_ours(comment.body)


def _path(change: Change) -> str:
    repository, _, number = change.ticket.rpartition("#")
    return f"/repos/{quote(repository)}/issues/{quote(number, safe='')}"


def _unhold(change: Change, access: Access) -> Request:
    return Request("DELETE", f"{_path(change)}/labels/{ON_HOLD_LABEL}", access.headers)


def _requests(change: Change, access: Access) -> list[Request]:
    path, headers = _path(change), access.headers
    added = [*tags(change), *([ON_HOLD_LABEL] if change.status is TicketStatus.ON_HOLD else [])]
    requests = [Request("POST", f"{path}/labels", headers, {"labels": added})]
    if change.status is not None and change.status is not TicketStatus.ON_HOLD:
        ended = change.status in {TicketStatus.SOLVED, TicketStatus.CLOSED}
        requests.append(Request("PATCH", path, headers, {"state": "closed" if ended else "open"}))
    if change.note is not None:
        body = {"body": hidden(change.note, change.key)}
        requests.append(Request("POST", f"{path}/comments", headers, body))
    return requests
