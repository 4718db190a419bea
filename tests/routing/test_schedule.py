"""Layers, overrides and temporary schedules, put together."""

from __future__ import annotations

import pickle
from datetime import datetime, time, timedelta

import pytest

from routing.override import ABSENT
from routing.schedule import (
    Layer,
    Override,
    Restriction,
    Rotation,
    Schedule,
    Shift,
    Temporary,
    gaps,
    on_call,
    shifts,
    swap,
)
from tests.routing.times import utc

WEEK = (utc("2026-03-02"), utc("2026-03-09"))


def daily(*people: str, start: str = "2026-03-02 00:00", zone: str = "UTC") -> Rotation:
    return Rotation("days", 1, utc(start), tuple((person,) for person in people), zone)


def schedule(*layers: Layer, **changes: object) -> Schedule:
    return Schedule("s", "UTC", layers, **changes)  # type: ignore[arg-type]


BASE = schedule(Layer("base", daily("ann", "ben")))


def names(found: Schedule, at: str) -> list[str]:
    return [shift.person for shift in on_call(found, utc(at))]


def spans(found: Schedule, start: datetime = WEEK[0], end: datetime = WEEK[1]) -> list[str]:
    return [
        f"{shift.person} {shift.start:%d.%H:%M}-{shift.end:%d.%H:%M} {shift.why}"
        for shift in shifts(found, start, end)
    ]


def test_a_shift_says_who_from_when_until_when_and_why() -> None:
    assert on_call(BASE, utc("2026-03-03 10:00")) == (
        Shift("ben", utc("2026-03-03"), utc("2026-03-04"), "layer base"),
    )


def test_nobody_is_on_call_before_the_first_handoff_unless_the_rotation_reaches_back() -> None:
    assert on_call(BASE, utc("2026-03-01 23:59")) == ()
    back = Rotation("days", 1, utc("2026-03-02"), (("ann",), ("ben",)), "UTC", backwards=True)
    assert names(schedule(Layer("base", back)), "2026-03-01 23:59") == ["ben"]


def test_consecutive_turns_of_one_person_are_one_shift() -> None:
    twice = schedule(Layer("base", daily("ann", "ann", "ben")))
    assert on_call(twice, utc("2026-03-03 10:00"))[0].start == utc("2026-03-02")
    assert on_call(twice, utc("2026-03-05 10:00"))[0].end == utc("2026-03-07")


def test_a_lonely_person_is_on_call_as_far_as_one_looks() -> None:
    lonely = on_call(schedule(Layer("base", daily("ann"))), utc("2026-06-01"))[0]
    assert lonely.start == utc("2026-03-02")
    assert lonely.end > utc("2027-06-01")


def test_higher_layers_win_equals_share_and_lower_ones_fill_the_rest() -> None:
    hours = Restriction(start=time(9), end=time(17))
    found = schedule(
        Layer("low", daily("low")),
        Layer("high", daily("high"), 2, (hours,)),
        Layer("twin", daily("twin"), 2, (Restriction(start=time(16), end=time(18)),)),
    )
    assert spans(found, utc("2026-03-03"), utc("2026-03-04")) == [
        "low 03.00:00-03.09:00 layer low",
        "high 03.09:00-03.17:00 layer high",
        "twin 03.16:00-03.18:00 layer twin",
        "low 03.18:00-04.00:00 layer low",
    ]
    assert names(found, "2026-03-03 16:30") == ["high", "twin"]


def test_until_cuts_a_running_turn_and_start_opens_one() -> None:
    found = schedule(
        Layer("base", daily("ann"), start=utc("2026-03-03 12:00"), until=utc("2026-03-04 12:00"))
    )
    assert spans(found) == ["ann 03.12:00-04.12:00 layer base"]


def test_gaps_are_what_is_left() -> None:
    found = schedule(Layer("base", daily("ann"), restrictions=(Restriction(frozenset({0, 2})),)))
    assert gaps(found, utc("2026-03-02 12:00"), utc("2026-03-05")) == (
        (utc("2026-03-03"), utc("2026-03-04")),
    )
    assert gaps(BASE, *WEEK) == ()


