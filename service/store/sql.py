"""Named queries, read once from the .sql files beside this module.

    -- name: claim_outbox
    -- Leases the most urgent due rows to one sender.
    select ...;

The first comment lines after the name are the query's sentence. A name is used once in all files.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
HEAD = re.compile(r"^-- name: *(?P<name>\S.*?) *$", re.MULTILINE)


class QueryFileError(Exception):
    """A .sql file that does not follow the form; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class Query:
    name: str
    sentence: str
    text: str
    file: str


def parse(text: str, file: str) -> Iterator[Query]:
    """Raises QueryFileError for text before the first name, a bad name, or a missing sentence."""
    heads = list(HEAD.finditer(text))
    before = text[: heads[0].start()] if heads else text
    if any(line.strip() and not line.startswith("--") for line in before.splitlines()):
        raise QueryFileError(f"{file}: a statement stands before the first `-- name:` line.")
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        end = following.start() if following else len(text)
        place = f"{file}:{text.count(chr(10), 0, head.start()) + 1}"
        yield _query(head["name"], text[head.end() : end].strip(), place)


def _query(name: str, body: str, place: str) -> Query:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise QueryFileError(f"{place}: {name!r} is not a snake_case name.")
    lines = body.splitlines()
    comment = 0
    while comment < len(lines) and lines[comment].startswith("--"):
        comment += 1
    sentence = " ".join(line.removeprefix("--").strip() for line in lines[:comment])
    if not sentence:
        raise QueryFileError(f"{place}: {name} has no `-- ` line that says what it does.")
    statement = "\n".join(lines[comment:]).strip().removesuffix(";")
    if not statement:
        raise QueryFileError(f"{place}: {name} has no statement.")
    return Query(name, sentence, statement, place)


def load(folder: Path) -> Mapping[str, Query]:
    queries: dict[str, Query] = {}
    for file in sorted(folder.glob("*.sql")):
        for found in parse(file.read_text(), file.name):
            if found.name in queries:
                first = queries[found.name].file
                raise QueryFileError(f"{found.file}: {found.name} is already at {first}.")
            queries[found.name] = found
    return queries


@cache
def all_queries() -> Mapping[str, Query]:
    return load(FOLDER)


def query(name: str) -> str:
    """The text of a named query. Ask when a module is imported, so a wrong name fails at start."""
    try:
        return all_queries()[name].text
    except KeyError:
        raise QueryFileError(f"No query in {FOLDER} is named {name!r}.") from None
