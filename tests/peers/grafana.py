"""grafana/oncall: its shifts with RFC 5545 recurrence, overrides and swaps as our values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from routing.rotation import Rotation
from routing.schedule import Layer, Override, Schedule
from routing.turns import turns
from routing.wall import from_ticks, instant_of, to_ticks, zone_of
from tests.routing.times import utc

Facts = Mapping[str, Any]
UNITS = {"hourly": "hours", "daily": "days", "weekly": "weeks", "monthly": "months"}
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def schedule_of(facts: Facts, *, until_cuts: bool = True) -> Schedule:
    """Our schedule for a peer's definition.

    Unless `until_cuts`, turns that began before `until` run on, as the peer lets them.
    """
    zone = facts.get("schedule_time_zone") or "UTC"
    hidden = frozenset(facts.get("_viewer_users", ()))
    changes = [o for shift in facts.get("overrides", ()) for o in overrides_of(shift, zone, hidden)]
    changes += [
        swap
        for number, s in enumerate(facts.get("shift_swaps", ()))
        if (swap := swapped(number, s))
    ]
    layers = [layer_of(shift, zone, hidden) for shift in facts.get("shifts", ())]
    if not until_cuts:
        layers = [run_on(layer) for layer in layers]
    return Schedule("s", zone, tuple(layers), tuple(changes))


def start_of(shift: Facts, zone: str, wall: str = "start_wall") -> datetime:
    return instant_of(zone_of(shift["time_zone"] or zone), datetime.fromisoformat(shift[wall]))


def end_of(shift: Facts, zone: str) -> datetime:
    wall = datetime.fromisoformat(shift["start_wall"]) + timedelta(seconds=shift["duration_s"])
    return instant_of(zone_of(shift["time_zone"] or zone), wall)


def until_of(shift: Facts) -> datetime | None:
    return utc(shift["until_utc"]) if shift.get("until_utc") else None


def groups_of(shift: Facts, hidden: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    groups: Sequence[Sequence[str]] = shift.get("rolling_users") or [shift.get("users", [])]
    first = shift.get("start_rotation_from_user_index") or 0
    turned = [*groups[first:], *groups[:first]]
    return tuple(tuple(user for user in group if user not in hidden) for group in turned)


def layer_of(shift: Facts, zone: str, hidden: frozenset[str]) -> Layer:
    begin = max(start_of(shift, zone), start_of(shift, zone, "rotation_start_wall"))
    until = until_of(shift)
    if not shift.get("frequency"):
        until = min(end_of(shift, zone), until or end_of(shift, zone))
    rotation = rotation_of(shift, zone, hidden)
    return Layer(shift["ref"], rotation, shift["priority"], start=begin, until=until)


def rotation_of(shift: Facts, zone: str, hidden: frozenset[str]) -> Rotation:
    """A single event is a daily rotation of one person that is cut after its first turn."""
    return Rotation(
        UNITS[shift.get("frequency") or "daily"],
        shift.get("interval") or 1,
        start_of(shift, zone),
        groups_of(shift, hidden),
        shift["time_zone"] or zone,
        length=timedelta(seconds=shift["duration_s"]),
        weekdays=frozenset(DAYS.index(day) for day in shift.get("by_day") or ()),
        month_days=frozenset(shift.get("by_monthday") or ()),
        months=frozenset(shift.get("by_month") or ()),
        week_start=DAYS.index(shift.get("week_start") or "MO"),
    )


def run_on(layer: Layer) -> Layer:
    """The same layer, its last turn not cut."""
    if layer.until is None:
        return layer
    tick = to_ticks(layer.until)
    ends = [from_ticks(end) for _, end, _ in turns(layer.rotation, tick, tick + 1)]
    return replace(layer, until=max([layer.until, *(end for end in ends if end)]))


def overrides_of(shift: Facts, zone: str, hidden: frozenset[str]) -> list[Override]:
    """An override beats every layer; those that overlap are on call together."""
    begin = max(start_of(shift, zone), start_of(shift, zone, "rotation_start_wall"))
    end = min(end_of(shift, zone), until_of(shift) or end_of(shift, zone))
    people = [user for group in groups_of(shift, hidden) for user in group]
    return [Override(shift["ref"], "take_over", begin, end, by=user) for user in people]


def swapped(number: int, facts: Facts) -> Override | None:
    """A swap that somebody took; one that nobody took changes nothing."""
    if not facts["is_taken"]:
        return None
    start, end = utc(facts["swap_start"]), utc(facts["swap_end"])
    name = f"swap-{number}"
    return Override(name, "replace", start, end, facts["beneficiary"], facts["benefactor"])
