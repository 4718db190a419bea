"""What reports of a ticket do, in whatever order and however often they come."""

import random
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from routing.case import Case, State, Ticket
from routing.decide import decide, open_case
from routing.event import Advance, Escalate, Reported, Resolve, Snooze
from routing.merging import merge
from routing.report import Comment, Report, ReportKind, Requester
from routing.sla import ClockState
from tests.routing import world
from tests.routing.story import ACME, STATUSES, Story, report
from tests.routing.world import MONDAY, book, hours, minutes

FACTS = [f.name for f in fields(Ticket) if f.name not in {"versions", "comments"}]


def comment(number: str, author: str = "customer", text: str = "words") -> Comment:
    return Comment(number, author, True, text)


def told(reports: Sequence[Report]) -> Case:
    """The case of these reports, in this order, a minute apart."""
    now, where = MONDAY, book()
    case = open_case("ACME-7", Reported(reports[0], ACME), where, now).case
    for later in reports[1:]:
        now += minutes(1)
        case = decide(case, Reported(later), where, now).case
    return case


def facts(case: Case) -> dict[str, object]:
    return {name: getattr(case.ticket, name) for name in FACTS}


def shuffled(reports: Sequence[Report], seed: int) -> list[Report]:
    """Any order, some of them twice."""
    chance = random.Random(seed)  # noqa: S311 - a seed is what this is about
    again = chance.sample(list(reports), chance.randrange(len(reports)))
    order = [*reports, *again]
    chance.shuffle(order)
    return order


ADA = Requester("Ada", "ada@acme.example")
SRE = {"team": "sre", "site": "1"}
LIFE = [
    report(1, "created", status="new", priority="normal", subject="Slow", tags="", at=MONDAY),
    report(2, status="open", assignee_email="anna@support.example", fields={"team": "web"}),
    report(3, priority="urgent", subject="Down", tags="sso vip"),
    report(4, status="pending", comment=comment("c4", "agent"), fields=SRE),
    report(5, "commented", comment=comment("c5")),
    report(6, status="on_hold", environment="plant", requester=ADA),
    report(7, status="open", priority="low", tags="sso", at=MONDAY + timedelta(seconds=7)),
]
ENDS = {
    "solved": [report(8, status="solved")],
    "closed": [report(8, status="solved"), report(9, status="closed")],
    "closed at once": [report(8, status="closed", comment=comment("c8", "agent"))],
    "reopened": [report(8, status="solved"), report(9, status="open")],
    "reopened by the customer": [report(8, status="solved"), report(9, comment=comment("c9"))],
    "waiting": [report(8, status="pending", comment=comment("c8", "agent"))],
    "answered": [report(8, status="pending"), report(9, "commented", comment=comment("c9"))],
    "answered, then solved": [
        report(8, status="pending"),
        report(9, "commented", comment=comment("c9")),
        report(10, status="solved"),
    ],
}
STATES = {
    "solved": {State.RESOLVED},
    "closed": {State.CLOSED},
    "closed at once": {State.CLOSED},
    "waiting": {State.WAITING},
    "answered, then solved": {State.RESOLVED},
}


@pytest.mark.parametrize("end", ENDS)
def test_any_order_and_repetition_tells_the_same_ticket(end: str) -> None:
    """With fields unversioned, or a late comment reopening what was solved later, it did not."""
    reports = [*LIFE, *ENDS[end]]
    wanted = facts(told(reports))
    for seed in range(100):
        case = told(shuffled(reports, seed))
        assert facts(case) == wanted, f"seed {seed}"
        live = set(State) - {State.RESOLVED, State.CLOSED, State.WAITING}
        assert case.state in STATES.get(end, live), f"seed {seed}"


def test_any_order_tells_the_same_severity() -> None:
    """R30: what came by mail is fixed until somebody has judged it, whichever report is first."""
    policy = world.house(fixed_severity={"email": "medium"})
    reports = [
        report(1, "created", priority=None, channel="email"),
        report(2, subject="Slow"),
        report(3, priority="urgent"),
    ]
    for seed in range(30):
        now, order = MONDAY, shuffled(reports, seed)
        case = open_case("ACME-7", Reported(order[0], ACME), book(policy), now).case
        for later in order[1:]:
            case = decide(case, Reported(later), book(policy), now).case
        assert case.severity == "high", f"seed {seed}"


