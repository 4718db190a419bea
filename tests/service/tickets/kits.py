"""One kit per ticket system: what the conformance suite has to know to try it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from service.tickets.systems import SYSTEMS
from service.tickets.ticketsystem import Envelope, TicketSystem
from tests.service.tickets import signing
from tests.service.tickets.signing import NOW, Signer, hub

PAYLOADS = Path(__file__).parent / "payloads"


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_bytes())


@dataclass(frozen=True, slots=True, eq=False)
class Kit:
    """`dated`: its webhooks carry a signed time. `covers_body`: its proof does.

    `said(author, text)` is a webhook in which somebody of ours ("agent") or of the customer's
    comments; None where the system tells of no comments.
    """

    source: str
    sign: Signer
    secret: str
    other: str
    sample: Any
    ticket: str
    dated: bool = False
    covers_body: bool = True
    said: Callable[[str, str], object] | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def system(self) -> TicketSystem:
        return SYSTEMS[self.source]

    def envelope(
        self, body: object = None, at: datetime = NOW, secret: str | None = None
    ) -> Envelope:
        raw = body if isinstance(body, bytes) else json.dumps(body or self.sample).encode()
        return self.sign(raw, secret or self.secret, at)


def zendesk_said(author: str, text: str) -> object:
    document = payload("zendesk_comment_added")
    document["event"]["comment"] |= {
        "body": text,
        "author": {"id": "9", "is_staff": author == "agent"},
    }
    return document


def standard_said(author: str, text: str) -> object:
    comment = {"id": "9", "author": author, "body": text}
    return {"type": "ticket.commented", "data": {"id": "4711", "comment": comment}}


def jira_said(author: str, text: str) -> object:
    document = payload("jira_issue_updated_priority")
    kind = "customer" if author == "customer" else "atlassian"
    who = {"accountId": "77", "accountType": kind, "emailAddress": "x@y.example"}
    comment = {
        "id": "10100",
        "author": who,
        "body": text,
        "created": "2026-03-02T10:00:00.000+0000",
    }
    return document | {"webhookEvent": "comment_created", "comment": comment}


def freshdesk_said(author: str, text: str) -> object:
    document = payload("freshdesk_ticket_created")
    name = "Requester ☃ Bob" if author == "customer" else "Anna Lind"
    document["freshdesk_webhook"] |= {
        "triggered_event": "{ticket_action:updated}",
        "ticket_agent_name": "Anna Lind",
        "ticket_latest_public_comment": f"{name} : <div>{text}</div>",
    }
    return document


def zammad_said(author: str, text: str) -> object:
    document = payload("zammad_ticket")
    document["ticket"]["article_count"] = 2
    document["article"] |= {"sender": author.title(), "body": text, "content_type": "text/plain"}
    return document


def zoho_said(author: str, text: str) -> object:
    who = {"type": "END_USER" if author == "customer" else "AGENT", "email": "x@y.example"}
    told = {"id": "91", "ticketId": "231057000000341092", "content": text, "author": who}
    return [{"eventType": "Ticket_Thread_Add", "eventTime": "1767225600000", "payload": told}]


def servicenow_said(author: str, text: str) -> object:
    role = {"customer": "customer", "agent": "agent"}[author]
    more = {"event": "comment", "comments": text, "comment_author_role": role}
    return payload("servicenow_incident") | more


def github_said(author: str, text: str) -> object:
    document = payload("github_issues_opened")
    comment = {
        "id": 5,
        "body": text,
        "user": {"login": "x", "id": 9, "type": "User"},
        "author_association": "MEMBER" if author == "agent" else "NONE",
        "created_at": "2026-03-02T10:00:00Z",
    }
    return document | {"action": "created", "comment": comment}


def gitlab_said(author: str, text: str) -> object:
    document = payload("gitlab_comment_issue_event")
    document["object_attributes"] |= {"note": text, "author_id": 1 if author == "customer" else 2}
    return document


KITS = (
    Kit(
        "zendesk",
        signing.zendesk,
        "zs",
        "zt",
        payload("zendesk_comment_added"),
        "5158",
        dated=True,
        said=zendesk_said,
        settings={
            "ZENDESK_URL": "https://acme.zendesk.com/",
            "ZENDESK_EMAIL": "Bot@acme.example",
            "ZENDESK_API_TOKEN": "t0ken",
        },
    ),
    Kit(
        "standard",
        signing.standard,
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        {"type": "ticket.created", "data": {"id": "4711", "version": 1, "subject": "Down"}},
        "4711",
        dated=True,
        said=standard_said,
    ),
    Kit(
        "jira",
        hub("x-hub-signature", "sha256", x_atlassian_webhook_identifier="wh-1"),
        "js",
        "jt",
        payload("jira_issue_updated_priority"),
        "TEST-1",
        said=jira_said,
        settings={
            "JIRA_URL": "https://acme.atlassian.net",
            "JIRA_EMAIL": "bot@acme.example",
            "JIRA_API_TOKEN": "t0ken",
        },
    ),
    Kit(
        "freshdesk",
        signing.bearer,
        "fs",
        "ft",
        payload("freshdesk_ticket_created"),
        "11",
        covers_body=False,
        said=freshdesk_said,
        settings={"FRESHDESK_URL": "https://acme.freshdesk.com", "FRESHDESK_API_KEY": "t0ken"},
    ),
    Kit(
        "zammad",
        hub("x-hub-signature", "sha1", x_zammad_delivery="d-1"),
        "as",
        "at",
        payload("zammad_ticket"),
        "81",
        said=zammad_said,
        settings={"ZAMMAD_URL": "https://help.acme.example", "ZAMMAD_API_TOKEN": "t0ken"},
    ),
    Kit(
        "zoho-desk",
        signing.zoho,
        signing.ZOHO,
        signing.ZOHO_OTHER,
        payload("zoho_desk_ticket_add"),
        "231057000000341092",
        dated=True,
        covers_body=False,
        said=zoho_said,
        settings={
            "ZOHO_DESK_URL": "https://desk.zoho.eu",
            "ZOHO_DESK_ORG_ID": signing.ZOHO_ORG,
            "ZOHO_DESK_CLIENT_ID": "1000.X",
            "ZOHO_DESK_CLIENT_SECRET": "t0ken-secret",
            "ZOHO_DESK_REFRESH_TOKEN": "t0ken-refresh",
        },
    ),
    Kit(
        "servicenow",
        signing.bearer,
        "ss",
        "st",
        payload("servicenow_incident"),
        "INC0010042",
        covers_body=False,
        said=servicenow_said,
        settings={
            "SERVICENOW_URL": "https://acme.service-now.com",
            "SERVICENOW_USERNAME": "heliograph",
            "SERVICENOW_PASSWORD": "t0ken",
        },
    ),
    Kit(
        "hubspot",
        signing.hubspot,
        "hs",
        "ht",
        payload("hubspot_events"),
        "1246965",
        dated=True,
        settings={"HUBSPOT_URL": "https://api.hubapi.com", "HUBSPOT_ACCESS_TOKEN": "t0ken"},
    ),
    Kit(
        "github",
        hub("x-hub-signature-256", "sha256", x_github_event="issues", x_github_delivery="g-1"),
        "gs",
        "gt",
        payload("github_issues_opened"),
        "Codertocat/Hello-World#1",
        said=github_said,
        settings={"GITHUB_URL": "https://api.github.com", "GITHUB_API_TOKEN": "t0ken"},
    ),
    Kit(
        "gitlab",
        signing.gitlab,
        "ls",
        "lt",
        payload("gitlab_issue_event"),
        "gitlabhq/gitlab-test#23",
        covers_body=False,
        said=gitlab_said,
        settings={"GITLAB_URL": "https://gitlab.example", "GITLAB_API_TOKEN": "t0ken"},
    ),
    Kit(
        "alertmanager",
        signing.bearer,
        "ms",
        "mt",
        payload("alertmanager_firing"),
        '{}:{alertname="QueueStuck", ticket="4821"}',
        covers_body=False,
    ),
)
WRITERS = tuple(kit for kit in KITS if kit.settings)
TALKERS = tuple(kit for kit in KITS if kit.said is not None)
