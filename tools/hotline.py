"""The hotline's page: its machine and its words, printed from the code into `docs/hotline.md`."""

from __future__ import annotations

import re
from pathlib import Path

from routing.hotline import diagram
from routing.hotline_words import WORDS

PAGE = Path(__file__).parents[1] / "docs" / "hotline.md"
MACHINE = re.compile(r"(?<=```mermaid\n).*?(?=```)", re.DOTALL)
EACH = re.compile(r"(?<=under `hotline.words`: ).*?\.$", re.MULTILINE)


def printed(page: str) -> str:
    """The page with the machine and the words as they are."""
    page = MACHINE.sub(lambda _: diagram(), page, count=1)
    keys = ", ".join(f"`{key}`" for key in WORDS)
    return EACH.sub(lambda _: f"{keys}.", page, count=1)


def main() -> None:
    """Write the page."""
    PAGE.write_text(printed(PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
