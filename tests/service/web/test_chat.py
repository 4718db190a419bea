"""Clicks in chats: who clicked, what became true, what everybody sees; and who only says so."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from notifiers.chat.slack_clicks import may_answer, sign
from service.links import Link, Purpose
from service.web import chat
from tests.notifiers.products import product
from tests.service.web.cable import Cable
from tests.service.web.world import NOW, World, opened, settings_of

SIGNING = "8f742231b10e8888abcd99yyyzzz85a5"
ANNA, BEN, CLEO = "u1anna", "u2ben", "u3cleo"
ACCOUNTS = {"anna": (ANNA, "U0ANNA"), "ben": (BEN, "U0BEN"), "cleo": (CLEO, "U0CLEO")}
DAY = timedelta(days=1)


@asynccontextmanager
async def working(
    folder: Path, database_url: str, redis_url: str, **given: str
) -> AsyncIterator[World]:
    """Mattermost and Slack are set up; Anna, Ben and Cleo have proved their accounts."""
    urls = {n: f"https://{n.lower()}.example/hooks/key" for n in ("MATTERMOST", "SLACK")}
    more = {f"{name}_WEBHOOK_URL": url for name, url in urls.items()} | given
    settings = settings_of(
        folder, database_url, redis_url, SLACK_SIGNING_SECRET=f"{SIGNING},older", **more
    )
    async with opened(settings) as world:
        for name, (team, member) in ACCOUNTS.items():
            person = await world.get(f"/people/{name}")
            methods = [
                {"id": "mm", "type": "mattermost", "address": f"@{name}", "user": team},
                {"id": "sl", "type": "slack", "address": member},
            ]
            person["contact_methods"] += [{**method, "verified": True} for method in methods]
            person["roles"] = ["csm"] if name == "cleo" else ["responder"]
            answer = await world.ask("PUT", f"/people/{name}", person)
            assert answer.status_code == 200, answer.text
        yield world


@pytest.fixture
async def world(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with working(tmp_path, database_url, redis_url) as made:
        yield made


def token(
    world: World, case: str, verb: str = "acknowledge", person: str = "", **changes: Any
) -> str:
    link = Link(Purpose.BUTTON, person, NOW + DAY, case, 1, verb)
    for name, value in changes.items():
        object.__setattr__(link, name, value)
    return world.service.signer.token(link)


async def mattermost(
    world: World, given: object, user: str = ANNA, name: str = "", trigger: str = "t1"
) -> httpx.Response:
    """A click as Mattermost tells of it: unsigned, with what the button carries."""
    body = {
        "user_id": user,
        "user_name": name,
        "post_id": "p1",
        "channel_id": "c1",
        "team_id": "tm",
        "trigger_id": trigger,
        "type": "button",
        "context": {"token": given},
    }
    return await world.http.post("/chat/mattermost", json=body)


async def slack(
    world: World,
    given: str,
    user: str = "U0ANNA",
    *,
    secret: str = SIGNING,
    late: float = 0,
    url: str = "https://hooks.slack.com/actions/T0/1/x",
    moment: str = "1.5",
) -> httpx.Response:
    raw = slack_body(given, user, url, moment)
    stamp = str(int(world.clock.wall().timestamp() - late))
    headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": sign(secret, stamp, raw)}
    return await world.http.post("/chat/slack", content=raw, headers={**FORM, **headers})


FORM = {"content-type": "application/x-www-form-urlencoded"}


def slack_body(given: str, user: str, url: str, moment: str = "1.5") -> bytes:
    action = {"type": "button", "action_id": "acknowledge", "value": given, "action_ts": moment}
    payload = {
        "type": "block_actions",
        "token": "deprecated",
        "user": {"id": user, "username": "anna"},
        "actions": [action],
        "response_url": url,
        "message": {"ts": "1"},
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


async def state(world: World, case: str) -> tuple[str, str | None]:
    found = await world.get(f"/cases/{case}")
    return found["state"], found["owner"]


# Mattermost


async def test_a_click_takes_the_case_and_the_post_says_so(world: World) -> None:
    case = await world.ticket(priority="urgent", subject="Login fails")
    answer = await mattermost(world, token(world, case, person="anna"))
    assert answer.status_code == 200
    said = answer.json()
    assert f"You have {case} (Acme Corp, Login fails)" in said["ephemeral_text"]
    (attachment,) = said["update"]["props"]["attachments"]
    assert attachment["text"] == f"Anna Lind has {case} (Acme Corp, Login fails)."
    assert "actions" not in attachment
    assert await state(world, case) == ("acknowledged", "anna")
    lines = (await world.get(f"/cases/{case}/timeline"))["items"]
    assert any(line["text"] == "Anna Lind acknowledged by Mattermost" for line in lines)


async def test_a_channels_button_is_for_anybody_known_who_may_take_cases(world: World) -> None:
    case = await world.ticket(priority="urgent")
    shared = token(world, case)
    for user, name in (("stranger", ""), ("", "anna"), ("stranger", "anna"), ("anna", "@anna")):
        answer = await mattermost(world, shared, user, name)
        assert answer.status_code == (400 if not user else 200)
        assert "update" not in answer.json()
        if user:
            assert "Nobody in the directory" in answer.json()["ephemeral_text"]
    refused = await mattermost(world, shared, CLEO)
    assert "do not take cases" in refused.json()["ephemeral_text"]
    assert await state(world, case) == ("paging", None)
    await mattermost(world, shared, BEN)
    assert await state(world, case) == ("acknowledged", "ben")


async def test_somebody_elses_button_changes_nothing(world: World) -> None:
    case = await world.ticket(priority="urgent")
    for verb in ("acknowledge", "decline", "escalate"):
        answer = await mattermost(world, token(world, case, verb, "anna"), BEN)
        assert "This page is for Anna Lind" in answer.json()["ephemeral_text"]
        assert "update" not in answer.json()
    assert await state(world, case) == ("paging", None)


async def test_a_name_counts_only_where_no_id_is_known(world: World) -> None:
    """Whoever is renamed to anna after Anna has gone is not Anna."""
    case = await world.ticket(priority="urgent")
    person = await world.get("/people/ben")
    person["contact_methods"] = [
        {"id": "mm", "type": "mattermost", "address": "@ben", "verified": True}
    ]
    assert (await world.ask("PUT", "/people/ben", person)).status_code == 200
    await mattermost(world, token(world, case), "anything", "anna")
    assert await state(world, case) == ("paging", None)
    await mattermost(world, token(world, case), "anything", "Ben", "t2")
    assert await state(world, case) == ("acknowledged", "ben")


async def test_an_account_that_is_not_verified_or_of_two_people_is_nobodys(world: World) -> None:
    case = await world.ticket(priority="urgent")
    for name, verified in (("carl", False), ("grace", True), ("erik", True)):
        person = await world.get(f"/people/{name}")
        user = "u9" if verified else "u8"
        method = {"id": "mm", "type": "mattermost", "address": f"@{name}", "user": user}
        person["contact_methods"].append({**method, "verified": verified})
        assert (await world.ask("PUT", f"/people/{name}", person)).status_code == 200
    for user in ("u8", "u9"):
        answer = await mattermost(world, token(world, case), user)
        assert "Nobody in the directory" in answer.json()["ephemeral_text"]
    assert await state(world, case) == ("paging", None)


async def test_forged_and_stale_tokens_change_nothing(world: World) -> None:
    case = await world.ticket(priority="urgent")
    good = token(world, case)
    link = Link(Purpose.ANSWER, "anna", NOW + DAY, case, 1, "acknowledge")
    forged = [
        good[:-1],
        good[:-4] + "AAAA",
        "x" * 999,
        "../../a",
        world.service.signer.token(link),
        token(world, case, "resolve all"),
        token(world, case, ""),
    ]
    for given in forged:
        answer = await mattermost(world, given)
        assert answer.status_code == 403
        assert "Nothing was changed" in answer.json()["detail"]
    old = await mattermost(world, token(world, case, expires=NOW))
    assert "too old" in old.json()["ephemeral_text"]
    assert await state(world, case) == ("paging", None)
    gone = await mattermost(world, token(world, "ACME-0"))
    assert "There is no case ACME-0" in gone.json()["ephemeral_text"]


async def test_a_buttons_token_is_no_link(world: World) -> None:
    case = await world.ticket(priority="urgent")
    answer = await world.http.post(f"/a/{token(world, case, person='anna')}")
    assert answer.status_code == 404
    assert await state(world, case) == ("paging", None)


async def test_the_same_click_again_is_answered_the_same_and_done_once(world: World) -> None:
    case = await world.ticket(priority="urgent")
    first = await mattermost(world, token(world, case, "decline", "anna"))
    lines = (await world.get(f"/cases/{case}/timeline"))["items"]
    again = await mattermost(world, token(world, case, "decline", "anna"))
    assert first.json()["ephemeral_text"] == again.json()["ephemeral_text"]
    assert (await world.get(f"/cases/{case}/timeline"))["items"] == lines
    (attachment,) = first.json()["update"]["props"]["attachments"]
    assert "is paging: Ben Okafor is asked" in attachment["text"]


async def test_who_clicks_too_late_hears_who_has_it_and_the_post_says_so_too(world: World) -> None:
    case = await world.ticket(priority="urgent")
    await world.act(case, "acknowledge")
    late = (await mattermost(world, token(world, case), BEN)).json()
    assert "Anna Lind has" in late["ephemeral_text"]
    assert "Anna Lind has" in late["update"]["props"]["attachments"][0]["text"]
    assert await state(world, case) == ("acknowledged", "anna")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b"\xff\xfe",
        b"[" * 60_000,
        b"{}",
        b'{"user_id": 7, "context": {"token": 7}}',
        b'{"user_id": "u1anna", "context": "token"}',
        b'{"user_id": "u1anna", "context": {"token": ["x"]}}',
        b'{"user_id": ["u1anna"], "context": {"token": "x"}}',
        b'{"user_id": "u1\\u0000anna", "context": {"token": "x"}}',
        b'{"user_id": "\\ud83d", "context": {"token": "x"}}',
        b'{"user_id": "u1anna", "context": {"token": "' + b"x" * 5000 + b'"}}',
    ],
    ids=lambda body: repr(body[:30]),
)
async def test_what_is_no_click_is_refused(world_of_chats: World, body: bytes) -> None:
    world = world_of_chats
    answer = await world.http.post("/chat/mattermost", content=body)
    assert answer.status_code == 400
    assert "Nothing was changed" in answer.json()["detail"]
    stamp = str(int(world.clock.wall().timestamp()))
    for raw in (body, b"payload=" + body.replace(b"&", b"%26").replace(b"+", b"%2B")):
        headers = {**FORM, "x-slack-request-timestamp": stamp}
        headers["x-slack-signature"] = sign(SIGNING, stamp, raw)
        answer = await world.http.post("/chat/slack", content=raw, headers=headers)
        assert answer.status_code in {200, 400}
        assert answer.content == b"" or "Nothing was changed" in answer.text


@pytest.fixture(scope="module")
async def world_of_chats(
    tmp_path_factory: pytest.TempPathFactory, servers: Any, postgres: Any
) -> AsyncIterator[World]:
    """One for all tests that change nothing."""
    from tests.servers import TEMPLATE, sibling  # noqa: PLC0415 - beside its one use

    await postgres.execute(f"create database chats template {TEMPLATE}")
    url = sibling(servers.addresses.database_url, "chats")
    folder = tmp_path_factory.mktemp("chats")
    async with working(folder, url, servers.addresses.redis_url) as made:
        yield made
    await postgres.execute("drop database chats with (force)")


async def test_a_click_is_small_and_needs_a_door(world_of_chats: World, still: World) -> None:
    for door in ("mattermost", "slack"):
        answer = await world_of_chats.http.post(f"/chat/{door}", content=b"x" * 70_000)
        assert answer.status_code == 413
        shut = await still.http.post(f"/chat/{door}", json={})
        assert shut.status_code == 404
        assert "not set up" in shut.json()["detail"]
        assert (await world_of_chats.http.get(f"/chat/{door}")).status_code == 405


# Slack


async def test_a_click_in_slack_is_done_before_it_is_answered(world: World) -> None:
    case = await world.ticket(priority="urgent")
    answer = await slack(world, token(world, case, person="anna"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert await state(world, case) == ("acknowledged", "anna")


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, "none"),
        ({"x-slack-signature": "v0=" + "0" * 64}, "no stamp"),
        ({"x-slack-request-timestamp": "now"}, "no number"),
        ({"x-slack-request-timestamp": "\u0661"}, "digits of another script"),
        ({"x-slack-request-timestamp": "9" * 400}, "beyond time"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
async def test_what_slack_did_not_sign_is_403(
    world_of_chats: World, headers: dict[str, str], why: str
) -> None:
    encoded = {n.encode(): v.encode() for n, v in {**FORM, **headers}.items()}
    answer = await world_of_chats.http.post("/chat/slack", content=b"payload={}", headers=encoded)
    assert answer.status_code == 403, why


async def test_another_secret_another_body_and_another_hour_are_403(world: World) -> None:
    case = await world.ticket(priority="urgent")
    given = token(world, case, person="anna")
    assert (await slack(world, given, secret="guess")).status_code == 403
    for late in (301, -301, 86400):
        assert (await slack(world, given, late=late)).status_code == 403
    raw = slack_body(given, "U0BEN", "")
    stamp = str(int(world.clock.wall().timestamp()))
    headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": sign(SIGNING, stamp, raw)}
    changed = raw.replace(b"U0BEN", b"U0ANNA")
    answer = await world.http.post("/chat/slack", content=changed, headers={**FORM, **headers})
    assert answer.status_code == 403
    assert await state(world, case) == ("paging", None)
    assert (await slack(world, given, late=299, secret="older")).status_code == 200
    assert await state(world, case) == ("acknowledged", "anna")


async def test_signed_by_slack_is_not_yet_one_of_ours(world: World) -> None:
    case = await world.ticket(priority="urgent")
    assert (await slack(world, token(world, case)[:-4] + "AAAA")).status_code == 403
    assert (await slack(world, token(world, case), "U0STRANGER")).status_code == 200
    assert (await slack(world, token(world, case, person="anna"), "U0BEN")).status_code == 200
    assert (await slack(world, token(world, case), "U0CLEO")).status_code == 200
    assert await state(world, case) == ("paging", None)


def test_the_signature_is_that_of_slacks_own_example() -> None:
    """The vector of docs.slack.dev, verifying requests from Slack."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    right = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert sign(SIGNING, "1531420618", body) == right


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://hooks.slack.com/actions/T0/1/x", True),
        ("https://hooks.slack-gov.com/actions/x", True),
        ("https://slack.internal:8443/x", True),
        ("https://slack.internal/x", False),
        ("http://hooks.slack.com/actions/x", False),
        ("https://hooks.slack.com:8443/x", False),
        ("https://hooks.slack.com.evil.example/x", False),
        ("https://hooks.slack.com@evil.example/x", False),
        ("https://evil.example/hooks.slack.com", False),
        ("https://hooks.slack.com:x/", False),
        ("https://169.254.169.254/latest", False),
        ("file:///etc/passwd", False),
        ("https://hooks.slack.com/" + "x" * 3000, False),
        ("", False),
        (None, False),
        ({"a": 1}, False),
    ],
)
def test_only_slack_is_answered(url: object, may: bool) -> None:
    assert may_answer(url, "https://slack.internal:8443/services/x") is may
    assert not may_answer("https:///x", "")


