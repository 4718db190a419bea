"""What each system is asked, to the letter."""

from __future__ import annotations

import json
from dataclasses import replace

from routing.report import TicketStatus
from service.tickets.marker import marker
from service.tickets.ticketsystem import Answer, Done, Refused, Request, Retry
from tests.service.tickets.kits import KITS
from tests.service.tickets.signing import NOW
from tests.service.tickets.talk import CHANGE, access, ok, talk, told, willing

MARK = marker(CHANGE.key)
BY_SOURCE = {kit.source: kit for kit in KITS}
HELD = replace(CHANGE, status=TicketStatus.ON_HOLD)


def test_zendesk() -> None:
    kit = BY_SOURCE["zendesk"]
    change = replace(HELD, tags=("oncall_acked",), seen="2026-03-02T09:59:00Z")
    requests, verdict = talk(kit, change, willing)
    assert verdict == Done()
    assert access(kit).url == "https://acme.zendesk.com"
    assert access(kit, ZENDESK_ACTOR_ID="77").own == {"bot@acme.example", "77"}
    login = "Basic Qm90QGFjbWUuZXhhbXBsZS90b2tlbjp0MGtlbg=="
    assert requests[0].headers["authorization"] == login
    assert (
        requests[0].path == "/api/v2/tickets/81/comments.json?sort_order=desc&per_page=100&page=1"
    )
    ticket = {
        "additional_tags": ["heliograph", "oncall_acked"],
        "comment": {"body": f"Anna has it since 03:12.\n\n{MARK}", "public": False},
        "status": "hold",
        "safe_update": True,
        "updated_stamp": "2026-03-02T09:59:00Z",
    }
    assert told(requests) == [("PUT", "/api/v2/tickets/81.json", {"ticket": ticket})]


def test_zendesk_reads_the_ticket_before_a_status_it_knows_no_revision_for() -> None:
    requests, _ = talk(BY_SOURCE["zendesk"], HELD, willing)
    assert [request.method for request in requests] == ["GET", "GET", "PUT"]
    assert "2026-03-02T10:00:00Z" in json.dumps(requests[-1].json)


def test_zendesk_writes_again_on_top_of_somebody_elses_change() -> None:
    conflicts = [2]

    def played(request: Request) -> Answer:
        if request.method == "PUT" and conflicts[0]:
            conflicts[0] -= 1
            return Answer(409)
        return willing(request)

    requests, verdict = talk(BY_SOURCE["zendesk"], replace(HELD, seen="old"), played)
    assert verdict == Done()
    assert [request.method for request in requests] == ["GET", "PUT", "GET", "PUT", "GET", "PUT"]
    conflicts[0] = 9
    _, verdict = talk(BY_SOURCE["zendesk"], replace(HELD, seen="old"), played)
    assert isinstance(verdict, Retry)


def test_zendesk_needs_no_look_and_no_revision_for_tags_alone() -> None:
    change = replace(CHANGE, note=None, tags=("sev1",))
    requests, _ = talk(BY_SOURCE["zendesk"], change, willing)
    ticket = {"additional_tags": ["heliograph", "sev1"]}
    assert told(requests) == [("PUT", "/api/v2/tickets/81.json", {"ticket": ticket})]
    assert len(requests) == 1


def test_jira() -> None:
    change = replace(HELD, ticket="OPS-7", tags=("sev1",))
    requests, verdict = talk(BY_SOURCE["jira"], change, willing)
    assert verdict == Done()
    lines = [
        {"type": "paragraph", "content": [{"type": "text", "text": text}]}
        for text in ("Anna has it since 03:12.", MARK)
    ]
    labels = {"update": {"labels": [{"add": "heliograph"}, {"add": "sev1"}]}}
    note = {
        "body": {"type": "doc", "version": 1, "content": lines},
        "properties": [{"key": "sd.public.comment", "value": {"internal": True}}],
    }
    assert told(requests) == [
        ("PUT", "/rest/api/3/issue/OPS-7", labels),
        ("POST", "/rest/api/3/issue/OPS-7/transitions", {"transition": {"id": "31"}}),
        ("POST", "/rest/api/3/issue/OPS-7/comment", note),
    ]
    public, _ = talk(BY_SOURCE["jira"], replace(CHANGE, public=True), willing)
    assert "properties" not in json.dumps(public[-1].json)


