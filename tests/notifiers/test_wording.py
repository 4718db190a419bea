"""What a page says, on a screen and on the telephone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifiers.wording import (
    GSM,
    GSM_DOUBLE,
    MOST_SEGMENTS,
    MOST_WIDE_SEGMENTS,
    PageFacts,
    clean,
    gsm,
    is_gsm,
    page_text,
    segments,
    spoken,
)

FACTS = PageFacts(
    case="ACME-7",
    code="4821",
    to="+46700000001",
    person="Anna Lind",
    account="Acme Corp",
    subject="Login fails for everyone",
    severity="high",
    plan="premier",
    purpose="page",
    due="Reply due 14:05 UTC.",
    why="on call in schedule first",
)


def test_the_most_urgent_fact_comes_first_and_what_to_reply_last() -> None:
    assert page_text(FACTS) == (
        "HIGH Acme Corp: Login fails for everyone (ACME-7, premier). Reply due 14:05 UTC."
        " Reply 1 4821 to take it, 2 4821 to decline, 3 4821 for engineering."
    )


@pytest.mark.parametrize(
    ("purpose", "asked"),
    [
        ("page", ""),
        ("ask", "Still on it? "),
        ("handover", "Handover. "),
        ("engineering", "Engineering queue. "),
    ],
)
def test_what_is_asked_comes_before_everything(purpose: str, asked: str) -> None:
    facts = replace(FACTS, purpose=purpose)
    assert page_text(facts).startswith(f"{asked}HIGH Acme Corp")
    assert spoken(facts).startswith(f"{asked}Heliograph page for Anna Lind.")


def test_a_long_subject_gives_way() -> None:
    text = page_text(replace(FACTS, subject="Nobody can sign in any more " * 20))
    assert segments(text) == MOST_SEGMENTS
    assert "Nobody can sign in any more" in text
    assert text.endswith("for engineering.")


def test_without_a_subject_it_says_so() -> None:
    assert "Acme Corp: no subject (ACME-7" in page_text(replace(FACTS, subject=" \u200b\n"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ärger mit Größe", "Ärger mit Größe"),
        ("Résumé naïve", "Résumé naive"),
        ("Łódź", "Łódź"),
        ("“quoted” \u2013 and… so", '"quoted" - and... so'),
        ("日本語", "日本語"),
        ("cost 5€", "cost 5€"),
    ],
)
def test_letters_that_only_wear_an_accent_lose_it_rather_than_half_the_room(
    text: str, said: str
) -> None:
    assert gsm(clean(text)) == said


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1),
        ("€" * 81, 2), ("ж" * 70, 1), ("ж" * 71, 2), ("ж" * 134, 2), ("ж" * 135, 3),
        ("\U0001f525" * 35, 1), ("\U0001f525" * 36, 2), ("", 1),
    ],
)  # fmt: skip
def test_segments_are_counted_as_carriers_do(text: str, count: int) -> None:
    assert segments(text) == count


def test_a_character_is_not_split_between_segments() -> None:
    """GSM 03.38: an escaped character, or a surrogate pair, moves whole to the next segment."""
    assert segments("a" * 152 + "€" + "a" * 152) == 3
    assert segments("ж" * 66 + "\U0001f525" + "ж" * 66) == 3


@pytest.mark.parametrize(
    "hidden",
    ["\x00", "\x1b", "\u202e", "\u2066", "\u200b", "\ufeff", "\x9f", "\u061c", "\u00ad",
     "\U000e0041", "\ud83d"],
)  # fmt: skip
def test_what_nobody_should_see_is_not_sent(hidden: str) -> None:
    for said in (page_text, spoken):
        text = said(replace(FACTS, subject=f"pay{hidden}load", account=f"Ac{hidden}me"))
        assert hidden not in text
        text.encode()


def test_the_spoken_page_says_who_what_and_how_bad_and_spells_the_case() -> None:
    assert spoken(FACTS) == (
        "Heliograph page for Anna Lind. Severity high. Customer Acme Corp."
        " Login fails for everyone. Reply due 14:05 UTC. Case A C M E 7."
    )


anything = st.text(max_size=300)


@given(anything, anything, st.text(max_size=40), st.text(max_size=60))
def test_whatever_a_customer_writes_a_page_fits(
    subject: str, account: str, plan: str, severity: str
) -> None:
    facts = replace(FACTS, subject=subject, account=account, plan=plan, severity=severity)
    text = page_text(facts)
    assert segments(text) <= (MOST_SEGMENTS if is_gsm(text) else MOST_WIDE_SEGMENTS)
    assert text.endswith("Reply 1 4821 to take it, 2 4821 to decline, 3 4821 for engineering.")
    assert "ACME-7" in text
    assert "\n" not in text


@given(anything)
def test_gsm_text_is_gsm_or_untouched(text: str) -> None:
    said = gsm(text)
    assert said == text or set(said) <= GSM | GSM_DOUBLE


@given(anything)
def test_the_spoken_page_is_one_line_that_can_be_written_as_xml(text: str) -> None:
    said = spoken(replace(FACTS, subject=text, account=text, person=text))
    assert "\n" not in said
    forbidden = [c for c in said if ord(c) < 0x20 or 0xD800 <= ord(c) <= 0xDFFF]
    assert forbidden == []
    assert not {"\ufffe", "\uffff"} & {*said}
