"""Text, instants and JSON as strangers write them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.tickets.channel import channel
from service.tickets.html import plain
from service.tickets.members import decode, read_object
from service.tickets.moment import from_epoch, moment
from service.tickets.text import TEXT, mail_address, many_lines, one_line, web_address
from service.tickets.ticketsystem import Unreadable
from tests.service.tickets.trying import tries

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain", "plain"),
        ("  a \n b\tc  ", "a b c"),
        ("nul\0 and \x1b[31mred", "nul and [31mred"),
        ("\u202etxet\u202c", "txet"),
        ("half an emoji \ud83d", "half an emoji"),
        ("👩‍🚒", "👩‍🚒"),
        ("שלום", "שלום"),
        ("x" * 600, "x" * 499 + "…"),
        ("\u2028", ""),
    ],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


def test_many_lines() -> None:
    assert many_lines("a\r\nb\rc\u2028d\0") == "a\nb\nc\nd"
    assert many_lines("a\n\tb") == "a\n\tb"
    assert len(many_lines("x\0" * 50_000)) == 20_000


@tries(50)
@given(st.text(st.characters(exclude_categories=())))
def test_any_text_becomes_fit(text: str) -> None:
    for fit in (one_line(text), many_lines(text), plain(text) or ""):
        many_lines(fit).encode("utf-8")
        assert "\0" not in many_lines(fit)
        assert one_line(one_line(text)) == one_line(text)


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("a < b and c > d", "a < b and c > d"),
        ("<p>one</p><p>two<br/>three</p>", "one\ntwo\nthree"),
        ("<style>p {}</style>Hello &amp; goodbye &#x1F44B;", "Hello & goodbye 👋"),
        ("<img src=x onerror=alert(1)>", None),
        ("&#0;x", "\ufffdx"),
    ],
)
def test_html(html: str, words: str | None) -> None:
    assert plain(html) == words


@pytest.mark.parametrize(
    "html", ["<" * 300_000, "<a " * 100_000, "&" * 300_000, "<style>" * 50_000]
)
def test_html_made_to_be_slow(html: str) -> None:
    """Every pattern looks at a character a bounded number of times, so this comes to an end."""
    assert len(plain(html) or "") <= TEXT


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-02T10:00:00Z",
        "2026-03-02T10:00:00+00:00",
        "2026-03-02 10:00:00",
        "2026-03-02 10:00:00 UTC",
        "2026-03-02T05:00:00.000-0500",
        " 2026-03-02T10:00:00.000000000Z ",
    ],
)
def test_instants(written: str) -> None:
    assert moment(written) == AT


@pytest.mark.parametrize(
    "written",
    ["", "now", "March 2, 2026", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59",
     "9999-12-31T23:59:59-23:59", "9999-12-31", "1" * 50, "2026-13-01"],
)  # fmt: skip
def test_what_is_no_instant(written: str) -> None:
    assert moment(written) is None


@pytest.mark.parametrize("value", [int(AT.timestamp()), AT.timestamp(), str(int(AT.timestamp()))])
def test_epochs(value: object) -> None:
    assert from_epoch(value, timedelta(seconds=1)) == AT


@pytest.mark.parametrize("value", [None, True, "", "x", "1e9", 10**30, -1, 0, float("inf"), [], {}])
def test_what_is_no_epoch(value: object) -> None:
    assert from_epoch(value, timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://a.example/1", "https://a.example/1"),
        ("a.example/1", "https://a.example/1"),
        ("javascript:alert(1)", None),
        ("ftp://a.example", None),
        ("https://", None),
        ("a b.example", None),
        ("localhost", None),
        (None, None),
    ],
)
def test_web_addresses(written: str | None, address: str | None) -> None:
    assert web_address(written) == address


@pytest.mark.parametrize(
    ("written", "address"),
    [("Ada@Acme.example", "ada@acme.example"), ("ada", None), ("@x", None), ("a b@c", None),
     (None, None)],
)  # fmt: skip
def test_mail_addresses(written: str | None, address: str | None) -> None:
    assert mail_address(written) == address


@pytest.mark.parametrize(
    ("word", "expected"),
    [("Web form", "portal"), ("Mail", "email"), ("Phone call (incoming)", "hotline"),
     ("Self-service", "portal"), ("walk-in", "portal"), ("Carrier pigeon", "carrier pigeon"),
     (None, None)],
)  # fmt: skip
def test_channels(word: str | None, expected: str | None) -> None:
    assert channel(word) == expected


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": "x\ny"}', {"a": "x\ny"}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": "\xff"}', {"a": "\ufffd"}),
        (b'{"a": "\\ud83d"}', {"a": "\ud83d"}),
    ],
)
def test_almost_json_is_read(body: bytes, value: object) -> None:
    assert decode(body) == value


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "The body is not JSON"),
        (b'{"a": Infinity}', "Infinity is not a JSON number"),
        (b"[" * 90_000, "nested too deeply"),
        (b"[1]", "The body is a list, not a JSON object"),
        (b"true", "The body is true or false"),
        (b"null", "The body is missing"),
        (b"3", "The body is a number"),
    ],
)
def test_what_is_no_json_object(body: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        read_object(body)


def test_a_member_is_named_by_its_path() -> None:
    members = read_object(json.dumps({"a": {"b": {"c": [1]}}}).encode())
    with pytest.raises(Unreadable, match=r"'a\.b\.c' is a list, not text"):
        members.nested("a").nested("b").line("c")
    with pytest.raises(Unreadable, match=r"'a\.b' is an object, not true or false"):
        members.nested("a").flag("b")
