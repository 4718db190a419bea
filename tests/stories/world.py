"""One world: our web process and worker, Twilio, a Zendesk, and phones that are strict.

    with World(...) as world:
        ticket = world.ticket(priority="urgent")
        world.phone("anna").gets_sms("ACME").replies("1")
        assert ticket.state == "acknowledged"
        world.forward(minutes=5)

Leaving the block fails on any text, call or error that nobody expected.
"""

import base64
import hmac
import itertools
import json
import re
import uuid
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import structlog
from asyncpg import DeadlockDetectedError

from notifiers.simulator.clock import RealClock
from notifiers.simulator.harness import Simulator
from notifiers.twilio.signature import Form, sign
from service.store.pool import Connection, connect
from tests.stories import organisation
from tests.stories.house import (
    PATIENCE,
    Loop,
    ThreadedWeb,
    ThreadedWorker,
    WebProcess,
    WorkerProcess,
    free_port,
    wait_until,
)
from tests.stories.phones import Phone
from tests.stories.zendesk import API_TOKEN, EMAIL, SECRET, US, Zendesk
from tests.stories.zendesk import Ticket as ZendeskTicket

STANDARD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ADMIN = "an admin token that is long enough to be one"
OTHER_TOKEN = "another-auth-token-for-the-rotation"
WIPE = "truncate cases, timeline, pages, outbox, intake, inbound, pacing cascade"
CLEAN = "truncate people, accounts, account_keys, policies, schedule_overrides cascade"
ERROR = re.compile(r"\[(error|critical) *\]")
_tickets = itertools.count(4711)


def monday() -> datetime:
    """Ten in the morning (UTC) of the next Monday, so that no story depends on its day."""
    today = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 - today.weekday())


class Ticket:
    """A ticket of the Zendesk, and its case here."""

    def __init__(self, world: "World", ticket: ZendeskTicket) -> None:
        self.world, self.ticket, self.name = world, ticket, ticket.id

    @property
    def case(self) -> str:
        """The id of its case, once there is one."""
        rows = self.world.rows("select id from cases where ticket = $1", self.name)
        assert rows, f"ticket {self.name} has no case"
        return str(rows[0]["id"])

    @property
    def view(self) -> dict[str, Any]:
        view: dict[str, Any] = self.world.get(f"/cases/{self.case}")
        return view

    @property
    def state(self) -> str:
        return str(self.view["state"])

    @property
    def owner(self) -> str | None:
        owner: str | None = self.view["owner"]
        return owner

    @property
    def timeline(self) -> list[str]:
        lines = self.world.get(f"/cases/{self.case}/timeline?limit=200")["items"]
        return [f"{line['kind']}: {line['text']}" for line in lines]

    def pages(self, state: str | None = None) -> list[str]:
        """Who was paged, turn by turn."""
        pages = self.view["pages"]
        return [p["person"] for p in pages if state is None or p["state"] == state]

    def changes(self, **members: Any) -> httpx.Response:
        """Somebody changes it in Zendesk, which tells us."""
        (name,) = [n for n in members if n in {"status", "priority", "tags"}]
        before = getattr(self.ticket, name)
        self.world.zendesk.change(self.ticket, members)
        if name == "tags":
            event: dict[str, Any] = {"tags_added": members["tags"], "tags_removed": []}
        else:
            event = {"current": str(members[name]).upper(), "previous": str(before).upper()}
        return self.world.tell(self.ticket, f"{name}_changed", event)

    def customer_says(self, body: str) -> httpx.Response:
        return self._says(body, "customer", public=True)

    def agent_says(self, body: str, *, public: bool = True) -> httpx.Response:
        return self._says(body, "801", public=public)

    def _says(self, body: str, author: str, *, public: bool) -> httpx.Response:
        said = self.world.zendesk.comment(self.ticket, body, author, public=public)
        return self.world.tell(self.ticket, "comment_added", {"comment": said})

    def has_note(self, *words: str, public: bool = False) -> None:
        """Wait until the ticket shows a comment of ours with these words."""

        def look() -> bool:
            return any(
                all(word in c["body"] for word in words) and c["is_public"] is public
                for c in self.ticket.comments
            )

        wait_until(look, lambda: f"no comment with {words}: {self.ticket.comments}")


