"""What the hotline has kept of its promises: time to a human, callers lost, calls back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from operator import attrgetter


@dataclass(frozen=True, slots=True)
class Held:
    """One call as it is remembered. All instants are UTC.

    `met_at`: the caller was let in to an engineer. `promised_at` to `broken_at` are of its promise.
    """

    account: str
    outcome: str
    confirmed: bool
    started_at: datetime
    met_at: datetime | None = None
    promised_at: datetime | None = None
    reached_at: datetime | None = None
    broken_at: datetime | None = None
    promise: str = ""
    """kept, late, unreachable, withdrawn; empty while it is open."""

    @property
    def human_at(self) -> datetime | None:
        """When the caller spoke with somebody, on the line or called back."""
        met = [at for at in (self.met_at, self.reached_at) if at is not None]
        return min(met, default=None)

    @property
    def lost(self) -> bool:
        return self.outcome == "abandoned" and self.confirmed and self.human_at is None

    @property
    def kept(self) -> bool:
        return self.promise == "kept" and self.broken_at is None

    @property
    def broken(self) -> bool:
        return self.broken_at is not None or self.promise == "late"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of one account, or of all. Times are seconds from the first ring, of `reached` callers alone.

    `abandoned` hung up before anything else became of the call; of them `lost` had confirmed an
    emergency and were not called back with success either.
    """

    calls: int
    emergencies: int
    reached: int
    abandoned: int
    lost: int
    human_p50: float | None
    human_p95: float | None
    outcomes: Mapping[str, int]
    callbacks: int
    kept: int
    """Called back, and reached, before the deadline."""
    broken: int
    """The deadline passed before anybody tried, or the customer was reached after it."""
    unreachable: int
    withdrawn: int
    open: int


def report(calls: Iterable[Held]) -> tuple[Numbers, Mapping[str, Numbers]]:
    """Of all, and of each account; callers nobody could place are under the empty name."""
    of: dict[str, list[Held]] = {}
    for call in calls:
        of.setdefault(call.account, []).append(call)
    everything = [call for some in of.values() for call in some]
    return _numbers(everything), {name: _numbers(of[name]) for name in sorted(of)}


def _numbers(calls: Sequence[Held]) -> Numbers:
    reached = [(c.human_at, c.started_at) for c in calls if c.human_at is not None]
    times = sorted((human - started).total_seconds() for human, started in reached)
    promised = [c for c in calls if c.promised_at is not None]
    outcomes, became = Counter(c.outcome for c in calls), Counter(c.promise for c in promised)
    return Numbers(
        calls=len(calls),
        emergencies=_count("confirmed", calls),
        reached=len(times),
        abandoned=outcomes["abandoned"],
        lost=_count("lost", calls),
        human_p50=share(times, 0.5),
        human_p95=share(times, 0.95),
        outcomes={name or "live": outcomes[name] for name in sorted(outcomes)},
        callbacks=len(promised),
        kept=_count("kept", promised),
        broken=_count("broken", promised),
        unreachable=became["unreachable"],
        withdrawn=became["withdrawn"],
        open=became[""],
    )


def _count(what: str, calls: Sequence[Held]) -> int:
    return sum(map(attrgetter(what), calls))


def share(ordered: Sequence[float], part: float) -> float | None:
    """The value that this part of them does not exceed (nearest rank); None where there is none."""
    return ordered[max(0, ceil(part * len(ordered)) - 1)] if ordered else None
