"""Wall time to instant and back: first of two, end of the gap, and never backwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.wall import (
    from_ticks,
    instant_of,
    instant_tick,
    to_ticks,
    wall_at,
    wall_tick,
    wall_ticks,
    zone_of,
)
from tests.routing.times import utc

SOME_ZONES = sorted(name for name in available_timezones() if "/" in name and "posix" not in name)


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("Europe/London", "2026-06-01 12:00", "2026-06-01 11:00"),
        ("Europe/London", "2026-10-25 01:30", "2026-10-25 00:30"),
        ("Europe/London", "2026-03-29 01:30", "2026-03-29 01:00"),
        ("Europe/London", "2026-03-29 01:59:59", "2026-03-29 01:00"),
        ("Europe/London", "2026-03-29 02:00", "2026-03-29 01:00"),
        ("Africa/Cairo", "2026-04-24 00:00", "2026-04-23 22:00"),
        ("Africa/Cairo", "2026-04-24 00:59", "2026-04-23 22:00"),
        ("Africa/Cairo", "2026-10-29 23:30", "2026-10-29 20:30"),
        ("Africa/Cairo", "2026-10-30 00:00", "2026-10-29 22:00"),
        ("America/Sao_Paulo", "2018-11-04 00:00", "2018-11-04 03:00"),
        ("America/Havana", "2026-11-01 00:30", "2026-11-01 04:30"),
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:30"),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45"),
        ("Pacific/Apia", "2011-12-30 09:00", "2011-12-30 10:00"),
        ("Pacific/Apia", "2011-12-29 23:59", "2011-12-30 09:59"),
        ("UTC-03:00", "2019-01-14 17:00", "2019-01-14 20:00"),
        ("UTC+5:45", "2019-01-14 17:00", "2019-01-14 11:15"),
        ("GMT+2", "2019-01-14 17:00", "2019-01-14 15:00"),
        ("UTC", "2019-01-14 17:00", "2019-01-14 17:00"),
    ],
)
def test_the_instant_of_a_wall_time(zone: str, wall: str, instant: str) -> None:
    assert instant_of(zone_of(zone), datetime.fromisoformat(wall)) == utc(instant)


@settings(max_examples=80)
@given(
    st.sampled_from(SOME_ZONES),
    st.datetimes(datetime(1930, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_ticks_agree_with_the_zone_database(zone: str, at: datetime) -> None:
    local = ZoneInfo(zone)
    wall = at.astimezone(local).replace(tzinfo=None)
    assert wall_at(local, at) == wall
    assert wall_tick(local, to_ticks(at)) == wall_ticks(wall)
    assert instant_of(local, wall) == at.astimezone(local).replace(fold=0).astimezone(UTC)
    assert from_ticks(to_ticks(at)) == at


@settings(max_examples=40)
@given(st.sampled_from(SOME_ZONES), st.integers(1970, 2037), st.integers(0, 365 * 24 * 4))
def test_instants_never_run_backwards(zone: str, year: int, quarters: int) -> None:
    local, step = ZoneInfo(zone), timedelta(minutes=15) // timedelta(microseconds=1)
    wall = wall_ticks(datetime(year, 1, 1)) + quarters * step  # noqa: DTZ001 - wall time
    instants = [instant_tick(local, wall + number * step) for number in range(200)]
    assert instants == sorted(instants)


def test_ticks_beyond_the_calendar_have_no_instant() -> None:
    assert from_ticks(10**18) is None
    assert instant_tick(ZoneInfo("Europe/Berlin"), 10**18) == 10**18
