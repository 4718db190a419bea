"""What is reported of the hotline."""

from datetime import UTC, datetime, timedelta

import pytest

from routing.hotline_report import Held, report, share

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


CALLS = [
    Held("acme", "bridged", True, NOW, met_at=after(60)),
    Held("acme", "bridged", True, NOW, met_at=after(100)),
    Held("acme", "callback", True, NOW, None, after(240), after(600), None, "kept"),
    Held("acme", "abandoned", True, NOW, None, after(30), after(2000), after(930), "late"),
    Held("acme", "abandoned", True, NOW, None, after(30), None, after(930), "unreachable"),
    Held("acme", "abandoned", True, NOW, None, after(30), None, None, ""),
    Held("borealis", "abandoned", False, NOW),
    Held("", "portal", False, NOW),
    Held("", "", False, NOW),
]


def test_times_and_promises_are_of_those_who_were_reached_and_promised() -> None:
    total, accounts = report(CALLS)
    assert list(accounts) == ["", "acme", "borealis"]
    acme = accounts["acme"]
    assert (acme.calls, acme.emergencies, acme.reached) == (6, 6, 4)
    assert (acme.human_p50, acme.human_p95) == (100, 2000)
    assert (acme.abandoned, acme.lost) == (3, 2)
    assert (acme.callbacks, acme.kept, acme.broken) == (4, 1, 2)
    assert (acme.unreachable, acme.withdrawn, acme.open) == (1, 0, 1)
    assert (total.calls, total.reached, total.abandoned) == (9, 4, 4)
    assert accounts[""].outcomes == {"live": 1, "portal": 1}
    assert accounts["borealis"].human_p50 is None
    assert report([])[0].calls == 0


@pytest.mark.parametrize(("part", "value"), [(0.5, 5), (0.95, 10), (0.0, 1), (1.0, 10), (0.11, 2)])
def test_a_share_is_a_value_that_was_measured(part: float, value: int) -> None:
    assert share([float(n) for n in range(1, 11)], part) == value
