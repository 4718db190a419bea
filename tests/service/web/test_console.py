"""The console: what it shows whom, and that nobody else can use it."""

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from routing.hotline_call import Call
from routing.hotline_call import State as CallState
from service.hotline import keeping
from service.web.pages import door, html
from service.web.pages.board import CALLER
from tests.service.web.visitor import SAME, Visitor, visiting
from tests.service.web.world import ADMIN, NOW, World

HOSTILE = "</b><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}\u202e 'a' \"b\" &"


async def state_of(world: World, case: str) -> str:
    async with world.service.pool.acquire() as conn:
        return str(await conn.fetchval("select state from cases where id = $1", case))


async def test_who_is_not_signed_in_sees_the_way_in_and_nothing_else(world: World) -> None:
    case = await world.ticket(subject="Secret outage", priority="urgent")
    async with visiting(world) as nobody:
        assert "API token" in await nobody.open("/")
        for path in (f"/cases/{case}", "/cases/NOPE-1"):
            shown = await nobody.open(path, status=401)
            assert "API token" in shown
            assert "Secret outage" not in shown
        for path in (f"/cases/{case}/acknowledge", "/sign-out"):
            assert (await nobody.post(path, "x")).status_code == 401
        assert (await nobody.post("/sign-in/demo", None)).status_code == 404
        for wrong in ("", "x" * 600, ADMIN + "x", "' or 1=1 --"):
            answer = await nobody.sign_in(wrong)
            assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)


async def test_a_ticket_is_called_by_its_number_where_its_id_is_another(world: World) -> None:
    case = await world.ticket("17")
    async with world.service.pool.acquire() as conn:
        await conn.execute(
            "update cases set body = jsonb_set(body::jsonb, '{ticket,number}', '\"88001\"')"
        )
    told = await world.get(f"/cases/{case}")
    assert (told["ticket"], told["ticket_details"]["number"]) == ("17", "88001")
    async with visiting(world, "viewer") as viewer:
        assert "ticket 88001 at standard" in await viewer.open(f"/cases/{case}")


async def test_what_is_now_is_on_one_page(world: World) -> None:
    urgent = await world.ticket(subject="Nobody can log in", priority="urgent")
    async with visiting(world, "viewer") as viewer:
        shown = await viewer.open("/")
        for words in (
            "<b>EMEA</b> has the sun", "8 h 0 min left", "Nobody can log in", urgent,
            "paging Anna Lind", "Reply", "Erik Haas", "The line is quiet", "The queue is empty",
            "Every webhook was understood",
        ):  # fmt: skip
            assert words in shown
        await world.act(urgent, "engineering", {"reason": "needs a patch"})
        await world.webhook("authentic, and no JSON")
        shown = await viewer.open("/")
        for words in ("queued, unclaimed", "1 webhook nobody could read", "Nothing is burning"):
            assert words in shown
        told = await viewer.open(f"/cases/{urgent}")
        for words in (
            "needs a patch",
            "Why",
            "first reply",
            "Anna Lind",
            "premier",
            "Next by itself",
        ):
            assert words in told
        assert "<form" not in told.split("<main", 1)[1]


async def test_provider_trouble_and_silenced_numbers_are_shown(world: World) -> None:
    await world.ticket(priority="urgent")
    await world.service.contacts.disable("carl", "mobile", "not a mobile number, +46701740607")
    async with world.service.pool.acquire() as conn:
        await conn.execute(
            "update outbox set state = 'dead', said = 'no such number +46701740605'"
            " where kind = 'page'"
        )
    async with visiting(world, "viewer") as viewer:
        shown = await viewer.open("/")
    assert "<b>sms</b>: 1 refused in the last hour" in shown
    assert "gets no sms" in shown
    assert "+4670174060" not in shown
    async with world.service.pool.acquire() as conn:
        await conn.execute("update outbox set receipt = 'no-answer'")
    async with visiting(world, "viewer") as viewer:
        assert "Providers take what they are given" in await viewer.open("/")


