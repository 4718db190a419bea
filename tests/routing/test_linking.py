"""A caller's case gets its ticket, and stays what the caller made of it."""

from dataclasses import replace

import pytest

from routing.case import Item, Stage, State
from routing.decide import Decision, decide, open_case
from routing.emergency import is_emergency_call
from routing.event import (
    Announce,
    Customer,
    Linked,
    OpenTicket,
    Refusal,
    Reported,
    Superseded,
    TellCustomer,
    Unticketed,
    WriteBack,
)
from routing.lookup import HOTLINE
from routing.people import Account
from routing.report import Report, ReportKind, Requester
from tests.routing.world import MONDAY, book, minutes

BOOK = book()
ACME = Account("acme", "Acme", "premier", external_ids={"zendesk": "501", "jira": "ACME"})


def called(channel: str = HOTLINE, account: Account | None = None) -> Decision:
    severity = min(BOOK.policy.severities, key=lambda s: s.rank).id
    report = Report(
        HOTLINE, "CA1", ReportKind.CREATED, (MONDAY.timestamp(), 0), "CA1/case", at=MONDAY,
        subject="Emergency call", priority=severity, channel=channel,
        requester=Requester("Ada", language="de"),
    )  # fmt: skip
    customer = Customer("acme", "Acme", "premier", "pin", record=account) if account else None
    return open_case("ACME-7", Reported(report, customer), BOOK, MONDAY)


def linked(priority: str | None = "urgent") -> Decision:
    event = Linked("zendesk", "35436", "https://z.example/35436", priority=priority)
    return decide(called().case, event, BOOK, MONDAY + minutes(1))


def test_the_ticket_is_created_before_anything_is_written_on_it() -> None:
    effects = called().effects
    assert isinstance(effects[0], OpenTicket)
    assert not any(isinstance(e, OpenTicket) for e in effects[1:])


def test_the_ticket_is_for_what_each_system_calls_the_customer() -> None:
    assert called(account=ACME).effects[0] == OpenTicket({"zendesk": "501", "jira": "ACME"})
    assert called().effects[0] == OpenTicket(), "nobody knows who that is"


def test_what_a_caller_is_spoken_to_in_stays_with_the_case() -> None:
    assert linked().case.ticket.requester_language == "de"


def test_the_customer_is_told_what_people_call_the_ticket() -> None:
    event = Linked("zammad", "7", number="22007")
    done = decide(called().case, event, BOOK, MONDAY)
    assert done.effects == (TellCustomer("ticket_text", {"case": "ACME-7", "ticket": "22007"}),)
    assert (done.case.ticket_id, done.case.ticket.number) == ("7", "22007")


def test_without_a_ticket_the_case_goes_on_and_its_owner_is_told() -> None:
    case = replace(called().case, owner="anna", owner_since=MONDAY)
    case = replace(case, state=State.ACKNOWLEDGED, remind_at=MONDAY + minutes(30))
    event = Unticketed("jira", "Jira answered 403.")
    done = decide(case, event, BOOK, MONDAY)
    assert [e.text for e in done.entries] == ["it has no ticket: Jira answered 403."]
    (told,) = done.effects
    assert isinstance(told, Announce)
    assert "has no ticket in jira" in told.text
    assert told.person == "anna"
    assert (done.case.state, done.case.source) == (case.state, HOTLINE)
    item = Item(Stage.REVIEWING, MONDAY, "a crash", "eva")
    theirs = replace(case, state=State.ENGINEERING, engineering=item)
    (told,) = decide(theirs, event, BOOK, MONDAY).effects
    assert isinstance(told, Announce)
    assert told.person == "eva", "who has it now, whoever had it before"
    late = decide(linked().case, event, BOOK, MONDAY)
    assert (late.entries, late.effects) == ((), ())


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
