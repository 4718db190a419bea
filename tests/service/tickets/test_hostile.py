"""Every system alike: whatever an authentic body says, it is read or it is Unreadable."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.report import Report
from service.tickets.text import IDENTIFIER, LINE, TEXT
from service.tickets.ticketsystem import Envelope, Reading, Unreadable
from tests.service.tickets.kits import KITS, Kit
from tests.service.tickets.trying import tries

every = pytest.mark.parametrize("kit", KITS, ids=lambda kit: kit.source)
words = st.text(st.characters(exclude_categories=()), max_size=40)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | words
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(words, inner, max_size=5),
    max_leaves=15,
)


@cache
def signed(kit: Kit) -> Envelope:
    return kit.envelope()


def read(kit: Kit, body: bytes) -> Reading:
    """What a webhook says; Unreadable must be a sentence that can be stored and shown."""
    try:
        reading = kit.system.read(replace(signed(kit), body=body))
    except Unreadable as unreadable:
        sentence = str(unreadable)
        fit_to_show = sentence.isprintable() and sentence.endswith(".") and len(sentence) < 2000
        raise (unreadable if fit_to_show else ValueError(sentence)) from None
    return reading


def read_if_readable(kit: Kit, body: bytes) -> tuple[Report, ...]:
    try:
        reading = read(kit, body)
    except Unreadable:
        return ()
    fit(reading)
    return reading.reports


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every member of a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, key))


def put(document: Any, path: tuple[Any, ...], value: object) -> object:
    changed = copy.deepcopy(document)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return changed


def fit(reading: Reading) -> None:
    """What PostgreSQL can store and what people can be shown."""
    assert len(reading) > 0 or reading.ignored
    for report in reading:
        for text in texts(report):
            assert "\0" not in text
            text.encode("utf-8")
            assert len(text) <= TEXT
        assert len(report.ticket) <= IDENTIFIER
        assert len(report.subject or "") <= 2 * LINE + 24
        assert report.version[0] == report.version[0]
        assert abs(report.version[0]) < 2**63
        assert abs(report.version[1]) < 2**63
        for at in (report.at, report.created_at):
            assert at is None or at.tzinfo is not None


def texts(report: Report) -> Iterator[str]:
    for member in fields(report):
        value = getattr(report, member.name)
        if isinstance(value, str):
            yield value
    yield from report.tags or ()
    yield from report.fields
    yield from report.fields.values()
    for part in (report.comment, report.requester):
        for member in fields(part) if part is not None else ():
            value = getattr(part, member.name)
            if isinstance(value, str):
                yield value


@every
@tries(60)
@given(document=documents)
def test_any_json_at_all(kit: Kit, document: object) -> None:
    read_if_readable(kit, json.dumps(document).encode())


@every
@tries(40)
@given(noise=st.binary(max_size=6), at=st.floats(0, 1), gone=st.integers(0, 9))
def test_a_real_body_with_some_bytes_gone_mad(kit: Kit, noise: bytes, at: float, gone: int) -> None:
    body = json.dumps(kit.sample, ensure_ascii=False).encode()
    cut = int(at * len(body))
    read_if_readable(kit, body[:cut] + noise + body[cut + gone :])


@every
@tries(60)
@given(data=st.data())
def test_a_real_body_with_one_member_gone_mad(kit: Kit, data: st.DataObject) -> None:
    sample = kit.said("customer", "Still down") if kit.said and data.draw(st.booleans()) else None
    sample = sample or kit.sample
    path = data.draw(st.sampled_from(list(places(sample))))
    mad = put(sample, path, data.draw(documents))
    read_if_readable(kit, json.dumps(mad).encode())


@every
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"5",
        b"{",
        b"{}",
        b"\xff\xfe{}",
        b"NaN",
        b'{"a": NaN}',
        b"1" * 5000,
        b'{"id": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"ticket": ' * 100_000,
        b'{"detail": ' * 500 + b"1" + b"}" * 500,
        b"[" * 900 + b"]" * 900,
        b"\0" * 1000,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_no_ticket_at_all(kit: Kit, body: bytes) -> None:
    assert read_if_readable(kit, body) == ()


@every
@pytest.mark.parametrize("value", [10**40, -(10**40), 1.5e308, "9" * 3000, "\ud800", "a\0b"])
def test_every_member_set_to_something_oversized(kit: Kit, value: object) -> None:
    for path in places(kit.sample):
        read_if_readable(kit, json.dumps(put(kit.sample, path, value)).encode())


@every
def test_every_member_under_a_name_that_cannot_be_stored(kit: Kit) -> None:
    for path in places(kit.sample):
        if isinstance(path[-1], str):
            renamed = put(kit.sample, (*path[:-1], f"{path[-1]}\0\ud800"), "told")
            read_if_readable(kit, json.dumps(renamed).encode())


@every
def test_a_megabyte_is_read_in_bounded_work(kit: Kit) -> None:
    """Of a huge text, a huge list and a hundred thousand members, a bounded part is kept."""
    huge: dict[str, object] = {f"member{n}": "x" for n in range(40_000)}
    huge |= {"text": "<" * 200_000 + "&" * 100_000, "list": ["x"] * 40_000}
    body = {**kit.sample, **huge} if isinstance(kit.sample, dict) else [{**kit.sample[0], **huge}]
    reading = read(kit, json.dumps(body).encode())
    (report, *_) = reading.reports
    assert report.ticket == kit.ticket
    assert len(report.fields) <= 210
    assert sum(map(len, report.fields.values())) < 500_000


@every
def test_text_in_every_script_survives(kit: Kit) -> None:
    """Emoji with joiners, right-to-left letters, combining marks; direction overrides go."""
    text = "השרת נפל 👩‍🚒 café ไม่ทำงาน 服务器"
    kept = False
    for path in places(kit.sample):
        changed = json.dumps(put(kit.sample, path, f"\u202e{text}\u0000"), ensure_ascii=False)
        for report in read_if_readable(kit, changed.encode("utf-8")):
            for found in texts(replace(report, tags=None)):
                assert "\u202e" not in found
                assert text in found or "השרת" not in found
                kept = kept or text in found
    assert kept
