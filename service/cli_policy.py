"""`heliograph policy`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from service import policies
from service.cli_database import BY, DOCUMENT, text_of, with_database


@click.group()
def policy() -> None:
    """What is promised to whom, and who is woken for it."""


@policy.command()
@click.argument("file", type=DOCUMENT)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def apply(file: Path, *, as_json: bool) -> None:
    """Applies FILE as a new version, all of it or nothing.

    New cases open under it from its effective day on; open cases keep the version they have.
    """
    text = text_of(file)
    version = with_database(lambda pool, clock: policies.apply(pool, clock, text, str(file), BY))
    at = version.effective_at.isoformat().replace("+00:00", "Z")
    if as_json:
        shown = {"id": version.id, "number": version.number, "effective_at": at}
        click.echo(json.dumps({**shown, "new": version.new}))
    elif version.new:
        click.echo(f"{version.id} is applied, in force from {at}.")
    else:
        click.echo(f"{version.id} is this very text already. Nothing was changed.")