def test_jira_without_a_fitting_transition_says_so_after_the_note() -> None:
    requests, verdict = talk(BY_SOURCE["jira"], HELD, willing, JIRA_ON_HOLD="Parked")
    assert verdict == Refused("Jira offers no transition to parked from here; the rest is written.")
    assert MARK in json.dumps(requests[-1].json)


def test_zammad() -> None:
    requests, verdict = talk(BY_SOURCE["zammad"], HELD, willing, ZAMMAD_ON_HOLD="on hold")
    assert verdict == Done()
    article = {
        "ticket_id": 81,
        "body": f"Anna has it since 03:12.\n\n{MARK}",
        "content_type": "text/plain",
        "type": "note",
        "internal": True,
    }
    tag = {"object": "Ticket", "o_id": "81", "item": "heliograph"}
    assert told(requests) == [
        ("POST", "/api/v1/tags/add", tag),
        ("PUT", "/api/v1/tickets/81", {"state": "on hold"}),
        ("POST", "/api/v1/ticket_articles", article),
    ]
    assert requests[0].headers["authorization"] == "Token token=t0ken"


def test_freshdesk() -> None:
    change = replace(HELD, note="1 < 2 & 3\nsecond")
    requests, verdict = talk(BY_SOURCE["freshdesk"], change, willing, FRESHDESK_ON_HOLD="7")
    assert verdict == Done()
    body = f"1 &lt; 2 &amp; 3<br>second<br><br>{MARK}"
    assert told(requests) == [
        ("PUT", "/api/v2/tickets/81", {"tags": ["sso", "heliograph"], "status": 7}),
        ("POST", "/api/v2/tickets/81/notes", {"body": body, "private": True}),
    ]
    public, _ = talk(BY_SOURCE["freshdesk"], replace(change, public=True), willing)
    assert (public[-1].path, public[-1].json) == ("/api/v2/tickets/81/reply", {"body": body})


def test_freshdesk_looks_through_every_page() -> None:
    def played(request: Request) -> Answer:
        if "conversations" not in request.path:
            return willing(request)
        full = [{"id": n, "user_id": 1} for n in range(100)]
        return ok([{"id": 1, "body": MARK}] if request.path.endswith("page=3") else full)

    requests, verdict = talk(BY_SOURCE["freshdesk"], CHANGE, played)
    assert verdict == Done(already=True)
    assert len(requests) == 3


def test_servicenow() -> None:
    change = replace(HELD, ticket="INC0010042")
    requests, verdict = talk(BY_SOURCE["servicenow"], change, willing)
    assert verdict == Done()
    assert "sysparm_query=number=INC0010042&" in requests[0].path
    columns = {
        "state": "3",
        "hold_reason": "3",
        "work_notes": f"Anna has it since 03:12.\n\n{MARK}",
    }
    assert told(requests) == [("PATCH", "/api/now/table/incident/9d38", columns)]
    by_id = replace(change, ticket="9d385017c611228701d22104cc95c371", public=True)
    requests, _ = talk(BY_SOURCE["servicenow"], by_id, willing)
    assert "sysparm_query=sys_id=9d385017c611228701d22104cc95c371&" in requests[0].path
    assert "comments" in json.dumps(requests[-1].json)


def test_servicenow_does_not_let_a_ticket_widen_the_query() -> None:
    change = replace(CHANGE, ticket="INC1^ORactive=true&x=1")
    requests, verdict = talk(BY_SOURCE["servicenow"], change, lambda _: ok({"result": []}))
    assert "number=INC1ORactive=true%26x=1&" in requests[0].path
    assert isinstance(verdict, Refused)


def test_zoho_desk() -> None:
    requests, verdict = talk(BY_SOURCE["zoho-desk"], HELD, willing)
    assert verdict == Done()
    note = {
        "content": f"Anna has it since 03:12.\n\n{MARK}",
        "contentType": "plainText",
        "isPublic": False,
    }
    assert told(requests)[1:] == [
        ("POST", "/api/v1/tickets/81/associateTag", {"tags": [{"name": "heliograph"}]}),
        ("PATCH", "/api/v1/tickets/81", {"status": "On Hold"}),
        ("POST", "/api/v1/tickets/81/comments", note),
    ]
    assert requests[1].headers["orgid"] == "60022843030"
    assert requests[1].headers["authorization"] == "Zoho-oauthtoken t0ken-access"


