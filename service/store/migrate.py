"""Brings a database to the schema that the code expects. Forward only.

migrations/NNNN_name.sql are applied in order, each once, each in a transaction of its own together
with its row in schema_migrations. A file whose first line is `-- no-transaction` runs outside one,
statement by statement (create index concurrently); it must bear being run again after a failure.

Several processes may run this at once: one works, the others wait. They poll for the advisory lock,
because a session that waits inside pg_advisory_lock() is a transaction that `create index
concurrently` would wait for in turn.
"""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg

from service.clock import monotonic
from service.store.pool import Connection

LOCK = 0x68656C696F
"""The advisory lock's key: "helio" in ASCII."""
POLL = 0.1
PATIENCE = 900.0
"""Seconds to wait for another process's migrations."""
NO_TRANSACTION = "-- no-transaction"
FILE_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")

CREATE_TABLE = """
create table if not exists schema_migrations (
    number     integer primary key,
    name       text not null,
    sha256     text not null,
    applied_at timestamptz not null
)
"""


class MigrationError(Exception):
    """The schema cannot be brought forward. The message says what is safe and what to do."""


class Newer(MigrationError):
    """The database was brought further forward by a later release."""


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def transactional(self) -> bool:
        return not self.text.startswith(NO_TRANSACTION)


def default_folder() -> Path:
    """In a checkout at its top, in an installed package beside this module."""
    packaged = Path(__file__).parent / "migrations"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "migrations"


def read_migrations(folder: Path | None = None) -> tuple[Migration, ...]:
    """All of them, in order. Raises MigrationError for a misnamed file or a number used twice."""
    found: dict[int, Migration] = {}
    for file in sorted((folder or default_folder()).glob("*.sql")):
        match = FILE_NAME.fullmatch(file.name)
        if not match:
            raise MigrationError(f"{file.name} is not named like 0001_what_it_does.sql.")
        number = int(match[1])
        if number in found:
            raise MigrationError(f"{found[number].name} and {file.name} have one number.")
        # Universal newlines, so a checkout with CRLF has the same digest.
        found[number] = Migration(number, file.name, file.read_text(encoding="utf-8"))
    return tuple(found.values())


async def pending(connection: Connection, migrations: Sequence[Migration]) -> tuple[Migration, ...]:
    """What is still to be applied. Raises MigrationError where history and files disagree."""
    if await connection.fetchval("select to_regclass('schema_migrations')") is None:
        return tuple(migrations)
    rows = await connection.fetch("select number, name, sha256 from schema_migrations")
    applied = {row["number"]: row for row in rows}
    known = {migration.number: migration for migration in migrations}
    for number, row in sorted(applied.items()):
        _check_applied(row, known.get(number))
    newest = max(applied, default=0)
    todo = tuple(migration for migration in migrations if migration.number not in applied)
    for migration in todo:
        if migration.number < newest:
            raise MigrationError(
                f"{migration.name} was added behind {applied[newest]['name']}, which is applied "
                "already. Nothing was changed. Give it the next free number."
            )
    return todo


def _check_applied(row: asyncpg.Record, migration: Migration | None) -> None:
    if migration is None:
        raise Newer(
            f"The database is newer than this release: it has {row['name']}, which is not known "
            "here. Nothing was changed. Deploy the newer release again."
        )
    if migration.sha256 != row["sha256"]:
        raise MigrationError(
            f"{migration.name} was edited after it was applied. Nothing was changed. Restore the "
            "file, and put the change into a new one."
        )


async def migrate(
    connection: Connection, migrations: Sequence[Migration], *, now: datetime
) -> tuple[str, ...]:
    """Applies what is pending and returns the names. Raises MigrationError.

    `connection` must reach one server session (no transaction-pooling proxy in between).
    """
    await _lock(connection)
    try:
        await connection.execute(CREATE_TABLE)
        todo = await pending(connection, migrations)
        for migration in todo:
            await _apply(connection, migration, now)
    finally:
        if not connection.is_closed():
            await connection.execute("select pg_advisory_unlock($1)", LOCK)
    return tuple(migration.name for migration in todo)


async def _lock(connection: Connection) -> None:
    deadline = monotonic() + PATIENCE
    while not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
        if monotonic() > deadline:
            raise MigrationError(
                f"Another process has been migrating this database for {PATIENCE / 60:g} minutes. "
                "Nothing was changed here. Wait for it, or end it, and run migrate again."
            )
        await asyncio.sleep(POLL)


async def _apply(connection: Connection, migration: Migration, now: datetime) -> None:
    try:
        if migration.transactional:
            async with connection.transaction():
                await connection.execute(migration.text)
                await _record(connection, migration, now)
        else:
            for statement in statements(migration):
                await connection.execute(statement)
            await _record(connection, migration, now)
    except asyncpg.PostgresError as error:
        kept = "was rolled back" if migration.transactional else "may be half applied"
        raise MigrationError(
            f"{migration.name} failed and {kept}; earlier ones stay applied. "
            f"PostgreSQL said: {error}"
        ) from error


async def _record(connection: Connection, migration: Migration, now: datetime) -> None:
    await connection.execute(
        "insert into schema_migrations (number, name, sha256, applied_at) values ($1, $2, $3, $4)",
        migration.number,
        migration.name,
        migration.sha256,
        now,
    )


def statements(migration: Migration) -> list[str]:
    """Split at each semicolon that ends a line, so function bodies have no place there."""
    if "$$" in migration.text:
        raise MigrationError(f"{migration.name}: a function cannot be made without a transaction.")
    parts = re.split(r";[ \t]*(?:\n|$)", migration.text)
    return [part for part in parts if _says_something(part)]


def _says_something(part: str) -> bool:
    return any(line.strip() and not line.strip().startswith("--") for line in part.splitlines())
