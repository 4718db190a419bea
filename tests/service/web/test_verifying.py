"""Addresses are proven before they count: a code by text or call, a link everywhere else."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from notifiers.simulator.harness import Simulator
from service.chime import Chime
from service.codes import DIGITS, code_of, fits
from service.sender import Sender
from service.store import codec
from service.verifying import MOST_FOR_METHOD, SPAN, TRIES, readdressed, with_method
from service.wiring import sender_of
from tests.notifiers.postoffice import PostOffice, post_office
from tests.service.web.world import World, opened, settings_of

METHODS: list[dict[str, Any]] = [
    {"id": "mobile", "type": "sms", "address": "+46701740605"},
    {"id": "landline", "type": "voice", "address": "+46855550101"},
    {"id": "mail", "type": "email", "address": "anna@support.example"},
    {"id": "old", "type": "sms", "address": "+46701740699", "verified": True},
]


@dataclass
class Desk:
    """A web process, a sender that serves by hand, telephones and a mail server."""

    world: World
    sender: Sender
    phones: Simulator
    office: PostOffice

    async def ask(
        self, method: str, *, person: str = "anna", role: str = "responder"
    ) -> httpx.Response:
        path = f"/people/anna/methods/{method}/verify"
        return await self.world.ask("POST", path, role=role, person=person)

    async def deliver(self, method: str) -> None:
        """Ask for a proof, and see its message off."""
        answer = await self.ask(method)
        assert answer.status_code == 202, answer.text
        for lane in ("sms", "voice", "email"):
            await self.sender._serve(lane, Chime())
        while self.sender._flying:
            await asyncio.wait(list(self.sender._flying))
            await asyncio.sleep(0)

    async def code(self, method: str = "mobile", number: str = "+46701740605") -> str:
        """The code that is texted."""
        await self.deliver(method)
        text = self.phones.simulation.exchange.texts_of(number)[-1].body
        found = re.match(r"(\d{6}) is the Heliograph code", text)
        assert found, text
        return found[1]

    async def link(self) -> str:
        """The path of the link that is mailed."""
        await self.deliver("mail")
        letter = self.office.letters[-1]
        assert letter["Subject"] == "Is this address yours?"
        assert letter["To"] == "anna@support.example"
        body = letter.get_body(("plain",))
        assert body is not None
        (path,) = re.findall(r"https?://[^/]+(/a/\S+)", body.get_content())
        return str(path)

    async def confirm(
        self, method: str, code: str, *, person: str = "anna", role: str = "responder"
    ) -> httpx.Response:
        path = f"/people/anna/methods/{method}/confirm"
        return await self.world.ask("POST", path, {"code": code}, role=role, person=person)

    async def methods(self) -> dict[str, Any]:
        found = await self.world.get("/people/anna")
        return {m["id"]: m for m in found["contact_methods"]}

    async def standing(self, method: str) -> dict[str, Any]:
        return await self.world.get(f"/people/anna/methods/{method}/verify")

    async def write(self, methods: list[dict[str, Any]], *, whole: bool = False) -> Any:
        person = {"id": "anna", "name": "Anna Lind", "contact_methods": methods}
        if whole:
            return await self.world.ask("PUT", "/people/anna", person)
        return await self.world.ask("POST", "/directory", {"people": [person]})


@pytest.fixture
async def desk(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[Desk]:
    with Simulator(strict=False) as phones:
        async with post_office() as office:
            given = {
                "TWILIO_API_URL": phones.api_url,
                "TWILIO_ACCOUNT_SID": phones.account_sid,
                "TWILIO_AUTH_TOKEN": phones.auth_token,
                "TWILIO_FROM_NUMBER": phones.number,
                "SMTP_URL": f"smtp://127.0.0.1:{office.port}?from=pager@heliograph.example",
                "SMS_PER_SECOND": "0",
                "CALLS_PER_SECOND": "0",
            }
            settings = settings_of(tmp_path, database_url, redis_url, **given)
            async with opened(settings) as world:
                here = str(world.http.base_url).rstrip("/")
                world.service.settings = replace(world.service.settings, public_url=here)
                made = Desk(world, sender_of(world.service), phones, office)
                assert (await made.write(METHODS)).status_code == 200
                yield made
                await made.sender.stop(0)
                await made.sender.close()


async def test_a_code_by_text_makes_a_method_count(desk: Desk) -> None:
    code = await desk.code()
    kept = await desk.world.service.pool.fetch("select payload::text from outbox")
    assert not any(code in row["payload"] for row in kept)
    done = await desk.confirm("mobile", f" {code[:3]} {code[3:]} ")
    assert done.status_code == 200, done.text
    assert {m["id"]: m["verified"] for m in done.json()["contact_methods"]}["mobile"]
    assert (await desk.methods())["mobile"]["verified"]
    assert not (await desk.methods())["landline"]["verified"]
    assert (await desk.standing("mobile"))["state"] == "confirmed"
    again = await desk.confirm("mobile", code)
    assert again.status_code == 409
    who = await desk.world.service.pool.fetch("select who, what from audit order by id")
    assert ("anna", "asked for a proof of a contact method of anna") in map(tuple, who)
    assert ("anna", "proved a contact method of anna") in map(tuple, who)


async def test_a_code_has_five_tries_also_all_at_once(desk: Desk) -> None:
    code = await desk.code()
    wrong = [f"{(int(code) + n) % 10**6:06}" for n in range(1, 20)]
    answers = await asyncio.gather(*(desk.confirm("mobile", w) for w in wrong))
    said = [answer.json()["detail"] for answer in answers]
    assert {answer.status_code for answer in answers} == {409}
    assert sorted(s for s in said if "more tries" in s) == [
        f"That is not the code. Nothing was changed; {n} more tries are left." for n in range(1, 5)
    ]
    late = await desk.confirm("mobile", code)
    assert "Too many wrong codes" in late.json()["detail"]
    assert (await desk.standing("mobile"))["state"] == "exhausted"
    assert not (await desk.methods())["mobile"]["verified"]


async def test_no_try_is_left_after_the_fifth_even_for_the_right_code(desk: Desk) -> None:
    code = await desk.code()
    await desk.world.service.pool.execute("update verifications set tries = $1", TRIES)
    assert (await desk.confirm("mobile", code)).status_code == 409
    assert not (await desk.methods())["mobile"]["verified"]


async def test_an_address_that_moved_behind_our_back_is_not_proven(desk: Desk) -> None:
    code = await desk.code()
    pool = desk.world.service.pool
    before = codec.decode_person(await pool.fetchval("select body from people where id = 'anna'"))
    moved = readdressed(before.contact_methods[0], "+46701740611")
    body = codec.encode(with_method(before, moved))
    await pool.execute("update people set body = $1::json where id = 'anna'", body)
    answer = await desk.confirm("mobile", code)
    assert "was changed since" in answer.json()["detail"]
    assert not (await desk.methods())["mobile"]["verified"]
    old = before.contact_methods[3]
    assert readdressed(old, old.address) == old
    assert not readdressed(old, "+46701740612").verified


async def test_a_code_holds_for_ten_minutes_and_the_newest_alone(desk: Desk) -> None:
    first = await desk.code()
    desk.world.clock.forward(minutes=1)
    second = await desk.code()
    assert (await desk.confirm("mobile", first)).status_code == 409
    desk.world.clock.forward(minutes=10)
    late = await desk.confirm("mobile", second)
    assert "its time is over" in late.json()["detail"]
    assert (await desk.standing("mobile"))["state"] == "expired"


async def test_a_call_speaks_the_code_twice(desk: Desk) -> None:
    await desk.deliver("landline")

    def listen() -> list[str]:
        call = desk.phones.phone("+46855550101").rings().answers().ends("completed")
        return [heard.text for heard in call.call.transcript]

    heard = await asyncio.to_thread(listen)
    spoken = [re.sub(r"\D", "", said) for said in heard if "Your code is" in said]
    assert len(spoken) == 2
    assert spoken[0] == spoken[1]
    assert (await desk.confirm("landline", spoken[0])).status_code == 200
    row = await desk.world.service.pool.fetchval("select id from outbox where kind = 'verify'")
    forged = await desk.world.http.post(f"/twilio/verify/{row}", data={"CallSid": "CA1"})
    assert forged.status_code == 403


async def test_a_link_is_followed_by_a_press_alone(desk: Desk) -> None:
    url = await desk.link()
    assert (await desk.world.http.head(url)).status_code == 200
    page = await desk.world.http.get(url)
    assert "anna@support.example" in page.text
    assert not (await desk.methods())["mail"]["verified"]
    (action,) = re.findall(r'<form method="post" action="([^"]*)"', page.text)
    done = await desk.world.http.post(page.url.join(action))
    assert "Confirmed. Pages for Anna Lind" in done.text
    assert (await desk.methods())["mail"]["verified"]
    for method in ("GET", "POST"):
        used = await desk.world.http.request(method, url)
        assert used.status_code == 409
        assert "used already" in used.text
    desk.world.clock.forward(days=1)
    assert (await desk.world.http.get(url)).status_code == 410


async def test_a_letter_has_the_code_too_for_whoever_cannot_open_its_link(desk: Desk) -> None:
    url = await desk.link()
    body = desk.office.letters[-1].get_body(("plain",))
    assert body is not None
    (code,) = re.findall(r"code (\d{6})", " ".join(body.get_content().split()))
    assert (await desk.confirm("mail", code)).status_code == 200
    assert (await desk.world.http.post(url)).status_code == 409


async def test_a_proof_is_for_the_address_it_was_sent_to(desk: Desk) -> None:
    code = await desk.code()
    url = await desk.link()
    moved = [
        {**METHODS[0], "address": "+46701740611"},
        METHODS[1],
        {**METHODS[2], "address": "other@support.example"},
    ]
    assert (await desk.write(moved)).status_code == 200
    assert (await desk.confirm("mobile", code)).status_code == 409
    assert (await desk.world.http.post(url)).status_code == 409
    assert not any(m["verified"] for m in (await desk.methods()).values())


async def test_a_proof_outlives_an_import_and_not_another_address(desk: Desk) -> None:
    await desk.confirm("mobile", await desk.code())
    assert (await desk.write(METHODS)).status_code == 200
    assert (await desk.methods())["mobile"]["verified"]
    moved = [{**METHODS[0], "address": "+46701740611"}, *METHODS[1:]]
    await desk.write(moved)
    assert not (await desk.methods())["mobile"]["verified"]
    await desk.write(METHODS)
    assert not (await desk.methods())["mobile"]["verified"]


async def test_whoever_writes_one_person_may_deny_a_proof(desk: Desk) -> None:
    await desk.confirm("mobile", await desk.code())
    await desk.write([{**METHODS[0], "verified": False}], whole=True)
    await desk.write(METHODS)
    assert not (await desk.methods())["mobile"]["verified"]


async def test_an_address_that_was_given_up_works_again_once_it_is_proven(desk: Desk) -> None:
    await desk.world.service.contacts.disable("anna", "old", "no such number")
    assert (await desk.methods())["old"]["disabled"]
    await desk.confirm("old", await desk.code("old", "+46701740699"))
    assert (await desk.methods())["old"]["disabled"] is None


async def test_nobody_is_texted_all_night(desk: Desk) -> None:
    assert (await desk.ask("mobile")).status_code == 202
    at_once = await desk.ask("mobile")
    assert at_once.status_code == 429
    assert at_once.headers["retry-after"] == "30"
    for _ in range(MOST_FOR_METHOD - 1):
        desk.world.clock.forward(minutes=1)
        assert (await desk.ask("mobile")).status_code == 202
    desk.world.clock.forward(minutes=1)
    answer = await desk.ask("mobile")
    assert answer.status_code == 429
    wait = timedelta(seconds=int(answer.headers["retry-after"]))
    assert wait == SPAN - timedelta(minutes=MOST_FOR_METHOD)
    desk.world.clock.forward(seconds=wait.total_seconds() + 1)
    assert (await desk.ask("mobile")).status_code == 202


async def test_ten_at_once_send_one(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.ask("mobile") for _ in range(10)))
    assert sorted(a.status_code for a in answers) == [202, *[429] * 9]


async def test_who_may_ask(desk: Desk) -> None:
    assert (await desk.ask("mobile", person="ben", role="responder")).status_code == 403
    assert (await desk.confirm("mobile", "1", role="responder", person="ben")).status_code == 403
    assert (await desk.ask("mobile", person="ben", role="manager")).status_code == 202
    assert (await desk.ask("pigeon")).status_code == 404
    nobody = await desk.world.ask("POST", "/people/nobody/methods/mobile/verify")
    assert nobody.status_code == 404
    ready = await desk.ask("old")
    assert ready.status_code == 409
    assert "verified already" in ready.json()["detail"]
    assert (await desk.confirm("landline", "123456")).status_code == 409


async def test_an_import_says_who_cannot_be_reached(desk: Desk) -> None:
    answer = await desk.write(METHODS[:3])
    assert any("no page reaches Anna Lind" in notice for notice in answer.json()["notices"])
    answer = await desk.write(METHODS)
    assert answer.json()["notices"] == []


def test_codes_are_six_digits_of_their_own_under_either_key() -> None:
    codes = [code_of("key", f"verification {n}") for n in range(500)]
    assert all(len(code) == DIGITS and code.isdecimal() for code in codes)
    assert len(set(codes)) > 490
    assert fits(["new", "key"], "verification 7", codes[7])
    assert not fits(["new"], "verification 7", codes[7])
    assert not fits(["key"], "verification 8", codes[7])
    for odd in ("", "1", "\N{SNOWMAN}", codes[7] + "0", "\ud800"):
        assert not fits(["key"], "verification 7", odd)
    assert TRIES == 5
