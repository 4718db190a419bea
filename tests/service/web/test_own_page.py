"""A person's own page: opened by a link, his own and nobody else's."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec

from routing.event import Acknowledge
from routing.offer import ANSWERS
from service.codes import code_of
from service.links import Link, Purpose, Signer
from service.messages import words_of
from service.outbox import Outbox
from service.responder import Responder
from service.web.pages.case import EVENTS
from service.wiring import sender_of
from tests.service.web.test_console import HOSTILE
from tests.service.web.visitor import SAME, Visitor, visiting
from tests.service.web.world import World

ANNA = "+46701740605"
DAY = timedelta(hours=24)


def link_of(world: World, person: str, purpose: Purpose = Purpose.OWN, **by: Any) -> str:
    expires = world.clock.now() + DAY
    return "/me/" + world.service.signer.token(Link(purpose, person, expires, **by))


@asynccontextmanager
async def at_home(world: World, person: str) -> AsyncIterator[Visitor]:
    """Somebody who has pressed the link on his phone."""
    async with visiting(world) as visitor:
        opened = await visitor.open(link_of(world, person))
        assert 'content="0; url=/me"' in opened
        yield visitor


async def rows(world: World, sql: str, *values: object) -> list[Any]:
    async with world.service.pool.acquire() as conn:
        return list(await conn.fetch(sql, *values))


async def texts(world: World, person: str) -> list[str]:
    """What is on its way to a person about no case, but for proofs."""
    found = await rows(
        world, "select payload->>'text' as t from outbox where person = $1 and"
        " case_id is null and kind = 'announce' order by id", person,
    )  # fmt: skip
    return [row["t"] for row in found]


async def overrides(world: World) -> list[dict[str, Any]]:
    found = await rows(world, "select body from schedule_overrides order by id")
    return [msgspec.json.decode(row["body"]) for row in found]


async def test_texting_me_is_answered_with_a_link_that_opens_the_page(world: World) -> None:
    answer = await Responder(world.service).text("SM1", ANNA, " me. ")
    found = re.search(r"http://127\.0\.0\.1:8000(/me/\S+)", answer)
    assert found
    assert not await rows(world, "select from inbound where answer like '%/me/%'")
    async with visiting(world) as anna:
        assert "API token" in await anna.open("/me", status=401)
        await anna.open(found[1])
        shown = await anna.open("/me")
        assert "Anna Lind" in shown
        assert "/calendars/p.anna." in shown
        assert (await anna.http.get("/")).headers["location"] == "/me"
    stranger = await Responder(world.service).text("SM2", "+46701740699", "ME")
    assert "/me/" not in stranger


async def test_a_link_is_sent_for_the_person_and_for_managers(world: World) -> None:
    for role, person, status in (
        ("responder", "anna", 202), ("responder", "ben", 403), ("manager", "grace", 202),
    ):  # fmt: skip
        answer = await world.ask("POST", "/people/anna/link", role=role, person=person)
        assert answer.status_code == status
    told = (await world.ask("POST", "/people/anna/link")).json()
    assert told["to"] == "+4670***05"
    assert (await world.ask("POST", "/people/nobody/link")).status_code == 404
    await world.service.contacts.disable("anna", "mobile", "gone")
    assert (await world.ask("POST", "/people/anna/link")).status_code == 409
    row = (await Outbox(world.service.pool).claim("sms", 1, world.clock.now(), uuid4()))[0]
    assert "/me/" not in row.payload
    said = words_of(row, sender_of(world.service).urls)["text"]
    async with visiting(world) as anna:
        await anna.open(said[said.index("/me/") :])
        assert "Anna Lind" in await anna.open("/me")


async def test_a_link_that_is_forged_expired_or_for_something_else_opens_nothing(
    world: World,
) -> None:
    good, signer = link_of(world, "anna"), Signer(("another key",))
    expired = Link(Purpose.OWN, "anna", world.clock.now())
    wrong = {
        "forged": "/me/" + signer.token(Link(Purpose.OWN, "anna", world.clock.now() + DAY)),
        "cut": good[:-2],
        "longer": good + "AA",
        "another's": link_of(world, "nobody"),
        "an answer's": link_of(world, "anna", Purpose.ANSWER, case="ACME-1", verb="acknowledge"),
        "expired": "/me/" + world.service.signer.token(expired),
        "nothing": "/me/x",
    }
    async with visiting(world) as someone:
        for name, path in wrong.items():
            answer = await someone.http.get(path)
            assert (name, answer.status_code) == (name, 410)
            assert "heliograph" not in answer.cookies
        await someone.open(good)
        world.clock.forward(hours=24)
        assert (await someone.http.get(good)).status_code == 410


async def test_reading_a_link_changes_nothing_but_opens_a_session(world: World) -> None:
    case = await world.ticket(priority="urgent")
    async with visiting(world) as preview:
        for _ in range(3):
            await preview.open(link_of(world, "anna"))
        await preview.open("/me")
        for path in ("/me/test", "/me/rules", "/me/swaps/x/accept", f"/cases/{case}/acknowledge"):
            answer = await preview.http.get(path)
            assert answer.status_code in {404, 405, 410}
    assert not await rows(world, "select from outbox where case_id is null")
    assert not await rows(world, "select from cases where owner is not null")


async def test_a_page_is_answered_and_what_became_of_it_is_told(world: World) -> None:
    case = await world.ticket(priority="urgent", subject="Nobody can log in")
    async with at_home(world, "anna") as anna:
        shown = await anna.open("/me")
        assert "Nobody can log in" in shown
        assert "You are on call" in shown
        said = await anna.send("/me", f"/cases/{case}/acknowledge", back="/me")
        assert "You have" in said
        assert "It is resolved" in await anna.open("/me")
        assert "anna" in await anna.open(f"/cases/{case}")
        await anna.send("/me", f"/cases/{case}/resolve", back="/me")
        shown = await anna.open("/me")
    assert "Nothing wants an answer from you" in shown
    assert "acknowledged" in shown
    lines = (await world.get(f"/cases/{case}/timeline"))["items"]
    assert any("acknowledged by the own page" in line["text"] for line in lines)


async def test_every_button_of_the_page_does_what_it_says(world: World) -> None:
    """Once the button to take a case over led nowhere: it stood there for who had been too late."""
    case = await world.ticket(priority="urgent")
    while not await rows(world, "select from pages where person = 'anna' and state = 'expired'"):
        world.clock.forward(minutes=5)
        await world.service.desk.wake()
    await world.service.desk.act(case, Acknowledge("ben", "api"))
    async with at_home(world, "anna") as anna:
        offered = re.findall(rf'action="/cases/{case}/(\w+)"', await anna.open("/me"))
        assert offered == ["take_over"]
        said = await anna.send("/me", f"/cases/{case}/take_over", back="/me")
    assert said.startswith(f"You have {case}")
    assert set(ANSWERS) <= set(EVENTS)
    assert [r["owner"] for r in await rows(world, "select owner from cases")] == ["anna"]


async def test_what_cannot_be_kept_or_reckoned_with_is_refused_in_a_sentence(world: World) -> None:
    """Once a NUL in a name and instants at an end of the calendar were defects with a number."""
    far = ("9999-12-31T23:59:00-12:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59Z")
    fine = {"schedule": "support", "asked": "ben", "start": "2026-03-03T10:00"}
    async with at_home(world, "anna") as anna:
        csrf = await anna.csrf("/me")
        for path in ("/me/swaps/%00/accept", "/me/methods/%00/verify", "/cases/%00/resolve"):
            assert (await anna.post(path, csrf)).status_code == 404
        assert "the character NUL" in await anna.open("/cases/%00", status=404)
        for at in far:
            asked = await anna.http.get("/me/ask", params={**fine, "end": at})
            form = await anna.post("/me/swaps", csrf, {**fine, "end": at})
            given = {**fine, "end": "2026-03-03T12:00", "given": f"{at}/{at}"}
            exchange = await anna.post("/me/swaps", csrf, given)
            assert [a.status_code for a in (asked, form, exchange)] == [400] * 3, at
    assert not await rows(world, "select from swap_requests")


async def test_nobody_elses_page_case_or_console_opens_with_a_link(world: World) -> None:
    case = await world.ticket(priority="urgent", subject="Secret outage")
    async with at_home(world, "carl") as carl:
        assert "Secret outage" not in await carl.open("/me")
        assert "Secret outage" not in await carl.open(f"/cases/{case}", status=403)
        csrf = await carl.csrf("/me")
        for action in ("acknowledge", "resolve", "note"):
            answer = await carl.post(
                f"/cases/{case}/{action}", csrf, {"as": "anna", "back": "/me", "text": "x"}
            )
            assert answer.status_code == 403
        answer = await carl.post("/me/methods/call/remove", csrf, {"person": "anna"})
        assert "You have no such method" in await carl.open(answer.headers["location"])
        api = await carl.http.get("/api/v1/cases")
        assert api.status_code == 401
    assert (await rows(world, "select state from cases"))[0]["state"] == "paging"


async def test_forms_of_another_session_change_nothing(world: World) -> None:
    async with at_home(world, "anna") as anna, at_home(world, "ben") as ben:
        theirs, mine = await ben.csrf("/me"), await anna.csrf("/me")
        for csrf, headers in (
            (theirs, SAME), (None, SAME), (mine, {"sec-fetch-site": "cross-site"}),
        ):  # fmt: skip
            for path in ("/me/test", "/me/methods", "/me/rules", "/me/swaps"):
                answer = await anna.post(path, csrf, {}, headers=headers)
                assert answer.status_code == 403
    assert await texts(world, "anna") == []


async def test_a_test_page_goes_to_every_method_and_says_what_became_of_it(world: World) -> None:
    async with at_home(world, "anna") as anna:
        assert "2 of your methods" in await anna.send("/me", "/me/test")
        sent = await texts(world, "anna")
        assert [text[:4] for text in sent] == ["TEST", "TEST"]
        assert "last minute" in await anna.send("/me", "/me/test")
        found = await rows(
            world, "select id, channel from outbox where case_id is null order by id"
        )
        await rows(
            world, "update outbox set state = 'dead', said = 'busy' where id = $1", found[1]["id"]
        )
        await rows(world, "update outbox set state = 'delivered' where id = $1", found[0]["id"])
        shown = await anna.open("/me")
        assert re.search(r'<li class="good">Text <i>mobile</i>: delivered', shown)
        assert re.search(r'<li class="bad">Call <i>call</i>: dead<small dir="auto">busy', shown)
    assert not await rows(world, "select from cases")


async def test_rules_are_changed_and_what_would_silence_a_person_is_refused(world: World) -> None:
    async with at_home(world, "anna") as anna:
        said = await anna.send(
            "/me", "/me/rules",
            **{"urgent-0-method": "call", "urgent-0-after": "3", "urgent-4-method": "mobile"},
        )  # fmt: skip
        assert "From the next page on" in said
        for fields, words in (
            ({"urgent-0-method": "other"}, "no method"),
            ({"urgent-0-method": "call", "urgent-0-after": "999"}, "0 to 120"),
        ):
            assert words in await anna.send("/me", "/me/rules", **fields)
        answer = await anna.post(
            "/me/rules", await anna.csrf("/me"), {"urgent-0-method": "call", "urgent-0-after": "-1"}
        )
        assert answer.status_code == 400
    view = await world.get("/people/anna")
    rules = [(rule["method"], rule["after"]) for rule in view["contact_rules"]["urgent"]]
    assert rules == [("mobile", "0s"), ("call", "3m")]
    audit = await rows(world, "select who from audit where what = 'changed contact rules of anna'")
    assert [row["who"] for row in audit] == ["anna"]


async def test_a_new_method_is_nothing_before_it_is_proven(world: World) -> None:
    async with at_home(world, "anna") as anna:
        add = "/me/methods"
        said = await anna.send("/me", add, type="sms", address="+1 415 555 0199")
        assert "A code is on its way there" in said
        method = (await world.get("/people/anna"))["contact_methods"][-1]
        assert (method["address"], method["verified"]) == ("+14155550199", False)
        assert "not proven yet" in await anna.open("/me")
        told = (await texts(world, "anna"))[0]
        assert "added on your page" in told
        assert "+1415***99" in told
        rule = {"urgent-0-method": method["id"]}
        assert "None of these works" in await anna.send("/me", "/me/rules", **rule)
        for kind, address, words in (
            ("sms", "+14155550199", "have that one already"),
            ("sms", "hello", "no telephone number"),
            ("email", "hello", "no e-mail address"),
            ("webhook", "https://evil.example", "cannot be added here"),
        ):
            assert words in await anna.send("/me", add, type=kind, address=address)
        prove = f"{add}/{method['id']}"
        assert "not the code" in await anna.send("/me", f"{prove}/confirm", code="000000")
        assert "lately" in await anna.send("/me", f"{prove}/verify")
        proof = (await rows(world, "select * from outbox where kind = 'verify'"))[0]
        wanted = msgspec.json.decode(proof["payload"])["verification"]
        code = code_of(world.service.settings.secret_key, wanted)
        assert "proven to be yours" in await anna.send("/me", f"{prove}/confirm", code=code)
        assert "From the next" in await anna.send("/me", "/me/rules", **rule)
        async with at_home(world, "carl") as carl:
            assert "no contact method" in await carl.send("/me", f"{prove}/verify")
        await anna.send("/me", f"{prove}/remove")
        await anna.send("/me", f"{add}/call/remove")
        assert "only one that works" in await anna.send("/me", f"{add}/mobile/remove")
    people = (await world.get("/people/anna"))["contact_methods"]
    assert [m["id"] for m in people] == ["mobile"]


def asking(start: datetime, end: datetime, **more: str) -> dict[str, str]:
    exact = {"start-exact": start.isoformat(), "end-exact": end.isoformat()}
    wall = {"start": f"{start:%Y-%m-%dT%H:%M}", "end": f"{end:%Y-%m-%dT%H:%M}"}
    return {"schedule": "support", "asked": "ben", **wall, **exact, **more}


async def test_a_colleague_takes_a_part_of_a_shift(world: World) -> None:
    start = world.clock.now() + timedelta(days=1)
    end = start + timedelta(hours=8)
    async with at_home(world, "anna") as anna, at_home(world, "ben") as ben:
        # In Stockholm's winter, an hour ahead: what was changed in the form is her own wall.
        form = asking(start + timedelta(hours=1), end + timedelta(hours=1), note="<b>please</b>")
        assert "Ben Okafor is asked" in await anna.send("/me", "/me/swaps", **form)
        assert "asks you to take support" in (await texts(world, "ben"))[0]
        assert not await overrides(world)
        shown = await ben.open("/me")
        assert '<b dir="auto">Anna Lind</b> asks you to take' in shown
        assert "&lt;b&gt;please" in shown
        name = (await rows(world, "select id from swap_requests"))[0]["id"]
        assert "not yours" in await anna.send("/me", f"/me/swaps/{name}/accept")
        assert "You take it" in await ben.send("/me", f"/me/swaps/{name}/accept")
        assert "accepted already" in await ben.send("/me", f"/me/swaps/{name}/refuse")
    kept = await overrides(world)
    assert [(o["kind"], o["person"], o["by"]) for o in kept] == [("replace", "anna", "ben")]
    assert datetime.fromisoformat(kept[0]["start"]) == start
    at = (start + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    there = await world.get(f"/oncall?at={at}")
    assert [p["person"] for p in there["items"] if p["schedule"] == "support"] == ["ben"]
    assert "you are relieved" in (await texts(world, "anna"))[0]
    audit = await rows(world, "select what from audit where who in ('anna', 'ben') order by id")
    assert [row["what"] for row in audit] == [
        "asked for a swap", "overrode a schedule", "accepted a swap",
    ]  # fmt: skip


async def test_a_shift_is_exchanged_refused_withdrawn_and_expires(world: World) -> None:
    now = world.clock.now()
    start, end = now + timedelta(days=1), now + timedelta(days=2)
    theirs = now + timedelta(days=8)
    given = f"{theirs.isoformat()}/{(theirs + timedelta(days=1)).isoformat()}"

    async def ask(visitor: Visitor, **more: str) -> str:
        hour = timedelta(hours=1)
        form = asking(start + hour, end + hour, **more)
        assert "is asked" in await visitor.send("/me", "/me/swaps", **form)
        found = await rows(world, "select id from swap_requests order by asked_at desc, id")
        world.clock.forward(seconds=1)
        return str(found[0]["id"])

    async with at_home(world, "anna") as anna, at_home(world, "ben") as ben:
        one = await ask(anna, given=given)
        await ben.send("/me", f"/me/swaps/{one}/accept")
        kept = await overrides(world)
        assert [(o["person"], o["by"]) for o in kept] == [("anna", "ben"), ("ben", "anna")]
        assert "not on call" in await anna.send(
            "/me", "/me/swaps", **asking(start, end)
        )  # it is Ben's now
        await rows(world, "delete from schedule_overrides")
        await rows(world, "update generations set value = value + 1")
        two = await ask(anna)
        assert "not yours" in await ben.send("/me", f"/me/swaps/{two}/withdraw")
        assert "stays on call" in await ben.send("/me", f"/me/swaps/{two}/refuse")
        three = await ask(anna)
        assert "Withdrawn" in await anna.send("/me", f"/me/swaps/{three}/withdraw")
        assert "withdrawn already" in await ben.send("/me", f"/me/swaps/{three}/accept")
        four = await ask(anna)
        async with at_home(world, "carl") as carl:
            assert "not yours" in await carl.send("/me", f"/me/swaps/{four}/accept")
    world.clock.at = start
    async with at_home(world, "ben") as ben:
        assert "expired already" in await ben.send("/me", f"/me/swaps/{four}/accept")
        assert "Expired" in await ben.open("/me")
        assert "no such request" in await ben.send("/me", "/me/swaps/none/accept")
    assert not await overrides(world)


async def test_what_people_write_stays_words(world: World) -> None:
    await world.ticket(priority="urgent", subject=HOSTILE)
    await rows(
        world, "update people set body = jsonb_set(body::jsonb, '{name}', to_jsonb($1::text))"
        " where id = 'ben'", HOSTILE.replace("\u202e", ""),
    )  # fmt: skip
    await rows(world, "update generations set value = value + 1")
    ask = "/me/ask?schedule=support&start=2026-03-03T10:00Z&end=2026-03-03T12:00Z&asked=ben"
    async with at_home(world, "anna") as anna:
        for path in ("/me", ask):
            shown = await anna.open(path)
            assert "<script>alert" not in shown
            assert html.escape("<script>alert(1)</script>") in shown
        for bad in ("x", "2026-03-03T10:00", "9999999", "0001-01-01T00:00Z"):
            await anna.http.get("/me/ask", params={"schedule": "support", "start": bad, "end": bad})
        assert "There is no such shift" in await anna.open("/me/ask?schedule=none", status=404)
