"""Pages by e-mail: from the ticket over a real mail server to the press that answers it."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from service.chime import Chime
from service.sender import Sender
from service.wiring import sender_of
from tests.notifiers.postoffice import DROPPED, PostOffice, post_office
from tests.service.web.world import World, opened, settings_of

ANNA: dict[str, Any] = {
    "name": "Anna Lind",
    "contact_methods": [
        {"id": "mail", "type": "email", "address": "anna@support.example", "verified": True},
        {"id": "home", "type": "email", "address": "lind@home.example", "verified": True},
    ],
    "contact_rules": {
        "urgent": [
            {"method": "mail", "after": "0m"},
            {"method": "mail", "after": "2m"},
            {"method": "home", "after": "4m"},
        ]
    },
}


@dataclass
class Desk:
    """A web process, the mail lane of a worker, and a mail server."""

    world: World
    office: PostOffice
    sender: Sender

    async def forward(self, **by: float) -> None:
        """Time passes; whatever is due then happens."""
        self.world.clock.forward(**by)
        await self.world.service.desk.wake()
        await self.serve()

    async def serve(self) -> None:
        await self.sender._serve("email", Chime())
        while self.sender._flying:
            await asyncio.wait(list(self.sender._flying))
            await asyncio.sleep(0)

    async def case(self, name: str) -> tuple[str, str | None]:
        found = await self.world.get(f"/cases/{name}")
        return found["state"], found["owner"]

    def links(self, letter: EmailMessage) -> dict[str, str]:
        """What the buttons of a letter say, and where they lead."""
        body = letter.get_body(("html",))
        assert body is not None
        found = re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)<', body.get_content())
        return {label: url for url, label in found}


@pytest.fixture
async def desk(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[Desk]:
    async with post_office() as office:
        smtp = f"smtp://127.0.0.1:{office.port}?from=pager@heliograph.example"
        settings = settings_of(tmp_path, database_url, redis_url, SMTP_URL=smtp)
        async with opened(settings) as world:
            sender = sender_of(world.service)
            sender.urls.public = str(world.http.base_url).rstrip("/")
            assert (await world.ask("PUT", "/people/anna", ANNA)).status_code == 200
            yield Desk(world, office, sender)
            await sender.stop(0)
            await sender.close()


async def test_a_letter_wakes_and_its_link_answers(desk: Desk) -> None:
    case = await desk.world.ticket(priority="urgent", subject="Login fails for everyone")
    await desk.serve()
    (letter,) = desk.office.to("anna@support.example")
    assert case in letter["Subject"]
    assert "Login fails for everyone" in letter["Subject"]
    links = desk.links(letter)
    # What reads mail before people do: previews, scanners, browsers that look ahead.
    for url in links.values():
        for method in ("HEAD", "GET", "GET"):
            assert (await desk.world.http.request(method, url)).status_code == 200
    assert await desk.case(case) == ("paging", None)
    page = await desk.world.http.get(links["I have it"])
    (action, *_) = re.findall(r'<form method="post" action="([^"]*)"', page.text)
    done = await desk.world.http.post(page.url.join(action))
    assert f"You have {case}" in done.text
    assert await desk.case(case) == ("acknowledged", "anna")
    await desk.forward(minutes=3)
    assert len(desk.office.letters) == 1


async def test_letters_follow_the_contact_rules(desk: Desk) -> None:
    await desk.world.ticket(priority="urgent")
    await desk.serve()
    assert len(desk.office.letters) == 1
    await desk.forward(minutes=2)
    assert len(desk.office.to("anna@support.example")) == 2
    await desk.forward(minutes=2)
    assert len(desk.office.to("lind@home.example")) == 1
    first, second, third = desk.office.letters
    assert len({first["Message-ID"], second["Message-ID"], third["Message-ID"]}) == 3
    assert first["References"] == second["References"] == third["References"]


async def test_only_what_is_proven_is_paged(desk: Desk) -> None:
    mail, home = ANNA["contact_methods"]
    unproven = {**ANNA, "contact_methods": [{**mail, "verified": False}, home]}
    assert (await desk.world.ask("PUT", "/people/anna", unproven)).status_code == 200
    await desk.world.ticket("T-1", priority="urgent")
    await desk.serve()
    assert {letter["To"] for letter in desk.office.letters} == {"lind@home.example"}
    answer = await desk.world.ask("POST", "/people/anna/methods/mail/verify")
    assert answer.status_code == 202
    await desk.serve()
    await desk.world.http.post(desk.links(desk.office.letters[-1])["This address is mine"])
    await desk.world.ticket("T-2", priority="urgent")
    await desk.serve()
    assert desk.office.letters[-1]["To"] == "anna@support.example"


async def test_a_mailbox_that_is_gone_is_passed_over_and_marked(desk: Desk) -> None:
    desk.office.troubles["RCPT"] = "550 5.1.1 no such user"
    await desk.world.ticket(priority="urgent")
    await desk.serve()
    assert desk.office.letters == []
    desk.office.troubles.clear()
    await desk.serve()
    methods = {m["id"]: m for m in (await desk.world.get("/people/anna"))["contact_methods"]}
    assert "5.1.1" in methods["mail"]["disabled"]
    told = [str(one.get_body(("plain",))) for one in desk.office.to("lind@home.example")]
    assert sorted("You get no mails" in text for text in told) == [False, True]


async def test_a_letter_of_which_nobody_knows_is_sent_again_as_the_same(desk: Desk) -> None:
    desk.office.troubles["TAKEN"] = DROPPED
    case = await desk.world.ticket(priority="urgent")
    await desk.serve()
    desk.office.troubles.clear()
    await desk.forward(seconds=3)
    first, again = desk.office.to("anna@support.example")
    assert bytes(first) == bytes(again)
    assert (await desk.case(case))[0] == "paging"
