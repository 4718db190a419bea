"""`heliograph web` and `heliograph worker`: the two processes of a running service."""

import asyncio
import importlib
import os
import socket
from types import FrameType

import click
import uvicorn

from service import schema
from service.attach import attached
from service.cli_failure import Failed
from service.environment import PREFIX
from service.settings import SERVING, Settings, read_settings
from service.web import ending

DRAIN = 25
"""Seconds that requests in flight are given after SIGTERM; orchestrators kill after 30."""


@click.command()
@click.option("--host", help="Where to listen; else HELIOGRAPH_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="Else HELIOGRAPH_PORT.")
def web(host: str | None, port: int | None) -> None:
    """Answers webhooks, Twilio, the API and the console."""
    if host is not None:
        os.environ[f"{PREFIX}HOST"] = host
    if port is not None:
        os.environ[f"{PREFIX}PORT"] = str(port)
    with attached(read_settings(require=SERVING)) as settings:
        check_free(settings.host, settings.port)
        asyncio.run(schema.ensure(settings))
        serve(settings)


class Server(uvicorn.Server):
    """Ends at once while it is still starting: nothing is accepted yet, so nothing is drained.

    Open pages are told first, or their streams would be waited for.

    uvicorn would first finish the start, which waits a minute for a PostgreSQL that is away.
    """

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.started:
            os._exit(128 + sig)
        ending.end()
        super().handle_exit(sig, frame)


def serve(settings: Settings) -> None:
    """Until SIGINT or SIGTERM; then requests in flight are finished. Logging is the app's."""
    config = uvicorn.Config(
        "service.web.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=DRAIN,
        lifespan="on",
    )
    server = Server(config)
    server.run()
    if not server.started:
        raise Failed("web could not start; the lines above say why.")


def check_free(host: str, port: int) -> None:
    """Raises Failed before anything is started that would have to be stopped again."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Failed(
                f"cannot listen on {host}:{port} ({error.strerror}). Choose another with --port "
                "(make demo PORT=9000), or stop what listens there.",
                2,
            ) from error


@click.command()
def worker() -> None:
    """Sends what is due, and wakes the cases whose time has come."""
    with attached(read_settings(require=SERVING)) as settings:
        asyncio.run(schema.ensure(settings))
        importlib.import_module("service.worker").main()
