"""The settings for writing back: all of a system's, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from service.tickets.ticketsystem import Misconfigured


def required(names: Sequence[str], settings: Mapping[str, str]) -> list[str] | None:
    """The values in order; None when none is set. Raises Misconfigured naming what is missing.

    The first name is the system's address; it loses a trailing slash and must be http(s).
    """
    values = [settings.get(name, "").strip() for name in names]
    if not any(values):
        return None
    missing = [f"HELIOGRAPH_{name}" for name, value in zip(names, values, strict=True) if not value]
    if missing:
        raise Misconfigured(f"Writing back also needs {' and '.join(missing)}; nothing is written.")
    if not values[0].startswith(("https://", "http://")):
        raise Misconfigured(f"HELIOGRAPH_{names[0]} must begin with https://; nothing is written.")
    return [values[0].rstrip("/"), *values[1:]]


def optional(names: Sequence[str], settings: Mapping[str, str]) -> dict[str, str]:
    """Those of the optional settings that are set."""
    return {name: settings[name].strip() for name in names if settings.get(name, "").strip()}
