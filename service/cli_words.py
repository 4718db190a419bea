"""How instants and durations are written on the command line, and a count of what takes long."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import click

from routing.language.words import parse_duration

WIDTH = 30


class Instant(click.ParamType[datetime]):
    """RFC 3339 with its zone: 2026-03-02T10:00:00Z."""

    name = "instant"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> datetime:
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no instant; write 2026-03-02T10:00:00Z.", param, ctx)
        if at.tzinfo is None:
            self.fail(f"{value!r} has no time zone; write {value}Z for UTC.", param, ctx)
        return at.astimezone(UTC)


class Duration(click.ParamType[timedelta]):
    """90s, 5m, 2h, 1d or 1h30m."""

    name = "duration"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> timedelta:
        if isinstance(value, timedelta):
            return value
        try:
            return parse_duration(value)
        except ValueError as wrong:
            self.fail(str(wrong), param, ctx)


def utc(at: datetime) -> str:
    """RFC 3339 in UTC."""
    return at.isoformat().replace("+00:00", "Z")


class Progress:
    """A bar on standard error while something takes long; nothing where that is no terminal."""

    def __init__(self, what: str) -> None:
        self.what, self.shown = what, sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __call__(self, done: int, total: int = 0) -> None:
        """`total` 0: nobody knows how much there is."""
        if not self.shown:
            return
        filled = WIDTH * done // total if total else 0
        bar = f"[{'#' * filled}{'.' * (WIDTH - filled)}] {done}/{total}" if total else f"{done:,}"
        click.echo(f"\r{self.what} {bar}\033[K", err=True, nl=False)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.shown:
            click.echo("\r\033[K", err=True, nl=False)
