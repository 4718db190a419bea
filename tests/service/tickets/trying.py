"""How the property tests try."""

from __future__ import annotations

from hypothesis import settings


def tries(most: int) -> settings:
    """So many examples."""
    return settings(max_examples=most)