@dataclass
class World:
    """`processes`: web and worker as processes of their own, which can be killed.

    `settings` are of the environment, without the prefix.
    """

    database_url: str
    redis_url: str
    folder: Path
    processes: bool = False
    settings: Mapping[str, str] | None = None
    policy: str = organisation.POLICY
    directory: str = organisation.DIRECTORY
    web_settings: Mapping[str, str] | None = None
    """Of the web process alone, on top of the others."""
    worker_runs: bool = True
    used: bool = False
    """Whether the database is not a new one: what is in it goes."""
    patience: float = 60.0

    def __enter__(self) -> Self:
        self.ahead = timedelta()
        self.expected_errors: list[str] = []
        self._errors: list[str] = []
        self._read: dict[Path, int] = {}
        with ExitStack() as stack:
            self.loop = stack.enter_context(Loop())
            self._connection: Connection | None = None
            stack.callback(lambda: self.loop.do(self._disconnect()))
            self.phones = RealClock()
            self.twilio = stack.enter_context(
                Simulator(strict=False, patience=self.patience, clock=self.phones)
            )
            self.zendesk = stack.enter_context(Zendesk(lambda: self.now))
            self.port = free_port()
            self.url = f"http://127.0.0.1:{self.port}"
            self.zendesk.target = f"{self.url}/webhooks/zendesk"
            self.twilio.connect(f"{self.url}/twilio/sms", f"{self.url}/twilio/voice")
            # Without certificates to read, which takes longer than a whole story.
            client = httpx.Client(verify=False, trust_env=False, timeout=60)  # noqa: S501 - loopback
            self.http = stack.enter_context(client)
            if self.used:
                self._clear()
                self.rows(CLEAN)
            self._start(stack)
            self._people = self.rows("select id, body from people")
            self.forward(seconds=(monday() - self.now).total_seconds())
            self._stack = stack.pop_all()
        return self

    def _start(self, stack: ExitStack) -> None:
        environment = self._environment()
        web = environment | {f"HELIOGRAPH_{n}": v for n, v in (self.web_settings or {}).items()}
        if self.processes:
            self.web: ThreadedWeb | WebProcess = WebProcess(web, self.folder / "web.log")
            self.worker: ThreadedWorker | WorkerProcess = self.another_worker(environment)
        else:
            self.web = ThreadedWeb(web)
            self.worker = ThreadedWorker(environment, self.loop)
        stack.callback(self.web.stop)
        stack.callback(self.worker.stop)
        if self.worker_runs and isinstance(self.worker, WorkerProcess):
            self.worker.begin()
        self.web.start()
        if not self.processes:
            self._listen()
        if self.worker_runs and isinstance(self.worker, WorkerProcess):
            self.worker.ready()
        elif self.worker_runs:
            self.worker.start()

    def another_worker(self, environment: Mapping[str, str] | None = None) -> WorkerProcess:
        """One more worker on the same database; to be started and stopped by the test."""
        log = self.folder / f"worker-{next(_tickets)}.log"
        return WorkerProcess(environment or self._environment(), log)

    def _listen(self) -> None:
        """Hear of errors, as whoever reads the log would."""

        def hear(_: Any, level: str, event: Any) -> Any:
            if level in {"error", "critical", "exception"}:
                self._errors.append(f"{event.get('event')}: {event}")
            return event

        processors = structlog.get_config()["processors"]
        structlog.configure(processors=[hear, *processors], cache_logger_on_first_use=False)

    def _environment(self) -> dict[str, str]:
        (self.folder / "policy.yaml").write_text(self.policy)
        (self.folder / "directory.yaml").write_text(self.directory)
        given = {
            "ENVIRONMENT": "test",
            "DATA_DIR": str(self.folder),
            "POLICY": str(self.folder / "policy.yaml"),
            "DIRECTORY": str(self.folder / "directory.yaml"),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "ADMIN_TOKEN": ADMIN,
            "LOG_LEVEL": "info" if self.processes else "warning",
            "TWILIO_API_URL": self.twilio.api_url,
            "TWILIO_ACCOUNT_SID": self.twilio.account_sid,
            "TWILIO_AUTH_TOKEN": f"{self.twilio.auth_token},{OTHER_TOKEN}",
            "TWILIO_FROM_NUMBER": self.twilio.number,
            "SMS_PER_SECOND": "0",
            "CALLS_PER_SECOND": "0",
            "WEBHOOK_SECRET_ZENDESK": SECRET,
            "WEBHOOK_SECRET_STANDARD": STANDARD,
            "ZENDESK_URL": self.zendesk.url,
            "ZENDESK_EMAIL": EMAIL,
            "ZENDESK_API_TOKEN": API_TOKEN,
            "ZENDESK_ACTOR_ID": US,
            **(self.settings or {}),
        }
        return {f"HELIOGRAPH_{name}": value for name, value in given.items()}

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._stack:
            if problem is None:
                self.check()

    def check(self) -> None:
        """Fail on whatever nobody expected."""
        self.settle()
        self.zendesk.settle()
        self.twilio._insist()
        self._errors += [line for line in self._logged() if ERROR.search(line)]
        unexpected = [e for e in self._errors if not self._announced(e)]
        assert not unexpected, "\n".join(unexpected)

    def _logged(self) -> list[str]:
        """What our processes have logged since this was asked last."""
        lines: list[str] = []
        for log in self.folder.glob("*.log"):
            text = log.read_text("utf-8", "replace")
            lines += text[self._read.get(log, 0) :].splitlines()
            self._read[log] = len(text)
        return lines

    def _clear(self) -> None:
        """Whatever our processes are just reading may hold one of the tables."""
        for _ in range(10):
            with suppress(DeadlockDetectedError):
                self.rows(WIPE)
                return
        raise AssertionError("the tables are never free")

    def wipe(self) -> None:
        """As if nothing had happened yet; web and worker stay."""
        self._clear()
        people = [(row["id"], row["body"]) for row in self._people]
        for name, body in people:
            self.rows("update people set body = $2 where id = $1", name, body)
        self.rows("update generations set value = value + 1")
        self.rows("update clock set ahead = $1", monday() - datetime.now(UTC))
        self.forward(seconds=0)
        self.zendesk.tickets.clear()
        self.twilio.do(self._forget())
        self.expected_errors.clear()
        self._errors.clear()
        self._logged()

    async def _forget(self) -> None:
        exchange = self.twilio.simulation.exchange
        for kept in (exchange.texts, exchange.calls, exchange.phones, exchange.alerts):
            kept.clear()
        exchange._texts_of.clear()
        exchange._calls_of.clear()
        exchange.trouble = None
        self.twilio.claimed.clear()

    def _announced(self, error: str) -> bool:
        return any(re.search(pattern, error) for pattern in self.expected_errors)

    def expects_error(self, pattern: str) -> None:
        """The log will have errors like this one."""
        self.expected_errors.append(pattern)

    def forget_texts(self) -> None:
        """Whatever was texted so far is none of the test's business."""
        self.settle()
        self.twilio.claimed.update(self.twilio.simulation.exchange.texts)

    def forget_alarms(self) -> None:
        """The duty manager may have been told of Twilio's trouble, if it lasted."""
        self.settle()
        texts = self.twilio.simulation.exchange.texts.values()
        self.twilio.claimed.update(t.sid for t in texts if t.body.startswith("Heliograph needs"))

    def forgive(self) -> None:
        """Twilio may have complained so far: a test took our web process away."""
        self.twilio.do(self.twilio.simulation.settle(self.patience))
        self.twilio.simulation.exchange.alerts.clear()

    # Time

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, **by: float) -> None:
        """Let time pass, with everything that happens in it."""
        advance = timedelta(**by).total_seconds()
        answer = self.http.post(f"{self.url}/dev/clock", json={"advance": advance})
        assert answer.status_code == 200, answer.text
        (row,) = self.rows("select ahead from clock")
        self.ahead = row["ahead"]

    def leap(self, **by: float) -> None:
        """Let time pass in which nobody does anything."""
        self.ahead += timedelta(**by)
        self.rows("update clock set ahead = $1", self.ahead)

    def silence(self, seconds: float) -> None:
        """On the phones alone time passes, in which nobody says or presses anything."""
        self.twilio.do(self.phones.advance(seconds))
        self.twilio.nudge()

    def lapse(self) -> None:
        """Whoever held a lease has held it too long, without the wait."""
        self.rows("update outbox set lease_until = created_at where state = 'sending'")

    def settle(self) -> None:
        """Wait until nothing is due, queued or on its way."""

        def look() -> bool:
            rows = self.rows(
                "select exists (select from outbox where state = 'sending' or"
                " (state = 'queued' and available_at <= $1)) or exists (select from cases"
                " where wake_at <= $1) or exists (select from intake where state = 'stored') as b",
                self.now,
            )
            return not rows[0]["b"]

        wait_until(look, lambda: f"it goes on: {self._unsettled()}")

    def _unsettled(self) -> list[str]:
        """Whatever is not over, for the reader of a failed test."""
        return [
            str(dict(row))
            for row in self.rows(
                "select 'outbox' as what, key, state, lease_until as until from outbox"
                " where state in ('queued', 'sending') union all"
                " select 'case', id, state, wake_at from cases where wake_at is not null union all"
                " select 'intake', id::text, state, received_at from intake where state = 'stored'"
            )
        ]

    # Tickets

    def ticket(self, name: str = "", **members: Any) -> Ticket:
        """Somebody files a ticket in Zendesk, for Acme unless told otherwise."""
        made = self.file(name, **members)
        answer = self.tell(made.ticket, "created", {})
        assert answer.status_code == 202, answer.text
        return made

    def file(self, name: str = "", **members: Any) -> Ticket:
        """The same, but Zendesk does not tell us yet."""
        given = {"priority": "urgent", "organization": "4112492", **members}
        return Ticket(self, self.zendesk.open(name or str(next(_tickets)), **given))

    def tell(self, ticket: ZendeskTicket, change: str, event: dict[str, Any]) -> httpx.Response:
        return self.zendesk.post(self.zendesk.event(ticket, change, event))

    def standard(self, data: object, **members: Any) -> httpx.Response:
        """A webhook of source `standard`; `data` may be anything."""
        body = {"type": "ticket.updated", "timestamp": self.now.isoformat(), "data": data}
        return self.raw_standard(json.dumps({**body, **members}).encode())

    def raw_standard(
        self, body: bytes, name: str = "", at: datetime | None = None
    ) -> httpx.Response:
        name, when = name or uuid.uuid4().hex, at or self.now
        stamp = str(int(when.timestamp()))
        key = base64.b64decode(STANDARD.removeprefix("whsec_"))
        proof = hmac.digest(key, f"{name}.{stamp}.".encode() + body, "sha256")
        headers = {
            "content-type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{base64.b64encode(proof).decode()}",
        }
        return self.http.post(f"{self.url}/webhooks/standard", content=body, headers=headers)

    # Phones

    def phone(self, person: str) -> Phone:
        return Phone(self.twilio, organisation.NUMBERS[person])

    def phone_of(self, number: str) -> Phone:
        return Phone(self.twilio, number)

    def twilio_posts(
        self, path: str, fields: Mapping[str, str], token: str | None = None
    ) -> httpx.Response:
        """A request signed as Twilio would, but of our own making."""
        url = f"{self.url}{path}"
        form = Form({name: [value] for name, value in fields.items()})
        headers = {"x-twilio-signature": sign(token or self.twilio.auth_token, url, form)}
        return self.http.post(url, data=dict(fields), headers=headers)

    # Looking inside

    def get(self, path: str) -> Any:
        headers = {"authorization": f"Bearer {ADMIN}"}
        answer = self.http.get(f"{self.url}/api/v1{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def act(self, case: str, action: str, body: Any) -> Any:
        """The case after an action of the API, done as whoever `body` names in `as`."""
        headers = {"authorization": f"Bearer {ADMIN}"}
        url = f"{self.url}/api/v1/cases/{case}/{action}"
        answer = self.http.post(url, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, sql: str, *arguments: object) -> list[Any]:
        async def fetch() -> list[Any]:
            if self._connection is None or self._connection.is_closed():
                self._connection = await connect(self.database_url, patience=PATIENCE)
            return await self._connection.fetch(sql, *arguments)

        return self.loop.do(fetch())

    async def _disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    def outbox(self, kind: str = "page") -> list[str]:
        """Every effect of a kind with its state, the oldest first."""
        found = self.rows("select key, state from outbox where kind = $1 order by id", kind)
        return [f"{row['key']} {row['state']}" for row in found]
