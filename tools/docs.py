"""Prints docs/reference.md from the tables in the code; with `--check` only compares the two."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from routing.case import State
from routing.decide import TABLE
from routing.engineering import MOVES, NEEDS, UPDATES
from service.cli import heliograph
from service.store.sql import all_queries

WIDTH = 100
PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference.md"


def reference() -> str:
    return "\n".join(
        [
            "# Reference",
            "",
            "Printed from the code by `make docs`; a test compares the two.",
            "",
            *section("What can happen to a case", case_table()),
            *section("Sustained Engineering", [*diagram(), "", *stage_table()]),
            *section("Commands", commands()),
            *section("Queries", queries()),
        ]
    )


def section(title: str, lines: Iterable[str]) -> list[str]:
    return [f"## {title}", "", *lines, ""]


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    heads = list(head)
    cells = ([cell.replace("|", "\\|") for cell in row] for row in rows)
    lines = [heads, ["---"] * len(heads), *cells]
    return [f"| {' | '.join(line)} |" for line in lines]


def case_table() -> list[str]:
    """Event by state. An empty cell is refused with a sentence, and the case stays as it was."""
    events = dict.fromkeys(event for state in State for event in TABLE[state])
    return [
        "A dot is an event that the state takes. Any other is refused with a sentence, and the",
        "case stays as it was.",
        "",
        *table(
            ["", *(state.value for state in State)],
            (
                [event.__name__, *("•" if event in TABLE[state] else "" for state in State)]
                for event in events
            ),
        ),
    ]


def diagram() -> list[str]:
    moves = [
        f"    {stage.value} --> {target.value}: {action}"
        for (stage, action), target in MOVES.items()
        if stage is not target
    ]
    return ["```mermaid", "stateDiagram-v2", "    direction LR", *moves, "```"]


def stage_table() -> list[str]:
    needs = {target: NEEDS.get(action, "") for (_, action), target in MOVES.items()}
    return table(
        ["stage", "needs", "what the customer reads, unless the policy words it otherwise"],
        ([stage.value, needs.get(stage, ""), words] for stage, words in UPDATES.items()),
    )


def commands() -> list[str]:
    lines = []
    context = click.Context(heliograph, info_name="heliograph", terminal_width=WIDTH)
    for name in heliograph.list_commands(context):
        command = heliograph.get_command(context, name)
        if command is not None:
            lines += usage(command, inside(command, name, context))
    return lines


def inside(command: click.Command, name: str, parent: click.Context) -> click.Context:
    return click.Context(command, info_name=name, parent=parent, terminal_width=WIDTH)


def usage(command: click.Command, context: click.Context) -> list[str]:
    if not isinstance(command, click.Group):
        return ["```text", command.get_help(context), "```", ""]
    lines = []
    for name, each in sorted(command.commands.items()):
        lines += usage(each, inside(each, name, context))
    return lines


def queries() -> list[str]:
    rows = sorted(all_queries().values(), key=lambda query: query.file.partition(":")[0])
    return table(
        ["file", "query", "what it does"],
        ([query.file.partition(":")[0], f"`{query.name}`", query.sentence] for query in rows),
    )


def main() -> None:
    if "--check" not in sys.argv:
        PAGE.write_text(reference())
        print(f"wrote {PAGE}")
    elif PAGE.read_text() != reference():
        raise SystemExit(f"{PAGE} is not what the code says. Run make docs.")


if __name__ == "__main__":
    main()
