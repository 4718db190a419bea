"""Instants as ticket systems write them. All come out timezone-aware in UTC, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Outside of these an instant is taken for garbage: it would order a ticket's reports for ever."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(text: str) -> datetime | None:
    """ISO 8601 and its relatives: "2026-03-02T10:00:00Z", "2015-05-17 17:06:40 UTC", "+0000".

    A time without a zone is UTC. None for what is no instant or lies outside 1990..2200.
    """
    written = text.strip()
    if len(written) > 40:  # noqa: PLR2004 - the longest form with nanoseconds and offset has 35
        return None
    try:
        found = datetime.fromisoformat(written.removesuffix(" UTC"))
    except ValueError:
        return None
    return _sane(found if found.tzinfo else found.replace(tzinfo=UTC))


def from_epoch(value: object, unit: timedelta) -> datetime | None:
    """A count of `unit` since 1970, as a number or its digits; None for anything else."""
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 20:  # noqa: PLR2004
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return _sane(_EPOCH + value * unit)
    except (OverflowError, ValueError):
        return None


def _sane(found: datetime) -> datetime | None:
    try:
        found = found.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return found if EARLIEST <= found < LATEST else None
