"""`heliograph doctor`."""

import asyncio
import json
from dataclasses import asdict

import click

from service.attach import attached
from service.clock import SystemClock
from service.doctor.chat import check_chats
from service.doctor.finding import Finding, Level, bad, good, warn
from service.doctor.hotline import check_hotline
from service.doctor.mail import check_mail
from service.doctor.outside import check_reachability, check_sources, check_twilio
from service.doctor.people import check_people
from service.doctor.stores import check_database, check_redis
from service.doctor.tickets import check_tickets
from service.settings import SERVING, Settings, SettingsError, read_settings

COLORS = {Level.GOOD: "green", Level.WARN: "yellow", Level.BAD: "red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(*, as_json: bool) -> int:
    """Checks settings, servers, clock, Twilio and reachability; says what to fix."""
    found = look()
    well = all(finding.level is not Level.BAD for finding in found)
    if as_json:
        click.echo(json.dumps({"good": well, "findings": [asdict(each) for each in found]}))
    else:
        for each in found:
            show(each)
    return 0 if well else 1


def look() -> list[Finding]:
    try:
        settings = read_settings(require=SERVING)
    except SettingsError as error:
        return [bad("settings", says, "") for says in error.errors]
    with attached(settings) as complete:
        return asyncio.run(examine(complete))


async def examine(settings: Settings) -> list[Finding]:
    clock = SystemClock()
    parts = await asyncio.gather(
        check_database(settings.database_url or "", clock),
        check_redis(settings.redis_url or "", clock),
        check_twilio(settings, clock),
        check_mail(settings),
        check_people(settings),
        check_chats(settings),
        check_reachability(settings),
        check_hotline(settings, clock),
        check_tickets(settings, clock),
    )
    return [*check_settings(settings), *(each for part in parts for each in part)]


def check_settings(settings: Settings) -> list[Finding]:
    odd = [warn("settings", notice, "Correct or remove it.") for notice in settings.notices]
    short = settings.production and min(map(len, settings.secret_keys)) < 32  # noqa: PLR2004 -- a 128-bit key in hex
    if short:
        says = "HELIOGRAPH_SECRET_KEY is short enough to be guessed."
        odd.append(warn("settings", says, "Give the output of `openssl rand -hex 32`."))
    whole = [good("settings", f"Complete, for {settings.environment}.")]
    return [*(odd or whole), *check_sources(settings)]


def show(finding: Finding) -> None:
    level = click.style(f"{finding.level:<4}", fg=COLORS[finding.level])
    click.echo(f"{level}  {finding.check:<9} {finding.says}")
    if finding.fix:
        click.echo(f"{'':15} {finding.fix}")
