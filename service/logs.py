"""Logs: one JSON object a line in production, readable lines elsewhere; no secret, no number."""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

from notifiers.mask import mask
from service.settings import Settings

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
    readable = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _masked,
            structlog.processors.JSONRenderer() if settings.production else readable,
        ],
        cache_logger_on_first_use=True,
    )
