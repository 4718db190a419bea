"""The command as people run it: a process of its own, its exit code, and what it prints."""

import json
import subprocess
import sys

import click
import pytest

from service.cli import COMMANDS
from service.cli import heliograph as heliograph_command
from tests.forks import ROOT, clean, heliograph

HOUSE = {"service", "notifiers", "routing", "asyncpg", "litestar", "redis", "structlog", "twilio"}
PRODUCTION = {
    "HELIOGRAPH_PUBLIC_URL": "https://pager.example",
    "HELIOGRAPH_SECRET_KEY": "k" * 32,
    "HELIOGRAPH_ADMIN_TOKEN": "t" * 32,
}


def program(*arguments: str) -> subprocess.CompletedProcess[str]:
    """As a shell starts it, imports and all."""
    return subprocess.run(
        [sys.executable, "-m", "service.cli", *arguments],
        env=clean(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_help_lists_the_commands_and_is_good() -> None:
    told = program("--help")
    assert told.returncode == 0
    for command in ("demo", "web", "worker", "migrate", "doctor"):
        assert f"  {command} " in told.stdout


def test_the_list_of_commands_says_of_each_what_its_own_help_says() -> None:
    for name, (_, words) in COMMANDS.items():
        command = heliograph_command.get_command(click.Context(heliograph_command), name)
        assert command is not None
        assert words.endswith(".")
        assert (command.help or "").startswith(words), name


@pytest.mark.parametrize("arguments", [("--help",), ("--version",)])
def test_what_needs_nothing_of_the_service_imports_nothing_of_it(
    arguments: tuple[str, ...],
) -> None:
    """Help is there at once, not after a second and a half of imports."""
    shown = f"import sys; sys.argv[1:] = {arguments!r}; import atexit, service.cli as c; "
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            shown + "atexit.register(lambda: print(*sys.modules, file=sys.stderr)); c.main()",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    ours = {name for name in told.stderr.split() if name.split(".")[0] in HOUSE}
    assert ours == {"service", "service.cli", "service.tuning"}


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("web", "--nonsense"), ("web", "--port", "eighty"), ()]
)
def test_misuse_is_2_and_shows_no_traceback(arguments: tuple[str, ...]) -> None:
    told = heliograph(*arguments)
    assert told.returncode == 2
    assert "Traceback" not in told.stderr
    assert "Usage: heliograph" in told.stderr


@pytest.mark.parametrize("command", ["web", "worker"])
def test_production_refuses_to_serve_without_its_settings(command: str) -> None:
    told = program(command)
    assert told.returncode == 2
    assert "Traceback" not in told.stderr
    for name in ("DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "SECRET_KEY", "ADMIN_TOKEN"):
        assert f"HELIOGRAPH_{name} is required in production." in told.stderr


def test_migrate_brings_a_database_forward_once(empty_database_url: str) -> None:
    environment = {
        "HELIOGRAPH_DATABASE_URL": empty_database_url,
        "HELIOGRAPH_REDIS_URL": "redis://127.0.0.1:1",
    }
    pending = heliograph("migrate", "--check", "--json", environment=environment)
    assert pending.returncode == 1
    applied = heliograph("migrate", "--json", environment=environment)
    assert applied.returncode == 0
    assert json.loads(applied.stdout)["applied"] == json.loads(pending.stdout)["pending"]
    again = heliograph("migrate", environment=environment)
    assert (again.returncode, again.stdout) == (0, "The schema is up to date.\n")


@pytest.mark.parametrize("command", ["web", "worker"])
def test_production_refuses_to_serve_an_old_schema(
    command: str, empty_database_url: str, redis_url: str
) -> None:
    environment = {
        **PRODUCTION,
        "HELIOGRAPH_DATABASE_URL": empty_database_url,
        "HELIOGRAPH_REDIS_URL": redis_url,
        "HELIOGRAPH_PORT": "0",
    }
    told = heliograph(command, environment=environment)
    assert told.returncode == 1
    assert "Run heliograph migrate" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_refused_password_is_a_sentence(database_url: str) -> None:
    environment = {
        "HELIOGRAPH_DATABASE_URL": database_url.replace("postgres:", "postgres:not"),
        "HELIOGRAPH_REDIS_URL": "redis://127.0.0.1:1",
    }
    told = heliograph("migrate", environment=environment)
    assert told.returncode == 2
    assert "refuses HELIOGRAPH_DATABASE_URL" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_taken_port_is_a_sentence(database_url: str, redis_url: str) -> None:
    port = database_url.rpartition("/")[0].rpartition(":")[2]
    environment = {
        "HELIOGRAPH_ENVIRONMENT": "test",
        "HELIOGRAPH_DATABASE_URL": database_url,
        "HELIOGRAPH_REDIS_URL": redis_url,
    }
    told = heliograph("web", "--port", port, environment=environment)
    assert told.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in told.stderr
