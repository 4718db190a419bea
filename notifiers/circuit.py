"""A circuit breaker: a provider that fails again and again is passed by, and tried again later.

    closed --failures within the window--> open --pause--> on trial --a success--> closed
                                             ^------ one failure ------'

Open means "prefer another way", never "hold": where there is no other way it is tried all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from notifiers.notifier import Fault, Outcome, Refused, Unclear

OF_ONE_NUMBER = frozenset({13227, 21215, 21408, 21608})
"""Configuration faults of one destination (its country, a trial account): others get through."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a circuit opens, and for how long."""

    failures: int = 3
    """One after another; a success in between begins anew."""
    window: timedelta = timedelta(minutes=2)
    """Failures further apart than this are no outage."""
    pause: timedelta = timedelta(seconds=30)
    """Then it is on trial; each trial that fails doubles the pause, up to `longest`."""
    longest: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Circuit:
    """One provider's channel. All instants are UTC."""

    failures: int = 0
    failed_at: datetime | None = None
    opened_at: datetime | None = None
    """Since when it is passed by; None while it is closed."""
    probe_at: datetime | None = None
    """When it may be tried again; None while it is closed or on trial."""
    pause: timedelta = timedelta()
    why: str = ""

    @property
    def open(self) -> bool:
        return self.probe_at is not None

    @property
    def on_trial(self) -> bool:
        return self.opened_at is not None and self.probe_at is None

    @property
    def state(self) -> str:
        return "open" if self.open else "on trial" if self.on_trial else "closed"


def is_outage(outcome: Outcome) -> bool:
    """Whether the provider is at fault, and would be for the next page as well."""
    match outcome:
        case Unclear():
            return True
        case Refused(fault=Fault.CONFIGURATION, code=code):
            return code not in OF_ONE_NUMBER
        case Refused(fault=Fault.TRANSIENT, code=None):
            return True  # it could not be reached at all
    return False


def failed(circuit: Circuit, why: str, limits: Limits, now: datetime) -> Circuit:
    if circuit.open:
        return circuit
    if circuit.on_trial:
        pause = min(max(circuit.pause, limits.pause) * 2, limits.longest)
        return replace(circuit, failed_at=now, probe_at=now + pause, pause=pause, why=why)
    near = circuit.failed_at is not None and now - circuit.failed_at <= limits.window
    counted = replace(circuit, failures=circuit.failures + 1 if near else 1, failed_at=now, why=why)
    return (
        opened(counted, why, limits.pause, now) if counted.failures >= limits.failures else counted
    )


def opened(circuit: Circuit, why: str, pause: timedelta, now: datetime) -> Circuit:
    """Passed by at once, and not tried before `pause` has passed."""
    since = circuit.opened_at or now
    return replace(circuit, opened_at=since, probe_at=now + pause, pause=pause, why=why)


def probed(circuit: Circuit, limits: Limits, now: datetime, *, well: bool) -> Circuit:
    """The pause is over and the provider was looked at: it goes on trial, or rests longer."""
    trial = replace(circuit, probe_at=None)
    return trial if well else failed(trial, circuit.why, limits, now)


def succeeded(circuit: Circuit) -> Circuit:
    """It works: closed; on trial where it was sent through an open one for want of another."""
    return replace(circuit, probe_at=None) if circuit.open else Circuit()
