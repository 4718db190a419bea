"""A customer's telephone and the small organisation's hotline, over signed HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

import httpx

from notifiers.twilio.signature import Form, sign
from notifiers.twilio.twiml_check import check
from tests.service.web.world import World

ADA, HIDDEN = "+14155550101", "+266696687"
HOTLINE = "+14155550100"
LAST_RESORT = "+46701740699"
POLICY = f"""
policy: small
extends: mattermost@2018-03
schedules:
  support: {{zone: UTC, rotation: {{people: [anna], every: 1 week, handoff: mon 00:00}}}}
escalation_policies:
  support: {{steps: [{{page: schedule support, wait: 5m}}]}}
duty_manager: person grace
routes:
  - {{id: everything, escalate: support, page: now}}
hotline:
  number: "{HOTLINE}"
  greeting: Small Support.
  fallback_numbers: ["{LAST_RESORT}"]
  blocked: ["+14155550666"]
"""


@dataclass
class Phone:
    """A caller who does what each document says; every document is checked as it comes."""

    world: World
    sid: str = "CA1"
    number: str = ADA
    last: str = ""
    documents: list[str] = field(default_factory=list)

    async def rings(self) -> str:
        return await self.posts("/twilio/voice")

    async def presses(self, keys: str) -> str:
        return await self.posts(self.action, Digits=keys)

    async def waits(self) -> str:
        """Nothing is pressed."""
        return await self.posts(self.action)

    async def hangs_up(self) -> str:
        """As Twilio tells it where the number's status callback is set."""
        return await self.posts("/twilio/voice", CallStatus="completed")

    @property
    def action(self) -> str:
        root = ET.fromstring(self.last)  # noqa: S314 - our own document, checked
        found = next(e.get("action") for e in root.iter() if e.get("action"))
        assert found
        return "/" + found.split("/", 3)[3].partition("#")[0]

    async def posts(self, path: str, **fields: str) -> str:
        answer = await self.raw(path, **fields)
        assert answer.status_code == 200, answer.text
        assert check(answer.content) == []
        self.last = answer.text
        return self.last

    async def raw(self, path: str, token: str = "", **fields: str) -> httpx.Response:
        given = {
            "CallSid": self.sid, "From": self.number, "To": HOTLINE, "CallStatus": "in-progress",
            "Direction": "inbound", **fields,
        }  # fmt: skip
        settings = self.world.service.settings
        assert settings.twilio is not None
        key = token or settings.twilio.auth_tokens[0]
        form = Form({name: [value] for name, value in given.items()})
        signature = sign(key, settings.public_url + path, form)
        headers = {"x-twilio-signature": signature}
        return await self.world.http.post(path, data=given, headers=headers)


async def cases(world: World) -> list[dict[str, object]]:
    found: list[dict[str, object]] = (await world.get("/cases"))["items"]
    return found


async def calls(world: World) -> list[dict[str, object]]:
    found: list[dict[str, object]] = (await world.get("/hotline/calls"))["items"]
    return found


async def sent(world: World, kind: str) -> list[str]:
    """The payloads of a kind of outbox rows, the oldest first."""
    async with world.service.pool.acquire() as conn:
        rows = await conn.fetch("select payload from outbox where kind = $1 order by id", kind)
    return [row["payload"] for row in rows]


async def run(world: World, statement: str, *arguments: object) -> None:
    async with world.service.pool.acquire() as conn:
        await conn.execute(statement, *arguments)
