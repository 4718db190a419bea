"""A caller's case gets its ticket, and stays what the caller made of it."""

from dataclasses import replace

import pytest

from routing.decide import Decision, decide, open_case
from routing.emergency import is_emergency_call
from routing.event import Linked, OpenTicket, Refusal, Reported, Superseded, TellCustomer, WriteBack
from routing.lookup import HOTLINE
from routing.report import Report, ReportKind
from tests.routing.world import MONDAY, book, minutes

BOOK = book()


def called(channel: str = HOTLINE) -> Decision:
    severity = min(BOOK.policy.severities, key=lambda s: s.rank).id
    report = Report(
        HOTLINE, "CA1", ReportKind.CREATED, (MONDAY.timestamp(), 0), "CA1/case", at=MONDAY,
        subject="Emergency call", priority=severity, channel=channel,
    )  # fmt: skip
    return open_case("ACME-7", Reported(report), BOOK, MONDAY)


def linked(priority: str | None = "urgent") -> Decision:
    event = Linked("zendesk", "35436", "https://z.example/35436", priority=priority)
    return decide(called().case, event, BOOK, MONDAY + minutes(1))


def test_the_ticket_is_created_before_anything_is_written_on_it() -> None:
    effects = called().effects
    assert isinstance(effects[0], OpenTicket)
    assert not any(isinstance(e, OpenTicket) for e in effects[1:])


def test_a_linked_case_is_its_tickets_and_an_emergency_still() -> None:
    done = linked()
    assert (done.case.source, done.case.ticket_id) == ("zendesk", "35436")
    assert is_emergency_call(done.case)
    assert not is_emergency_call(called("portal").case)
    assert [type(e) for e in done.effects] == [TellCustomer]
    assert done.case.state is called().case.state


@pytest.mark.parametrize("priority", [None, "urgent", "nonsense"])
def test_a_first_webhook_moves_neither_severity_nor_channel(priority: str | None) -> None:
    case = linked(priority).case
    at = MONDAY + minutes(2)
    report = Report(
        "zendesk", "35436", ReportKind.CREATED, (at.timestamp(), 0), "z1", at=at,
        priority=priority, channel="api", tags=("heliograph",),
    )  # fmt: skip
    after = decide(case, Reported(report), BOOK, at).case
    assert (after.severity, after.ticket.channel) == (case.severity, HOTLINE)
    assert after.state is case.state


def test_told_again_nothing_changes_and_another_ticket_is_refused() -> None:
    case = linked().case
    again = decide(case, Linked("zendesk", "35436"), BOOK, MONDAY)
    assert (again.case, again.effects, again.entries) == (case, (), ())
    with pytest.raises(Refusal, match="35436"):
        decide(case, Linked("zendesk", "1"), BOOK, MONDAY)


def test_a_twin_gives_its_ticket_up_and_ends() -> None:
    twin = replace(called().case, source="zendesk", ticket_id="35436")
    done = decide(twin, Superseded("ACME-7"), BOOK, MONDAY)
    assert done.case.ticket_id == "35436 (ACME-7)"
    assert not done.case.live
    assert not any(isinstance(e, WriteBack) for e in done.effects)
    assert "goes on" in done.entries[-1].text
