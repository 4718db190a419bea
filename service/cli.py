"""The command `heliograph`. One file per group of commands, each imported when it is called.

Exit codes: 0 good, 1 found something (or could not do it), 2 misuse: wrong arguments or settings.
"""

import importlib
import importlib.util
import sys

import click

from service import VERSION
from service.cli_failure import sentence_of
from service.logs import aside

COMMANDS = {
    "demo": "service.cli_demo",
    "web": "service.cli_serve",
    "worker": "service.cli_serve",
    "migrate": "service.cli_migrate",
    "doctor": "service.cli_doctor",
    "who": "service.cli_who",
    "policy": "service.cli_policy",
    "directory": "service.cli_directory",
    "token": "service.cli_token",
    "intake": "service.cli_intake",
    "hotline": "service.cli_hotline",
}
"""Command to the module that has a click command in a variable of that name."""


class Commands(click.Group):
    """Imports a command's module when the command is named, so that each starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        return [name for name, module in COMMANDS.items() if importlib.util.find_spec(module)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = getattr(importlib.import_module(COMMANDS[cmd_name]), cmd_name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name]}.{cmd_name} is no command.")
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, message="%(version)s")
def heliograph() -> None:
    """Pages the person who has the sun, until somebody answers."""


def main() -> None:
    """Runs the command line. Known failures become a sentence; only a defect has a traceback."""
    aside()
    try:
        code = heliograph(prog_name="heliograph", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except Exception as error:
        known = sentence_of(error)
        if known is None:
            raise
        click.echo(f"heliograph: {known.sentence}", err=True)
        sys.exit(known.code)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
