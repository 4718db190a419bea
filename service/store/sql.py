"""Named queries, kept in .sql files beside this one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def load(name: str) -> Mapping[str, str]:
    """The queries of one file by their names."""
    text = (Path(__file__).parent / f"{name}.sql").read_text()
    parts = _NAME.split(text)[1:]
    return {n: q.strip().rstrip(";") for n, q in zip(parts[::2], parts[1::2], strict=True)}
