"""Asks the engine every recorded case of a folder: `python -m tests.shared_cases ../shared`.

Prints for each file how many agree and lists, with the reason, those that differ by a declared
choice or are not asked of the engine. Exit code 1 if one differs otherwise.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from click import echo

from tests.peers import (
    goalert_oncall,
    goalert_rotation,
    goalert_temporary,
    grafana_cases,
    sla,
)
from tests.peers.verdict import Verdict, outside

Case = Mapping[str, Any]
Judge = Callable[[Case], Verdict]


def by_function(functions: Mapping[str, Judge]) -> Callable[[Any], Judge]:
    def judge(case: Case) -> Verdict:
        function = functions.get(case["fn"])
        return function(case) if function else outside(f"the peer's {case['fn']}")

    return lambda _: judge


FILES: Mapping[str, Callable[[Any], Judge]] = {
    "goalert_oncall_cases.json": by_function(
        {**goalert_oncall.FUNCTIONS, **goalert_temporary.FUNCTIONS}
    ),
    "goalert_rotation_cases.json": by_function(goalert_rotation.FUNCTIONS),
    "goalert_rotation_oracle.json": by_function(goalert_rotation.FUNCTIONS),
    "schedule_cases.json": lambda facts: partial(
        grafana_cases.judge, calendars=facts.get("calendars")
    ),
    "sla_cases.json": sla.judge,
}


def verdicts(path: Path) -> Iterator[tuple[str, Verdict]]:
    """The id and the verdict of every case in a file."""
    facts = json.loads(path.read_text())
    judge = FILES[path.name](facts)
    for case in facts["cases"]:
        yield case["id"], judged(judge, case)


def judged(judge: Judge, case: Case) -> Verdict:
    """A case that cannot be read or computed is a difference as well, not the end of the run."""
    try:
        return judge(case)
    except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
        return Verdict("differs", f"{type(error).__name__}: {error}")


def report(path: Path) -> bool:
    """Print what one file came to; whether it holds nothing undeclared."""
    found = list(verdicts(path))
    counts = Counter(verdict.kind for _, verdict in found)
    kinds = ("agrees", "choice", "outside", "differs")
    echo(f"{path.name}: " + ", ".join(f"{kind} {counts[kind]}" for kind in kinds))
    for kind in kinds[1:]:
        for name, verdict in found:
            if verdict.kind == kind:
                echo(f"  {kind:8} {name:28} {verdict.why}")
    return counts["differs"] == 0


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        echo("usage: python -m tests.shared_cases FOLDER", err=True)
        return 2
    folder = Path(arguments[0])
    paths = sorted(path for path in folder.rglob("*.json") if path.name in FILES)
    if not paths:
        echo(f"No recorded cases in {folder}.", err=True)
        return 2
    return 0 if sum(report(path) for path in paths) == len(paths) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
