"""A small organisation behind a real web process: three on call, an engineer, two customers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from litestar import Litestar
from standardwebhooks import Webhook

from notifiers.simulator.server import Prompt
from service import tokens
from service.clock import SystemClock
from service.settings import Settings, read_settings
from service.wiring import Service
from tests.databases import KEEPERS
from tests.lending import lent
from tests.service import furniture

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
"""A Monday."""
ADMIN = "an admin token that is long enough to be one"
NOWHERE = "http://127.0.0.1:9"
"""Where no provider listens, so that no phones are made for it."""
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
POLICY = """
policy: small
name: Small support
extends: mattermost@2021-08
regions:
  emea:
    name: EMEA
    zone: Europe/Stockholm
    hours: {zone: UTC, open: mon-fri 06:00-18:00}
    schedule: support
schedules:
  support:
    zone: UTC
    rotation: {people: [anna, ben], every: 1 week, start: 2026-03-02}
  engineers:
    zone: UTC
    rotation: {people: [erik], every: 1 week, handoff: mon 00:00}
escalation_policies:
  support:
    steps:
      - {page: schedule support, wait: 5m}
      - {page: person ben, wait: 5m}
      - {page: person carl, wait: 5m}
    rounds: 1
  engineers:
    steps: [{page: engineering, wait: 10m}]
duty_manager: person grace
after_hours: schedule support
engineering: {schedule: engineers, escalate: engineers}
routes:
  - {id: everything, escalate: support, page: now}
"""
DIRECTORY = """
accounts:
  - id: acme
    name: Acme Corp
    plan: premier
    region: emea
    domains: [acme.example]
    external_ids: {standard: acme}
    pin: "482915"
    contacts: [{name: Ada Byron, email: ada@acme.example, phone: "+14155550101", named: true}]
    environments: [{name: prod, production: true}, {name: staging, production: false}]
    csm: cleo
  - {id: borealis, name: Borealis Ltd, plan: e20, domains: [borealis.example]}
people:
  - id: anna
    name: Anna Lind
    email: anna@support.example
    roles: [responder]
    region: emea
    time_zone: Europe/Stockholm
    skills: [senior]
    contact_methods:
      - {id: mobile, type: sms, address: "+46701740605", verified: true}
      - {id: call, type: voice, address: "+46701740605", verified: true}
    contact_rules:
      urgent: [{method: mobile, after: 0m}, {method: call, after: 2m}]
      normal: [{method: mobile, after: 0m}]
"""
for _name, _full, _number in (
    ("ben", "Ben Okafor", "+46701740606"),
    ("carl", "Carl Ek", "+46701740607"),
    ("erik", "Erik Haas", "+447700900101"),
    ("grace", "Grace Holm", "+46701740608"),
    ("cleo", "Cleo Marsh", "+46701740609"),
):
    DIRECTORY += (
        f"  - {{id: {_name}, name: {_full}, contact_methods: "
        f'[{{id: mobile, type: sms, address: "{_number}", verified: true}}]}}\n'
    )


class StillClock(SystemClock):
    """Stands at `at` until it is moved."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def wall(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


Json = dict[str, Any]


@dataclass
class World:
    service: Service
    clock: StillClock
    http: httpx.AsyncClient
    tokens: dict[tuple[str, str | None], str] = field(default_factory=dict)
    tickets: int = 0

    async def token(self, role: str, person: str | None = None) -> dict[str, str]:
        """The header of a token with this role."""
        key = (role, person)
        if key not in self.tokens:
            self.tokens[key], _ = await tokens.create(
                self.service.pool, self.clock, role, person, "", "test"
            )
        return {"authorization": f"Bearer {self.tokens[key]}"}

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        role: str = "admin",
        person: str | None = None,
        content: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Any request of the API; `body` travels as JSON, `content` as it is."""
        if body is not None:
            content = json.dumps(body)
        given = {"content-type": "application/json", **await self.token(role, person)}
        return await self.http.request(
            method, f"/api/v1{path}", content=content, headers={**given, **(headers or {})}
        )

    async def get(self, path: str, *, role: str = "admin", person: str | None = None) -> Json:
        """The JSON of a 200."""
        answer = await self.ask("GET", path, role=role, person=person)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def act(
        self,
        case: str,
        action: str,
        body: object = None,
        *,
        role: str = "responder",
        person: str | None = "anna",
    ) -> Json:
        """The case after an action that was done, as Anna unless somebody else is named."""
        path = f"/cases/{case}/{action}"
        answer = await self.ask("POST", path, body, role=role, person=person)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def ticket(self, name: str = "", **data: object) -> str:
        """A signed webhook of a new or changed ticket; the id of its case."""
        self.tickets += 1
        ticket = {"id": name or f"T-{self.tickets}", "version": self.tickets, **data}
        ticket.setdefault("organization", {"id": "acme"})
        answer = await self.webhook({"type": "ticket.updated", "data": ticket})
        assert answer.status_code == 202, answer.text
        case = answer.json()["case"]
        assert isinstance(case, str)
        return case

    async def webhook(self, body: object) -> httpx.Response:
        text = body if isinstance(body, str) else json.dumps(body)
        self.tickets += 1
        name, at = f"msg_{self.tickets}", self.clock.wall()
        headers = {
            "webhook-id": name,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(SECRET).sign(name, at, text),
        }
        return await self.http.post("/webhooks/standard", content=text, headers=headers)


def settings_of(folder: Path, database_url: str, redis_url: str, **more: str) -> Settings:
    """Settings of a test environment whose policy and directory are files in `folder`."""
    (folder / "policy.yaml").write_text(POLICY)
    (folder / "directory.yaml").write_text(DIRECTORY)
    given = {
        "POLICY": str(folder / "policy.yaml"),
        "DIRECTORY": str(folder / "directory.yaml"),
        "DATA_DIR": str(folder),
        "ENVIRONMENT": "test",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "ADMIN_TOKEN": ADMIN,
        "WEBHOOK_SECRET_STANDARD": SECRET,
        "TWILIO_API_URL": NOWHERE,
        **more,
    }
    return read_settings({f"HELIOGRAPH_{name}": value for name, value in given.items() if value})


@asynccontextmanager
async def serving(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """The application behind a real server on a free port of loopback."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="on")
    server = Prompt(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done(), "the server did not start"
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with client_of(f"http://127.0.0.1:{port}") as client:
        yield client
    server.end()
    await task


def client_of(address: str) -> httpx.AsyncClient:
    """Without certificates to read, which takes longer than most tests."""
    return httpx.AsyncClient(
        base_url=address,
        timeout=60,
        verify=False,  # noqa: S501 - loopback
        trust_env=False,
    )


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[World]:
    """The whole web process as the settings make it, but for a clock that stands still."""
    keeper = KEEPERS.get(settings.database_url or "")
    texts = [file.read_text() for file in (settings.policy, settings.directory) if file]
    new = keeper is not None and await furniture.bare(keeper)
    if keeper and new and await furniture.furnish(keeper, "world", *texts):
        new = False
    with lent(settings) as app:
        async with _opened(app) as made:
            if keeper and new:
                await furniture.remember(keeper, "world", *texts)
            yield made


@asynccontextmanager
async def _opened(app: Litestar) -> AsyncIterator[World]:
    async with serving(app) as http:
        service: Service = app.state.service
        clock = StillClock(NOW)
        service.clock = service.desk.clock = service.contacts.clock = clock
        yield World(service, clock, http)