def test_a_repeated_report_changes_nothing_and_does_nothing() -> None:
    case = told(LIFE)
    for again in LIFE:
        decision = decide(case, Reported(again), book(), MONDAY + minutes(6))
        assert (decision.case.ticket, decision.effects) == (case.ticket, ())
        assert decision.case.state is case.state


def test_an_empty_report_leaves_everything_as_it_was() -> None:
    ticket = told(LIFE).ticket
    assert merge(ticket, Report("desk", "4711", ReportKind.UPDATED, (99, 0), "k")) == (
        ticket,
        frozenset(),
    )


def test_pending_waits_and_the_customer_s_answer_wakes_the_owner() -> None:
    story = Story()
    story.acks("anna")
    story.writes("agent", "Could you send logs?", status="pending")
    assert story.state == "waiting"
    story.forget()
    story.passes(hours(30))
    assert story.paged == []
    story.writes("customer", "Here they are.")
    assert (story.state, story.paged, story.case.ticket.status) == (
        "acknowledged",
        ["anna sms"],
        "open",
    )
    assert story.said("escalation")[-1] == "the ticket is open again"
    story.acks("anna")
    assert story.state == "acknowledged"


def test_pending_stands_down_who_is_being_paged() -> None:
    story = Story()
    story.ticket(status="pending")
    assert (story.state, story.stood_down, story.case.open_pages) == ("waiting", 1, ())
    story.ticket(status="open")
    assert (story.state, story.paged) == ("paging", ["anna sms", "anna sms"])


def test_an_answer_while_on_hold_wakes_as_well() -> None:
    story = Story(status="on_hold")
    assert (story.state, story.paged) == ("waiting", [])
    story.writes("customer")
    assert (story.state, story.paged) == ("paging", ["anna sms"])


@pytest.mark.parametrize("status", [None, "pending", "open"])
def test_a_system_may_say_the_status_with_the_comment_or_not(status: str | None) -> None:
    story = Story()
    story.acks("anna")
    story.ticket(status="pending")
    said: dict[str, Any] = {"status": status} if status else {}
    story.writes("customer", **said)
    assert (story.state, story.case.ticket.status) == ("acknowledged", "open")


def test_a_comment_older_than_the_status_wakes_nobody() -> None:
    story = Story()
    story.ticket(version=5, status="pending")
    story.ticket(version=4, kind="commented", comment=comment("c4"))
    assert story.state == "waiting"
    story.ticket(version=6, status="solved")
    story.ticket(version=5.5, kind="commented", comment=comment("c5"))
    assert story.state == "resolved"


def test_a_customer_who_solves_his_own_ticket_with_a_comment_has_solved_it() -> None:
    story = Story(status="open")
    story.writes("customer", "It was our proxy, thanks!", status="solved")
    assert story.state == "resolved"


def test_solved_stands_everybody_down_and_an_answer_within_the_grace_reopens() -> None:
    story = Story()
    story.ticket(status="solved")
    assert (story.state, story.stood_down, story.case.close_at) == (
        "resolved",
        1,
        MONDAY + hours(48),
    )
    story.passes(hours(47))
    story.writes("customer", "It is back.")
    assert (story.state, story.case.owner) == ("paging", None)
    assert story.paged == ["anna sms", "anna sms"]
    assert story.said("reopened") == ["the ticket is open again"]


def test_resolved_by_a_responder_an_answer_reopens_as_well() -> None:
    story = Story(status="open")
    story.happens(Resolve("anna"))
    story.writes("agent", "Solved for good.")
    assert story.state == "resolved"
    story.writes("customer", "Not quite.")
    assert story.state == "paging"
    assert story.said("reopened") == ["the customer answered after it was resolved"]


def test_after_the_grace_a_comment_is_kept_and_a_status_reopens() -> None:
    story = Story()
    story.ticket(status="closed")
    assert (story.state, story.case.wake_at) == ("closed", None)
    story.writes("customer", "Thanks.")
    assert (story.state, len(story.said("customer_comment"))) == ("closed", 1)
    story.ticket(status="open")
    assert (story.state, story.paged) == ("paging", ["anna sms", "anna sms"])


