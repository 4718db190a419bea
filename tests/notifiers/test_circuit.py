"""When a failing provider is passed by, and when it is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from notifiers.circuit import Circuit, Limits, failed, is_outage, opened, probed, succeeded
from notifiers.notifier import Accepted, Fault, Outcome, Refused, Unclear

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
LIMITS = Limits(3, timedelta(minutes=2), timedelta(seconds=30), timedelta(minutes=2))
SECOND = timedelta(seconds=1)


def after(*seconds: float, circuit: Circuit | None = None) -> Circuit:
    """What is left of failures at these seconds."""
    found = circuit or Circuit()
    for at in seconds:
        found = failed(found, "silence", LIMITS, NOW + at * SECOND)
    return found


@pytest.mark.parametrize(
    ("failures", "state"),
    [
        ((0, 1), "closed"),
        ((0, 1, 2), "open"),
        ((0, 1, 200, 201), "closed"),
        ((0, 110, 200), "open"),
    ],
    ids=["two", "three", "too far apart", "each near the one before"],
)
def test_so_many_failures_in_a_row_open_it(failures: tuple[float, ...], state: str) -> None:
    assert after(*failures).state == state


def test_a_success_in_between_begins_anew() -> None:
    assert after(2, 3, circuit=succeeded(after(0, 1))).state == "closed"


def test_open_it_rests_and_then_is_on_trial() -> None:
    circuit = after(0, 0, 0)
    assert (circuit.probe_at, circuit.why) == (NOW + timedelta(seconds=30), "silence")
    assert after(1, 2, circuit=circuit) == circuit, "what was under way says nothing new"
    trial = probed(circuit, LIMITS, NOW + timedelta(seconds=30), well=True)
    assert (trial.state, trial.opened_at) == ("on trial", NOW)
    assert succeeded(trial) == Circuit()


def test_each_trial_that_fails_doubles_the_rest_up_to_the_longest() -> None:
    circuit, at, rests = after(0, 0, 0), NOW, []
    for _ in range(4):
        at = circuit.probe_at or at
        circuit = failed(probed(circuit, LIMITS, at, well=True), "again", LIMITS, at)
        rests.append(((circuit.probe_at or at) - at).total_seconds())
    assert rests == [60, 120, 120, 120]
    assert circuit.opened_at == NOW
    worse = probed(after(0, 0, 0), LIMITS, NOW, well=False)
    assert worse.probe_at == NOW + timedelta(seconds=60)


def test_who_asks_to_be_left_alone_is() -> None:
    circuit = opened(Circuit(), "a daily cap", timedelta(hours=24), NOW)
    assert (circuit.state, circuit.probe_at) == ("open", NOW + timedelta(hours=24))


def test_a_success_through_an_open_one_puts_it_on_trial() -> None:
    assert succeeded(after(0, 0, 0)).state == "on trial"


@pytest.mark.parametrize(
    ("outcome", "outage"),
    [
        (Accepted("SM1"), False),
        (Unclear("no answer"), True),
        (Refused("no connection", fault=Fault.TRANSIENT), True),
        (Refused("handset off", 30003, Fault.TRANSIENT), False),
        (Refused("wrong token", 20003, Fault.CONFIGURATION), True),
        (Refused("HTTP 401", None, Fault.CONFIGURATION), True),
        (Refused("no such country", 21408, Fault.CONFIGURATION), False),
        (Refused("too fast", 20429, Fault.THROTTLED), False),
        (Refused("no such number", 21211, Fault.NUMBER), False),
        (Refused("our mistake", 21617, Fault.OURS), False),
    ],
)
def test_what_is_the_providers_fault(outcome: Outcome, outage: bool) -> None:
    assert is_outage(outcome) is outage
