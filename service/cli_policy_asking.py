"""What the tools of `heliograph policy` take alike, and how they print what they find."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from service.cli_database import DOCUMENT
from service.cli_words import Instant
from service.policy_sources import Given, given

F = TypeVar("F", bound=Callable[..., Any])
DAYS = click.IntRange(1, 1100)


def asking(command: F) -> F:
    """What every tool takes: the policy, the directory, an instant, and how to print."""
    for decorate in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--at", type=Instant(), help="At this instant; now unless said."),
        click.option("--directory", type=DOCUMENT, help="People and accounts; else those there."),
        click.argument("file", type=DOCUMENT, required=False),
    ):
        command = decorate(command)
    return command


def stands(file: Path | None, directory: Path | None) -> Given:
    """What a command is asked about; what should be known of it goes to standard error."""
    found = given(file, directory)
    if found.notice:
        click.echo(f"Note: {found.notice}", err=True)
    return found


def told(found: object, document: object, *, as_json: bool) -> None:
    """Print an answer, for people or as JSON."""
    click.echo(json.dumps(document) if as_json else str(found))
