"""The words of the language: durations, counts, dates, choices. Each refusal is a sentence.

Every `parse_...` takes text and raises ValueError; every `..._text` is its inverse.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import available_timezones

from routing.language.problems import nearest
from routing.wall import instant_of, zone_of

YEARS = range(2000, 2101)
"""The years a date may name; anything else is a slip of the hand."""
LONGEST = timedelta(days=366)
_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_DURATION = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s)?")


def parse_duration(text: str) -> timedelta:
    """`90s`, `5m`, `2h`, `1d`, `1h30m`; at most 366 days."""
    found = _DURATION.fullmatch(text.replace(" ", ""))
    if text.strip() == "0":
        return timedelta()
    if not found or not any(found.groups()):
        raise ValueError(f"{text!r} is no duration; write 90s, 5m, 2h, 1d or 1h30m.")
    counts = (int(count or 0) for count in found.groups())
    seconds = sum(count * size for count, size in zip(counts, _UNITS.values(), strict=True))
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"{text!r} is longer than a year.")
    return timedelta(seconds=seconds)


def parse_wait(text: str) -> timedelta:
    """A duration that lasts."""
    found = parse_duration(text)
    if not found:
        raise ValueError(f"{text!r} is no time at all; wait at least a second.")
    return found


def duration_text(duration: timedelta) -> str:
    left = int(duration.total_seconds())
    parts: list[str] = []
    for unit, size in _UNITS.items():
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def parse_flag(text: str) -> bool:
    word = text.casefold()
    if word in {"true", "yes"}:
        return True
    if word in {"false", "no"}:
        return False
    raise ValueError(f"{text!r} is neither yes nor no.")


def parse_count(lowest: int, highest: int) -> Callable[[str], int]:
    """A whole number between `lowest` and `highest`, both included."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"-?\d{1,9}", text) or not lowest <= int(text) <= highest:
            raise ValueError(f"{text!r} is not a whole number from {lowest} to {highest}.")
        return int(text)

    return parse


def parse_choice(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        word = text.casefold().replace(" ", "_").replace("-", "_")
        if word not in choices:
            raise ValueError(f"{text!r} is not a choice here; {nearest(word, choices)}")
        return word

    return parse


def parse_date(text: str) -> date:
    """`2026-12-24`."""
    try:
        found = date.fromisoformat(text)
    except ValueError as wrong:
        raise ValueError(f"{text!r} is no date; write 2026-12-24.") from wrong
    if found.year not in YEARS:
        raise ValueError(f"{text!r} is in the year {found.year}; years go from 2000 to 2100.")
    return found


def parse_instant(zone: tzinfo) -> Callable[[str], datetime]:
    """`2026-12-24 09:00` as the clock on the wall in `zone`, or `2026-12-24T09:00:00Z`."""

    def parse(text: str) -> datetime:
        try:
            found = datetime.fromisoformat(text)
        except ValueError as wrong:
            raise ValueError(f"{text!r} is no moment; write 2026-12-24 09:00.") from wrong
        if found.year not in YEARS:
            raise ValueError(f"{text!r} is in the year {found.year}; years go from 2000 to 2100.")
        return instant_of(zone, found) if found.tzinfo is None else found.astimezone(UTC)

    return parse


def parse_zone(text: str) -> str:
    """An IANA zone or a fixed offset such as `UTC-03:00`."""
    try:
        zone_of(text)
    except ValueError as wrong:
        close = nearest(text, sorted(available_timezones()))
        hint = close if close.startswith("did") else "write one such as Europe/Stockholm."
        raise ValueError(f"{text!r} is no time zone; {hint}") from wrong
    return text


def parse_language(text: str) -> str:
    """A BCP 47 tag: `sv`, `de`, `pt-BR`."""
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(f"{text!r} is no language; write its tag: en, sv, pt-BR.")
    return text


def instant_text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
