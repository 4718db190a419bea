"""All benchmarks: figures, ratios and bounds; exit 1 when a bound does not hold.

python -m benchmarks [NAME ...]
"""

from __future__ import annotations

import importlib
import sys

NAMES = (
    "time_engine",
    "policy",
    "backtest",
    "decide",
    "accepting",
    "latency",
    "burst",
    "wakes",
    "hotline",
    "storm",
    "voice",
    "outages",
)


def main(names: tuple[str, ...]) -> int:
    """Run them one after another, so that none disturbs the next."""
    missed = []
    for name in names:
        held = importlib.import_module(f"benchmarks.{name}").main()
        print(flush=True)
        if held is False or (isinstance(held, int) and not isinstance(held, bool) and held):
            missed.append(name)
    print(f"bounds missed: {', '.join(missed)}" if missed else "every bound holds")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:]) or NAMES))
