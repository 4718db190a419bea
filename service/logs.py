"""Logs: one JSON object a line in production, readable lines elsewhere; no secret, no number."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

from notifiers.mask import mask
from service.settings import Settings, not_written_to

_NUMBER = re.compile(r"\+\d{7,15}")


def _masked(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str) and "+" in value:
            event[key] = _NUMBER.sub(lambda found: mask(found[0]), value)
    return event


def configure(settings: Settings) -> None:
    """Once, at start."""
    level = getattr(logging, settings.log_level.upper())
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=_steps(as_json=settings.production),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )


def announce(settings: Settings) -> None:
    """Said once at the start of a process: what was not understood, and what is off."""
    log = structlog.get_logger(__name__)
    for notice in settings.notices:
        log.warning("setting_not_understood", says=notice)
    silent = not_written_to(settings)
    if silent:
        log.info("no_write_back", needed=silent)


def aside() -> None:
    """For commands, until `configure`: the standard output is the answer alone, often JSON."""
    structlog.configure(
        processors=_steps(as_json=False), logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )


def _steps(*, as_json: bool) -> list[Processor]:
    readable = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _masked,
        structlog.processors.JSONRenderer() if as_json else readable,
    ]
