"""`heliograph token`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from service import tokens
from service.cli_database import BY, with_database
from service.cli_failure import Failed
from service.cli_words import utc
from service.store.sql import query


@click.group()
def token() -> None:
    """API tokens: made, listed, revoked."""


@token.command()
@click.option("--role", required=True, type=click.Choice(tokens.ROLES), help="What it may do.")
@click.option("--person", help="Whose it is: actions are done as this person.")
@click.option("--name", default="", help="What it is for, as lists and audits show it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def create(role: str, person: str | None, name: str, *, as_json: bool) -> None:
    """Makes a token and shows it this once; only a digest of it is kept."""
    try:
        secret, made = with_database(
            lambda pool, clock: tokens.create(pool, clock, role, person, name, BY), loaded=True
        )
    except tokens.TokenRefused as refused:
        raise Failed(f"{refused} No token was made.", 2) from None
    if made.role == "csm" and made.person is None:
        click.echo("It sees no account: a CSM's own are those he is the CSM of.", err=True)
    if as_json:
        click.echo(json.dumps({"token": secret, **asdict(made)}))
        return
    click.echo(secret)
    click.echo(
        f"{made.role} token {made.id} ({made.name}). It is shown this once. Send it as\n"
        "Authorization: Bearer TOKEN",
        err=True,
    )


@token.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_tokens(*, as_json: bool) -> None:
    """Shows every token ever made, never what opens with it."""

    async def read(pool: Any, _: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a pool
        async with pool.acquire() as conn:
            return [dict(row) for row in await conn.fetch(query("all_tokens"))]

    rows = with_database(read)
    if as_json:
        click.echo(json.dumps({"items": rows}, default=utc))
        return
    if not rows:
        click.echo("No token was made yet; `heliograph token create` makes one.")
    for row in rows:
        revoked = f"  revoked {row['revoked_at']:%Y-%m-%d}" if row["revoked_at"] else ""
        whose = row["person"] or "a service"
        click.echo(f"{row['id']}  {row['role']:<9}  {whose:<16}  {row['name']}{revoked}")


@token.command()
@click.argument("name", metavar="ID")
def revoke(name: str) -> None:
    """Closes a token, by the id that `list` shows. It is refused from now on."""
    if not with_database(lambda pool, clock: tokens.revoke(pool, clock, name, BY)):
        raise Failed(f"there is no token {name} that opens anything. Nothing was changed.", 2)
    click.echo(f"The token {name} opens nothing any more.")
