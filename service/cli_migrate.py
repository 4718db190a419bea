"""`heliograph migrate`."""

import asyncio
import json

import click

from service import schema
from service.attach import attached
from service.settings import read_settings


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if something is pending.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def migrate(*, check: bool, as_json: bool) -> int:
    """Brings the database to the schema of this release. Safe to run twice, or twice at once."""
    with attached(read_settings(require=frozenset({"DATABASE_URL"}))) as settings:
        url = settings.database_url or ""
        names = asyncio.run(schema.missing(url) if check else schema.bring_forward(url))
    if as_json:
        click.echo(json.dumps({"pending" if check else "applied": names}))
    else:
        for name in names:
            click.echo(f"{'pending' if check else 'applied'}  {name}")
        click.echo("" if names else "The schema is up to date.", nl=not names)
    return 1 if check and names else 0