def test_reopened_only_to_wait_it_waits() -> None:
    story = Story()
    story.ticket(status="solved")
    story.forget()
    story.ticket(status="pending")
    assert (story.state, story.paged) == ("waiting", [])
    clocks = {c.state.value for c in story.case.clocks if c.met_at is None}
    assert clocks == {"paused"}


def test_solved_closed_and_reopened_again_and_again() -> None:
    story = Story()
    for status, state in [
        ("solved", "resolved"),
        ("open", "paging"),
        ("closed", "closed"),
        ("solved", "closed"),
        ("new", "paging"),
        ("solved", "resolved"),
        ("closed", "closed"),
    ]:
        story.ticket(status=status)
        assert story.state == state, status


def test_a_ticket_may_be_over_when_it_is_first_heard_of() -> None:
    solved, closed = Story(status="solved"), Story(status="closed")
    assert (solved.state, solved.paged) == ("resolved", [])
    assert (closed.state, closed.case.wake_at) == ("closed", None)


def test_raised_and_solved_in_one_report_nobody_is_paged_for_it() -> None:
    story = Story(priority="low")
    story.ticket(priority="urgent", status="solved")
    assert (story.state, story.paged, story.case.severity) == ("resolved", [], "high")


def test_reopened_and_raised_in_one_report_it_is_paged_once_as_what_it_is() -> None:
    story = Story(priority="low", status="solved")
    story.ticket(priority="urgent", status="open")
    assert (story.state, story.paged, story.case.route) == ("paging", ["anna sms"], "outage")


def test_pending_while_snoozed_waits_and_the_snooze_is_forgotten() -> None:
    story = Story()
    story.happens(Snooze("anna", 30))
    story.ticket(status="pending")
    story.forget()
    story.passes(hours(2))
    assert (story.state, story.paged) == ("waiting", [])


def test_our_own_words_come_home_unheard() -> None:
    """Taken for an agent's, our note kept the promise of a first reply."""
    story = Story()
    story.ticket(kind="commented", comment=comment("ours", "agent"), priority="low", echo=True)
    assert (story.case.first_reply_at, story.case.severity) == (None, "high")
    assert story.said("echo") == ["our own write-back came home"]
    story.ticket(status="on_hold", echo=True)
    assert (story.state, story.case.ticket.status) == ("paging", "new"), "a late write of ours"


def test_on_hold_for_engineering_is_ours_and_only_the_clocks_follow() -> None:
    story = Story()
    story.happens(Escalate("anna"))
    story.forget()
    story.ticket(status="on_hold", echo=True)
    assert (story.state, story.case.ticket.status) == ("engineering", "on_hold")
    assert {c.state for c in story.case.clocks} == {ClockState.PAUSED}
    story.happens(Advance("eva", "return", "not a defect"))
    story.ticket(status="open", echo=True)
    assert (story.state, story.case.ticket.status) == ("paging", "open")
    assert {c.state for c in story.case.clocks} == {ClockState.RUNNING}


def test_a_comment_is_heard_once() -> None:
    story = Story()
    story.writes("customer", "Hello?")
    story.ticket(version=2, kind="commented", comment=comment("comment-2.0"))
    assert story.said("customer_comment") == ["the customer wrote: Hello?"]


@pytest.mark.parametrize(
    ("at", "opened"),
    [
        (None, MONDAY),
        (MONDAY - minutes(5), MONDAY - minutes(5)),
        (MONDAY + minutes(5), MONDAY),
        (MONDAY - timedelta(days=40), MONDAY),
    ],
    ids=["none", "five minutes ago", "in the future", "forty days ago"],
)
def test_a_source_s_instant_is_believed_within_a_day(at: datetime | None, opened: datetime) -> None:
    assert Story(created_at=at).case.clocks[0].started_at == opened


def test_reopened_its_times_run_anew() -> None:
    rules = replace(world.ENGINEERING, after=((world.is_a("severity", "high"), hours(4)),))
    story = Story(book(world.house(engineering=rules)))
    story.ticket(status="solved")
    story.passes(hours(30))
    story.ticket(status="open")
    assert story.case.engineering_at == story.now + hours(4)
    story.ticket(tags="sso")
    assert story.case.engineering_at == story.now + hours(4), "also when the case is judged anew"


def test_every_status_has_a_word() -> None:
    assert set(STATUSES) == {"new", "open", "pending", "on_hold", "solved", "closed"}
