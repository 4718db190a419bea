"""What the doctor found."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """`BAD` keeps the service from its work, `WARN` will hurt some night, `GOOD` is fine."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """`says` is what is so, `fix` what to do about it (empty where nothing is)."""

    check: str
    level: Level
    says: str
    fix: str = ""


def good(check: str, says: str) -> Finding:
    return Finding(check, Level.GOOD, says)


def warn(check: str, says: str, fix: str) -> Finding:
    return Finding(check, Level.WARN, says, fix)


def bad(check: str, says: str, fix: str) -> Finding:
    return Finding(check, Level.BAD, says, fix)
