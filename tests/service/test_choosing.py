"""Which page a reply means."""

from dataclasses import replace

import pytest

from routing.reply import parse
from service.choosing import Paged, choose
from tests.service.office import NOW

PAGE = Paged("ACME-1", 1, "anna", "4821", "open", NOW, live=True, case_state="paging")


def page(case: str, code: str, state: str = "open", case_state: str = "paging") -> Paged:
    return replace(PAGE, case=case, code=code, state=state, case_state=case_state)


def chosen(text: str, *pages: Paged) -> tuple[str, ...] | str:
    """The cases meant, or why none is."""
    found = choose(parse(text), pages)
    return tuple(p.case for p in found.pages) or found.why_not


def test_one_open_page_needs_no_code() -> None:
    for text in ("1", "ack", "2", "3", "r", "?", "\U0001f44d"):
        assert chosen(text, PAGE) == ("ACME-1",)


def test_a_code_or_the_cases_own_id_names_a_page() -> None:
    pages = (page("ACME-2", "1111"), PAGE)
    assert chosen("1 4821", *pages) == ("ACME-1",)
    assert chosen("1 acme-2", *pages) == ("ACME-2",)


def test_several_open_pages_are_listed_with_the_answer_that_was_meant() -> None:
    pages = (page("ACME-2", "1111"), PAGE)
    assert chosen("1", *pages) == (
        "Which one? Reply 1 1111 for ACME-2, 1 4821 for ACME-1, or ACK ALL. Nothing was changed."
    )
    assert "Reply 2 1111 for ACME-2, 2 4821 for ACME-1. Nothing" in chosen("2", *pages)


def test_a_long_list_is_cut() -> None:
    pages = [page(f"ACME-{n}", f"10{n}") for n in range(10, 30)]
    assert "and 14 more, or ACK ALL" in chosen("1", *pages)


def test_ack_all_means_every_open_page_once_for_each_case() -> None:
    pages = (
        page("ACME-2", "1"),
        replace(PAGE, turn=7, code="2"),
        PAGE,
        page("C-3", "3", "expired"),
    )
    assert chosen("ack all", *pages) == ("ACME-2", "ACME-1")
    assert chosen("ack all", page("C-3", "3", "expired")) == (
        "No page is open on this phone. Nothing was changed."
    )


def test_a_late_answer_means_the_page_that_still_waits() -> None:
    expired = page("ACME-1", "1", "expired", "paging")
    assert chosen("1", expired, page("ACME-2", "2", "acknowledged", "acknowledged")) == ("ACME-1",)


def test_asked_how_it_stands_everything_that_is_open_or_owned_is_meant() -> None:
    mine = page("ACME-3", "1111", "acknowledged", "acknowledged")
    assert chosen("?", page("ACME-2", "2222"), PAGE, mine) == ("ACME-2", "ACME-1", "ACME-3")
    assert chosen("? 4821", page("ACME-2", "2222"), PAGE) == ("ACME-1",)
    assert chosen("?", page("ACME-2", "2222", "acknowledged", "resolved")) == ("ACME-2",)


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("z 45", "Z 45 4821 for ACME-2, Z 45 1111 for ACME-1"),
        ("to ben", "TO ben 4821 for ACME-2, TO ben 1111 for ACME-1"),
        ("add ben", "ADD ben 4821 for ACME-2, ADD ben 1111 for ACME-1"),
        ("n disk full", "N 4821 for ACME-2, N 1111 for ACME-1"),
    ],
)
def test_nothing_is_guessed_between_an_open_page_and_the_case_one_has(
    text: str, offered: str
) -> None:
    mine = page("ACME-1", "1111", "acknowledged", "acknowledged")
    assert f"Which one? Reply {offered}. Nothing was changed." in chosen(
        text, replace(PAGE, case="ACME-2"), mine
    )
    assert chosen(text, mine) == ("ACME-1",)


def test_what_is_taken_over_is_what_this_phone_was_paged_for_and_did_not_take() -> None:
    gone = page("ACME-1", "1111", "stood_down", "acknowledged")
    mine = page("ACME-2", "2222", "acknowledged", "acknowledged")
    over = page("ACME-3", "3333", "stood_down", "resolved")
    assert chosen("take", over, mine, gone) == ("ACME-1",)
    assert chosen("take", over, mine) == ("ACME-2",)
    assert "TAKE 1111 for ACME-1, TAKE 4444 for ACME-4" in chosen(
        "take", gone, page("ACME-4", "4444", "expired", "acknowledged")
    )


@pytest.mark.parametrize("text", ["2", "3", "?"])
def test_without_an_open_page_the_case_one_has_is_meant(text: str) -> None:
    mine = page("ACME-1", "1", "acknowledged", "acknowledged")
    over = page("ACME-2", "2", "acknowledged", "resolved")
    assert chosen(text, over, mine) == ("ACME-1",)


def test_resolving_is_never_a_guess_between_an_open_page_and_the_case_one_has() -> None:
    """Broken once: R resolved the case that had just been paged, not the one in hand."""
    mine = page("ACME-1", "1111", "acknowledged", "acknowledged")
    assert "Which one? Reply R 4821 for ACME-2, R 1111 for ACME-1." in chosen(
        "r", replace(PAGE, case="ACME-2"), mine
    )
    assert chosen("r", mine) == ("ACME-1",)


def test_ok_after_a_hand_off_does_not_take_the_item_from_sustained_engineering() -> None:
    """Broken once: whoever had escalated and then said ok became the engineer."""
    handed = page("ACME-1", "1", "acknowledged", "engineering")
    found = choose(parse("ok"), [handed])
    assert (found.pages, found.told) == ((handed,), True)
    waiting = page("ACME-1", "1", "expired", "engineering")
    assert choose(parse("ok"), [waiting]).told is False


def test_one_code_for_two_people_who_share_a_phone_is_asked_about() -> None:
    """Broken once: the newer of the two cases was taken."""
    other = replace(PAGE, person="ben", case="ACME-2")
    assert chosen("1 4821", other, PAGE) == (
        "Which one? Reply 1 ACME-2, 1 ACME-1. Nothing was changed."
    )


def test_a_code_that_was_given_to_a_newer_page_means_the_newer_one() -> None:
    old = replace(PAGE, case="ACME-9", live=False, state="acknowledged", case_state="closed")
    assert chosen("1 4821", PAGE, old) == ("ACME-1",)
    assert chosen("1 4821", old) == ("ACME-9",)  # and is told the truth about it


def test_an_unknown_code_says_what_there_is() -> None:
    assert chosen("1 9999", PAGE) == (
        "No page on this phone has the code 9999. Reply 1 4821 for ACME-1. Nothing was changed."
    )
    assert chosen("1") == "There is no page for this phone. Nothing was changed."
