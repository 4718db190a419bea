"""`heliograph policy`: what is promised, and whether it holds; each tool beside the others."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from routing.language.problems import DocumentErrors
from routing.tools.check import check as run_check
from routing.tools.coverage import coverage as run_coverage
from routing.tools.difference import diff as run_diff
from routing.tools.trial import run_tests
from service import policies
from service.cli_database import BY, DOCUMENT, text_of, with_database
from service.cli_policy_asking import DAYS, asking, stands, told
from service.cli_policy_backtest import backtest
from service.cli_policy_ticket import explain, rehearse
from service.cli_words import Progress, utc
from service.pacing import paced
from service.policy_sources import policy_of
from service.settings import read_settings


@click.group()
def policy() -> None:
    """What is promised to whom, and who is woken for it.

    FILE is a policy; without one the version in force is asked.
    """


for _command in (explain, rehearse, backtest):
    policy.add_command(_command)


@policy.command()
@asking
@click.option("--days", type=DAYS, default=365, show_default=True, help="Look so far ahead.")
def check(
    file: Path | None, directory: Path | None, at: datetime | None, days: int, *, as_json: bool
) -> int:
    """Whether it holds together: no dead end, no unknown name, no promise without a human.

    Exit 1 if anything is wrong. Advice and accepted risks are shown and do not count.
    """
    try:
        asked = stands(file, directory)
    except DocumentErrors as broken:
        if not as_json:
            raise
        click.echo(json.dumps({"good": False, "findings": _unreadable(broken), "coverage": None}))
        return 1
    with Progress("checking") as progress:
        found = run_check(asked.policy, asked.directory, at or asked.now, days, progress)
    told(found, found.as_json(), as_json=as_json)
    return 0 if found.good else 1


def _unreadable(broken: DocumentErrors) -> list[dict[str, object]]:
    """What is wrong with a document, in the shape of findings."""
    return [
        {"key": "document", "serious": True, "accepted": False, **problem.as_json()}
        for problem in broken.problems
    ]


@policy.command()
@asking
@click.option("--days", type=DAYS, default=365, show_default=True, help="Look so far ahead.")
@click.option("--burst", type=click.IntRange(1, 10_000), default=1, help="So many cases at once.")
@click.option("--sms-per-second", type=click.FloatRange(0), help="Segments; as set, unless said.")
@click.option("--calls-per-second", type=click.FloatRange(0), help="As it is set, unless said.")
def coverage(
    file: Path | None,
    directory: Path | None,
    at: datetime | None,
    days: int,
    burst: int,
    sms_per_second: float | None,
    calls_per_second: float | None,
    *,
    as_json: bool,
) -> int:
    """For every plan and severity a human at every promised instant, or when there is none.

    Exit 1 if a promise is not covered.
    """
    asked = stands(file, directory)
    pacing = paced(read_settings(require=frozenset()), sms_per_second, calls_per_second)
    with Progress("covering") as progress:
        found = run_coverage(
            asked.policy,
            asked.directory,
            at or asked.now,
            days,
            pacing=pacing,
            burst=burst,
            progress=progress,
        )
    told(found, found.as_json(), as_json=as_json)
    return 0 if found.holds else 1


@policy.command()
@click.argument("other", type=DOCUMENT)
@asking
@click.option("--days", type=DAYS, default=90, show_default=True, help="Look so far ahead.")
def diff(
    other: Path,
    file: Path | None,
    directory: Path | None,
    at: datetime | None,
    days: int,
    *,
    as_json: bool,
) -> int:
    """What FILE changes of OTHER; with one file alone, what it changes of the version in force.

    In words, with the spans in which other people would be reached. Exit 1 if anything differs.
    """
    asked = stands(None if file is None else other, directory)
    new = policy_of(other if file is None else file)
    found = run_diff(asked.policy, new, asked.directory, at or asked.now, days)
    told(found, found.as_json(), as_json=as_json)
    return 0 if found.same else 1


@policy.command(name="test")
@click.argument("file", type=DOCUMENT, required=False)
@click.option("--directory", type=DOCUMENT, help="People and accounts; else those there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def put_to_test(file: Path | None, directory: Path | None, *, as_json: bool) -> int:
    """Runs the tests that are kept in the policy. Exit 1 if one fails."""
    asked = stands(file, directory)
    tried = run_tests(asked.policy, asked.directory)
    failed = sum(not one.passed for one in tried)
    if as_json:
        shown = [one.as_json() for one in tried]
        click.echo(json.dumps({"passed": not failed, "failed": failed, "tests": shown}))
        return 1 if failed else 0
    for one in tried:
        click.echo(str(one))
    click.echo(f"{len(tried)} tests, {failed} failed." if tried else "The policy has no tests.")
    return 1 if failed else 0


@policy.command()
@click.argument("file", type=DOCUMENT)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def apply(file: Path, *, as_json: bool) -> None:
    """Applies FILE as a new version, all of it or nothing.

    New cases open under it from its effective day on; open cases keep the version they have.
    """
    text = text_of(file)
    version = with_database(lambda pool, clock: policies.apply(pool, clock, text, str(file), BY))
    at = utc(version.effective_at)
    if as_json:
        shown = {"id": version.id, "number": version.number, "effective_at": at}
        click.echo(json.dumps({**shown, "new": version.new}))
    elif version.new:
        click.echo(f"{version.id} is applied, in force from {at}.")
    else:
        click.echo(f"{version.id} is this very text already. Nothing was changed.")
