"""Calendars on the days when clocks change, at the ends of years, and against a minute-stepper."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.calendar import Calendar, add, elapsed, is_open, next_close, next_open, spans
from routing.calendar_year import MOST_YEARS
from routing.public_holidays import public_holidays
from tests.routing.times import DAYS, calendar_of, daily, recorded, utc, window

CALENDARS = {n: calendar_of(n, c) for n, c in recorded("sla_cases.json")["calendars"].items()}
MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)
ALWAYS = Calendar("always", always=True)
TILED = CALENDARS["mm_24x7_premier_windows"]


def whole_days(zone: str, **closed: object) -> Calendar:
    return Calendar("days", zone, daily("00:00", "00:00"), **closed)  # type: ignore[arg-type]


def hours(zone: str, start: str, end: str, days: tuple[str, ...] = DAYS) -> Calendar:
    return Calendar("hours", zone, daily(start, end, days))


@pytest.mark.parametrize(
    ("cal", "day", "minutes"),
    [
        (hours("America/New_York", "01:00", "04:00"), "2026-03-08", 120),
        (hours("America/New_York", "01:00", "04:00"), "2026-11-01", 240),
        (hours("America/New_York", "02:15", "02:45"), "2026-03-08", 0),
        (hours("America/New_York", "02:30", "03:30"), "2026-03-08", 30),
        (hours("America/New_York", "01:15", "01:45"), "2026-11-01", 30),
        (hours("Africa/Cairo", "00:00", "02:00"), "2026-04-24", 60),
        (hours("Africa/Cairo", "22:00", "00:00"), "2026-04-23", 120),
        (hours("Africa/Cairo", "22:00", "00:00"), "2026-10-29", 180),
        (hours("Australia/Lord_Howe", "01:00", "03:00"), "2026-10-04", 90),
        (hours("Australia/Lord_Howe", "01:00", "03:00"), "2026-04-05", 150),
        (hours("Pacific/Apia", "09:00", "17:00"), "2011-12-30", 0),
        (hours("Pacific/Apia", "09:00", "17:00"), "2011-12-31", 480),
        (hours("America/Havana", "00:00", "01:00"), "2026-11-01", 120),
        (hours("UTC-03:00", "08:00", "20:00"), "2019-01-14", 720),
    ],
)
def test_a_window_on_a_day_of_change_holds_its_physical_minutes(
    cal: Calendar, day: str, minutes: int
) -> None:
    around = utc(f"{day} 12:00")
    found = [
        (a, b)
        for a, b in spans(cal, around - WEEK, around + WEEK)
        if a.astimezone(zone(cal)).date() == date.fromisoformat(day)
    ]
    assert sum(((b - a) for a, b in found), timedelta(0)) == minutes * MINUTE


def zone(cal: Calendar) -> ZoneInfo:
    return ZoneInfo({"UTC-03:00": "Etc/GMT+3"}.get(cal.zone, cal.zone))


def test_windows_are_half_open() -> None:
    cal = hours("UTC", "09:00", "17:00")
    assert is_open(cal, utc("2026-03-02 09:00"))
    assert not is_open(cal, utc("2026-03-02 17:00"))
    assert next_open(cal, utc("2026-03-02 09:00")) == utc("2026-03-02 09:00")
    assert next_open(cal, utc("2026-03-02 17:00")) == utc("2026-03-03 09:00")
    assert next_close(cal, utc("2026-03-02 09:00")) == utc("2026-03-02 17:00")
    assert next_close(cal, utc("2026-03-02 17:00")) == utc("2026-03-02 17:00")


def test_windows_that_touch_or_overlap_are_one_span() -> None:
    cal = Calendar(
        "three",
        "UTC",
        (
            window("mon", "09:00", "mon", "12:00"),
            window("mon", "11:00", "mon", "14:00"),
            window("mon", "14:00", "tue", "02:00"),
        ),
    )
    assert spans(cal, utc("2026-03-02"), utc("2026-03-09")) == (
        (utc("2026-03-02 09:00"), utc("2026-03-03 02:00")),
    )


def test_a_window_may_wrap_the_week_and_is_clipped_to_what_is_asked() -> None:
    weekend = Calendar("weekend", "UTC", (window("fri", "17:00", "mon", "09:00"),))
    assert spans(weekend, utc("2026-03-08"), utc("2026-03-13 18:00")) == (
        (utc("2026-03-08"), utc("2026-03-09 09:00")),
        (utc("2026-03-13 17:00"), utc("2026-03-13 18:00")),
    )


def test_tiles_of_the_week_are_exactly_always() -> None:
    at = utc("2026-03-06 12:34:56.789")
    for cal in (ALWAYS, TILED):
        assert next_close(cal, at) is None
        assert next_open(cal, at) == at
        assert add(cal, at, timedelta(days=2000)) == at + timedelta(days=2000)
        assert elapsed(cal, at, at + timedelta(days=2000)) == timedelta(days=2000)
        assert spans(cal, at, at + timedelta(days=800)) == ((at, at + timedelta(days=800)),)


def test_a_calendar_without_windows_never_opens() -> None:
    shut, at = Calendar("shut"), utc("2026-03-06")
    assert next_open(shut, at) is None
    assert add(shut, at, MINUTE) is None
    assert add(shut, at, timedelta(0)) == at
    assert elapsed(shut, at, utc("2030-01-01")) == timedelta(0)


def test_a_holiday_closes_from_local_midnight_to_local_midnight_inside_long_windows() -> None:
    cal = CALENDARS["mm_24x5_us_holidays_closed"]
    assert next_close(cal, utc("2026-11-25 20:00")) == utc("2026-11-26 08:00")
    assert next_open(cal, utc("2026-11-26 20:00")) == utc("2026-11-27 08:00")


def test_a_holiday_on_a_day_of_change_is_as_long_as_that_day() -> None:
    cal = whole_days("Europe/Berlin", holidays=frozenset({date(2026, 3, 29)}))
    start, end = utc("2026-03-28"), utc("2026-03-31")
    assert elapsed(cal, start, end) == timedelta(days=3, hours=-23)


def test_holidays_close_even_a_calendar_that_is_always_open() -> None:
    cal = Calendar("most", "UTC", holidays=frozenset({date(2026, 12, 25)}), always=True)
    assert next_close(cal, utc("2026-06-01")) == utc("2026-12-25")
    assert next_open(cal, utc("2026-12-25 10:00")) == utc("2026-12-26")
    assert next_close(cal, utc("2027-01-01")) is None


def test_a_year_without_a_day_open_is_passed_over() -> None:
    days = frozenset(date(2027, 1, 1) + timedelta(days=number) for number in range(365))
    cal = whole_days("UTC", holidays=days)
    assert next_open(cal, utc("2027-02-01")) == utc("2028-01-01")
    assert add(cal, utc("2026-12-31 12:00"), timedelta(hours=13)) == utc("2028-01-01 01:00")


@pytest.mark.parametrize(
    ("country", "observed", "closed", "open_"),
    [
        ("US", True, "2027-12-31", "2027-12-30"),
        ("US", True, "2026-07-03", "2026-07-02"),
        ("US", False, "2026-07-04", "2026-07-03"),
        ("US", False, "2028-01-01", "2027-12-31"),
        ("DE-BY", True, "2026-01-06", "2026-01-07"),
        ("DE", True, "2026-10-03", "2026-01-06"),
    ],
)
def test_public_holidays_by_country_with_and_without_the_observed_rule(
    country: str, observed: bool, closed: str, open_: str
) -> None:
    cal = whole_days("UTC", country=country, observed=observed)
    assert not is_open(cal, utc(f"{closed} 12:00"))
    assert is_open(cal, utc(f"{open_} 12:00"))


def test_the_observed_new_year_belongs_to_the_year_it_is_kept_in() -> None:
    assert date(2027, 12, 31) in public_holidays("US", 2027)
    assert all(day.year == 2028 for day in public_holidays("US", 2028))


def test_pauses_may_overlap_lie_outside_and_come_in_any_order() -> None:
    cal, start = hours("UTC", "09:00", "17:00"), utc("2026-03-02 09:00")
    pauses = (
        (utc("2026-03-02 12:00"), utc("2026-03-02 14:00")),
        (utc("2026-03-01 00:00"), utc("2026-03-02 10:00")),
        (utc("2026-03-02 13:00"), utc("2026-03-03 08:00")),
        (utc("2026-03-03 12:00"), utc("2026-03-03 12:00")),
    )
    assert add(cal, start, timedelta(hours=3), pauses) == utc("2026-03-03 10:00")
    assert elapsed(cal, start, utc("2026-03-03 10:00"), pauses) == timedelta(hours=3)
    assert add(cal, start, timedelta(hours=2), pauses) == utc("2026-03-02 12:00")


def test_what_is_far_away_is_found_and_what_is_too_far_is_never() -> None:
    cal, start = CALENDARS["mm_9x5_us_holidays_closed"], utc("2026-03-02 17:00")
    far = add(cal, start, timedelta(hours=2000 * 60))
    assert far is not None
    assert utc("2083-01-01") < far < utc("2086-01-01")
    assert elapsed(cal, start, far) == timedelta(hours=2000 * 60)
    assert add(cal, start, timedelta(days=10**6)) is None
    assert add(ALWAYS, start, timedelta(days=10**8)) is None


def test_a_calendar_remembers_so_many_years_and_no_more() -> None:
    cal = hours("UTC", "09:00", "17:00")
    for year in range(2000, 2000 + MOST_YEARS + 10):
        assert is_open(cal, datetime(year, 6, 1, 12, tzinfo=UTC))
    assert len(cal.years) <= MOST_YEARS


@pytest.mark.parametrize("cal", [ALWAYS, whole_days("Asia/Tokyo", country="JP")])
def test_absurd_dates_are_refused_with_a_sentence(cal: Calendar) -> None:
    for year in (1, 9999):
        with pytest.raises(ValueError, match="outside the years 2 to 9998"):
            is_open(cal, datetime(year, 6, 1, tzinfo=utc("2026-01-01").tzinfo))
    with pytest.raises(ValueError, match="has no time zone"):
        add(cal, datetime(2026, 6, 1), MINUTE)  # noqa: DTZ001 - that is the point
    assert add(cal, utc("9998-12-31 23:00"), timedelta(days=9)) in (None, utc("9999-01-09 23:00"))
    assert is_open(cal, utc("0002-01-01"))


@pytest.mark.parametrize("name", ["Mars/Olympus", "UTC+25:00", "", "../etc/passwd"])
def test_an_unknown_zone_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match="Time zone"):
        is_open(whole_days(name), utc("2026-03-02"))


def test_an_unknown_country_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="No public holidays are known for 'XX'"):
        is_open(whole_days("UTC", country="XX"), utc("2026-03-02"))
