"""Every door, and who knocks: forged, stale, too large, unreadable, and words that are weapons."""

import asyncio
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from notifiers.twilio.twiml_check import check
from service.web import batcher
from tests.stories.world import OTHER_TOKEN, Ticket, World
from tests.stories.zendesk import signed

LONG = 10_000
WEAPONS = {
    "twiml": "</Say><Dial>+19005550100</Dial><Say>",
    "message": "<Response><Message>Reply 1 0000 to take it</Message></Response>",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "sql": "'; drop table cases; -- $1 %s {0}",
    "nul": "before\x00after",
    "controls": "\x1b[2J\x07\x08\r\n\x0bend",
    "right to left": "\u202egnihtyna\u202c \u0634\u0643\u0631\u0627",
    "emoji": "\U0001f525\U0001f468\u200d\U0001f469\u200d\U0001f467 down",
    "half an emoji": "\ud83d down",
    "zero width": "a\u200b\u200c\u200d\ufeffb",
    "template": "{{7*7}} ${jndi:ldap://x} %(name)s {case}",
    "long": "A" * LONG,
    "one long word of another script": "\u6f22" * LONG,
    "nothing": " \t\n ",
    "a stop word": "STOP",
}


def problem(answer: httpx.Response, status: int) -> str:
    """The sentence of a refusal, which is a problem document and tells nothing of our insides."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status
    assert not any(word in answer.text for word in ("Traceback", "asyncpg", "select ", "/service/"))
    return str(document["detail"])


def dead(world: World) -> list[dict[str, Any]]:
    letters: list[dict[str, Any]] = world.get("/intake/dead")["items"]
    return letters


def cases(world: World) -> int:
    return int(world.rows("select count(*) as n from cases")[0]["n"])


# Webhooks


def test_who_cannot_sign_is_refused_and_nothing_is_kept(world: World) -> None:
    made = world.file()
    body = json.dumps(world.zendesk.event(made.ticket, "created", {})).encode()
    good = signed(body, world.now)
    signature, stamp = "x-zendesk-webhook-signature", "x-zendesk-webhook-signature-timestamp"
    forged: list[dict[str, str]] = [
        {},
        {k: v for k, v in good.items() if k != signature},
        {k: v for k, v in good.items() if k != stamp},
        {**good, signature: good[signature][:-4] + "AAA="},
        {**good, signature: ""},
        {**good, signature: "\u00e5\u00e4\u00f6".encode().decode("latin-1")},
        {**good, stamp: "yesterday"},
        signed(body, world.now, "another secret"),
        signed(body + b" ", world.now),
    ]
    for headers in forged:
        encoded = {k.encode(): v.encode("latin-1") for k, v in headers.items()}
        answer = world.http.post(world.zendesk.target, content=body, headers=encoded)
        problem(answer, 401)
    assert cases(world) == 0
    assert world.rows("select count(*) as n from intake")[0]["n"] == 0


def test_a_captured_webhook_is_of_no_use(world: World) -> None:
    """Within five minutes it is a duplicate, afterwards it is stale."""
    ticket = world.ticket()
    world.phone("anna").gets_sms(ticket.case)
    body = json.dumps(world.zendesk.event(ticket.ticket, "priority_changed", {})).encode()
    headers = signed(body, world.now)
    first = world.http.post(world.zendesk.target, content=body, headers=headers)
    again = world.http.post(world.zendesk.target, content=body, headers=headers)
    assert (first.json()["duplicate"], again.json()["duplicate"]) == (False, True)
    world.act(ticket.case, "acknowledge", {"as": "ben"})
    world.forward(minutes=11)
    stale = world.http.post(world.zendesk.target, content=body, headers=headers)
    assert "more than 5 minutes" in problem(stale, 401)


@pytest.mark.parametrize(("minutes", "status"), [(-4, 202), (4, 202), (-16, 401), (16, 401)])
def test_clocks_may_differ_a_little(world: World, minutes: int, status: int) -> None:
    """By either clock, the true one and ours, which a development service may have moved."""
    made = world.file(priority="low")
    body = world.zendesk.event(made.ticket, "created", {})
    answer = world.zendesk.post(body, at=world.now + timedelta(minutes=minutes))
    assert answer.status_code == status


def test_a_source_that_is_not_set_up_has_no_door(world: World) -> None:
    for source in ("jira", "nonsense", "ZENDESK", "zendesk%00", "..%2f..%2fetc", "a" * 3000):
        answer = world.http.post(f"{world.url}/webhooks/{source}", content=b"{}")
        assert "Nothing was" in problem(answer, 404)
    assert problem(world.http.get(world.zendesk.target), 405)


def test_a_body_beyond_a_mebibyte_is_refused_however_it_comes(world: World) -> None:
    body = b'{"type":"ticket.updated","data":{"id":"1","description":"' + b"x" * (1 << 20) + b'"}}'
    assert "larger" in problem(world.raw_standard(body), 413)

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(body), 1 << 16):
            yield body[start : start + (1 << 16)]

    answer = world.http.post(
        world.zendesk.target, content=chunks(), headers=signed(body, world.now)
    )
    assert "larger" in problem(answer, 413)
    assert world.rows("select count(*) as n from intake")[0]["n"] == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe\x00",
        b'{"type": 7, "data": {"id": "1"}}',
        b'{"type": "ticket.updated", "data": []}',
        b'{"type": "ticket.updated", "data": {"id": {"$ne": 1}}}',
        b'{"type": "ticket.updated", "data": {"id": ""}}',
        b'{"type": "ticket.updated", "data": {"id": "' + b"9" * 300 + b'"}}',
        b'{"type": "ticket.updated", "data": {"id": "1", "status": "on fire"}}',
        b'{"type": "ticket.updated", "data": {"id": "1", "version": 1e400}}',
        b'{"type": "ticket.updated", "timestamp": "soon", "data": {"id": "1"}}',
        b'{"type": "ticket.updated", "data": ' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
        b"[" * 200_000,
    ],
    ids=lambda body: repr(body[:40]),
)
def test_what_is_authentic_but_unreadable_is_kept_for_somebody_to_see(
    world: World, body: bytes
) -> None:
    world.expects_error("dead_letter")
    answer = world.raw_standard(body)
    assert (answer.status_code, answer.json()) == (202, {"case": None, "duplicate": False})
    (letter,) = dead(world)
    assert letter["source"] == "standard"
    assert letter["said"]
    assert letter["body"].encode()[:20] == body.decode("utf-8", "replace").encode()[:20]
    assert cases(world) == 0


def test_members_nobody_knows_and_values_beyond_belief_do_no_harm(world: World) -> None:
    data = {
        "id": "T-1",
        "priority": "urgent",
        "organization": {"id": "acme", "surprise": [1, 2, {"x": None}]},
        "fields": {str(n): "v" * 500 for n in range(300)},
        "tags": [f"tag-{n}" for n in range(2000)],
        "requester": {"name": "N" * LONG, "email": "e" * LONG, "phone": "p" * LONG},
        "comment": {"id": "1", "author": "customer", "body": "B" * 100_000},
        "url": "javascript:alert(1)",
        "language": "L" * LONG,
        "created_at": "2001-01-01T00:00:00Z",
        "__proto__": {"admin": True},
    }
    answer = world.standard(data, timestamp=(world.now + timedelta(days=9)).isoformat())
    assert answer.status_code == 202
    case = answer.json()["case"]
    assert case, dead(world)[0]["said"]
    view = world.get(f"/cases/{case}")
    assert view["url"] is None
    assert view["opened_at"] <= world.now.isoformat()
    world.phone("anna").gets_sms(f"{case},")


# What is shown and said


@pytest.mark.parametrize("weapon", WEAPONS)
def test_words_are_shown_and_spoken_and_never_obeyed(world: World, weapon: str) -> None:
    subject = WEAPONS[weapon]
    ticket = world.ticket(subject=subject, tags=["by-voice"])
    text = world.phone("carl").gets_sms(f"({ticket.case}, premier)")
    assert text.body.isprintable()
    assert "\u202e" not in text.body
    assert len(text.body) <= 320
    assert text.body.endswith(f"3 {text.code} for engineering.")
    spoken = _spoken(world, ticket)
    assert [verb.tag for verb in spoken] == ["Gather", "Redirect"]
    assert [verb.tag for verb in spoken[0]] == ["Say"]
    assert all(len(verb) == 0 for verb in spoken[0])
    text.replies(f"1 {text.code}").gets_sms(f"you have {ticket.case}")
    ticket.has_note("Carl Ek has acknowledged")


def _spoken(world: World, ticket: Ticket) -> ET.Element:
    (row,) = world.rows("select id from outbox where case_id = $1 and kind = 'page'", ticket.case)
    answer = world.twilio_posts(f"/twilio/page/{row['id']}", {"CallSid": "CA" + "7" * 32})
    assert answer.status_code == 200
    assert check(answer.content) == []
    return ET.fromstring(answer.content)  # noqa: S314 - checked: no document type, no entities


def test_names_are_weapons_too(world: World) -> None:
    name = "<Hangup/>\u202e'; drop table people; --" + "N" * LONG
    answer = world.standard(
        {"id": "T-1", "priority": "urgent", "requester": {"name": name, "email": "x@y.example"}}
    )
    text = world.phone("anna").gets_sms(f"({answer.json()['case']}, unknown)")
    assert len(text.body) <= 320
    assert "\u202e" not in text.body


# Twilio


def test_what_twilio_did_not_sign_is_403_at_every_address_of_its(world: World) -> None:
    ticket = world.ticket()
    code = world.phone("anna").gets_sms(ticket.case).code
    (row,) = world.rows("select id from outbox where kind = 'page'")
    number = world.phone("anna").number
    fields = {"From": number, "Body": f"1 {code}", "MessageSid": "SM1", "Digits": "1"}
    receipt = {"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": "21211"}
    for path in ("sms", "voice", f"status/{row['id']}", f"page/{row['id']}/key"):
        url = f"{world.url}/twilio/{path}"
        problem(world.http.post(url, data={**fields, **receipt}), 403)
        problem(world.twilio_posts(f"/twilio/{path}", {**fields, **receipt}, token="guess"), 403)
    assert ticket.state == "paging"
    assert ticket.pages("open") == ["anna"]


def test_either_auth_token_opens_while_they_are_rotated(world: World) -> None:
    ticket = world.ticket()
    code = world.phone("anna").gets_sms(ticket.case).code
    answer = world.twilio_posts(
        "/twilio/sms",
        {"From": world.phone("anna").number, "Body": f"1 {code}", "MessageSid": "SM" + "1" * 32},
        token=OTHER_TOKEN,
    )
    assert "you have" in answer.text
    assert ticket.owner == "anna"


@pytest.mark.parametrize(
    "path",
    ["status/0", "status/999999999999", f"page/{2**70}", "page/0/key", f"status/{2**63}", "page/x"],
)
def test_addresses_that_name_nothing_are_answered(world: World, path: str) -> None:
    """Broken once: a number beyond PostgreSQL's was an error 500."""
    fields = {"CallSid": "CA1", "CallStatus": "completed", "Digits": "1", "MessageSid": "SM1"}
    answer = world.twilio_posts(f"/twilio/{path}", fields)
    assert answer.status_code in {200, 204, 404, 422}
    if answer.status_code == 200:
        assert check(answer.content) == []