@pytest.mark.parametrize(
    ("kind", "person", "by", "expected"),
    [
        ("add", None, "cat", ["ann", "cat"]),
        ("add", "cat", None, ["ann", "cat"]),
        ("replace", "ann", "cat", ["cat"]),
        ("replace", "ben", "cat", ["ann"]),
        ("take_over", None, "cat", ["cat"]),
        ("remove", "ann", None, []),
        ("remove", "ben", None, ["ann"]),
        (ABSENT, "ann", None, []),
        (ABSENT, "ben", None, ["ann"]),
    ],
)
def test_each_kind_of_override(
    kind: str, person: str | None, by: str | None, expected: list[str]
) -> None:
    override = Override("o", kind, utc("2026-03-02 08:00"), utc("2026-03-02 09:00"), person, by)
    found = schedule(*BASE.layers, overrides=(override,))
    assert names(found, "2026-03-02 07:59:59") == ["ann"]
    assert names(found, "2026-03-02 08:00") == expected
    assert names(found, "2026-03-02 09:00") == ["ann"]


def test_an_override_splits_a_shift_and_the_rest_stays_truthful() -> None:
    override = Override(
        "o", "replace", utc("2026-03-02 08:00"), utc("2026-03-02 09:00"), "ann", "cat"
    )
    found = schedule(*BASE.layers, overrides=(override,))
    assert spans(found, WEEK[0], utc("2026-03-03")) == [
        "ann 02.00:00-02.08:00 layer base",
        "cat 02.08:00-02.09:00 override o",
        "ann 02.09:00-03.00:00 layer base",
    ]


def test_everybody_who_takes_over_is_on_call_together_then_the_others_apply_in_order() -> None:
    range_ = (utc("2026-03-02 08:00"), utc("2026-03-02 12:00"))
    found = schedule(
        *BASE.layers,
        overrides=(
            Override("give", "replace", *range_, "dan", "eve"),
            Override("a", "take_over", *range_, by="cat"),
            Override("b", "take_over", *range_, by="dan"),
            Override("on", "replace", *range_, "eve", "fay"),
        ),
    )
    assert names(found, "2026-03-02 10:00") == ["cat", "fay"]


@pytest.mark.parametrize(
    ("kind", "person", "by", "expected"),
    [
        ("add", None, "ann", ["ann"]),
        ("take_over", None, "ann", ["ann"]),
        ("replace", "ann", "cat", []),
    ],
)
def test_who_is_away_is_gone_before_anything_is_asked_for_by_hand(
    kind: str, person: str | None, by: str, expected: list[str]
) -> None:
    range_ = (utc("2026-03-02 08:00"), utc("2026-03-02 12:00"))
    by_hand, away = Override("o", kind, *range_, person, by), Override("a", ABSENT, *range_, "ann")
    found = schedule(*BASE.layers, overrides=(by_hand, away))
    assert names(found, "2026-03-02 10:00") == expected


def test_a_swap_changes_both_ranges_only_where_each_is_on_call() -> None:
    first = (utc("2026-03-02"), utc("2026-03-03"))
    second = (utc("2026-03-03"), utc("2026-03-04"))
    found = schedule(*BASE.layers, overrides=swap("x", "ann", first, "ben", second))
    assert spans(found, WEEK[0], utc("2026-03-05")) == [
        "ben 02.00:00-03.00:00 override x-1",
        "ann 03.00:00-04.00:00 override x-2",
        "ann 04.00:00-05.00:00 layer base",
    ]


def test_a_temporary_schedule_replaces_everything_and_holds_only_its_own_shifts() -> None:
    temporary = Temporary(
        "t",
        utc("2026-03-02 06:00"),
        utc("2026-03-02 12:00"),
        (
            ("dan", utc("2026-03-02 08:00"), utc("2026-03-02 20:00")),
            ("eve", utc("2026-03-02 08:00"), utc("2026-03-02 09:00")),
        ),
    )
    override = Override("o", "add", utc("2026-03-02 05:00"), utc("2026-03-02 13:00"), by="cat")
    found = schedule(*BASE.layers, overrides=(override,), temporary=(temporary,))
    assert spans(found, WEEK[0], utc("2026-03-03")) == [
        "ann 02.00:00-02.06:00 layer base",
        "cat 02.05:00-02.06:00 override o",
        "dan 02.08:00-02.12:00 temporary t",
        "eve 02.08:00-02.09:00 temporary t",
        "ann 02.12:00-03.00:00 layer base",
        "cat 02.12:00-02.13:00 override o",
    ]
    assert gaps(found, *WEEK) == ((utc("2026-03-02 06:00"), utc("2026-03-02 08:00")),)