async def test_what_callers_are_at_is_told_in_words(world: World) -> None:
    assert set(CALLER) == set(CallState)
    async with world.service.pool.acquire() as conn:
        for state, responder in (
            (CallState.CONNECTING, None), (CallState.BRIDGED, "anna"), (CallState.CONFIRMING, None),
        ):  # fmt: skip
            call = Call(f"CA-{state}", "+14155550101", "room", NOW, state=state)
            call = replace(call, responder=responder, account_name="Acme Corp")
            await keeping.insert(conn, call, b"", NOW)
    async with visiting(world, "viewer") as viewer:
        shown = await viewer.open("/")
    for words in (
        "waits for an engineer", "speaks with Anna Lind", "is asked whether it is an emergency",
    ):  # fmt: skip
        assert words in shown


async def test_a_customer_success_manager_sees_his_own_accounts(world: World) -> None:
    await world.ticket(subject="Of Acme", priority="urgent")
    other = await world.ticket(
        subject="Of Borealis", priority="urgent", organization={"id": "x"},
        requester={"email": "nils@borealis.example"},
    )  # fmt: skip
    async with visiting(world, "csm", "cleo") as cleo:
        shown = await cleo.open("/")
        assert "Of Acme" in shown
        assert "Of Borealis" not in shown
        assert "Of Borealis" not in await cleo.open(f"/cases/{other}", status=403)
        assert (
            await cleo.post(f"/cases/{other}/acknowledge", await cleo.csrf())
        ).status_code == 403


async def test_a_responder_acts_and_is_told_what_became_true(world: World) -> None:
    case = await world.ticket(priority="urgent")
    page = f"/cases/{case}"
    async with visiting(world, "responder", "anna") as anna:
        assert "You have" in await anna.send(page, f"{page}/acknowledge")
        await anna.send(page, f"{page}/note", text="on it")
        await anna.send(page, f"{page}/resolve")
        assert "resolved" in await anna.send("/", f"{page}/acknowledge")
    assert await state_of(world, case) == "resolved"
    lines = (await world.get(f"{page}/timeline"))["items"]
    assert any("acknowledged by the console" in line["text"] for line in lines)
    assert any("on it" in line["text"] for line in lines)


def answers(shown: str) -> list[str]:
    """What the page of a case offers before anything else."""
    return re.findall(r"<button[^>]*>([^<]+)</button>", shown.split('class="actions"')[1])[:2]


async def test_the_page_of_a_case_offers_what_an_answer_would_do(world: World) -> None:
    case = await world.ticket(priority="urgent")
    page = f"/cases/{case}"
    async with visiting(world, "responder", "anna") as anna, visiting(world) as admin:
        assert answers(await anna.open(page)) == ["Take it", "Decline"]
        await anna.send(page, f"{page}/acknowledge")
        assert answers(await anna.open(page))[0] == "Give it back"
        await admin.sign_in(ADMIN)
        assert answers(await admin.open(page))[0] == "Take it over"
    async with visiting(world, "responder", "ben") as ben:
        assert answers(await ben.open(page))[0] == "Take it over"
        assert "You have" in await ben.send(page, f"{page}/take_over")
    world.clock.forward(hours=4, minutes=1)  # nothing was heard of him
    await world.service.desk.wake()
    async with visiting(world, "responder", "ben") as ben:
        assert answers(await ben.open(page)) == ["Still on it", "Give it back"]


async def test_without_a_person_it_is_said_as_whom(world: World) -> None:
    case = await world.ticket(priority="urgent")
    page = f"/cases/{case}"
    async with visiting(world) as admin:
        await admin.sign_in(ADMIN)
        csrf = await admin.csrf()
        for named in ("", "nobody", "' --"):
            answer = await admin.post(f"{page}/acknowledge", csrf, {"as": named})
            assert answer.status_code == 403
        assert await state_of(world, case) == "paging"
        await admin.send(page, f"{page}/acknowledge", **{"as": "ben"})
    async with world.service.pool.acquire() as conn:
        owner = await conn.fetchval("select owner from cases where id = $1", case)
        audit = await conn.fetch("select who, what from audit where what like '%on a case'")
    assert owner == "ben"
    assert [(r["who"], r["what"]) for r in audit] == [("token admin", "acknowledge on a case")]


