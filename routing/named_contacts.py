"""Who of a customer may file requests, where a plan asks for named contacts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NamedContacts:
    """Who may file requests (R13, R65..R67): `most` people at most, on these `channels`."""

    channels: frozenset[str]
    most: int | None = None
    company_domain: bool = False
    """Whether their addresses must be of the account's own domains, never a free-mail one (R66)."""
    individuals: bool = False
    """Whether shared and group addresses are refused (R67)."""
