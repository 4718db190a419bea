"""A directory as CSV (RFC 4180): people or accounts, one a line, by the columns of the header.

A file with the column `plan` holds accounts, any other people.
Several values of a cell stand apart by a semicolon. An empty cell says nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from routing.language.directory_reader import ACCOUNT_MEMBERS, METHODS, PERSON_MEMBERS
from routing.language.problems import DocumentErrors, Problem, nearest
from routing.language.tree import Listing, Mark, Node, Scalar, Table

LISTS = frozenset({"domains", "roles", "skills"})
NESTED = frozenset({"contacts", "environments", "external_ids", "contact_methods", "contact_rules"})
EXTERNAL = "external_ids."
WAYS = tuple(method for method in METHODS if method != "email")
"""A column of each is a contact method of that name; `email_page` pages by e-mail."""
BY_MAIL = "email_page"
VERIFIED = "verified"
CONTACT = ("contact_name", "contact_email", "contact_phone", "contact_language")


def parse(text: str, file: str) -> Node:
    """The tree of a directory document. Raises DocumentErrors with everything that is wrong."""
    problems: list[Problem] = []
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
        lines = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as wrong:
        mark = Mark(file, rows.line_num, 1)
        raise DocumentErrors([Problem(mark, "", f"this is no CSV: {wrong}.")]) from None
    accounts = "plan" in header
    problems += _wrong_columns(header, file, accounts=accounts)
    tables = []
    for number, row in lines:
        if len(row) != len(header):
            said = f"this line has {len(row)} cells, and the header {len(header)}."
            problems.append(Problem(Mark(file, number, 1), "", said))
            continue
        tables.append(_table(header, row, file, number, accounts=accounts))
    if problems:
        raise DocumentErrors(problems)
    top, kind = Mark(file, 1, 1), "accounts" if accounts else "people"
    return Table(top, {kind: Listing(top, tuple(tables))}, {kind: top})


def _columns(*, accounts: bool) -> tuple[str, ...]:
    if accounts:
        return (*(m for m in ACCOUNT_MEMBERS if m not in NESTED), *CONTACT)
    return (*(m for m in PERSON_MEMBERS if m not in NESTED), *WAYS, BY_MAIL, VERIFIED)


def _wrong_columns(header: Sequence[str], file: str, *, accounts: bool) -> Iterator[Problem]:
    known, top = _columns(accounts=accounts), Mark(file, 1, 1)
    if not header or "id" not in header:
        yield Problem(top, "", "the first line names the columns, and `id` must be among them.")
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            yield Problem(top, name, "this column is here twice.")
        external = accounts and name.startswith(EXTERNAL) and name != EXTERNAL
        if name not in known and not external:
            kind = "accounts" if accounts else "people"
            said = f"there is no such column for {kind}; {nearest(name, known)}"
            yield Problem(top, name, said)


def _table(
    header: Sequence[str], row: Sequence[str], file: str, number: int, *, accounts: bool
) -> Table:
    mark = Mark(file, number, 1)
    cells = {name: cell.strip() for name, cell in zip(header, row, strict=True) if cell.strip()}
    members: dict[str, Node] = {
        name: _cell(name, text, mark)
        for name, text in cells.items()
        if name in (ACCOUNT_MEMBERS if accounts else PERSON_MEMBERS)
    }
    members |= _of_account(cells, mark) if accounts else _of_person(cells, mark)
    return Table(mark, members, dict.fromkeys(members, mark))


def _cell(name: str, text: str, mark: Mark) -> Node:
    if name not in LISTS:
        return Scalar(mark, text, quoted=True)
    words = (word.strip() for word in text.split(";"))
    return Listing(mark, tuple(Scalar(mark, word, quoted=True) for word in words if word))


def _of_account(cells: Mapping[str, str], mark: Mark) -> dict[str, Node]:
    ids = {n.removeprefix(EXTERNAL): v for n, v in cells.items() if n.startswith(EXTERNAL)}
    contact = {n.removeprefix("contact_"): v for n, v in cells.items() if n in CONTACT}
    found: dict[str, Node] = {"external_ids": _words(ids, mark)} if ids else {}
    if contact:
        found["contacts"] = Listing(mark, (_words(contact, mark),))
    return found


def _of_person(cells: Mapping[str, str], mark: Mark) -> dict[str, Node]:
    verified = cells.get(VERIFIED, "no")
    ways = {way: (way, cells[way]) for way in WAYS if way in cells}
    if BY_MAIL in cells:
        ways[BY_MAIL] = ("email", cells[BY_MAIL])
    methods = tuple(
        _words({"id": name, "type": kind, "address": address, "verified": verified}, mark)
        for name, (kind, address) in ways.items()
    )
    return {"contact_methods": Listing(mark, methods)} if methods else {}


def _words(words: Mapping[str, str], mark: Mark) -> Table:
    members = {name: Scalar(mark, word, quoted=True) for name, word in words.items()}
    return Table(mark, members, dict.fromkeys(members, mark))
