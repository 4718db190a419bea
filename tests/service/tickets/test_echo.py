"""Every system alike: our own words coming home are an echo, and nobody else's are."""

from __future__ import annotations

import json

import pytest

from service.tickets.marker import contains_marker, hidden, is_ours, marker, signed
from tests.service.tickets.kits import TALKERS, Kit

talkers = pytest.mark.parametrize("kit", TALKERS, ids=lambda kit: kit.source)


def echo(kit: Kit, author: str, text: str) -> bool:
    assert kit.said is not None
    body = json.dumps(kit.said(author, text)).encode()
    envelope = kit.envelope(body)
    if kit.source == "github":
        envelope.headers["x-github-event"] = "issue_comment"  # type: ignore[index]
    (report,) = kit.system.read(envelope)
    assert report.comment is not None
    assert report.comment.author == author
    return report.echo


@talkers
def test_our_own_note_is_an_echo(kit: Kit) -> None:
    assert echo(kit, "agent", signed("Anna has it since 03:12.", "case/1/anna"))


@talkers
def test_a_colleagues_note_is_not(kit: Kit) -> None:
    assert not echo(kit, "agent", "I had a look.")


@talkers
def test_a_customer_who_quotes_us_is_heard(kit: Kit) -> None:
    assert not echo(kit, "customer", f"Still down!\n\n{signed('We are on it.', 'k')}")


@talkers
def test_a_colleague_who_answers_below_our_words_is_heard(kit: Kit) -> None:
    assert not echo(kit, "agent", f"{signed('We are on it.', 'k')}\nNo, it is DNS.")


def test_the_marker_is_short_and_keeps_the_key_to_itself() -> None:
    assert marker("case/1/anna") == marker("case/1/anna")
    assert marker("case/1/anna") != marker("case/1/bob")
    assert len(marker("case/1/anna" * 100)) == 25
    assert "anna" not in marker("case/1/anna")


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        (signed("x", "k"), True),
        (hidden("x", "k"), True),
        (signed("x", "k") + "\n \n", True),
        (marker("k"), True),
        ("> " + marker("k"), False),
        ("On Monday you wrote:\n> x\n> " + marker("k"), False),
        (marker("k") + "\nthanks", False),
        ("[heliograph:123]", False),
        ("[heliograph:" + "x" * 10_000, False),
        ("", False),
    ],
)
def test_what_is_ours(text: str, ours: bool) -> None:
    assert is_ours(text) is ours


def test_a_marker_is_found_in_any_json() -> None:
    body = json.dumps({"comments": [{"body": signed("Ünï\n", "k")}]}).encode()
    assert contains_marker(body, "k")
    assert not contains_marker(body, "l")
