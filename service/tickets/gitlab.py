"""GitLab issues and incidents as tickets (docs.gitlab.com, "Webhook events").

GitLab shows its secret token in a header, or, in newer releases, signs as Standard Webhooks does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from routing.report import Comment, Report, ReportKind, Requester, TicketStatus
from service.tickets import labels, signature, standard
from service.tickets.fields import clean_tags
from service.tickets.gitlab_create import GitLabCreator
from service.tickets.labels import ON_HOLD_LABEL
from service.tickets.marker import hidden, is_ours
from service.tickets.members import Members, numbered, read_object
from service.tickets.text import mail_address
from service.tickets.ticketsystem import (
    NOBODY,
    Access,
    Change,
    Conversation,
    Envelope,
    Reading,
    Request,
)
from service.tickets.writing import tags

_SERVICE_DESK = "support-bot"


class GitLab(GitLabCreator):
    """GitLab.com and self-managed GitLab."""

    source = "gitlab"
    name = "GitLab"
    settings = ("GITLAB_URL", "GITLAB_API_TOKEN")
    optional = ("GITLAB_ACTOR", "GITLAB_NEW_TICKET")
    own_from = ("GITLAB_ACTOR",)

    def verify(self, envelope: Envelope, secrets: Sequence[str], now: Sequence[datetime]) -> None:
        """X-Gitlab-Token, or a Standard Webhooks signature. Raises Forged or Stale."""
        if "webhook-signature" in envelope.headers:
            standard.verify(envelope, secrets, now)
        else:
            signature.shared_token(envelope, secrets, "x-gitlab-token")

    def read(self, envelope: Envelope, own: frozenset[str] = NOBODY) -> Reading:
        """Issues, incidents and the notes on them. Raises Unreadable."""
        document = read_object(envelope.body)
        kind = document.word("object_kind") or document.word("event_type") or ""
        attributes = document.nested("object_attributes")
        if kind in {"note", "confidential_note"}:
            if attributes.line("noteable_type") != "Issue":
                return Reading(ignored="A note on something else than an issue.")
            if attributes.flag("system"):
                return Reading(
                    ignored="GitLab's own note about a change; the change itself came too."
                )
            return Reading((_noted(envelope, document, attributes, own),))
        if kind in {"issue", "confidential_issue", "work_item"}:
            return Reading((_changed(envelope, document, attributes, own),))
        return Reading(ignored=f"Events of kind {kind[:80]!r} are not about an issue.")

    def credentials(self, values: Sequence[str]) -> Mapping[str, str]:
        """A project, group or personal access token with the scope `api`."""
        (token,) = values
        return {"private-token": token}

    def search(self, change: Change, access: Access, page: int = 1) -> Request:
        """The newest hundred notes: ours, if there, is among them."""
        path = f"{_path(change)}/notes?sort=desc&per_page=100&page={page}"
        return Request("GET", path, access.headers)

    def steps(self, change: Change, access: Access) -> Conversation:
        """Labels and state, then the note, internal unless the change is public."""
        return self.in_turn(_requests(change, access))


def _changed(envelope: Envelope, document: Members, issue: Members, own: frozenset[str]) -> Report:
    action = issue.word("action")
    kind = ReportKind.CREATED if action == "open" else ReportKind.UPDATED
    return _report(envelope, document, issue, kind, None, own)


def _noted(envelope: Envelope, document: Members, note: Members, own: frozenset[str]) -> Report:
    issue = document.nested("issue")
    user = document.nested("user")
    asked = issue.identifier("author_id")
    customer = user.word("username") == _SERVICE_DESK or note.identifier("author_id") == asked
    hidden_note = note.flag("internal") or note.flag("confidential")
    comment = Comment(
        id=note.identifier("id") or "",
        author="customer" if customer else "agent",
        public=not hidden_note,
        body=note.text("note") or "",
        author_email=mail_address(user.line("email")),
        at=note.time("created_at"),
    )
    return _report(envelope, document, issue, ReportKind.COMMENTED, comment, own)


def _report(
    envelope: Envelope,
    document: Members,
    issue: Members,
    kind: ReportKind,
    comment: Comment | None,
    own: frozenset[str],
) -> Report:
    project, number = (
        document.nested("project").line("path_with_namespace"),
        issue.identifier("iid"),
    )
    if project is None or number is None:
        raise issue.wrong("iid", "an issue's number in a project")
    names = _labels(document, issue)
    updated = issue.time("updated_at")
    at = comment.at if comment is not None else updated
    return Report(
        source="gitlab",
        ticket=numbered(project, number),
        kind=kind,
        version=((updated or envelope.received_at).timestamp(), 0),
        event_key=_key(envelope),
        at=at,
        created_at=issue.time("created_at"),
        url=issue.line("url", 2000),
        subject=issue.line("title"),
        description=issue.text("description"),
        status=_status(issue, names),
        priority=labels.priority(names or ()) or _severity(issue),
        channel="portal",
        environment=labels.environment(names or ()),
        category=labels.scoped(names or (), "category", "area"),
        product=labels.scoped(names or (), "product"),
        tags=names,
        organization=project,
        requester=_requester(document, issue, kind),
        assignee_email=_assignee(document),
        comment=comment,
        echo=_echo(document, comment, own),
    )


def _key(envelope: Envelope) -> str:
    names = ("idempotency-key", "webhook-id", "x-gitlab-event-uuid")
    given = signature.delivery(envelope, *names)
    return given or signature.content_key(envelope.body, envelope.received_at.isoformat())


def _labels(document: Members, issue: Members) -> tuple[str, ...] | None:
    """Of the issue as it is now; `changes` and the top level repeat them."""
    holder = issue if "labels" in issue else document
    found = holder.many("labels")
    if found is None:
        return None
    titles = (Members(label).line("title") for label in found if type(label) is dict)
    return clean_tags(title for title in titles if title)


def _status(issue: Members, names: tuple[str, ...] | None) -> TicketStatus | None:
    word = issue.word("state")
    return None if word is None else labels.status(word != "closed", names or ())


def _severity(issue: Members) -> str | None:
    word = issue.word("severity")
    return None if word == "unknown" else word


def _requester(document: Members, issue: Members, kind: ReportKind) -> Requester | None:
    """Only the author's id is there, except when the author's own act is what we are told."""
    author = issue.identifier("author_id")
    email = mail_address(issue.line("service_desk_reply_to"))
    if kind is not ReportKind.CREATED or email is not None:
        return Requester(email=email, id=author) if email or author else None
    user = document.nested("user")
    return Requester(user.line("name"), mail_address(user.line("email")), None, author)


def _assignee(document: Members) -> str | None:
    found = document.many("assignees") or ()
    first = next((Members(one) for one in found if type(one) is dict), Members({}))
    return mail_address(first.line("email"))


def _echo(document: Members, comment: Comment | None, own: frozenset[str]) -> bool:
    user = document.nested("user")
    if own and own & {user.word("username"), user.identifier("id")}:
        return True
    return comment is not None and comment.author != "customer" and is_ours(comment.body)


def _path(change: Change) -> str:
    project, _, number = change.ticket.rpartition("#")
    return f"/api/v4/projects/{quote(project, safe='')}/issues/{quote(number, safe='')}"


def _requests(change: Change, access: Access) -> list[Request]:
    path, headers = _path(change), access.headers
    update: dict[str, object] = {"add_labels": ",".join(_added(change))}
    if change.status is not None and change.status is not TicketStatus.ON_HOLD:
        ended = change.status in {TicketStatus.SOLVED, TicketStatus.CLOSED}
        update |= {"state_event": "close" if ended else "reopen", "remove_labels": ON_HOLD_LABEL}
    requests = [Request("PUT", path, headers, update)]
    if change.note is not None:
        note = {"body": hidden(change.note, change.key), "internal": not change.public}
        requests.append(Request("POST", f"{path}/notes", headers, note))
    return requests


def _added(change: Change) -> list[str]:
    hold = [ON_HOLD_LABEL] if change.status is TicketStatus.ON_HOLD else []
    return [*tags(change), *hold]
