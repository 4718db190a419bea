"""`heliograph demo`: supervises everything, and leaves nothing behind."""

import asyncio
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
import httpx

from service import schema
from service.cli_failure import Failed
from service.cli_serve import check_free
from service.clock import monotonic
from service.demo.children import Child, stop_all
from service.demo.interruption import Interrupted, listen
from service.demo.invitation import invitation
from service.demo.made_up import demo_secrets
from service.embedded import Addresses, EmbeddedServers
from service.embedded.data_dir import DataDir
from service.embedded.process import ServerProcess
from service.environment import PREFIX
from service.settings import Settings, read_settings

GLANCE = 0.2
"""Seconds between two looks at the children."""
PATIENCE = 90.0
"""Seconds until `web` must say it is ready."""
GIVE_UP = 3
PR_SET_PDEATHSIG = 1


@click.command()
@click.option("--host", help="Where to listen; else HELIOGRAPH_HOST, else 127.0.0.1.")
@click.option("--port", type=click.IntRange(1, 65535), help="Else HELIOGRAPH_PORT, else 8000.")
@click.option("--with-parent", is_flag=True, hidden=True, help="End when the parent ends.")
def demo(*, host: str | None, port: int | None, with_parent: bool) -> None:
    """Everything on this machine: servers, web, worker, and phones to look at."""
    if with_parent:
        end_with_parent()
    children: list[Child] = []
    listen(lambda: kill(children))
    try:
        with ExitStack() as stack:
            settings, environment, tend_servers = prepare(stack, host, port)
            children += [
                child("web", environment, settings),
                child("worker", environment, settings),
            ]
            stack.callback(stop_all, children)
            supervise(settings, environment, children, tend_servers)
    except Interrupted:
        click.echo("Heliograph has ended; the data stays for the next start.", err=True)


def kill(children: list[Child]) -> None:
    for each in children:
        each.kill()


def end_with_parent() -> None:
    """For `make demo`: a killed make takes us with it (Linux alone)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def prepare(
    stack: ExitStack, host: str | None, port: int | None
) -> tuple[Settings, dict[str, str], Callable[[], list[str]]]:
    """Settings, the children's environment, and what keeps the servers up. All data migrated."""
    given = dict(os.environ)
    given.update({f"{PREFIX}HOST": host} if host else {})
    given.update({f"{PREFIX}PORT": str(port)} if port else {})
    if given.get(f"{PREFIX}ENVIRONMENT") != "test":
        given[f"{PREFIX}ENVIRONMENT"] = "development"
    folder = DataDir(read_settings(given).data_dir)
    environment = {**demo_secrets(folder.path / "demo.env"), **given}
    environment[f"{PREFIX}DATA_DIR"] = str(folder.path)
    settings = read_settings(environment)
    check_free(settings.host, settings.port)
    click.echo("Starting PostgreSQL and Redis ...", err=True)
    addresses, tend_servers = stack.enter_context(servers_for(settings))
    environment[f"{PREFIX}DATABASE_URL"] = addresses.database_url
    environment[f"{PREFIX}REDIS_URL"] = addresses.redis_url
    asyncio.run(schema.bring_forward(addresses.database_url))
    return settings, environment, tend_servers


@contextmanager
def servers_for(settings: Settings) -> Iterator[tuple[Addresses, Callable[[], list[str]]]]:
    """Embedded ones, unless both real ones are given."""
    if settings.database_url and settings.redis_url:
        yield Addresses(settings.database_url, settings.redis_url), list
        return
    with EmbeddedServers(settings.data_dir) as servers:
        own = servers.addresses
        yield (
            Addresses(
                settings.database_url or own.database_url, settings.redis_url or own.redis_url
            ),
            servers.revive,
        )


def child(name: str, environment: Mapping[str, str], settings: Settings) -> Child:
    command = [sys.executable, "-m", "service.cli", name]
    log = settings.data_dir / "logs" / f"{name}.log"

    def start() -> ServerProcess:
        return ServerProcess(
            name,
            command,
            mode="direct",
            end=signal.SIGTERM,
            log=log,
            environment=environment,
            folder=Path.cwd(),
        )

    return Child(name, start)


def supervise(
    settings: Settings,
    environment: Mapping[str, str],
    children: list[Child],
    tend_servers: Callable[[], list[str]],
) -> None:
    """Until a signal ends it. Raises Failed if the service does not come up."""
    address = local_address(settings)
    deadline = monotonic() + PATIENCE
    invited = False
    while True:
        for name in tend_servers():
            click.echo(f"{name} had ended and was started again.", err=True)
        for each in children:
            ended = each.tend()
            if ended:
                click.echo(ended, err=True)
        if not invited and is_ready(address):
            invited = True
            secret = environment[f"{PREFIX}WEBHOOK_SECRET_ZENDESK"].partition(",")[0]
            click.echo(invitation(address, settings.data_dir, secret))
        elif not invited:
            check_progress(children, settings.data_dir, late=monotonic() > deadline)
        time.sleep(GLANCE)


def local_address(settings: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 -- compared, not bound
    return f"http://{host}:{settings.port}"


def is_ready(address: str) -> bool:
    try:
        return (
            httpx.get(f"{address}/readyz", timeout=2.0, trust_env=False).status_code
            == httpx.codes.OK
        )
    except httpx.HTTPError:
        return False


def check_progress(children: list[Child], data_dir: Path, *, late: bool) -> None:
    for each in children:
        if each.failures >= GIVE_UP:
            raise Failed(
                f"{each.name} does not start. What it says is in {data_dir}/logs/{each.name}.log; "
                "the data is safe."
            )
    if late:
        raise Failed(
            f"web was not ready within {PATIENCE:g} s. What it says is in {data_dir}/logs/web.log; "
            "the data is safe."
        )
