"""Which failures a person at a terminal is told in a sentence, and the exit code of each."""

from dataclasses import dataclass

import asyncpg
import redis.exceptions

from routing.language.problems import DocumentErrors
from service.cli_failure import Failed
from service.embedded import EmbeddedError
from service.environment import SettingsError
from service.library import NothingLoaded
from service.store.migrate import MigrationError
from service.store.pool import DatabaseAwayError, describe


@dataclass(frozen=True, slots=True)
class Failure:
    sentence: str
    code: int


REFUSED = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)


def sentence_of(error: Exception) -> Failure | None:
    """None for what is a defect of ours, which deserves its traceback."""
    match error:
        case Failed():
            found = Failure(str(error), error.code)
        case SettingsError():
            found = Failure("\n  ".join(["the settings are wrong.", *error.errors]), 2)
        case DocumentErrors():
            found = Failure(f"the document is not taken; nothing was changed.\n{error}", 1)
        case NothingLoaded() | EmbeddedError() | MigrationError() | DatabaseAwayError():
            found = Failure(str(error), 1)
        case asyncpg.UndefinedTableError():
            found = Failure(f"the database lacks its schema ({error}). Run heliograph migrate.", 1)
        case redis.exceptions.AuthenticationError():
            found = Failure(f"Redis refuses HELIOGRAPH_REDIS_URL: {error}.", 2)
        case redis.exceptions.ConnectionError():
            found = Failure(f"Redis does not answer: {describe(error)}. Check that it runs.", 1)
        case _ if isinstance(error, REFUSED):
            found = Failure(f"PostgreSQL refuses HELIOGRAPH_DATABASE_URL: {error}.", 2)
        case _:
            return None
    return found
