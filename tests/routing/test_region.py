"""Follow the sun: three regions on one planet, with their own summer times."""

from __future__ import annotations

import pytest

from routing.calendar import Calendar
from routing.region import Region, next_sunrise, sunset, with_sun
from tests.routing.times import daily, utc

WEEK = ("mon", "tue", "wed", "thu", "fri")
CALENDARS = {
    "apac": Calendar("apac", "Australia/Sydney", daily("09:00", "17:00", WEEK)),
    "emea": Calendar("emea", "Europe/Berlin", daily("09:00", "17:00", WEEK)),
    "amer": Calendar("amer", "America/New_York", daily("09:00", "17:00", WEEK)),
    "twin": Calendar("twin", "Europe/Paris", daily("09:00", "17:00", WEEK)),
    "always": Calendar("always", always=True),
}
REGIONS = {
    name: Region(name, CALENDARS[name].zone, name, f"{name} on call")
    for name in ("apac", "emea", "amer")
}


@pytest.mark.parametrize(
    ("at", "home", "acting"),
    [
        ("2026-03-02 10:00", None, "emea"),
        ("2026-03-02 15:00", None, "amer"),
        ("2026-03-02 15:00", "emea", "emea"),
        ("2026-03-02 15:59:59", "emea", "emea"),
        ("2026-03-02 16:00", "emea", "amer"),
        ("2026-03-02 15:00", "apac", "amer"),
        ("2026-03-02 15:00", "nowhere", "amer"),
        ("2026-03-02 22:00", None, "apac"),
        ("2026-03-02 21:59:59", "amer", "amer"),
        ("2026-03-02 07:00", None, None),
        ("2026-03-07 12:00", "emea", None),
    ],
)
def test_who_has_the_sun(at: str, home: str | None, acting: str | None) -> None:
    region = with_sun(REGIONS, CALENDARS, utc(at), home)
    assert (region and region.id) == acting


def test_policy_order_breaks_ties() -> None:
    twin = Region("twin", "Europe/Paris", "twin", "twin on call")
    for first, second in ((REGIONS["emea"], twin), (twin, REGIONS["emea"])):
        ordered = {first.id: first, second.id: second}
        assert with_sun(ordered, CALENDARS, utc("2026-03-02 10:00")) == first


def test_a_sun_that_never_sets_is_kept_longest() -> None:
    polar = Region("polar", "UTC", "always", "polar on call")
    assert with_sun({**REGIONS, "polar": polar}, CALENDARS, utc("2026-03-02 10:00")) == polar
    assert sunset(polar, CALENDARS, utc("2026-03-02 10:00")) is None


def test_summer_time_in_one_region_only_moves_the_handover() -> None:
    """From 8 to 29 March New York is an hour nearer to Berlin."""
    emea = REGIONS["emea"]
    assert sunset(emea, CALENDARS, utc("2026-03-27 12:00")) == utc("2026-03-27 16:00")
    assert sunset(emea, CALENDARS, utc("2026-03-30 12:00")) == utc("2026-03-30 15:00")
    assert sunset(emea, CALENDARS, utc("2026-03-28 12:00")) == utc("2026-03-28 12:00")


def test_the_next_sunrise_after_a_weekend_is_in_the_east() -> None:
    rise = next_sunrise(REGIONS, CALENDARS, utc("2026-03-07 12:00"))
    assert rise == (REGIONS["apac"], utc("2026-03-08 22:00"))
    assert next_sunrise({}, CALENDARS, utc("2026-03-07 12:00")) is None
