"""How the property tests try: a busy machine is no finding."""

from __future__ import annotations

from hypothesis import HealthCheck, settings


def tries(most: int) -> settings:
    """So many examples, however long the machine takes for them."""
    slow = [HealthCheck.too_slow]
    return settings(max_examples=most, deadline=None, suppress_health_check=slow)
