"""Coverage and balance of schedules."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from routing.quality import quality
from routing.schedule import Layer, Override, Restriction, Rotation, Schedule
from tests.routing.times import utc

START, END = utc("2026-03-02"), utc("2026-03-06")


def layer(name: str, *people: str, hours: tuple[int, int] = (0, 0)) -> Layer:
    groups = tuple((person,) for person in people)
    limit = Restriction(start=time(hours[0]), end=time(hours[1]))
    return Layer(name, Rotation("days", 1, START, groups, "UTC"), restrictions=(limit,))


def test_an_even_schedule_without_gaps_is_perfect() -> None:
    found = quality(Schedule("s", "UTC", (layer("a", "ann", "ben"),)), START, END)
    assert (found.coverage, found.balance) == (1.0, 1.0)
    assert found.burden == {"ann": timedelta(days=2), "ben": timedelta(days=2)}


def test_gaps_and_unequal_burdens_show() -> None:
    found = quality(
        Schedule("s", "UTC", (layer("a", "ann", "ann", "ben", "ann", hours=(0, 6)),)), START, END
    )
    assert found.coverage == pytest.approx(0.25)
    assert found.balance == pytest.approx(1 / 3)
    assert list(found.burden) == ["ann", "ben"]


def test_being_on_call_for_two_reasons_at_once_is_one_burden() -> None:
    again = Override("o", "add", START, START + timedelta(hours=30), by="ann")
    schedule = Schedule("s", "UTC", (layer("a", "ann", "ben"),), (again,))
    assert quality(schedule, START, END).burden["ann"] == timedelta(days=2, hours=6)


def test_a_schedule_of_nobody_covers_nothing_and_burdens_nobody() -> None:
    found = quality(Schedule("s", "UTC"), START, END)
    assert (found.coverage, found.balance, found.burden) == (0.0, 1.0, {})


def test_an_empty_span_is_refused() -> None:
    with pytest.raises(ValueError, match="is empty"):
        quality(Schedule("s", "UTC"), END, START)