async def test_what_cannot_be_done_is_refused(world: World) -> None:
    case = await world.ticket(priority="urgent")
    async with visiting(world, "responder", "anna") as anna:
        csrf = await anna.csrf()
        for action, fields in (
            ("snooze", {"minutes": "-1"}),
            ("snooze", {"minutes": "9999999"}),
            ("snooze", {"minutes": "\u0663"}),
            ("note", {"text": ""}),
            ("note", {"text": "a\0b"}),
            ("delete", {}),
        ):
            answer = await anna.post(f"/cases/{case}/{action}", csrf, fields)
            assert answer.status_code == 400
        assert "1 to" in await anna.send("/", f"/cases/{case}/snooze", minutes="99999")
        assert "nobody" in await anna.send("/", f"/cases/{case}/reassign", person="nobody")
    assert await state_of(world, case) == "paging"


async def test_a_viewer_only_looks(world: World) -> None:
    case = await world.ticket(priority="urgent")
    async with visiting(world, "viewer") as viewer:
        answer = await viewer.post(f"/cases/{case}/resolve", await viewer.csrf())
    assert (answer.status_code, await state_of(world, case)) == (403, "paging")


FORGED: list[tuple[dict[str, str], str | None]] = [
    (SAME, None),
    (SAME, ""),
    (SAME, "x" * 43),
    (SAME, "\u00e9"),
    (SAME, "other"),
    ({"sec-fetch-site": "cross-site"}, "mine"),
    ({"sec-fetch-site": "same-site"}, "mine"),
    ({"origin": "https://evil.example"}, "mine"),
    ({"origin": "null"}, "mine"),
]


async def test_a_form_that_is_not_ours_changes_nothing(world: World) -> None:
    case = await world.ticket(priority="urgent")
    async with visiting(world, "responder", "anna") as anna, visiting(world, "viewer") as other:
        known = {"mine": await anna.csrf(), "other": await other.csrf()}
        for headers, csrf in FORGED:
            given = known.get(csrf or "", csrf)
            answer = await anna.post(f"/cases/{case}/resolve", given, headers=headers)
            assert (headers, csrf, answer.status_code) == (headers, csrf, 403)
    assert await state_of(world, case) == "paging"


async def test_the_cookie_is_kept_from_scripts_and_other_sites(world: World) -> None:
    token = (await world.token("viewer"))["authorization"].removeprefix("Bearer ")
    async with visiting(world) as someone:
        answer = await someone.sign_in(token, "//evil.example/")
        assert answer.headers["location"] == "/"
        cookies = answer.headers.get_list("set-cookie")
    session = next(c for c in cookies if c.startswith("heliograph="))
    assert "HttpOnly" in session
    assert "SameSite=strict" in session
    assert token not in session
    settings = replace(world.service.settings, public_url="https://support.example")
    secure = door.cookie(settings, "x")
    assert (secure.key, secure.secure, secure.path) == ("__Host-heliograph", True, "/")


async def ended(visitor: Visitor) -> bool:
    return "API token" in await visitor.open("/")


async def test_a_session_ends_with_what_it_was_opened_with(world: World) -> None:
    async with (
        visiting(world, "viewer") as one,
        visiting(world, "responder", "anna") as two,
        visiting(world) as admin,
        visiting(world, "manager", "grace") as three,
    ):
        await admin.sign_in(ADMIN)
        secret = one.http.cookies["heliograph"]
        await one.send("/", "/sign-out")
        one.http.cookies.set("heliograph", secret)
        assert await ended(one)
        async with world.service.pool.acquire() as conn:
            await conn.execute("update tokens set revoked_at = now() where person = 'anna'")
        assert await ended(two)
        assert not await ended(admin)
        world.service.settings = replace(world.service.settings, admin_token="another")
        assert await ended(admin)
        world.clock.forward(hours=11, minutes=59)
        assert not await ended(three)
        world.clock.forward(minutes=1)
        assert await ended(three)