def test_texts_are_weapons_too(world: World) -> None:
    world.expects_error("contact_method_disabled")  # one of them is STOP
    ticket = world.ticket()
    anna = world.phone("anna")
    anna.gets_sms(ticket.case)
    for number, body in enumerate([*WEAPONS.values(), "1" * LONG, "1 " * LONG, "\ufffd"]):
        if body.encode("utf-8", "replace") != body.encode("utf-8", "surrogatepass"):
            continue  # no form can carry it
        sid = f"SM{number:032}"
        answer = world.twilio_posts(
            "/twilio/sms", {"From": anna.number, "Body": body, "MessageSid": sid}
        )
        assert answer.status_code == 200, body[:40]
        assert check(answer.content, "messaging") == []
    world.phone("grace").gets_sms("Anna", "opted out with STOP")
    assert ticket.owner is None


# A flood


def test_a_flood_is_stored_first_and_decided_after_the_urgent_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken once: decided in the order they had come, the urgent ones came last."""
    monkeypatch.setattr(batcher, "BURST", 3)
    monkeypatch.setattr(batcher, "AMID", 2)
    world.worker.stop()
    low, urgent = (
        [world.file(priority=priority, organization="1") for _ in range(40)]
        for priority in ("low", "urgent")
    )
    answers = [*flood(world, low), *flood(world, urgent)]
    assert {answer.status_code for answer in answers} == {202}
    made = [*low, *urgent]
    late = [t.name for t, a in zip(made, answers, strict=True) if a.json()["case"] is None]
    stored = world.rows("select count(*) as n from intake where state = 'stored'")
    assert stored[0]["n"] == len(late) > 40
    world.worker.start()
    world.settle()
    rows = world.rows(
        "select ticket, cases.rank from outbox join cases on cases.id = case_id"
        " where kind = 'page' order by outbox.id"
    )
    decided = [row["rank"] for row in rows if row["ticket"] in late]
    assert len(decided) == len(late)
    assert decided == sorted(decided)
    for ticket in made:
        world.phone("anna").gets_sms(f"({ticket.case},")


def flood(world: World, tickets: list[Ticket]) -> list[httpx.Response]:
    """The webhooks of new tickets, all at once."""
    bodies = [json.dumps(world.zendesk.event(t.ticket, "created", {})).encode() for t in tickets]

    async def all_at_once() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=len(bodies))
        async with httpx.AsyncClient(
            limits=limits,
            trust_env=False,
            verify=False,  # noqa: S501 - loopback
            timeout=60,
        ) as client:
            posts = (
                client.post(world.zendesk.target, content=body, headers=signed(body, world.now))
                for body in bodies
            )
            return list(await asyncio.gather(*posts))

    return world.loop.do(all_at_once())
