"""Signed links: what was signed is read back, and nothing else is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.links import MOST, Link, LinkExpired, LinkForged, Purpose, Signer, _letters, _mac

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
SIGNER = Signer(("k" * 32,))
LINK = Link(Purpose.ANSWER, "anna", NOW + timedelta(days=7), "ACME-7", 3, "acknowledge")


@given(
    st.sampled_from(Purpose),
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.integers(0, 2**31),
    st.text(st.characters(codec="utf-8"), max_size=20),
)
def test_what_was_signed_is_read_back(purpose: Purpose, name: str, turn: int, verb: str) -> None:
    link = Link(purpose, name, NOW + timedelta(seconds=1), name[::-1], turn, verb)
    token = SIGNER.token(link)
    assert SIGNER.read(token, NOW, purpose) == link
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_a_link_of_a_page_is_short_enough_for_any_line() -> None:
    assert len(SIGNER.token(LINK)) < 80


@pytest.mark.parametrize("at", range(0, len(SIGNER.token(LINK)), 3))
def test_no_letter_can_be_another(at: int) -> None:
    token = SIGNER.token(LINK)
    other = "A" if token[at] != "A" else "B"
    with pytest.raises(LinkForged):
        SIGNER.read(token[:at] + other + token[at + 1 :], NOW, Purpose.ANSWER)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a",
        "nonsense",
        "=",
        "\N{SNOWMAN}",
        SIGNER.token(LINK) + "=",
        SIGNER.token(LINK) + "A",
        SIGNER.token(LINK)[:-1],
        " " + SIGNER.token(LINK),
        "A" * MOST,
        "A" * (MOST + 1),
        Signer(("another key",)).token(LINK),
        _letters(_mac("k" * 32, b"no message of ours"[:0]) + b"x"),
    ],
)
def test_nothing_else_is_a_link(token: str) -> None:
    with pytest.raises(LinkForged):
        SIGNER.read(token, NOW, Purpose.ANSWER)


def test_a_link_of_another_purpose_is_none() -> None:
    with pytest.raises(LinkForged):
        SIGNER.read(SIGNER.token(LINK), NOW, Purpose.OWN, Purpose.VERIFY)
    assert SIGNER.read(SIGNER.token(LINK), NOW, Purpose.OWN, Purpose.ANSWER) == LINK


def test_it_ends_at_its_instant() -> None:
    token = SIGNER.token(LINK)
    assert SIGNER.read(token, LINK.expires - timedelta(seconds=1), Purpose.ANSWER) == LINK
    with pytest.raises(LinkExpired) as over:
        SIGNER.read(token, LINK.expires, Purpose.ANSWER)
    assert over.value.link == LINK


def test_during_a_rotation_the_new_key_signs_and_both_are_believed() -> None:
    both, new = Signer(("n" * 32, "k" * 32)), Signer(("n" * 32,))
    assert both.read(SIGNER.token(LINK), NOW, Purpose.ANSWER) == LINK
    assert new.read(both.token(LINK), NOW, Purpose.ANSWER) == LINK
    with pytest.raises(LinkForged):
        new.read(SIGNER.token(LINK), NOW, Purpose.ANSWER)
