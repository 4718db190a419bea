"""Rotations: whose turn it is, unit by unit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from routing.rotation import Rotation
from routing.turns import turns
from routing.wall import from_ticks, to_ticks
from tests.routing.times import utc

PAIR = (("ann",), ("ben",))
TRIO = (("ann",), ("ben",), ("cat",))


def listed(rotation: Rotation, start: str, end: str) -> list[str]:
    """`ann 08.02:30-09.02:30`, in UTC."""
    found = []
    for begin, until, number in turns(rotation, to_ticks(utc(start)), to_ticks(utc(end))):
        a, b = from_ticks(begin), from_ticks(until)
        found.append(f"{rotation.groups[number][0]} {a:%d.%H:%M}-{b:%d.%H:%M}")
    return found


def test_a_daily_turn_is_an_hour_shorter_in_spring_and_keeps_its_handoff() -> None:
    rotation = Rotation("days", 1, utc("2026-03-27 08:00"), PAIR, "Europe/Berlin")
    assert listed(rotation, "2026-03-28 12:00", "2026-03-30 00:00") == [
        "ben 28.08:00-29.07:00",
        "ann 29.07:00-30.07:00",
    ]


def test_a_handoff_in_a_skipped_hour_happens_at_its_end() -> None:
    rotation = Rotation("days", 1, utc("2020-03-06 08:30"), PAIR, "America/Chicago")
    assert listed(rotation, "2020-03-07 12:00", "2020-03-09 00:00") == [
        "ben 07.08:30-08.08:00",
        "ann 08.08:00-09.07:30",
    ]


def test_hourly_turns_keep_the_wall_grid() -> None:
    """Nobody has the skipped hour of spring; one person has the repeated hour of autumn twice."""
    rotation = Rotation("hours", 1, utc("2026-03-28 12:00"), PAIR, "Europe/London")
    assert listed(rotation, "2026-03-29 00:00", "2026-03-29 02:00") == [
        "ann 29.00:00-29.01:00",
        "ann 29.01:00-29.02:00",
    ]
    assert listed(rotation, "2026-10-25 00:00", "2026-10-25 03:00") == [
        "ben 25.00:00-25.02:00",
        "ann 25.02:00-25.03:00",
    ]


def test_a_month_without_the_day_hands_off_on_its_last_and_the_next_on_the_day_again() -> None:
    rotation = Rotation("months", 1, utc("2026-01-31 09:00"), TRIO, "UTC")
    months = turns(rotation, to_ticks(utc("2026-02-01")), to_ticks(utc("2026-05-31")))
    starts = [from_ticks(begin) for begin, _, _ in months]
    assert starts == [utc(f"2026-{day} 09:00") for day in ("01-31", "02-28", "03-31", "04-30")]
    assert [number for _, _, number in months] == [0, 1, 2, 0]


def test_several_months_and_reaching_back() -> None:
    rotation = Rotation("months", 3, utc("2026-01-31 09:00"), PAIR, "UTC", backwards=True)
    assert listed(rotation, "2025-12-01", "2025-12-02") == ["ben 31.09:00-31.09:00"]
    assert (
        listed(Rotation("months", 3, utc("2026-01-31"), PAIR, "UTC"), "2025-12-01", "2025-12-02")
        == []
    )


def test_extra_handoff_days_split_the_week() -> None:
    rotation = Rotation(
        "weeks", 1, utc("2026-03-02 09:00"), TRIO, "UTC", handoff_days=frozenset({4})
    )
    assert listed(rotation, "2026-03-03", "2026-03-15") == [
        "ann 02.09:00-06.09:00",
        "ben 06.09:00-09.09:00",
        "cat 09.09:00-13.09:00",
        "ann 13.09:00-16.09:00",
    ]


def test_daily_turns_on_some_weekdays_pass_after_as_many_of_them_as_every_says() -> None:
    weekend = frozenset({5, 6})
    one = Rotation(
        "days", 1, utc("2024-08-01"), TRIO, "UTC", length=timedelta(hours=12), weekdays=weekend
    )
    assert listed(one, "2024-08-01", "2024-08-12") == [
        "ann 03.00:00-03.12:00",
        "ben 04.00:00-04.12:00",
        "cat 10.00:00-10.12:00",
        "ann 11.00:00-11.12:00",
    ]
    two = Rotation(
        "days", 2, utc("2024-08-01"), TRIO, "UTC", length=timedelta(hours=12), weekdays=weekend
    )
    assert [line.split()[0] for line in listed(two, "2024-08-01", "2024-08-19")] == [
        *["ann"] * 2,
        *["ben"] * 2,
        *["cat"] * 2,
    ]


def test_weekly_turns_on_some_weekdays_keep_the_week_as_it_begins_in_that_place() -> None:
    facts = {"length": timedelta(hours=8), "weekdays": frozenset({0, 6})}
    monday = Rotation("weeks", 1, utc("2026-03-04 09:00"), PAIR, "UTC", **facts)  # type: ignore[arg-type]
    sunday = Rotation("weeks", 1, utc("2026-03-04 09:00"), PAIR, "UTC", week_start=6, **facts)  # type: ignore[arg-type]
    assert [line.split(".")[0] for line in listed(monday, "2026-03-04", "2026-03-17")] == [
        "ann 08",
        "ben 09",
        "ben 15",
        "ann 16",
    ]
    assert [line.split(".")[0] for line in listed(sunday, "2026-03-04", "2026-03-17")] == [
        "ben 08",
        "ben 09",
        "ann 15",
        "ann 16",
    ]


@pytest.mark.parametrize("unit", ["days", "weeks"])
@pytest.mark.parametrize("chosen", range(7))
@pytest.mark.parametrize("start", range(2, 9))
def test_turns_on_one_weekday_start_on_it_whatever_day_they_are_counted_from(
    unit: str, chosen: int, start: int
) -> None:
    day = frozenset({chosen})
    rotation = Rotation(unit, 1, utc(f"2026-03-0{start} 09:00"), PAIR, "UTC", weekdays=day)
    found = turns(rotation, to_ticks(utc("2026-03-09")), to_ticks(utc("2026-03-30")))
    begins = [from_ticks(begin) for begin, _, _ in found]
    assert [at.weekday() for at in begins if at] == [chosen] * len(found)
    assert len(found) >= 3


def test_monthly_turns_on_listed_days_keep_the_month() -> None:
    last = Rotation(
        "months",
        1,
        utc("2026-01-31"),
        PAIR,
        "UTC",
        length=timedelta(days=1),
        month_days=frozenset({-1, 15}),
    )
    assert listed(last, "2026-01-01", "2026-03-01") == [
        "ann 31.00:00-01.00:00",
        "ben 15.00:00-16.00:00",
        "ben 28.00:00-01.00:00",
    ]
    leap = Rotation("months", 12, utc("2024-02-29"), PAIR, "UTC", month_days=frozenset({29}))
    assert listed(leap, "2031-01-01", "2031-01-02") == ["ann 29.00:00-29.00:00"]


def test_hours_and_months_may_be_limited_too() -> None:
    hours = Rotation("hours", 12, utc("2026-03-06"), PAIR, "UTC", weekdays=frozenset({5}))
    assert listed(hours, "2026-03-06", "2026-03-09") == [
        "ann 07.00:00-07.12:00",
        "ben 07.12:00-08.00:00",
    ]
    march = Rotation("days", 1, utc("2026-02-26"), PAIR, "UTC", months=frozenset({3}))
    assert listed(march, "2026-02-27", "2026-03-02 12:00") == [
        "ben 01.00:00-02.00:00",
        "ann 02.00:00-03.00:00",
    ]


@pytest.mark.parametrize("unit", ["hours", "days", "weeks", "months"])
def test_nobody_has_a_turn_in_a_rotation_of_nobody(unit: str) -> None:
    assert turns(Rotation(unit, 1, utc("2026-03-02"), (), "UTC"), 0, 10**18 // 1000) == []


@pytest.mark.parametrize("every", [1, 10**9])
@pytest.mark.parametrize("unit", ["hours", "days", "weeks", "months"])
def test_absurd_steps_and_dates_end_in_answers(unit: str, every: int) -> None:
    for back in (False, True):
        rotation = Rotation(unit, every, utc("2026-03-02"), PAIR, "Asia/Tokyo", backwards=back)
        for year in ("0002", "9998"):
            at = to_ticks(utc(f"{year}-06-01"))
            begun = year == "9998" or (back and (unit != "months" or every == 1))
            assert len(turns(rotation, at, at + 1)) == int(begun)
