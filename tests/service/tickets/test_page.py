"""What the page on ticket systems tells people to paste is what we read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from routing.report import ReportKind, TicketStatus
from service.settings import WRITE_BACK, WRITE_BACK_MAY, variable
from service.tickets.systems import SYSTEMS
from tests.service.tickets.kits import KITS

PAGE = (Path(__file__).parents[3] / "docs" / "ticket-systems.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
BY_SOURCE = {kit.source: kit for kit in KITS}
FILLED = {
    "ticket.status": "On-hold",
    "ticket.via": "Web form",
    "ticket.link": "https://acme.zendesk.com/agent/tickets/7",
    "ticket.url": "https://acme.freshdesk.com/7",
    "ticket.requester.email": "ada@acme.example",
    "ticket.assignee.email": "anna@support.example",
    "ticket.agent.email": "anna@support.example",
    "ticket.updated_at_with_timestamp": "2026-03-02T10:00:00Z",
    "event_performer.email": "ada@acme.example",
    "triggered_event": "{ticket_action:created}",
    "ticket.latest_comment.author.email": "ada@acme.example",
    "ticket.latest_comment.author.role": "End-user",
    "ticket.latest_comment.is_public": "true",
    "ticket.priority": "Urgent",
}


def filled(block: str) -> bytes:
    def fill(found: re.Match[str]) -> str:
        name, _, how = found[1].partition(" | ")
        value = FILLED.get(name, "7")
        return json.dumps(value) if how == "json" else value

    return re.sub(r"\{\{(.*?)\}\}", fill, block).encode()


def test_zendesks_trigger() -> None:
    (report,) = BY_SOURCE["zendesk"].system.read(BY_SOURCE["zendesk"].envelope(filled(BLOCKS[0])))
    assert report.kind is ReportKind.CREATED
    assert (report.ticket, report.status) == ("7", TicketStatus.ON_HOLD)
    assert (report.priority, report.channel, report.environment) == ("urgent", "portal", "7")
    assert (report.account, report.organization) == ("7", "7")
    assert report.assignee_email == "anna@support.example"
    assert report.url == "https://acme.zendesk.com/agent/tickets/7"
    assert report.fields == {}, "every member has a meaning"


def test_zendesks_comments() -> None:
    body = filled('{"ticket_id": "7", "event": "ticket_commented",' + BLOCKS[1] + "}")
    (report,) = BY_SOURCE["zendesk"].system.read(BY_SOURCE["zendesk"].envelope(body))
    assert report.kind is ReportKind.COMMENTED
    assert report.comment is not None
    assert (report.comment.id, report.comment.author) == ("7", "customer")
    assert report.comment.public
    assert report.fields == {}


def test_the_standard_ticket() -> None:
    (report,) = BY_SOURCE["standard"].system.read(BY_SOURCE["standard"].envelope(filled(BLOCKS[2])))
    assert (report.ticket, report.account) == ("4711", "acme")


def test_freshdesks_rule() -> None:
    kit = BY_SOURCE["freshdesk"]
    (report,) = kit.system.read(kit.envelope(filled(BLOCKS[3])))
    assert report.kind is ReportKind.CREATED
    assert (report.ticket, report.priority) == ("7", "urgent")
    assert report.assignee_email == "anna@support.example"


@pytest.mark.parametrize("source", [*SYSTEMS, "pagerduty"])
def test_every_source_is_on_the_page(source: str) -> None:
    assert f"[`{source}`]" in PAGE
    assert f"HELIOGRAPH_WEBHOOK_SECRET_{variable(source)}" in PAGE


def test_every_setting_is_on_the_page() -> None:
    for system, names in [*WRITE_BACK.items(), *WRITE_BACK_MAY.items()]:
        for name in names:
            full = f"HELIOGRAPH_{variable(system)}_{name}"
            assert full in PAGE or f"`..._{name}`" in PAGE, full


def test_every_place_on_the_page_that_is_pointed_at_is_there() -> None:
    titles = {
        re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in PAGE.splitlines()
        if line.startswith("## ")
    }
    assert set(re.findall(r"\(#(.*?)\)", PAGE)) <= titles