async def test_what_customers_write_stays_words(world: World) -> None:
    case = await world.ticket(
        subject=HOSTILE, description=HOSTILE, priority="urgent", url="javascript:alert(1)",
        requester={"name": HOSTILE, "email": "ada@acme.example"},
    )  # fmt: skip
    async with visiting(world, "responder", "anna") as anna:
        for path in ("/", f"/cases/{case}"):
            shown = await anna.open(path)
            assert "&lt;script&gt;alert(1)" in shown
            assert "<script>alert" not in shown
            assert "<img src=x" not in shown
            assert "javascript:" not in shown
            assert "{{ 7*7 }}" in shown


async def test_every_page_is_under_the_strict_policy(still: World) -> None:
    async with visiting(still, "viewer") as viewer, visiting(still) as nobody:
        for visitor, path in (
            (nobody, "/"), (nobody, "/cases/X-1"), (viewer, "/"), (viewer, "/cases/X-1"),
            (viewer, html.asset("pages.js")),
        ):  # fmt: skip
            answer = await visitor.http.get(path)
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self';")
            assert "unsafe" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert not re.search(r"<[^>]+\s(style|on\w+)=", answer.text)
            assert not re.search(r'(src|href)="(https?:)?//', answer.text)
        assert (await nobody.http.get("/assets/000000000000/pages.js")).status_code == 404
        assert (await nobody.http.get("/assets/x/..%2fhtml.py")).status_code == 404


@pytest.mark.parametrize(
    ("change", "demo"),
    [
        ({}, True),
        ({"peer": "10.0.0.9"}, False),
        ({"host": "evil.example"}, False),
        ({"host": "localhost:9"}, True),
        ({"host": "["}, False),
        ({"public_url": "https://support.example"}, False),
        ({"environment": "production"}, False),
        ({"environment": "test"}, False),
        ({"x-forwarded-for": "10.0.0.9"}, False),
        ({"via": "1.1 proxy"}, False),
    ],
)
async def test_a_demo_is_known_by_everything_that_makes_it_one(
    still: World, change: dict[str, str], demo: bool
) -> None:
    given = {"environment": "development", "public_url": "http://127.0.0.1:8000", **change}
    settings: Any = still.service.settings
    settings = replace(
        settings, environment=given.pop("environment"), public_url=given.pop("public_url")
    )

    peer = SimpleNamespace(host=given.pop("peer", "127.0.0.1"))
    headers = {"host": "127.0.0.1:8000", **given}
    connection: Any = SimpleNamespace(client=peer, headers=headers)
    assert door.is_demo(connection, settings) is demo


async def test_a_demo_is_looked_at_by_anybody_there_and_acted_in_after_a_press(
    world: World,
) -> None:
    case = await world.ticket(priority="urgent")
    world.service.settings = replace(world.service.settings, environment="development")
    async with world.service.pool.acquire() as conn:
        await conn.execute(
            "update people set body = jsonb_set(body::jsonb, '{roles}', '[\"manager\"]')"
            " where id = 'grace'"
        )
        await conn.execute("update generations set value = value + 1")
    async with visiting(world) as someone:
        assert "has the sun" in await someone.open("/")
        assert (await someone.post(f"/cases/{case}/resolve", "")).status_code == 403
        answer = await someone.post("/sign-in/demo", None, headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 403
        assert (await someone.post("/sign-in/demo", None)).status_code == 303
        assert "You have" in await someone.send(f"/cases/{case}", f"/cases/{case}/acknowledge")