async def test_while_postgres_is_away_a_click_is_told_so_and_a_forged_one_is_none(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    cable = Cable(database_url)
    await cable.put_in()
    async with working(tmp_path, cable.url, redis_url) as world:
        case = await world.ticket(priority="urgent")
        given = token(world, case, person="anna")
        await cable.pull()
        answer = await mattermost(world, given)
        assert "cannot read or write just now" in answer.json()["ephemeral_text"]
        assert "update" not in answer.json()
        assert (await mattermost(world, given[:-4] + "AAAA")).status_code == 403
        await cable.put_in()
        assert "You have" in (await mattermost(world, given)).json()["ephemeral_text"]
        assert await state(world, case) == ("acknowledged", "anna")
    await cable.pull()


async def test_slack_is_answered_in_time_and_the_click_is_done_all_the_same(
    tmp_path: Path, database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "PATIENCE", 0.05)
    async with product("slack") as it:
        given = {"SLACK_WEBHOOK_URL": it.url}
        async with working(tmp_path, database_url, redis_url, **given) as world:
            case = await world.ticket(priority="urgent")
            async with world.service.pool.acquire() as conn, conn.transaction():
                await conn.execute("select 1 from cases where id = $1 for update", case)
                answer = await slack(world, token(world, case, person="anna"), url=it.response_url)
                assert (answer.status_code, it.told) == (200, [])
            while len(it.told) < 2:
                await world.http.get("/livez")
            assert await state(world, case) == ("acknowledged", "anna")
            assert [said["replace_original"] for said in it.told] == [True, False]
