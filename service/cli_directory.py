"""`heliograph directory`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from service import directory as service_directory
from service.cli_database import BY, DOCUMENT, text_of, with_database
from service.cli_failure import Failed


@click.group()
def directory() -> None:
    """Customers, and the people who answer them."""


@directory.command(name="import")
@click.argument("file", type=DOCUMENT)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def bring_in(file: Path, *, as_json: bool) -> None:
    """Writes the accounts and people of FILE (YAML or JSON), all of them or none.

    By their ids; who is not in FILE stays as he is.
    """
    text = text_of(file)
    try:
        done = with_database(
            lambda pool, clock: service_directory.bring_in(
                pool, clock, text, str(file), BY, plans=True
            )
        )
    except service_directory.DirectoryConflict as conflict:
        raise Failed(f"{conflict} Nothing was changed.") from None
    if as_json:
        click.echo(json.dumps(asdict(done)))
        return
    click.echo(
        f"{done.accounts} accounts and {done.people} people written, {done.new} of them new."
    )
    for notice in done.notices:
        click.echo(f"Note: {notice}", err=True)
