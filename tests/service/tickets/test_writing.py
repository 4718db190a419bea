"""Every system alike: looking before writing, failing well, and the golden requests of each."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.report import TicketStatus
from service.tickets.marker import contains_marker, marker
from service.tickets.ticketsystem import (
    Answer,
    Done,
    Misconfigured,
    Refused,
    Request,
    Retry,
)
from tests.service.tickets.kits import KITS, WRITERS, Kit
from tests.service.tickets.talk import CHANGE, access, ok, talk, willing
from tests.service.tickets.trying import tries

writers = pytest.mark.parametrize("kit", WRITERS, ids=lambda kit: kit.source)
MARK = marker(CHANGE.key)
BY_SOURCE = {kit.source: kit for kit in KITS}
HELD = replace(CHANGE, status=TicketStatus.ON_HOLD)
NOTES = {"GITHUB_INTERNAL_NOTES": "comment"}
ON_HOLD = {
    "FRESHDESK_ON_HOLD": "7",
    "ZAMMAD_ON_HOLD": "on hold",
    "HUBSPOT_ON_HOLD": "99",
    **NOTES,
}


def marked(request: Request) -> Answer:
    """As willing, but one of ours is among the comments."""
    comment = {"id": 5, "body": f"Anna has it.\n\n{MARK}"}
    return ok([comment]) if _looks(request) else willing(request)


def _looks(request: Request) -> bool:
    words = ("comment", "conversations", "notes", "articles", "sys", "incident")
    return any(word in request.path for word in words)


@writers
def test_a_note_is_written_once(kit: Kit) -> None:
    requests, verdict = talk(kit, CHANGE, willing, **NOTES)
    assert verdict == Done()
    assert sum(MARK in json.dumps(request.json) for request in requests) == 1
    assert MARK in json.dumps(requests[-1].json), "the note comes last"


@writers
def test_what_an_earlier_try_wrote_is_not_written_again(kit: Kit) -> None:
    requests, verdict = talk(kit, HELD, marked, **ON_HOLD)
    assert verdict == Done(already=True)
    assert not [request for request in requests if MARK in json.dumps(request.json)]


@writers
def test_the_credentials_are_in_every_request_and_in_no_representation(kit: Kit) -> None:
    requests, _ = talk(kit, HELD, willing, **ON_HOLD)
    secrets = [v for n, v in kit.settings.items() if n.endswith(("TOKEN", "KEY", "PASSWORD"))]
    for request in requests:
        assert request.headers or request.form
        assert "t0ken" not in repr(request)
        assert not any(secret in repr(access(kit)) for secret in secrets)


@writers
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(429, {"retry-after": "7"}), Retry(timedelta(seconds=7), "")),
        (Answer(500), Retry(timedelta(seconds=30), "")),
        (Answer(503, {"retry-after": "9999999"}), Retry(timedelta(hours=1), "")),
        (Answer(401, {}, b"who?"), Refused("")),
        (Answer(404), Refused("")),
        (Answer(302, {"location": "/login"}), Refused("")),
    ],
)
def test_a_failure_at_any_step_is_judged(kit: Kit, answer: Answer, expected: object) -> None:
    steps, _ = talk(kit, HELD, willing, **ON_HOLD)
    for failing in range(len(steps)):
        left = [failing]

        def played(request: Request, left: list[int] = left) -> Answer:
            left[0] -= 1
            return answer if left[0] == -1 else willing(request)

        requests, verdict = talk(kit, HELD, played, **ON_HOLD)
        assert len(requests) == failing + 1, "nothing is written after a failure"
        assert type(verdict) is type(expected)
        if isinstance(verdict, Retry) and isinstance(expected, Retry):
            assert verdict.after == expected.after


@writers
@tries(25)
@given(
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "ticket",
                        "result",
                        "transitions",
                        "to",
                        "fields",
                        "status",
                        "state",
                        "tags",
                        "id",
                        "sys_id",
                        "updated_at",
                        "statusCategory",
                        "value",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_an_answer_of_any_shape_raises_nothing(kit: Kit, body: object) -> None:
    _, verdict = talk(kit, HELD, lambda _: ok(body), **ON_HOLD)
    assert isinstance(verdict, Done | Refused)


@writers
@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff"])
def test_an_answer_that_is_no_json_raises_nothing(kit: Kit, body: bytes) -> None:
    _, verdict = talk(kit, HELD, lambda _: Answer(200, {}, body), **ON_HOLD)
    assert isinstance(verdict, Done | Refused)


@writers
def test_on_hold_is_not_put_on_a_ticket_that_has_ended(kit: Kit) -> None:
    """Somebody solved it meanwhile; only `open` reopens."""
    ended = {
        "id": 81, "status": "solved", "state": "closed", "statusType": "Closed",
        "updated_at": "2026-03-02T10:00:00Z",
        "fields": {"status": {"statusCategory": {"key": "done"}}},
        "properties": {"hs_pipeline_stage": "4"},
    }  # fmt: skip
    if kit.source == "freshdesk":
        ended["status"] = 4
    answer = {
        **ended,
        "access_token": "x",
        "ticket": ended,
        "result": [{"sys_id": "9", "state": {"value": "6"}}],
    }
    requests, verdict = talk(kit, HELD, lambda _: ok(answer), **ON_HOLD)
    assert verdict == Done()
    written = json.dumps([request.json for request in requests])
    assert MARK in written
    for word in ('"status"', '"state"', '"transition"', '"hs_pipeline_stage":'):
        assert word not in written


@pytest.mark.parametrize("kit", [k for k in KITS if not k.settings], ids=lambda kit: kit.source)
def test_what_cannot_be_written_to_says_so(kit: Kit) -> None:
    assert kit.system.access({"ZENDESK_URL": "https://x"}) is None
    conversation = kit.system.write(CHANGE, access(BY_SOURCE["zendesk"]))
    with pytest.raises(StopIteration) as end:
        next(conversation)
    assert isinstance(end.value.value, Refused)


@writers
def test_settings_are_all_or_nothing(kit: Kit) -> None:
    assert kit.system.access({}) is None
    for missing in kit.system.settings:
        rest = {name: value for name, value in kit.settings.items() if name != missing}
        if not rest or missing not in kit.settings:
            continue
        with pytest.raises(Misconfigured, match=f"HELIOGRAPH_{missing}"):
            kit.system.access(rest)


def test_an_address_must_be_one() -> None:
    settings = {**BY_SOURCE["zendesk"].settings, "ZENDESK_URL": "acme.zendesk.com"}
    with pytest.raises(Misconfigured, match="HELIOGRAPH_ZENDESK_URL must begin with https"):
        BY_SOURCE["zendesk"].system.access(settings)


@writers
@pytest.mark.parametrize("status", list(TicketStatus))
def test_every_status_can_be_asked_for(kit: Kit, status: TicketStatus) -> None:
    _, verdict = talk(kit, replace(CHANGE, status=status), willing, **ON_HOLD)
    assert isinstance(verdict, Done | Refused)


@writers
def test_every_system_finds_its_own_marker(kit: Kit) -> None:
    requests, _ = talk(kit, CHANGE, willing, **NOTES)
    written = json.dumps(requests[-1].json).encode()
    assert contains_marker(written, CHANGE.key)
    assert kit.system.contains_marker(written, CHANGE.key)
