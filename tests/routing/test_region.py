"""Follow the sun: three regions on one planet, with their own summer times."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.book import MOST_SUNS, Book
from routing.calendar import Calendar
from routing.region import Region, next_sunrise, sunset, with_sun
from tests.routing import world
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


def test_a_book_remembers_the_sun_as_it_is_and_not_for_ever() -> None:
    policy = replace(world.house(), regions=REGIONS, calendars=CALENDARS)
    book, begin = Book(policy, {}), utc("2026-03-26 00:00")
    for step in range(24 * 12):
        at = begin + (step * 37 % (24 * 12)) * timedelta(minutes=30)
        for home in (None, "nowhere", *REGIONS):
            assert book.sun_at(at, home) == with_sun(REGIONS, CALENDARS, at, home), (at, home)
    for day in range(MOST_SUNS + 10):
        book.sun_at(begin + timedelta(days=day))
    assert len(book.suns) <= MOST_SUNS


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
