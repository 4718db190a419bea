"""A whole service on this machine as production runs it: durable servers, web, worker."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from benchmarks.load import request
from service import matching
from service.clock import SystemClock
from service.embedded import EmbeddedServers
from service.policyfile.load import read_directory, read_policy
from service.store import codec
from service.store.migrate import migrate, read_migrations
from service.store.pool import connect
from service.store.sql import query

ROOT = Path(__file__).parent.parent
SECRET = "bench-secret"  # noqa: S105 - made up
SAMPLES = ROOT / "service" / "samples"


WORKER = ("-c", "from service.worker import main; main()")


def web_on(port: int) -> tuple[str, ...]:
    """The arguments of a web process."""
    return (
        "-m", "uvicorn", "--factory", "service.web.app:create_app", "--port", str(port),
        "--log-level", "warning", "--no-access-log",
    )  # fmt: skip


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


@dataclass
class Stack:
    database_url: str
    redis_url: str
    web: int
    provider: int
    worker: subprocess.Popen[bytes] | None = None
    web_process: int = 0
    """Its process id."""


@contextmanager
def process(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(30)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def environment(servers: Stack, **more: str) -> dict[str, str]:
    return {
        "HELIOGRAPH_ENVIRONMENT": "test",
        "HELIOGRAPH_DATABASE_URL": servers.database_url,
        "HELIOGRAPH_REDIS_URL": servers.redis_url,
        "HELIOGRAPH_PORT": str(servers.web),
        "HELIOGRAPH_PUBLIC_URL": f"http://127.0.0.1:{servers.web}",
        "HELIOGRAPH_TWILIO_API_URL": f"http://127.0.0.1:{servers.provider}",
        "HELIOGRAPH_WEBHOOK_SECRET_ZENDESK": SECRET,
        "HELIOGRAPH_LOG_LEVEL": "error",
        **more,
    }


@contextmanager
def servers() -> Iterator[tuple[str, str]]:
    """Durable PostgreSQL (fsync on) and Redis."""
    with (
        tempfile.TemporaryDirectory(prefix="heliograph-bench-") as folder,
        EmbeddedServers(Path(folder), durable=True) as running,
    ):
        yield running.addresses.database_url, running.addresses.redis_url


async def load_samples(url: str, people: Mapping[str, object] | None = None) -> None:
    """Migrate an empty database and load the demo's policy and directory."""
    conn, now = await connect(url), SystemClock().now()
    await conn.execute("drop schema public cascade; create schema public")
    await migrate(conn, read_migrations(), now=now)
    text = (SAMPLES / "policy.yaml").read_text()
    policy = read_policy(text, "policy.yaml")
    directory = read_directory((SAMPLES / "directory.yaml").read_text(), "directory.yaml")
    document = codec.encode(policy)
    await conn.execute(query("insert_policy"), "demo@1", 1, text, document, now, None, now)
    found = {**directory.people, **(people or {})}
    bodies = [codec.encode(p) for p in found.values()]
    await conn.execute(query("upsert_people"), list(found), bodies, now)
    accounts = directory.accounts
    bodies = [codec.encode(a) for a in accounts.values()]
    await conn.execute(query("upsert_accounts"), list(accounts), bodies, now)
    keys = [(k, v, a.id) for a in accounts.values() for k, v in matching.account_keys(a)]
    await conn.execute(query("insert_account_keys"), *(list(c) for c in zip(*keys, strict=True)))
    await conn.execute(query("bump_generation"))
    await conn.close()


@asynccontextmanager
async def serving(stack: Stack, *, worker: bool = True, **more: str) -> AsyncIterator[Stack]:
    """Web (and worker) as processes of their own."""
    env = environment(stack, **more)
    with process(*web_on(stack.web), **env) as served:
        stack.web_process = served.pid
        await wait_for(stack.web)
        if not worker:
            yield stack
            return
        with process(*WORKER, **env) as running:
            stack.worker = running
            await asyncio.sleep(1.5)
            yield stack


async def wait_for(port: int) -> None:
    for _ in range(300):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise TimeoutError(f"nothing listens on {port}")


def webhook(
    number: int,
    port: int,
    priority: str = "urgent",
    run: str = "r",
    tags: Sequence[str] = ("sso", "login"),
) -> bytes:
    """A signed Zendesk event webhook of a new ticket."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    ticket = f"{run}{number}"
    body = json.dumps(
        {
            "type": "zen:event-type:ticket.created",
            "account_id": 1,
            "id": f"event-{ticket}",
            "time": now,
            "zendesk_event_version": "2022-11-06",
            "subject": f"zen:ticket:{ticket}",
            "detail": {
                "id": ticket,
                "status": "Open",
                "priority": priority,
                "subject": f"#{ticket}: login fails for everyone",
                "description": "Nobody can sign in. " * 10,
                "organization_id": "4112492",
                "requester_id": "8447388090494",
                "via": {"channel": "web"},
                "tags": list(tags),
                "created_at": now,
                "updated_at": now,
            },
            "event": {},
        }
    ).encode()
    mac = hmac.new(SECRET.encode(), now.encode() + body, hashlib.sha256).digest()
    headers = {
        "Content-Type": "application/json",
        "X-Zendesk-Webhook-Signature": base64.b64encode(mac).decode(),
        "X-Zendesk-Webhook-Signature-Timestamp": now,
    }
    return request("/webhooks/zendesk", body, headers, port)


async def drop(url: str) -> None:
    conn = await asyncpg.connect(url)
    await conn.execute("drop schema public cascade; create schema public")
    await conn.close()
