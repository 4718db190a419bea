"""`python -m notifiers.simulator --port 8090`: phones for your tests and for trying things out."""

from pathlib import Path

import click
import uvicorn
from litestar import Litestar

from notifiers.simulator.clock import RealClock
from notifiers.simulator.config import INSTANT, Hooks, OwnNumber, Pace, SimulatorConfig
from notifiers.simulator.simulation import API_PATH, PREFIX, Simulation


@click.command(context_settings={"show_default": True})
@click.option("--host", default="127.0.0.1", help="Where to listen. Whoever gets in is Twilio.")
@click.option("--port", default=8090, help="Where the page and the API are.")
@click.option("--account-sid", default="AC" + "5" * 32)
@click.option("--auth-token", default="simulated-auth-token", help="Signs every webhook.")
@click.option("--number", default="+14155550100", help="Our number at Twilio, E.164.")
@click.option("--sms-url", help="Where inbound texts are posted.")
@click.option("--voice-url", help="Where inbound calls ask for TwiML.")
@click.option("--journal", type=click.Path(path_type=Path), help="Remembers the phones.")
@click.option("--instant", is_flag=True, help="Carriers take no time and calls speak in none.")
def main(  # noqa: PLR0913, PLR0917 - one for each option
    host: str,
    port: int,
    account_sid: str,
    auth_token: str,
    number: str,
    sms_url: str | None,
    voice_url: str | None,
    journal: Path | None,
    instant: bool,
) -> None:
    """A stand-in for Twilio: REST API, webhooks, TwiML, and the phones on a page."""
    clock = RealClock()
    config = SimulatorConfig(
        account_sid=account_sid,
        auth_token=auth_token,
        numbers=(OwnNumber(number, sms_url, voice_url),),
        clock=clock,
        journal=journal,
        pace=INSTANT if instant else Pace(),
    )
    simulation = Simulation(config, Hooks(advance=clock.advance))
    app = Litestar([simulation.router], lifespan=[simulation.lifespan], openapi_config=None)
    click.echo(f"TWILIO_API_URL=http://{host}:{port}{API_PATH}")
    click.echo(f"TWILIO_ACCOUNT_SID={account_sid} TWILIO_AUTH_TOKEN={auth_token}")
    click.echo(f"TWILIO_FROM_NUMBER={number}")
    click.echo(f"The phones: http://{host}:{port}{PREFIX}")
    # An open page holds its event stream for ever: do not wait for it to end by itself.
    uvicorn.run(app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=1)


if __name__ == "__main__":
    main()