def test_overlapping_temporary_schedules_count_together() -> None:
    ranges = [("a", "06:00", "10:00", "dan"), ("b", "09:00", "12:00", "eve")]
    found = schedule(
        *BASE.layers,
        temporary=tuple(
            Temporary(
                name,
                utc(f"2026-03-02 {start}"),
                utc(f"2026-03-02 {end}"),
                ((who, *WEEK),),
            )
            for name, start, end, who in ranges
        ),
    )
    assert names(found, "2026-03-02 09:30") == ["dan", "eve"]
    assert names(found, "2026-03-02 10:30") == ["eve"]


def test_an_unknown_kind_of_override_is_refused_by_name() -> None:
    override = Override("o", "borrow", *WEEK, "ann")
    with pytest.raises(ValueError, match="'borrow' is not known: use one of add"):
        on_call(schedule(*BASE.layers, overrides=(override,)), WEEK[0])


def test_a_schedule_without_layers_or_a_span_without_length_has_no_shifts() -> None:
    assert on_call(schedule(), WEEK[0]) == ()
    assert shifts(BASE, WEEK[0], WEEK[0]) == ()
    assert gaps(BASE, WEEK[1], WEEK[0]) == ()
    assert gaps(schedule(), *WEEK) == (WEEK,)


def test_a_person_on_call_for_two_reasons_has_two_shifts() -> None:
    both = schedule(Layer("a", daily("ann")), Layer("b", daily("ann", "ben")))
    assert [shift.why for shift in on_call(both, utc("2026-03-02 10:00"))] == ["layer a", "layer b"]


@pytest.mark.parametrize(
    ("unit", "every", "match"),
    [("fortnights", 1, "use one of hours, days"), ("days", 0, "never turns")],
)
def test_an_impossible_rotation_is_refused(unit: str, every: int, match: str) -> None:
    rotation = Rotation(unit, every, WEEK[0], (("ann",), ("ben",)), "UTC")
    with pytest.raises(ValueError, match=match):
        on_call(schedule(Layer("a", rotation)), WEEK[0])


def test_overlapping_turns_are_both_on_call() -> None:
    rotation = Rotation("days", 1, WEEK[0], (("ann",), ("ben",)), "UTC", length=timedelta(hours=36))
    assert names(schedule(Layer("a", rotation)), "2026-03-03 06:00") == ["ann", "ben"]


def test_a_group_is_on_call_together_and_each_of_it_once() -> None:
    rotation = Rotation("days", 1, WEEK[0], (("ann", "ben", "ann"), ("cat",)), "UTC")
    assert names(schedule(Layer("a", rotation)), "2026-03-02 06:00") == ["ann", "ben"]
    assert names(schedule(Layer("a", rotation)), "2026-03-03 06:00") == ["cat"]


def test_people_stand_in_the_order_of_the_layers_and_of_their_group() -> None:
    pair = Rotation("days", 1, WEEK[0], (("ben",), ("ann", "ben"), ("cat", "ann")), "UTC")
    found = schedule(
        Layer("first", pair),
        Layer("second", daily("dan")),
        overrides=(
            Override("gone", "remove", utc("2026-03-03 12:00"), utc("2026-03-03 13:00"), "ann"),
            Override("more", "add", utc("2026-03-02"), utc("2026-03-09"), by="eve"),
        ),
    )
    assert names(found, "2026-03-03 10:00") == ["ann", "ben", "dan", "eve"]
    assert names(found, "2026-03-03 12:30") == ["ben", "dan", "eve"]
    assert names(found, "2026-03-04 10:00") == ["cat", "ann", "dan", "eve"]


def test_who_replaces_somebody_stands_in_their_place() -> None:
    override = Override("o", "replace", *WEEK, "ann", "eve")
    found = schedule(Layer("a", daily("ann")), Layer("b", daily("ben")), overrides=(override,))
    assert names(found, "2026-03-03 10:00") == ["eve", "ben"]


def test_a_schedule_that_was_sent_to_another_process_answers_the_same() -> None:
    sent = pickle.loads(pickle.dumps(BASE))  # noqa: S301 - our own
    assert (sent, sent.ranks) == (BASE, BASE.ranks)
    assert on_call(sent, WEEK[0]) == on_call(BASE, WEEK[0])


@pytest.mark.parametrize(
    ("kind", "who"),
    [("add", ("cleo", None)), ("replace", ("ann", "dan")), ("take_over", (None, "dan"))],
)
def test_whom_an_override_brings_is_among_its_people(
    kind: str, who: tuple[str | None, str | None]
) -> None:
    found = schedule(*BASE.layers, overrides=(Override("o", kind, *WEEK, *who),))
    assert {shift.person for shift in shifts(found, *WEEK)} <= found.people