def test_zoho_desk_fetches_a_token_and_keeps_it_until_it_is_refused() -> None:
    kit, taken = BY_SOURCE["zoho-desk"], access(BY_SOURCE["zoho-desk"])

    def talk_on(refused: str) -> list[Request]:
        conversation = kit.system.write(replace(CHANGE, note=None), taken)
        made, request = [], next(conversation)
        while True:
            made.append(request)
            tired = request.headers.get("authorization", "").endswith(refused)
            try:
                request = conversation.send(Answer(401) if tired else willing(request))
            except StopIteration:
                return made

    first = talk_on("none")
    assert (first[0].base, first[0].path) == ("https://accounts.zoho.eu", "/oauth/v2/token")
    assert first[0].form == {
        "client_id": "1000.X",
        "client_secret": "t0ken-secret",
        "refresh_token": "t0ken-refresh",
        "grant_type": "refresh_token",
    }
    assert [request.base for request in talk_on("none")] == [None, None]
    taken.tokens["access"] = "old"
    again = talk_on("old")
    assert [request.path for request in again][:3] == [
        "/api/v1/tickets/81",
        "/oauth/v2/token",
        "/api/v1/tickets/81",
    ]
    assert taken.tokens["access"] == "t0ken-access"


def test_zoho_desk_without_a_token_says_what_to_check() -> None:
    _, verdict = talk(BY_SOURCE["zoho-desk"], CHANGE, lambda _: ok({"error": "invalid_code"}))
    refusal = "Zoho gave no access token; check the client and its refresh token."
    assert verdict == Refused(refusal)


def test_hubspot() -> None:
    change = replace(HELD, at=NOW)
    requests, verdict = talk(BY_SOURCE["hubspot"], change, willing, HUBSPOT_ON_HOLD="99")
    assert verdict == Done()
    body = f"Anna has it since 03:12.<br><br>{MARK}"
    note = {
        "properties": {"hs_note_body": body, "hs_timestamp": "2026-03-02T10:00:00+00:00"},
        "associations": [
            {
                "to": {"id": "81"},
                "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 228}],
            }
        ],
    }
    assert told(requests)[1:] == [
        ("PATCH", "/crm/v3/objects/tickets/81", {"properties": {"hs_pipeline_stage": "99"}}),
        ("POST", "/crm/v3/objects/notes", note),
    ]
    _, verdict = talk(BY_SOURCE["hubspot"], replace(CHANGE, public=True), willing)
    assert verdict == Refused("HubSpot has no public notes; the update stays on the case.")


def test_github() -> None:
    change = replace(HELD, ticket="acme/desk#7", public=True)
    requests, verdict = talk(BY_SOURCE["github"], change, willing)
    assert verdict == Done()
    comment = {"body": f"Anna has it since 03:12.\n\n<!-- {MARK} -->"}
    assert told(requests) == [
        ("POST", "/repos/acme/desk/issues/7/labels", {"labels": ["heliograph", "on-hold"]}),
        ("POST", "/repos/acme/desk/issues/7/comments", comment),
    ]


def test_github_shows_an_internal_note_to_nobody() -> None:
    requests, verdict = talk(BY_SOURCE["github"], HELD, willing)
    assert verdict == Refused("GitHub has no internal notes; this one stays on the case.")
    assert "03:12" not in json.dumps([request.json for request in requests])
    assert told(requests), "but the label is there"


def test_github_reopens() -> None:
    change = replace(CHANGE, ticket="acme/desk#7", note=None, status=TicketStatus.OPEN)
    gone = lambda r: Answer(404) if r.method == "DELETE" else willing(r)  # noqa: E731
    requests, verdict = talk(BY_SOURCE["github"], change, gone)
    assert verdict == Done()
    assert [(r.method, r.path.rpartition("/")[2]) for r in requests] == [
        ("DELETE", "on-hold"),
        ("POST", "labels"),
        ("PATCH", "7"),
    ]
    assert requests[-1].json == {"state": "open"}


def test_gitlab() -> None:
    change = replace(HELD, ticket="group/desk#7")
    requests, verdict = talk(BY_SOURCE["gitlab"], change, willing)
    assert verdict == Done()
    note = {"body": f"Anna has it since 03:12.\n\n<!-- {MARK} -->", "internal": True}
    path = "/api/v4/projects/group%2Fdesk/issues/7"
    assert told(requests) == [
        ("PUT", path, {"add_labels": "heliograph,on-hold"}),
        ("POST", f"{path}/notes", note),
    ]
    opened = replace(change, status=TicketStatus.OPEN, note=None)
    requests, _ = talk(BY_SOURCE["gitlab"], opened, willing)
    again = {"add_labels": "heliograph", "state_event": "reopen", "remove_labels": "on-hold"}
    assert requests[-1].json == again
