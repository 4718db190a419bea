"""The command `heliograph`. One file per group of commands, each imported when it is called.

Exit codes: 0 good, 1 found something (or could not do it), 2 misuse: wrong arguments or settings.
"""

import importlib
import sys

import click

from service import VERSION
from service.tuning import calm

COMMANDS = {
    "demo": (
        "service.cli_demo",
        "Everything on this machine: servers, web, worker, and phones to look at.",
    ),
    "web": ("service.cli_serve", "Answers webhooks, Twilio, the API and the console."),
    "worker": ("service.cli_serve", "Sends what is due, and wakes the cases whose time has come."),
    "migrate": ("service.cli_migrate", "Brings the database to the schema of this release."),
    "doctor": (
        "service.cli_doctor",
        "Checks settings, servers, clock, Twilio and reachability; says what to fix.",
    ),
    "who": ("service.cli_who", "Shows who is on call, until when, and why."),
    "policy": ("service.cli_policy", "What is promised to whom, and who is woken for it."),
    "directory": ("service.cli_directory", "Customers, and the people who answer them."),
    "token": ("service.cli_token", "API tokens: made, listed, revoked."),
    "intake": (
        "service.cli_intake",
        "Webhooks as they came; dead letters are authentic ones that nobody could read.",
    ),
    "hotline": (
        "service.cli_hotline",
        "The emergency hotline: its static fallback, and what it has kept of its promises.",
    ),
}
"""Command to the module that has a click command in a variable of that name, and its first words.

The words stand here as well, so that the list of commands is shown without importing them all.
"""


class Commands(click.Group):
    """Imports a command's module when the command is named, so that each starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), cmd_name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}.{cmd_name} is no command.")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, message="%(version)s")
def heliograph() -> None:
    """Pages the person who has the sun, until somebody answers."""
    from service.logs import aside  # noqa: PLC0415 -- not for the help

    aside()


def main() -> None:
    """Runs the command line. Known failures become a sentence; only a defect has a traceback."""
    calm()
    try:
        code = heliograph(prog_name="heliograph", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except Exception as error:
        from service.cli_sentences import sentence_of  # noqa: PLC0415 -- knows every library

        known = sentence_of(error)
        if known is None:
            raise
        click.echo(f"heliograph: {known.sentence}", err=True)
        sys.exit(known.code)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
