"""One page: which contacts, when, and what ends it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from routing import page as pages
from routing.page import MOVES, Page, PageState, Planned
from routing.people import ContactMethod, ContactRule, Person
from tests.routing.world import ANNA, MONDAY, minutes

NOBODY = Person("nil", "Nobody")


def rules(*of: tuple[str, float]) -> dict[str, tuple[ContactRule, ...]]:
    return {"urgent": tuple(ContactRule(method, minutes(after)) for method, after in of)}


def without(person: Person, *lost: str) -> Person:
    methods = (
        replace(m, disabled="opted out") if m.id in lost else m for m in person.contact_methods
    )
    return replace(person, contact_methods=tuple(methods))


def page_of(person: Person, urgency: str = "urgent") -> Page:
    return pages.begin(person, 1, urgency, "a test", MONDAY)


def plan_of(page: Page) -> list[tuple[str, float]]:
    return [(p.method, (p.due_at - MONDAY).total_seconds() / 60) for p in page.planned]


def begun(page: Page, person: Person, now: datetime) -> tuple[Page, list[str]]:
    """Every contact that is due."""
    found: list[str] = []
    while True:
        page, tried = pages.take_due(page, person, now)
        if tried is None:
            return page, found
        found.append(f"{tried.method} {tried.attempt}")


@pytest.mark.parametrize(
    ("contact_rules", "urgency", "plan"),
    [
        (rules(("sms", 0), ("voice", 2)), "urgent", [("sms", 0), ("voice", 2)]),
        (rules(("voice", 2), ("sms", 0)), "urgent", [("sms", 0), ("voice", 2)]),
        (rules(("sms", 0), ("voice", 2)), "normal", [("sms", 0), ("voice", 2)]),
        (rules(("pager", 0), ("voice", 3), ("sms", 5)), "urgent", [("voice", 0), ("sms", 2)]),
        (rules(("pager", 0)), "urgent", [("sms", 0), ("voice", 2)]),
        ({}, "urgent", [("sms", 0), ("voice", 2)]),
        (rules(("voice", 0), ("voice", 4)), "urgent", [("voice", 0), ("voice", 4)]),
    ],
    ids=[
        "as it says",
        "soonest first",
        "no rule for it",
        "the first gone",
        "all gone",
        "none",
        "twice",
    ],
)
def test_a_missing_rule_silences_nothing(
    contact_rules: dict[str, tuple[ContactRule, ...]], urgency: str, plan: list[tuple[str, float]]
) -> None:
    assert plan_of(page_of(replace(ANNA, contact_rules=contact_rules), urgency)) == plan


def test_what_is_repeated_is_repeated_where_an_earlier_method_is_gone_too() -> None:
    call = ContactRule("voice", minutes(1), repeat=2, every=minutes(3))
    anna = replace(ANNA, contact_rules={"urgent": (ContactRule("pager", minutes(0)), call)})
    assert plan_of(page_of(anna)) == [("voice", 0), ("voice", 3), ("voice", 6)]


def test_who_has_no_method_that_works_is_unreachable_at_once() -> None:
    assert page_of(without(ANNA, "sms", "voice")).state is PageState.UNREACHABLE
    unverified = ContactMethod("sms", "sms", "+46700000001")
    assert page_of(replace(NOBODY, contact_methods=(unverified,))).state is PageState.UNREACHABLE


def test_contacts_begin_at_their_instants_and_each_try_is_counted() -> None:
    anna = replace(ANNA, contact_rules=rules(("sms", 0), ("voice", 2), ("sms", 4)))
    page, first = begun(page_of(anna), anna, MONDAY)
    assert first == ["sms 1"]
    assert page.wake_at == MONDAY + minutes(2)
    page, none = begun(page, anna, MONDAY + timedelta(seconds=119))
    assert none == []
    page, second = begun(page, anna, MONDAY + minutes(2))
    page, third = begun(page, anna, MONDAY + minutes(4))
    assert (second, third) == (["voice 1"], ["sms 2"])
    assert page.wake_at is None


def test_rule_2_however_late_one_contact_begins_and_the_rest_keep_their_distance() -> None:
    """Without the lateness added to the rest, three contacts left in one burst."""
    anna = replace(ANNA, contact_rules=rules(("sms", 0), ("voice", 2), ("sms", 4)))
    page, late = begun(page_of(anna), anna, MONDAY + timedelta(hours=3))
    assert late == ["sms 1"]
    assert plan_of(page) == [("voice", 182), ("sms", 184)]


def test_contacts_of_one_instant_begin_together() -> None:
    anna = replace(ANNA, contact_rules=rules(("sms", 0), ("voice", 0)))
    assert begun(page_of(anna), anna, MONDAY)[1] == ["sms 1", "voice 1"]


def test_what_two_rules_plan_for_one_phone_at_one_instant_is_one_contact() -> None:
    """Broken once: a repetition and the next rule rang the same phone twice at a time."""
    often = ContactRule("voice", minutes(1), repeat=1, every=minutes(3))
    late = ContactRule("voice", minutes(4), repeat=1, every=minutes(3))
    anna = replace(ANNA, contact_rules={"urgent": (often, late)})
    page, first = begun(page_of(anna), anna, MONDAY + minutes(1))
    page, second = begun(page, anna, MONDAY + minutes(4))
    page, third = begun(page, anna, MONDAY + minutes(7))
    assert (first, second, third) == (["voice 1"], ["voice 2"], ["voice 3"])
    assert page.planned == ()


def test_a_refused_contact_brings_the_next_one_forward() -> None:
    page, _ = begun(page_of(ANNA), ANNA, MONDAY)
    page = pages.refuse(page, "sms", 1, "not a mobile number", MONDAY + minutes(1))
    assert begun(page, ANNA, MONDAY + minutes(1))[1] == ["voice 1"]


def test_rule_5_a_refused_last_contact_ends_the_page() -> None:
    """Kept open until its step ended, the page made the next one wait for nothing."""
    page, _ = begun(page_of(ANNA), ANNA, MONDAY)
    page, _ = begun(page, ANNA, MONDAY + minutes(2))
    page = pages.refuse(page, "voice", 1, "busy", MONDAY + minutes(3))
    assert page.state is PageState.UNREACHABLE


def test_an_earlier_contact_refused_late_hurries_and_ends_nothing() -> None:
    anna = replace(ANNA, contact_rules=rules(("sms", 0), ("voice", 2), ("sms", 9)))
    page, _ = begun(page_of(anna), anna, MONDAY)
    page, _ = begun(page, anna, MONDAY + minutes(2))
    page = pages.refuse(page, "sms", 1, "undelivered", MONDAY + minutes(3))
    assert plan_of(page) == [("sms", 9)]
    page, _ = begun(page, anna, MONDAY + minutes(9))
    assert pages.refuse(page, "voice", 1, "no answer", MONDAY + minutes(10)).open


def test_a_method_lost_meanwhile_is_passed_over() -> None:
    assert begun(page_of(ANNA), without(ANNA, "sms"), MONDAY)[1] == ["voice 1"]
    gone, none = begun(page_of(ANNA), without(ANNA, "sms", "voice"), MONDAY)
    assert (gone.state, none) == (PageState.UNREACHABLE, [])


def test_a_lost_last_method_leaves_the_contact_that_is_out() -> None:
    page, _ = begun(page_of(ANNA), ANNA, MONDAY)
    page, _ = begun(page, without(ANNA, "voice"), MONDAY + minutes(2))
    assert page.open
    assert pages.refuse(page, "sms", 1, "undelivered", MONDAY + minutes(3)).open is False


def test_a_closed_page_begins_nothing_and_remembers_its_refusals() -> None:
    page, _ = begun(page_of(ANNA), ANNA, MONDAY)
    page = pages.close(page, PageState.EXPIRED, MONDAY + minutes(5))
    assert (page.planned, page.wake_at, page.closed_at) == ((), None, MONDAY + minutes(5))
    page = pages.refuse(page, "sms", 1, "undelivered", MONDAY + minutes(6))
    assert page.state is PageState.EXPIRED
    assert page.tried[0].refused == "undelivered"


@pytest.mark.parametrize("then", PageState)
@pytest.mark.parametrize("state", PageState)
def test_a_page_moves_by_its_table_and_no_other_way(state: PageState, then: PageState) -> None:
    page = Page(1, "anna", MONDAY, "a test", state, planned=(Planned("sms", MONDAY),))
    if then in MOVES[state]:
        assert pages.close(page, then, MONDAY).state is then
    else:
        with pytest.raises(ValueError, match=f"is {state} cannot become {then}"):
            pages.close(page, then, MONDAY)


def test_an_answer_counts_until_the_page_is_unwanted() -> None:
    answered = {s for s in PageState if PageState.ACKNOWLEDGED in MOVES[s]}
    assert answered == set(PageState) - {PageState.ACKNOWLEDGED, PageState.STOOD_DOWN}


@pytest.mark.parametrize(
    ("instead", "plan"),
    [
        ((), [("email", 0), ("voice", 5)]),
        (("voice",), [("voice", 0), ("email", 1)]),
        (("phone",), [("phone", 0), ("email", 1), ("voice", 5)]),
    ],
    ids=["in order", "planned for later", "not planned at all"],
)
def test_where_a_text_is_barred_the_call_comes_before_what_else_was_planned(
    instead: tuple[str, ...], plan: list[tuple[str, float]]
) -> None:
    steps = (("email", 1), ("voice", 5))
    planned = tuple(Planned(method, MONDAY + minutes(after)) for method, after in steps)
    page = replace(page_of(ANNA), planned=planned)
    page = replace(page, tried=(pages.Tried("sms", "sms", 1, MONDAY),))
    refused = pages.refuse(page, "sms", 1, "filtered", MONDAY, instead=instead)
    assert plan_of(refused) == plan
    busy = replace(page, tried=(*page.tried, pages.Tried("chat", "slack", 1, MONDAY)))
    late = pages.refuse(busy, "sms", 1, "filtered", MONDAY, instead=instead)
    assert plan_of(late) == [("email", 1), ("voice", 5)], "another contact is out"
