"""Paged now, held until it may be, or paged because it must be."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from routing.event import Customer
from routing.people import Account, Contact
from routing.policy import HotlineRules, Plan, Promise, Route, StepTarget
from routing.report import Requester
from routing.sla import Metric, Target
from tests.routing import world
from tests.routing.story import ACME, Story
from tests.routing.times import utc
from tests.routing.world import (
    MONDAY,
    ROUTES,
    book,
    hours,
    house,
    is_a,
    minutes,
)

FRIDAY_EVENING = utc("2026-03-06 18:00")
AT_RISK = replace(ROUTES[1], page="at_risk", at_risk=minutes(30))


def test_an_outage_pages_at_any_hour() -> None:
    assert Story(at=FRIDAY_EVENING).paged == ["anna sms"]


def test_in_hours_a_covered_case_pages_at_once() -> None:
    assert Story(priority="normal").paged == ["anna sms"]


def test_held_until_coverage_opens() -> None:
    story = Story(at=FRIDAY_EVENING, priority="normal")
    assert (story.state, story.paged) == ("held", [])
    assert story.said("held") == ["new medium case; paged in the hours of business"]
    assert story.case.wake_at == utc("2026-03-09 09:00")
    story.passes(timedelta(days=4))
    assert story.paged[0] == "anna sms"
    assert story.case.pages[0].opened_at == utc("2026-03-09 09:00")


def test_exhausted_in_its_hours_the_duty_manager_is_reminded_in_its_hours() -> None:
    story = Story(at=utc("2026-03-06 16:30"), priority="normal")
    story.passes(hours(20))
    assert story.state == "exhausted"
    assert story.paged == ["anna sms", "anna voice", "dora sms", "dora voice"]
    story.passes(hours(45.25))
    assert story.paged == ["dora sms", "dora voice"] * 2, "on Monday, from 09:00 on"


def test_held_until_its_promise_is_at_risk() -> None:
    story = Story(book(house(routes=(ROUTES[0], AT_RISK))), priority="normal")
    assert (story.state, story.case.wake_at) == ("held", MONDAY + minutes(210))
    story.passes(minutes(210))
    assert story.paged == ["anna sms"]


def test_at_risk_is_counted_in_covered_time() -> None:
    """Due on Monday at 09:10: half an hour before, as people work, is Friday at 16:40."""
    at = utc("2026-03-06 12:50")
    promise = Promise("business", {Metric.FIRST_REPLY: Target(minutes=260)})
    plan = replace(world.PREMIER, promises={"medium": promise})
    policy = house(routes=(AT_RISK,), plans={"premier": plan})
    story = Story(book(policy), at=at, priority="normal")
    assert story.case.hold_until == utc("2026-03-06 16:40")


def test_a_promise_shorter_than_its_risk_waits_for_hours_all_the_same() -> None:
    """With the instant of arrival taken for the risk, people were paged on Friday night."""
    promise = Promise("business", {Metric.FIRST_REPLY: Target(minutes=20)})
    policy = house(plans={"premier": Plan("premier", promises={"medium": promise})})
    story = Story(book(policy), at=FRIDAY_EVENING, priority="normal")
    assert (story.state, story.case.hold_until) == ("held", utc("2026-03-09 09:00"))


def test_a_promise_broken_while_ours_were_down_is_paged_for() -> None:
    """With broken promises left out of what is at risk, the case was held for ever."""
    story = Story(book(house(routes=(AT_RISK,))), priority="normal")
    story.outage(hours(5))
    assert story.paged == ["anna sms"]
    assert [e.due_at for e in story.entries if e.kind == "breach"] == [MONDAY + hours(4)]


def test_what_pages_nobody_is_held_and_looked_at_daily() -> None:
    story = Story(priority="low", customer=replace(ACME, plan="unknown"))
    assert (story.state, story.case.wake_at) == ("held", MONDAY + hours(24))
    story.passes(hours(24))
    assert (story.state, story.paged) == ("held", [])
    assert story.case.wake_at == MONDAY + hours(48)


def test_without_any_promise_nothing_says_to_wait() -> None:
    story = Story(at=FRIDAY_EVENING, priority="normal", customer=replace(ACME, plan="unknown"))
    assert story.paged == ["anna sms"]


def test_no_route_at_all_holds_the_case_in_sight() -> None:
    story = Story(book(house(routes=())))
    assert (story.state, story.case.route) == ("held", None)
    assert story.case.wake_at is not None


def test_a_severity_raised_reroutes_in_place() -> None:
    story = Story(at=FRIDAY_EVENING, priority="normal")
    assert story.state == "held"
    story.ticket(priority="urgent")
    assert (story.state, story.paged, story.case.route) == ("paging", ["anna sms"], "outage")
    assert story.said("severity") == ["medium became high: desk says urgent"]


def test_a_severity_raised_while_paging_goes_to_the_new_route() -> None:
    story = Story(priority="normal")
    story.ticket(priority="urgent")
    assert story.paged == ["anna sms", "anna sms"]
    assert story.stood_down == 1
    assert story.case.round is not None
    assert story.case.round.policy == "urgent"


def test_a_severity_lowered_stands_down_what_may_wait() -> None:
    story = Story(at=FRIDAY_EVENING)
    story.ticket(priority="normal")
    assert (story.state, story.stood_down) == ("held", 1)
    assert story.case.open_pages == ()


def test_the_same_route_goes_on_whatever_else_the_ticket_says() -> None:
    """A tag at 17:01 stands nobody down who was paged at 16:58."""
    story = Story(at=utc("2026-03-02 16:58"), priority="normal")
    story.passes(minutes(3))
    story.ticket(tags="sso")
    assert (story.state, story.stood_down) == ("paging", 0)
    assert [p.person for p in story.case.open_pages] == ["anna"]


def test_exhausted_stays_loud_whatever_else_the_ticket_says() -> None:
    story = Story()
    story.passes(minutes(45))
    assert story.state == "exhausted"
    due = story.case.remind_at
    story.ticket(tags="sso")
    assert (story.state, story.case.remind_at) == ("exhausted", due)


def test_an_emergency_call_is_paged_and_reminded_of_at_any_hour() -> None:
    policy = house(hotline=HotlineRules(escalation="urgent"))
    line = "hotline"
    story = Story(book(policy), FRIDAY_EVENING, source=line, channel=line, priority="medium")
    assert story.paged == ["anna sms"]
    story.passes(minutes(45))
    assert (story.state, story.case.remind_at) == ("exhausted", FRIDAY_EVENING + minutes(70))


def test_a_tag_may_send_a_held_case_another_way() -> None:
    vip = Route("vip", is_a("tags", "vip"), "urgent", page="now")
    story = Story(book(house(routes=(vip, *ROUTES))), priority="low")
    story.ticket(tags="vip sso")
    assert (story.paged, story.case.route) == (["anna sms"], "vip")


@pytest.mark.parametrize(
    ("fact", "value", "said"),
    [
        ("language", "de", {"language": "de"}),
        ("environment", "plant", {"environment": "plant"}),
        ("channel", "portal", {"channel": "portal"}),
        ("product", "mobile", {"product": "mobile"}),
        ("fields.team", "sre", {"fields": {"team": "sre"}}),
        ("tags", "vip", {"tags": "vip"}),
    ],
)
def test_whatever_routes_ask_about_is_asked_again(
    fact: str, value: str, said: dict[str, Any]
) -> None:
    asked = Route("asked", is_a(fact, value), "urgent", page="now")
    story = Story(book(house(routes=(asked, *ROUTES))), priority="low")
    assert story.state == "held"
    story.ticket(**said)
    assert story.case.route == "asked"


def test_another_plan_is_another_promise_and_place() -> None:
    story = Story(at=FRIDAY_EVENING, priority="normal")
    vip = Route("vip", is_a("plan", "vip"), "urgent", page="now")
    vips = {**house().plans, "vip": replace(world.PREMIER, id="vip")}
    story.book = book(house(routes=(vip, *ROUTES), plans=vips))
    story.ticket_of(replace(ACME, plan="vip"))
    assert (story.state, story.case.plan) == ("paging", "vip")
    assert story.said("customer") == ["Acme Corp, vip by its organisation"]


def test_the_status_of_the_account_and_its_named_contacts_may_be_asked_about() -> None:
    named = Route("named", is_a("named_contact", "true"), "urgent", page="now")
    lapsed = Route("lapsed", is_a("status", "suspended"), None, page="never")
    policy = house(routes=(lapsed, named))
    contacts = (Contact("Ada", "ada@acme.example", named=True),)
    record = Account("acme", "Acme Corp", "premier", contacts=contacts)
    asker = Requester("Ada", "ada@acme.example")
    customer = replace(ACME, record=record)
    assert Story(book(policy), customer=customer, requester=asker).case.route == "named"
    assert Story(book(policy), customer=customer).case.route is None
    suspended = replace(customer, status="suspended")
    assert Story(book(policy), customer=suspended, requester=asker).case.route == "lapsed"


def test_an_unknown_customer_is_served_by_the_unknown_plan_never_by_silence() -> None:
    story = Story(customer=None)
    assert (story.case.plan, story.paged) == ("unknown", ["anna sms"])
    stranger = Customer(None, "somebody", "unknown", "nobody we know")
    assert Story(customer=stranger).paged == ["anna sms"]


def test_stakeholders_hear_of_it_once_and_a_ticket_nobody_is_paged_for_gets_its_reply() -> None:
    heard = (StepTarget("csm"), StepTarget("account_manager"), StepTarget("person", "ben"))
    quiet = replace(ROUTES[2], stakeholders=heard, reply="Please see our forum.")
    record = Account("acme", "Acme Corp", "premier", csm="carl", account_manager="ghost")
    story = Story(
        book(house(routes=(quiet,))), priority="low", customer=replace(ACME, record=record)
    )
    assert [line.partition(":")[0] for line in story.told] == ["carl", "ben"]
    assert story.written == ["Please see our forum."]
    story.ticket(tags="sso")
    assert (story.told, story.written) == ([], [])


def test_an_environment_that_is_not_production_is_capped() -> None:
    """R72: what the account says of its own environment wins."""
    policy = house(non_production_severity="low", non_production_words=frozenset({"staging"}))
    customer = replace(ACME, production={"plant": False, "staging": True})
    severities = [
        Story(book(policy), customer=customer, environment=name).case.severity
        for name in ("plant", "staging", "anything", "")
    ]
    assert severities == ["low", "high", "high", "high"]
    story = Story(book(policy), customer=ACME, environment="staging")
    assert story.case.severity == "low"
    story.ticket(environment="prod")
    assert (story.case.severity, story.paged) == ("high", ["anna sms"])
    story.ticket(environment="staging")
    assert (story.case.severity, story.case.production) == ("low", False)


def test_r30_an_agent_may_judge_what_came_by_mail() -> None:
    policy = house(fixed_severity={"email": "medium"})
    story = Story(book(policy), channel="email", priority="urgent")
    assert story.case.severity == "medium"
    story.ticket(priority="low")
    assert story.case.severity == "low"
    story.ticket(priority="urgent")
    assert story.case.severity == "medium", "as it came: nobody has judged it otherwise"
