"""What docs/api.md says of roles is what the code does."""

import re
from collections.abc import Iterator
from pathlib import Path

from service.tokens import ROLES
from service.web.api import PATH, SECTIONS

DOCS = Path(__file__).parents[3] / "docs" / "api.md"


def rows() -> Iterator[str]:
    for handlers in SECTIONS.values():
        for handler in handlers:
            path = PATH + re.sub(r"\{(\w+):\w+\}", r"{\1}", next(iter(handler.paths)))
            roles = handler.opt["roles"]
            marks = " | ".join("yes" if role in roles else "" for role in ROLES)
            yield f"| `{next(iter(handler.http_methods))} {path}` | {marks} |"


def table() -> str:
    head = f"| | {' | '.join(ROLES)} |\n|---|{'---|' * len(ROLES)}"
    return "\n".join([head, *rows()])


def test_the_table_of_roles_is_the_codes() -> None:
    assert table() in DOCS.read_text("utf-8"), f"docs/api.md should hold:\n{table()}"
