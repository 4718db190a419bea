"""`heliograph directory`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

import click

from service import absences as service_absences
from service import directory as service_directory
from service.cli_database import BY, DOCUMENT, text_of, with_database
from service.cli_failure import Failed
from service.feeds.absences import LARGEST
from service.importers import grafana, ical, opsgenie, pagerduty
from service.importers.imported import Found, Unreadable
from service.library import Library
from service.store import codec


@click.group()
def directory() -> None:
    """Customers, and the people who answer them."""


@directory.command(name="import")
@click.argument("file", type=DOCUMENT)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def bring_in(file: Path, *, as_json: bool) -> None:
    """Writes the accounts and people of FILE (YAML, JSON or CSV), all of them or none.

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


@directory.command()
@click.argument("person")
@click.argument("file", type=DOCUMENT)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def absences(person: str, file: Path, *, as_json: bool) -> int:
    """Reads when PERSON (an id) is away from FILE, an iCalendar, in place of the one before.

    Exit 1 if that leaves a schedule to nobody in the year to come; it is listed.
    """
    text = file.read_bytes() if file.stat().st_size <= LARGEST else b" " * (LARGEST + 1)
    try:
        found = with_database(
            lambda pool, clock: service_absences.bring_in(pool, Library(), clock, person, text, BY)
        )
    except (service_absences.NobodyOfThatName, service_absences.NoCalendar) as wrong:
        raise Failed(f"{wrong} Nothing was changed.", 1) from None
    if as_json:
        click.echo(codec.encode(found))
    else:
        click.echo(f"{person} is away {len(found.absences)} times in the year to come.")
        click.echo("".join(f"  {one}\n" for one in found.uncovered), nl=False)
    return 1 if found.uncovered else 0


READERS: Mapping[str, Callable[[bytes, Found], None]] = {
    "grafana": grafana.read,
    "ical": ical.read,
    "opsgenie": opsgenie.read,
    "pagerduty": pagerduty.read,
}


@directory.command(name="import-schedules")
@click.argument("file", type=DOCUMENT)
@click.option("--from", "system", type=click.Choice(sorted(READERS)), required=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def import_schedules(file: Path, system: str, *, as_json: bool) -> int:
    """Prints another system's schedules (FILE, its export) as part of a policy, for review.

    Nothing is written anywhere. Exit 1 if anything could not be carried over; it is listed.
    """
    found = Found()
    try:
        READERS[system](text_of(file).encode(), found)
    except Unreadable as wrong:
        raise Failed(f"{file}: {wrong}", 1) from None
    click.echo(json.dumps(found.as_json()) if as_json else found.fragment())
    return 1 if found.left_out else 0
