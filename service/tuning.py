"""How a long-lived process uses the interpreter."""

from __future__ import annotations

import gc
from functools import cache

THRESHOLD = 50_000
"""Allocations between collections of the young: a webhook makes a thousand values, no cycles."""


def calm() -> None:
    """Before anything is imported: modules are made to stay, so looking for garbage finds none."""
    gc.set_threshold(THRESHOLD, 20, 50)


@cache
def settle() -> None:
    """Once everything is imported and wired: what is there now stays and is not looked at again.

    Done once a process: what comes later, as with another application in it, may go again.
    """
    gc.collect()
    gc.freeze()
    calm()
